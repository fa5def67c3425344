"""The version of the simple repository API that a page states (PEP 629)."""

from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import shown

_KNOWN = "1"


def check_version(version: str, url: str) -> None:
    """Raise IndexFault if the page at *url* follows a *version* of the repository API that isn't 1."""
    if version.partition(".")[0] != _KNOWN:
        raise IndexFault(
            f"the index page {shown(url)} is of an unknown kind",
            why=f"it follows version {version} of the simple repository API; pybuildsync knows version 1 (PEP 629)",
            hint="upgrade pybuildsync",
        )
