"""What the indexes offer, as the rest of pybuildsync sees it: listings, metadata, files. Safe in threads.

What the store has is given at once; what it hasn't is fetched by the caller's own thread, or in the background where it
was announced (``expect``). Nothing of the network, not even its libraries, is loaded before something has to be asked.
"""

import os
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.facts import Metadata
from pybuildsync.errors import PybuildsyncError
from pybuildsync.index.files import Files
from pybuildsync.index.listings import Listings
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pybuildsync.core.story import Story
    from pybuildsync.index.background import Background, Endable
    from pybuildsync.index.downloaded import Downloaded
    from pybuildsync.index.transport import Transport
    from pybuildsync.store.wheels import UnpackedWheel

T = TypeVar("T")


class IndexClient:
    """A client of the indexes in *settings*; a context manager.

    *story* is told of downloads and warnings. *environ* holds proxies and the way to netrc; *pause* and *clock* wait
    and tell the time.
    """

    def __init__(
        self,
        settings: IndexSettings,
        store: Store,
        *,
        story: "Story | None" = None,
        environ: Mapping[str, str] = os.environ,
        pause: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._store = store
        self._environ = environ
        self._pause = pause
        self._clock = clock
        if story is None:
            from pybuildsync.core.story import Silent

            story = Silent()
        self._story = story
        self._listings = Listings(settings, store, self._get_transport, story, clock)
        self._files = Files(store, self._get_transport, story, offline=settings.offline)
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._background: Background | None = None
        self._known_listings: dict[str, Listing] = {}
        self._known_metadata: dict[DistributionFile, Metadata] = {}

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Give up what was only expected, and close idle connections."""
        if self._background:
            self._background.close()
        if self._transport:
            self._transport.close()
        self._files.close()
        self._listings.keep_what_was_read()

    def listing(self, project: str) -> Listing:
        """Return all that is offered of *project* (normalised), without versions if it is unknown everywhere.

        Raises:
            IndexFault: an index can't be asked or talks nonsense; or nothing is in the store and this is offline.

        """
        known = self._find_listing(project)
        return known or self._get_background().listings.get(project, partial(self._gather, project))

    def has_listing(self, project: str) -> bool:
        """Whether the listing of *project* is here and current."""
        return self._find_listing(project) is not None

    def expect(self, projects: Iterable[str], then: Callable[[Listing], object] | None = None) -> None:
        """Get the listings of *projects* in the background, for :meth:`listing` to have them; errors wait for it, too.

        *then* is given each listing when it is here: at once if it is, else later and in another thread. So a walker
        can say what to expect next before anybody asks. While offline nothing is expected.
        """
        for project in projects:
            known = self._find_listing(project)
            if known is None and not self._settings.offline:
                _tell(self._get_background().listings.start(project, partial(self._gather, project)), then)
            elif known and then:
                _give(known, then)

    def metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return the metadata of *file*, a wheel of *project* (normalised) at *version*.

        Raises:
            PackageError: it is broken, or not of that project and version.
            IndexFault: it can't be had.

        """
        known = self._find_metadata(file)
        return known or self._get_background().metadata.get(file, partial(self._learn, file, project, version))

    def expect_metadata(
        self,
        wheels: Iterable[tuple[DistributionFile, str, str]],
        then: Callable[[Metadata], object] | None = None,
    ) -> None:
        """Get the metadata of *wheels* (file, project, version) in the background; *then* as for :meth:`expect`."""
        for file, project, version in wheels:
            known = self._find_metadata(file)
            if known is None and not self._settings.offline:
                _tell(self._get_background().metadata.start(file, partial(self._learn, file, project, version)), then)
            elif known and then:
                _give(known, then)

    def download_wheel(self, file: DistributionFile, project: str, version: str) -> "UnpackedWheel":
        """Return the wheel *file* of *project* (normalised) at *version*, unpacked in the store and verified.

        Raises:
            PackageError: it is broken, or not what the listing says.
            IndexFault: it can't be had.
            EnvironmentFault: the store can't be written.

        """
        known = self._files.find_wheel(file)
        return known or self._get_background().wheels.get(file, partial(self._files.wheel, file, project, version))

    def find_wheel(self, file: DistributionFile) -> "UnpackedWheel | None":
        """Return the wheel *file* if it is in the store, without asking anybody."""
        return self._files.find_wheel(file)

    def evidence(self, projects: Iterable[str]) -> tuple[tuple[str, ...], float] | None:
        """Return what the listings of *projects* hang on: paths that show a change, and the Unix time they expire at.

        None if one of them isn't in the store.
        """
        return self._listings.evidence(projects)

    def indexes_with(self, project: str) -> tuple[str, ...]:
        """Return the indexes that have *project* (normalised), by their addresses without credentials.

        Only of projects whose listing was asked for.
        """
        return self._listings.indexes_with(project)

    def start_wheel(self, file: DistributionFile, project: str, version: str) -> "Future[UnpackedWheel]":
        """Have :meth:`download_wheel` done in the background."""
        self._files.announce(file)
        return self._get_background().wheels.start(file, partial(self._files.wheel, file, project, version))

    def download(self, file: DistributionFile) -> "Downloaded":
        """Return *file*, a wheel or sdist as the index has it, kept in the store's archives.

        Raises:
            PackageError: it is not what the listing says.
            IndexFault: it can't be had.
            EnvironmentFault: the store can't be written.

        """
        known = self._files.find_archive(file)
        return known or self._get_background().archives.get(file, partial(self._files.archive, file))

    def start_download(self, file: DistributionFile) -> "Future[Downloaded]":
        """Have :meth:`download` done in the background."""
        return self._get_background().archives.start(file, partial(self._files.archive, file))

    def start(self, key: Hashable, work: "Endable") -> None:
        """Have *work*, which fetches what no index has, done in the background, among the downloads."""
        self._get_background().start(key, work)

    def do(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what *work* gives, or gave when it was done under that *key*; what it raises is raised here."""
        done: T = self._get_background().others.get(key, work)
        return done

    def has_begun(self, key: Hashable) -> bool:
        """Whether something was to be done under *key*."""
        return self._background is not None and self._background.others.knows(key)

    def upload_times(self, project: str) -> Mapping[str, str]:
        """Return when the files of *project* were uploaded (ISO 8601, UTC), by file name, as far as it is known.

        By the listing (PEP 700), else by the JSON page that many indexes have beside it.

        Raises:
            IndexFault: as for :meth:`listing`.

        """
        listing = self.listing(project)
        times: dict[str, str] = {}
        silent: set[str] = set()
        for position in range(len(listing.versions)):
            for file in listing.files(position):
                if file.upload_time:
                    times[file.filename] = file.upload_time
                else:
                    silent.add(file.listed_at)
        if silent:
            from pybuildsync.index.upload_times import upload_times

            for location in self._listings.locations:
                if location.page(project) in silent:
                    ask = not self._settings.offline
                    told = upload_times(location, project, self._store, self._get_transport, now=self._clock(), ask=ask)
                    times = {**told, **times}
        return times

    def _find_listing(self, project: str) -> Listing | None:
        known = self._known_listings.get(project)
        if known is None:
            known = self._listings.find(project)
            if known:
                self._known_listings[project] = known
        return known

    def _gather(self, project: str) -> Listing:
        listing = self._listings.gather(project, self._get_background().in_parallel)
        self._known_listings[project] = listing
        return listing

    def _find_metadata(self, file: DistributionFile) -> Metadata | None:
        known = self._known_metadata.get(file)
        if known is None:
            known = self._files.find_metadata(file)
            if known:
                self._known_metadata[file] = known
        return known

    def _learn(self, file: DistributionFile, project: str, version: str) -> Metadata:
        metadata = self._known_metadata[file] = self._files.metadata(file, project, version)
        return metadata

    def _get_transport(self) -> "Transport":
        with self._lock:
            if self._transport is None:
                from pybuildsync.index.credentials import make_keyring
                from pybuildsync.index.keyring_providers import KeyringAsker
                from pybuildsync.index.transport import Transport

                indexes = self._settings.indexes
                keyring = make_keyring((*indexes, *self._settings.find_links, *self._settings.texts), self._environ)
                asker = KeyringAsker(self._settings.keyring_provider, indexes, self._environ, self._story)
                self._transport = Transport(self._settings, keyring, self._environ, self._pause, asker=asker)
            return self._transport

    def _get_background(self) -> "Background":
        with self._lock:
            if self._background is None:
                from pybuildsync.index.background import Background

                self._background = Background()
            return self._background


def _tell(future: "Future[T]", then: Callable[[T], object] | None) -> None:
    """Give *then* the result once it is here; an error waits for whoever asks for the result."""

    def told(done: "Future[T]") -> None:
        if then and done.exception() is None:
            _give(done.result(), then)

    future.add_done_callback(told)


def _give(result: T, then: Callable[[T], object]) -> None:
    """Give *result* to *then*; if it can't be read to its end, whoever needs that is told."""
    with suppress(PybuildsyncError):
        then(result)
