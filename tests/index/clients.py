"""A client for tests: its own store, no environment of the user's, waits that take no time, a clock that is set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.story import Event
from pybuildsync.index.client import IndexClient
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store import Store


@dataclass(slots=True)
class World:
    """Where clients live: a folder, a clock, what was waited for, and what they told."""

    folder: Path
    now: float = 1_700_000_000.0
    pauses: list[float] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=dict)

    def tell(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)

    @property
    def store(self) -> Store:
        """The store that all clients here share."""
        return Store(str(self.folder / "store"))

    def client(self, *indexes: str, settings: IndexSettings | None = None) -> IndexClient:
        """Return a client of *indexes*."""
        return IndexClient(
            (settings or IndexSettings())._replace(indexes=indexes),
            self.store,
            story=self,
            environ={"HOME": str(self.folder), **self.environ},
            pause=self.pauses.append,
            clock=lambda: self.now,
        )


def files_of(client: IndexClient, project: str) -> dict[str, DistributionFile]:
    """Return all files in the listing of *project*, by name."""
    listing = client.listing(project)
    found = [file for position in range(len(listing.versions)) for file in listing.files(position)]
    return {file.filename: file for file in found}


def only_file(client: IndexClient, project: str) -> DistributionFile:
    """Return the one file in the listing of *project*."""
    (file,) = files_of(client, project).values()
    return file
