"""Shelves: the versions of one project as the solver sees them (docs/matching.md, "Variants").

A project's entries are its versions, newest first; where a version has known variants, these stand before the version
itself. Entry *i* is bit *i + 1* of the solver's masks, bit 0 being "not selected".
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.goal import Direct, Installed
from pybuildsync.core.variants import Variant
from pybuildsync.core.version_sets import (
    admits_pre_releases,
    order_key,
    pinned_version,
    pre_release_mask,
    specifier_mask,
)


class Entry(NamedTuple):
    """One entry: the version at ``position``; as ``variant``, as it is ``installed``, or as the index offers it."""

    position: int
    variant: Variant | None = None
    installed: bool = False


class Shelf:
    """The entries of one project, and sets of them.

    ``pinned`` collects the versions that a specifier pins (PEP 592), maybe together with other shelves of the project;
    ``kept`` is a version whose being a pre-release doesn't count. ``pre_releases`` tells whether they count, None where
    specifiers decide: then they also count where no final release fits that has ``usable`` files.
    """

    def __init__(
        self,
        listing: Listing,
        *,
        variants: tuple[Variant, ...] = (),
        installed: Installed | None = None,
        direct: Direct | None = None,
        pre_releases: bool | None = None,
        usable: Callable[[tuple[DistributionFile, ...]], bool] = bool,
        pinned: set[str] | None = None,
        kept: str = "",
    ) -> None:
        self.project = listing.project
        self.direct = direct
        self.installed = installed
        self._listing = listing
        versions: tuple[str, ...] = (direct.version,) if direct else listing.versions
        if installed is not None and direct is None and installed.version not in versions:
            versions = tuple(sorted((*versions, installed.version), key=order_key, reverse=True))
        self._as_listed = versions is listing.versions
        self.versions = versions
        entries: list[Entry] = []
        special = {variant.source.version for variant in variants} | ({installed.version} if installed else set())
        self._plain = not (special & set(versions))
        if self._plain:
            self.count = len(versions)
        else:
            for position, version in enumerate(versions):
                if installed is not None and installed.version == version and direct is None:
                    entries.append(Entry(position, installed=True))
                entries += [Entry(position, variant) for variant in variants if variant.source.version == version]
                entries.append(Entry(position))
            self.count = len(entries)
        self._entries = tuple(entries)
        self._pre = pre_release_mask(versions)
        if kept in versions:  # what is installed may stay
            self._pre &= ~(1 << versions.index(kept))
        self._pre_releases = pre_releases
        self._usable = usable
        self.pinned = set[str]() if pinned is None else pinned
        self.positions = cache(self._positions)

    @property
    def everything(self) -> int:
        """Every entry, and "not selected"."""
        return (1 << (self.count + 1)) - 1

    def entry(self, bit: int) -> Entry:
        """Return the entry that *bit* (from 1) stands for."""
        return Entry(bit - 1) if self._plain else self._entries[bit - 1]

    def version(self, bit: int) -> str:
        """Return the version that *bit* (from 1) stands for."""
        return self.versions[self.entry(bit).position]

    def files(self, position: int) -> tuple[DistributionFile, ...]:
        """Return the files that are offered of the version at *position*."""
        if self.direct is not None:
            return (self.direct.file,) if self.direct.file else ()
        if self._as_listed:
            return self._listing.files(position)
        version = self.versions[position]
        listed = self._listing.versions
        return self._listing.files(listed.index(version)) if version in listed else ()

    def _positions(self, specifier: str) -> int:
        """Return the positions that *specifier* accepts, with the rule for pre-releases (PEP 440)."""
        mask = specifier_mask(self.versions, specifier)
        if pinned_version(specifier):
            self.pinned |= {version for at, version in enumerate(self.versions) if mask >> at & 1}
        finals = mask & ~self._pre
        if finals == mask or self._pre_releases or self.direct is not None:
            return mask
        if self._pre_releases is not None:
            return finals
        return finals if not admits_pre_releases(specifier) and self._any_usable(finals) else mask

    def _any_usable(self, positions: int) -> bool:
        """Whether a release at one of *positions* can be had here: else pre-releases count, as in pip."""
        return any(self._usable(self.files(at)) for at in range(positions.bit_length()) if positions >> at & 1)

    def mask(self, specifier: str) -> int:
        """Return the solver's mask of the entries that *specifier* accepts."""
        return self.expand(self.positions(specifier))

    def expand(self, positions: int) -> int:
        """Return the solver's mask of all entries at *positions*."""
        if self._plain:
            return positions << 1
        return sum(2 << at for at, entry in enumerate(self._entries) if positions >> entry.position & 1)

    def mask_where(self, test: Callable[[Entry], bool]) -> int:
        """Return the solver's mask of the entries that pass *test*."""
        return sum(1 << bit for bit in range(1, self.count + 1) if test(self.entry(bit)))

    def versions_in(self, mask: int) -> tuple[str, ...]:
        """Return the versions of the entries in *mask*, newest first, each once."""
        found: dict[str, None] = {}
        for bit in range(1, self.count + 1):
            if mask >> bit & 1:
                found[self.version(bit)] = None
        return tuple(found)

    def of_version(self, version: str) -> int:
        """Return the solver's mask of the entries of *version*."""
        if self._plain:
            return 2 << self.versions.index(version) if version in self.versions else 0
        return self.mask_where(lambda entry: self.versions[entry.position] == version)

    def accepted(self, accepts: Callable[[str, str], bool], built: str) -> int:
        """Return the solver's mask of the entries whose version *accepts* lets run with what was *built*."""
        return self.mask_where(lambda entry: accepts(built, self.versions[entry.position]))

    def reach(self, states: int, others: "Shelf", related: Callable[[str, str], bool]) -> int:
        """Return the entries of *others* to which some entry in *states* is related: ``related(mine, theirs)``."""
        mine = self.versions_in(states)
        return others.mask_where(lambda entry: any(related(own, others.versions[entry.position]) for own in mine))

    def as_of(self, date: str) -> int:
        """Return the solver's mask of the entries with a file that was uploaded at *date* (ISO 8601) or before."""
        return self.mask_where(lambda entry: any("" < file.upload_time <= date for file in self.files(entry.position)))
