"""Where a file lies that says what to install: a path, a ``file:`` URL, or a URL to be fetched.

What counts as which is pip's: ``http:``, ``https:`` and ``file:`` begin a URL, in any case; everything else is a path.
Text only: opens nothing, asks nobody.
"""

import os
from collections.abc import Callable
from typing import TypeAlias

from pybuildsync.errors import RequestError, without_credentials

Fetch: TypeAlias = Callable[[str], str]
"""Takes a URL, maybe with credentials, returns the text there, and raises PybuildsyncError where it can't be had."""

_SCHEMES = ("http", "https", "file")
_FILE = "file:"
_HERE = ("", "localhost")


def is_url(location: str) -> bool:
    """Return whether *location* is a URL of any kind."""
    scheme, colon, _ = location.partition(":")
    return bool(colon) and scheme.lower() in _SCHEMES


def is_remote(location: str) -> bool:
    """Return whether *location* is a URL to be fetched."""
    return is_url(location) and not _is_file_url(location)


def path_of(location: str) -> str:
    """Return the path of *location*, which is not remote; that of a ``file:`` URL is decoded (RFC 8089).

    Raises:
        RequestError: it is on another machine.

    """
    if not _is_file_url(location):
        return location
    from urllib.parse import unquote

    rest = _without_query(location)[len(_FILE) :]
    host, slash, path = rest[2:].partition("/") if rest.startswith("//") else ("", "/", rest.lstrip("/"))
    if os.name == "nt":
        from urllib.request import url2pathname

        return url2pathname((f"//{host}" if host not in _HERE else "") + slash + path)
    if host not in _HERE:
        raise RequestError(
            f"the file {shown(location)} can't be read", why=f"{host} is another machine", hint="write file:///PATH"
        )
    return unquote(f"/{path}")


def beside(location: str, named: str) -> str:
    """Return the location that *named* is in the file at *location*: relative to that, of a URL as URLs are (RFC 3986).

    Raises:
        RequestError: they make no URL together.

    """
    if is_url(location):
        from urllib.parse import urljoin

        try:
            return urljoin(location, named)
        except ValueError as error:
            raise RequestError(f"{named} is no URL", why=f"{error}\nit stands in {shown(location)}") from error
    return named if is_url(named) else os.path.abspath(os.path.join(os.path.dirname(location), named))


def fetched(url: str, fetch: Fetch | None) -> str:
    """Return the text that *fetch* fetches from *url*.

    Raises:
        RequestError: nobody fetches anything here.
        PybuildsyncError: whatever *fetch* raises.

    """
    if fetch is None:
        raise RequestError(
            f"the file {shown(url)} can't be read",
            why="only files on this machine are read here",
            hint="fetch it first, and give its path",
        )
    return fetch(url)


def shown(location: str) -> str:
    """Return *location* as it may be told: a URL without credentials, query (tokens!) and fragment."""
    return _without_query(without_credentials(location)) if is_url(location) else location


def last_part(location: str) -> str:
    """Return the name of the file at *location*."""
    return shown(location).rpartition("/")[2] if is_url(location) else os.path.basename(location)


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _is_file_url(location: str) -> bool:
    return location[: len(_FILE)].lower() == _FILE
