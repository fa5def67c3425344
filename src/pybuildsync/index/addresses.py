"""URLs (RFC 3986) as text: what index pages, settings and errors need, without importing ``urllib`` where it can wait.

Importing ``urllib.parse`` costs 10 ms and a join 10 us, which a warm run and a page of 5000 links can't afford; the
common shapes are handled here and the rest is handed on.
"""

import os
import re
from collections.abc import Callable
from typing import TypeAlias

Credentials: TypeAlias = tuple[str, str]
Origin: TypeAlias = tuple[str, str, int]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SAFE_PATH = re.compile(r"[A-Za-z0-9_.~/-]*\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443, "file": 0}
_DIGITS = 6  # more than a port has
_LOCAL_HOSTS = ("localhost", "::1")


def has_scheme(text: str) -> bool:
    """Return whether *text* begins with a scheme; a Windows drive letter is none."""
    return _SCHEME.match(text) is not None


def split_url(url: str) -> tuple[str, str, str]:
    """Return the scheme in lower case, the authority and the rest (path, query, fragment) of *url*."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url.partition(":")[0].lower(), "", url.partition(":")[2]
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return scheme.lower(), rest[:end], rest[end:]


def split_credentials(url: str) -> tuple[str, Credentials | None]:
    """Return *url* without user and password, and these, decoded, or None where *url* has none."""
    scheme, authority, rest = split_url(url)
    userinfo, mark, host = authority.rpartition("@")
    if not mark:
        return url, None
    user, _, password = userinfo.partition(":")
    return f"{scheme}://{host}{rest}", (_unquote(user), _unquote(password))


def origin(url: str) -> Origin:
    """Return scheme, host and port of *url*, in lower case, the port by default that of the scheme, 0 if unknown."""
    scheme, authority, _ = split_url(url)
    host = authority.rpartition("@")[2].lower()
    port = ""
    if not host.endswith("]"):
        host, _, port = host.rpartition(":") if ":" in host else (host, "", "")
    is_number = port.isdecimal() and len(port) < _DIGITS
    return scheme, host.strip("[]"), int(port) if is_number else _DEFAULT_PORTS.get(scheme, 0)


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine by its very name."""
    return host in _LOCAL_HOSTS or host.startswith("127.") or host.endswith(".localhost")


# Nothing but names and single slashes; everything else is the business of ``urljoin``.
_PLAIN = re.compile(r"(?:[A-Za-z0-9_+~!=%-][A-Za-z0-9_.+~!=%-]*/)*[A-Za-z0-9_+~!=%-][A-Za-z0-9_.+~!=%-]*/?\Z")


def shown(url: str) -> str:
    """Return *url* as errors and progress may show it: without credentials, query (tokens!) and fragment."""
    return re.split(r"[?#]", split_credentials(url)[0], maxsplit=1)[0]


def last_segment(url: str) -> str:
    """Return the decoded last segment of the path of *url*: the file name."""
    return _unquote(re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2])


def join(base: str, reference: str) -> str:
    """Return the absolute address of *reference*, which stands in a page at *base* (RFC 3986, section 5)."""
    return joiner(base)(reference)


def joiner(base: str) -> Callable[[str], str]:
    """Return :func:`join` for one *base*: a page may hold ten thousand references."""
    scheme, authority, path = split_url(base)
    root = f"{scheme}://{authority}"
    folders = re.split(r"[?#]", path, maxsplit=1)[0].split("/")[:-1]
    above = ["/".join(folders[: len(folders) - steps]) + "/" for steps in range(len(folders))]
    if "/." in path or "//" in path:
        above = []

    def join_here(reference: str) -> str:
        if reference.startswith(("https://", "http://")):
            return reference
        rest, start = reference, ""
        if reference.startswith("/"):
            rest, start = reference[1:], root + "/"
        elif above:
            steps = 0
            while rest.startswith("../"):
                rest = rest[3:]
                steps += 1
            start = root + above[steps] if steps < len(above) else ""
        if start and _PLAIN.match(rest):
            return start + rest
        from urllib.parse import urljoin

        return urljoin(base, reference)

    return join_here


def local_path(location: str) -> str | None:
    """Return the path that *location* names, if it is a ``file:`` URL or no URL at all; else None."""
    if not location.lower().startswith("file:"):
        return None if has_scheme(location) else location
    _, authority, path = split_url(location)
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    if os.name == "nt":
        from urllib.request import url2pathname

        share = f"//{authority}" if authority not in ("", "localhost") else ""
        return url2pathname(share + path)
    return _unquote(path, errors="surrogateescape")


def path_url(path: str) -> str:
    """Return the ``file:`` URL of *path* (RFC 8089)."""
    drive, rest = os.path.splitdrive(os.path.abspath(path).replace("\\", "/"))
    share = drive.startswith("//")
    return "file:" + ("" if share else "///" if drive else "//") + drive + _quote(rest)


def _quote(path: str) -> str:
    if _SAFE_PATH.match(path):
        return path
    from urllib.parse import quote

    return quote(path, errors="surrogateescape")


def _unquote(text: str, *, errors: str = "replace") -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text, errors=errors)
