"""Walks ahead of the resolver: fetches what it will most likely ask for next, so that it finds it here.

Of every listing that arrives it takes the newest version with a fitting wheel and has its metadata fetched; of all
metadata the listings of what it requires. A guess costs a request; a missing one costs the resolver a round trip.
Nothing is decided by what arrives, or when. Wheels of what the user has pinned are downloaded at once: if there is a
solution, they are in it.
"""

import threading
from collections.abc import Iterable
from functools import partial

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Formats, Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.version_sets import (
    admits_pre_releases,
    fits_python,
    is_pre_release,
    pinned_version,
    specifier_mask,
)
from pybuildsync.core.wheel_choice import TagRanks, best_wheel
from pybuildsync.index.client import IndexClient

_TRIES = 3  # versions of a listing that are looked at: what needs a newer Python than ours comes first


def walk(client: IndexClient, goal: Goal, *, download: bool) -> None:
    """Walk ahead for *goal* if there is something to fetch; with *download* fetch the wheels that will be needed."""
    elsewhere = {each.name for each in goal.direct} | {each.name for each in goal.constraints if each.url}
    wanted = [(each.name, each.specifier) for each in goal.requirements if each.name not in elsewhere]
    locked = {listing.project for listing in goal.locked}
    if all(name in locked or client.has_listing(name) for name, _ in wanted):
        return
    Walker(client, goal, download=download).start(wanted)


class Walker:
    """Walks for one goal; safe in the threads that fetch."""

    def __init__(self, client: IndexClient, goal: Goal, *, download: bool = False) -> None:
        self._client = client
        self._formats: Formats = goal.formats
        self._python = goal.running_target.release
        self._any_python = goal.any_python
        self._ranks = TagRanks(goal.running_target)
        self._markers = MarkerAnswers(goal.target)
        pinned = {r.name for r in goal.requirements if pinned_version(r.specifier)} if download else set()
        others = {*(each.name for each in goal.installed), *(each.name for each in goal.direct)}
        self._certain = frozenset(pinned - others - goal.left_out)
        self._limits = {c.name: c.specifier for c in goal.constraints}
        self._locked = {listing.project: listing for listing in goal.locked}
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
            if name in self._locked:
                self._arrived(self._locked[name], limits)
                continue
            self._client.expect((name,), partial(self._arrived, specifier=limits))

    def _arrived(self, listing: Listing, specifier: str) -> None:
        if not self._formats.allows_wheel(listing.project):
            return
        mask = specifier_mask(listing.versions, specifier)
        tried = 0
        for at, version in enumerate(listing.versions):
            if not mask >> at & 1 or (is_pre_release(version) and not admits_pre_releases(specifier)):
                continue
            files = tuple(f for f in listing.files(at) if f.yanked is None and self._may_run(f))
            wheel = best_wheel(files, self._ranks)
            if wheel is not None:
                if listing.project in self._certain:
                    self._client.start_wheel(wheel, listing.project, version)
                self._client.expect_metadata(((wheel, listing.project, version),), self._learnt)
                return
            tried += 1
            if tried == _TRIES:
                return

    def _may_run(self, file: DistributionFile) -> bool:
        return self._any_python or fits_python(file.requires_python, self._python)

    def _learnt(self, metadata: Metadata) -> None:
        self.start(
            (r.name, r.specifier)
            for r in metadata.requires
            if "extra" not in r.marker and not r.url and self._markers.hold(r.marker)
        )
