"""What can go wrong between us and an index, in words. No text here ever holds credentials or a query."""

from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import origin, shown

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

# status -> what the server says with it, and what to do next
_STATUSES = {
    401: (
        "it wants to know who asks, or doesn't believe it",
        "put user and password into the URL of the index, netrc or a keyring",
    ),
    403: ("it doesn't allow this", "check the credentials in the URL of the index or netrc, and what they may read"),
    404: ("it doesn't have it", "the listing may be out of date: try again with --refresh"),
    407: ("the proxy wants credentials", "put USER:PASSWORD@ before the host in --proxy or HTTPS_PROXY"),
    410: ("it doesn't have it any more", "the listing may be out of date: try again with --refresh"),
    429: ("it gets too many requests from here", "try again later"),
}
_REFUSED = ("it refuses the request", "check the address of the index")
_BROKEN = ("it has a fault of its own", "try again later; if it stays, its maintainers need to know")

# class of urllib3's error (or one it derives from) -> what happened, what to do next, whether trying again may help
_ERRORS = {
    "NameResolutionError": ("its name is unknown here", "check the spelling of the host, and the network", True),
    "ProxyError": ("the proxy can't be used", "check --proxy and HTTP_PROXY, HTTPS_PROXY, NO_PROXY", True),
    "ConnectTimeoutError": ("no connection within {timeout:g} s", "check the network, or use a longer --timeout", True),
    "NewConnectionError": ("it takes no connection", "check host and port, the network, and whether it is up", True),
    "ReadTimeoutError": ("no answer within {timeout:g} s", "try again, or use a longer --timeout", True),
    "IncompleteRead": ("the answer broke off", "try again", True),
    "DecodeError": ("the answer can't be decompressed", "try again; if it stays, its maintainers need to know", True),
    "LocationValueError": ("its address is no valid URL", "check the address", False),
    "InvalidHeader": ("its answer is no valid HTTP", "check the address, and the proxy if there is one", False),
    "ProtocolError": ("the connection broke", "try again", True),
    "HTTPError": ("the request failed", "try again", True),
    "OSError": ("the connection failed", "try again", True),
}
_TLS = "give the right certificates with --cert, or name the host with --trusted-host if you trust it anyway"


def status_fault(status: int, url: str) -> IndexFault:
    """Return the error for an answer with *status* from *url*."""
    why, hint = _STATUSES.get(status, _BROKEN if status >= 500 else _REFUSED)  # noqa: PLR2004
    host = origin(url)[1]
    return IndexFault(f"{shown(url)} can't be read", why=f"{host} answered with status {status}: {why}", hint=hint)


def folder_fault(path: str, error: OSError) -> IndexFault:
    """Return the error for a file or folder of an index on this machine that can't be read."""
    return IndexFault(
        f"{path} can't be read",
        why=error.strerror or "",
        hint="look at the folder of the index; check --find-links and the index addresses",
    )


def connection_fault(error: Exception, url: str, timeout: float) -> tuple[IndexFault, bool]:
    """Return the error for what urllib3 raised while asking *url*, and whether trying again may help."""
    names = [cls.__name__ for cls in type(error).__mro__]
    tls = _certificate_problem(error)
    if tls or "SSLError" in names:
        why, hint, again = f"no trusted TLS connection: {tls or 'the handshake failed'}", _TLS, not tls
    else:
        why, hint, again = next((_ERRORS[name] for name in names if name in _ERRORS), _ERRORS["HTTPError"])
    return IndexFault(f"{shown(url)} can't be read", why=why.format(timeout=timeout), hint=hint), again


def _certificate_problem(error: BaseException | None) -> str:
    for _ in range(5):
        message = getattr(error, "verify_message", "")
        if message or error is None:
            return str(message)
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = error.__cause__ or inner or error.__context__
    return ""
