"""What is going on in the background of a client: its threads, and what they were asked for."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pybuildsync.index.workers import Job, Jobs, Workers

if TYPE_CHECKING:
    from pybuildsync.core.candidates import Listing
    from pybuildsync.core.facts import Metadata
    from pybuildsync.index.downloaded import Downloaded
    from pybuildsync.store.wheels import UnpackedWheel

T = TypeVar("T")


class Endable(Protocol):
    """Work that another thread may end: what it runs would go on without us."""

    def __call__(self) -> object:
        """Do it."""
        ...

    def end(self) -> None:
        """End it, if it is being done, and keep it from being begun."""
        ...


REQUESTS = 16  # in flight at once, for listings and metadata
DOWNLOADS = 8  # at once, each with its unpacking
PATIENCE = 0.3  # seconds: small wheels are done by then, and a Ctrl-C hardly waits


class Background:
    """Threads and jobs. Those for listings wait only for those for pages, and these for none."""

    def __init__(self) -> None:
        self._requests = Workers(REQUESTS, "request")
        self._pages = Workers(REQUESTS, "page")
        self._downloads = Workers(DOWNLOADS, "download")
        self.listings: Jobs[Listing] = Jobs(self._requests)
        self.metadata: Jobs[Metadata] = Jobs(self._requests)
        self.wheels: Jobs[UnpackedWheel] = Jobs(self._downloads)
        self.archives: Jobs[Downloaded] = Jobs(self._downloads)
        self.others: Jobs[Any] = Jobs(self._downloads)
        self._endable: list[Endable] = []

    def in_parallel(self, works: list[Callable[[], T]]) -> list[T]:
        """Do all *works*, the first in this thread, and return what they give, in order."""
        jobs = [Job(work) for work in works]
        for job in jobs[1:]:
            self._pages.add(job)
        return [job.result() for job in jobs]

    def start(self, key: Hashable, work: Endable) -> None:
        """Have *work*, one of the ``others``, done in the background; it is ended with all else."""
        self._endable.append(work)
        self.others.start(key, work)

    def close(self) -> None:
        """Give up what hasn't begun; what has gets a moment, so that nothing half unpacked is left behind."""
        for work in self._endable:
            work.end()
        for workers in (self._pages, self._requests, self._downloads):
            workers.close(PATIENCE)
