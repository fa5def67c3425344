"""Walks ahead of the resolver: fetches what it will most likely ask for next, so that it finds it here.

Of every listing that arrives it takes the newest version with a fitting wheel and has its metadata fetched; of all
metadata the listings of what it requires. A guess costs a request; a missing one costs the resolver a round trip.
Nothing is decided by what arrives, or when.
"""

import threading
from collections.abc import Iterable

from pybuildsync.core.candidates import Listing
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Formats, Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.version_sets import accepts, is_pre_release, specifier_mask
from pybuildsync.core.wheel_choice import TagRanks, best_wheel
from pybuildsync.index.client import IndexClient

_TRIES = 3  # versions of a listing that are looked at: what needs a newer Python than ours comes first


class Walker:
    """Walks for one goal; safe in the threads that fetch."""

    def __init__(self, client: IndexClient, goal: Goal) -> None:
        self._client = client
        self._formats: Formats = goal.formats
        self._python = goal.target.full_version
        self._ranks = TagRanks(goal.target)
        self._markers = MarkerAnswers(goal.target)
        self._limits = {c.name: c.specifier for c in goal.constraints}
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    def start(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Walk from the projects *wanted*, each with the specifier that is known to hold for it."""
        fresh: list[tuple[str, str]] = []
        with self._lock:
            for name, specifier in wanted:
                if name not in self._seen:
                    self._seen.add(name)
                    fresh.append((name, specifier))
        for name, specifier in fresh:
            limits = ",".join(filter(None, (specifier, self._limits.get(name, ""))))
            self._client.expect((name,), lambda listing, text=limits: self._arrived(listing, text))  # type: ignore[misc]

    def _arrived(self, listing: Listing, specifier: str) -> None:
        if not self._formats.allows_wheel(listing.project):
            return
        mask = specifier_mask(listing.versions, specifier)
        tried = 0
        for at, version in enumerate(listing.versions):
            if not mask >> at & 1 or is_pre_release(version):
                continue
            files = tuple(f for f in listing.files(at) if f.yanked is None and accepts(f.requires_python, self._python))
            wheel = best_wheel(files, self._ranks)
            if wheel is not None:
                self._client.expect_metadata(((wheel, listing.project, version),), self._learnt)
                return
            tried += 1
            if tried == _TRIES:
                return

    def _learnt(self, metadata: Metadata) -> None:
        self.start(
            (r.name, r.specifier) for r in metadata.requires if "extra" not in r.marker and self._markers.hold(r.marker)
        )
