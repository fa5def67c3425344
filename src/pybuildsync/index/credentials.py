"""Who we are to which server: credentials in the addresses of the settings, and netrc.

They go to the server they were given for and to no other: same scheme, host and port. Nothing here prints anything.
"""

import os
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pybuildsync.index.addresses import Credentials, Origin, origin, split_credentials


class Keyring(NamedTuple):
    """``known`` holds the credentials of each index, by its address without them; ``netrc`` those of each host.

    The empty host in ``netrc`` is its ``default`` entry.
    """

    known: tuple[tuple[str, Credentials], ...] = ()
    netrc: tuple[tuple[str, Credentials], ...] = ()

    def __repr__(self) -> str:
        """Return nothing secret."""
        return f"<Keyring of {len(self.known)} indexes and {len(self.netrc)} hosts>"

    def find(self, url: str, *, index: str, redirected: bool, encrypted: bool) -> Credentials | None:
        """Return the credentials for *url*, which stands in a listing of *index* ("" for none).

        Those of an index go first. The ``default`` entry of netrc is not for where a server sends us, and none of netrc
        is for a host that neither encrypts nor is trusted.
        """
        own = self.of_index(url, index)
        hosts = dict(self.netrc) if encrypted and own is None else {}
        return own or hosts.get(origin(url)[1]) or (None if redirected else hosts.get(""))

    def of_index(self, url: str, index: str) -> Credentials | None:
        """Return those in the address of the index that is :func:`nearest` to *url*."""
        return dict(self.known[::-1]).get(nearest([address for address, _ in self.known], url, index))


def nearest(addresses: Iterable[str], url: str, index: str) -> str:
    """Return which of *addresses* is that of the index that *url* belongs to; "" if none has its origin.

    Of several there, the one that *index*, whose listing *url* stands in ("" for none), or *url* begins with.
    """
    where: Origin = origin(url)
    same = [address for address in addresses if origin(address) == where]
    for begin in (index, url):
        for address in same:
            if begin and begin.startswith(address):
                return address
    return same[0] if same else ""


def make_keyring(locations: Iterable[str], environ: Mapping[str, str]) -> Keyring:
    """Return the credentials in *locations*, addresses of indexes and pages, and in the user's netrc."""
    split = [split_credentials(location) for location in locations]
    return Keyring(tuple((url, who) for url, who in split if who), _read_netrc(environ))


def basic_authorization(who: Credentials) -> str:
    """Return the value of the ``Authorization`` header for *who* (RFC 7617)."""
    return "Basic " + b2a_base64(":".join(who).encode(), newline=False).decode("ascii")


def _read_netrc(environ: Mapping[str, str]) -> tuple[tuple[str, Credentials], ...]:
    """Read ``$NETRC``, else ``~/.netrc`` or ``~/_netrc``; one that can't be read counts as absent, as for pip."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    named = environ.get("NETRC")
    for path in (named,) if named else (os.path.join(home, ".netrc"), os.path.join(home, "_netrc")):
        if os.path.exists(path):
            from netrc import NetrcParseError, netrc

            try:
                hosts = netrc(path).hosts
            except (NetrcParseError, OSError, UnicodeDecodeError):
                return ()
            return tuple(
                ("" if host == "default" else host.lower(), (login or account or "", password or ""))
                for host, (login, account, password) in hosts.items()
            )
    return ()
