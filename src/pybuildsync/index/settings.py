"""How to reach the indexes, as plain data. Where the values come from is the commands' business."""

from typing import NamedTuple


class IndexSettings(NamedTuple):
    """Which indexes there are and how to speak with them.

    ``indexes`` are addresses of simple repositories (PEP 503), maybe with credentials in them; they have no priority,
    unless ``first_index``: then a project is looked for on one after the other, until one has it.
    ``find_links`` are folders, files, pages or ``file:`` addresses. ``trusted_hosts`` are ``HOST`` or ``HOST:PORT``.
    ``cert`` is a file or folder of certificates that replaces those of the system; ``client_cert`` is a file with our
    own certificate and key. ``proxy`` goes before the environment variables. ``timeout`` is in seconds, for connecting
    and for each wait for more data; ``retries`` is how often a failed request is tried again. ``offline`` takes
    listings and metadata only from the store and from local folders; ``refresh`` asks every index once more,
    ``refresh_packages`` (normalised names) for these projects only. Without ``proxy_env`` neither the environment
    variables nor the system's settings name a proxy. ``keyring_provider`` is "auto", "disabled", "import" or
    "subprocess". ``texts`` are the URLs of requirement files: credentials in them count for whatever else is on their
    servers.
    """

    indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    cert: str = ""
    client_cert: str = ""
    proxy: str = ""
    timeout: float = 15.0
    retries: int = 5
    offline: bool = False
    refresh: bool = False
    refresh_packages: frozenset[str] = frozenset()
    proxy_env: bool = True
    first_index: bool = False
    keyring_provider: str = "auto"
    texts: tuple[str, ...] = ()
