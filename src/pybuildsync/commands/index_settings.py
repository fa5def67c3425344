"""Where distributions come from: what the command was told, requirement files, the default.

An index that a requirement file names takes the place of all others, as in pip; find-links and extra indexes of
requirement files are added.
"""

from collections.abc import Iterable

from pybuildsync.commands.options import IndexOptions
from pybuildsync.core.names import normalize_name
from pybuildsync.index.default_index import default_index
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store.location import Store

_TIMEOUT = 15  # seconds
_RETRIES = 5
_EVERYTHING, _NOTHING = ":all:", ":none:"


def connection_settings(options: IndexOptions, texts: Iterable[str] = ()) -> IndexSettings:
    """Return the settings that *options* ask for, with no other indexes than they name.

    *texts* are the URLs of requirement files.
    """
    return IndexSettings(
        indexes=tuple(filter(None, (options.index_url, *options.extra_index_urls))),
        find_links=options.find_links,
        no_index=options.no_index,
        trusted_hosts=options.trusted_hosts,
        cert=options.cert,
        client_cert=options.client_cert,
        proxy=options.proxy,
        timeout=options.timeout if options.timeout is not None else _TIMEOUT,
        retries=options.retries if options.retries is not None else _RETRIES,
        offline=options.offline,
        proxy_env=not options.no_proxy_env,
        keyring_provider=options.keyring_provider or "auto",
        first_index=options.index_strategy == "first-index",
        texts=tuple(texts),
    )


def index_settings(
    options: IndexOptions,
    file_options: Iterable[tuple[str, str]],
    *,
    store: Store,
    python: str,
    texts: Iterable[str] = (),
) -> IndexSettings:
    """Return the settings that *options* ask for; *file_options* are the (option, value) pairs of requirement files.

    *python* is the target interpreter, whose pip knows the default index where nothing else names one. *texts* are the
    URLs of requirement files.
    """
    main, extra, links, trusted = "", [], [], []
    no_index = options.no_index
    for option, value in file_options:
        if option == "--index-url":
            main = value
        elif option == "--extra-index-url":
            extra.append(value)
        elif option == "--find-links":
            links.append(value)
        elif option == "--trusted-host":
            trusted.append(value)
        elif option == "--no-index":
            no_index = True
    main = main or options.index_url
    indexes: tuple[str, ...] = ()
    if not no_index:
        indexes = (main or default_index(store, python), *options.extra_index_urls, *extra)
    anew = options.refresh_packages
    if _NOTHING in anew:  # takes back what was said before it
        anew = anew[len(anew) - anew[::-1].index(_NOTHING) :]
    given = connection_settings(options, texts)
    return given._replace(
        indexes=indexes,
        find_links=(*given.find_links, *links),
        no_index=no_index,
        trusted_hosts=(*given.trusted_hosts, *trusted),
        refresh=options.refresh or _EVERYTHING in anew,
        refresh_packages=frozenset(normalize_name(name) for name in anew if name != _EVERYTHING),
    )
