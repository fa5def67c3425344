"""Where listings come from, by the settings: indexes and ``--find-links``, here or elsewhere."""

from enum import Enum
from typing import NamedTuple

from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import Credentials, local_path, origin, path_url, shown, split_credentials
from pybuildsync.index.settings import IndexSettings

ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz")  # of wheels and sdists; the rest of an index is no business of ours


class Kind(Enum):
    """What a location is."""

    INDEX = "index"  # a simple repository: a page for each project
    LINKS = "links"  # a page or folder with files of any project


class Location(NamedTuple):
    """One of the places that are asked for every project.

    ``url`` has no credentials; that of an index ends in ``/``. ``path`` is where it lies on this machine, "" if it
    doesn't.
    """

    kind: Kind
    url: str
    path: str = ""
    credentials: Credentials | None = None

    def __repr__(self) -> str:
        """Return what it is named by, without anything secret."""
        return f"<{self.identity}>"

    @property
    def identity(self) -> str:
        """What records name it by: nothing secret, but whether there are credentials counts."""
        return f"{self.kind.value} {self.url}{' as somebody' if self.credentials else ''}"

    def page(self, project: str) -> str:
        """Return the address of the page for *project* (normalised)."""
        return f"{self.url}{project}/" if self.kind is Kind.INDEX else self.url


def make_locations(settings: IndexSettings) -> tuple[Location, ...]:
    """Return the locations that *settings* name, each once: what lies on this machine first, then in their order.

    Indexes have no priority among versions; the order only decides which of two equal files is taken. With
    ``first_index`` it is that of the settings.

    Raises:
        IndexFault: an address is no URL that can be asked.

    """
    indexes = () if settings.no_index else settings.indexes
    found = [_location(Kind.LINKS, text) for text in settings.find_links]
    found += [_location(Kind.INDEX, text) for text in indexes]
    if not settings.first_index:
        found.sort(key=lambda location: not location.path)
    return tuple(dict.fromkeys(found))


def _location(kind: Kind, text: str) -> Location:
    text = text.strip()
    path = local_path(text)
    if path is not None:
        url = text if text.lower().startswith("file:") else path_url(path)
        return Location(kind, _ended(url, kind), path)
    url, credentials = split_credentials(text)
    scheme, host, _ = origin(url)
    if scheme not in ("http", "https") or not host:
        raise IndexFault(
            f"{shown(text)} can't be asked for packages",
            why="it is no http, https or file address",
            hint="check --index-url, --extra-index-url and --find-links, and the configuration files of pip",
        )
    return Location(kind, _ended(url.partition("#")[0], kind), "", credentials)


def _ended(url: str, kind: Kind) -> str:
    return url.rstrip("/") + "/" if kind is Kind.INDEX else url
