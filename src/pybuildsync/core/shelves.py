"""Shelves: the versions of one project as the solver sees them (docs/matching.md, "Variants").

A project's entries are its versions, newest first; where a version has known variants, these stand before the version
itself. Behind them stand the direct references that lead to it, each a version of its own, whatever that is; of one
that isn't fetched nothing is known, so nothing rules it out. Entry *i* is bit *i + 1* of the solver's masks, bit 0 is
"not selected".
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.goal import Installed
from pybuildsync.core.variants import Direct, Variant
from pybuildsync.core.version_sets import (
    admits_pre_releases,
    order_key,
    pinned_version,
    pre_release_mask,
    same_version,
    specifier_mask,
    spelling_in,
)
from pybuildsync.errors import without_credentials


class Entry(NamedTuple):
    """One entry: the version at ``position``; as ``variant``, as it is ``installed``, or as the index offers it."""

    position: int
    variant: Variant | None = None
    installed: bool = False


class Shelf:
    """The entries of one project, and sets of them.

    ``directs`` are the direct references that lead to it. ``pinned`` collects the versions that a specifier pins
    (PEP 592), maybe together with other shelves of the project; ``kept`` is a version whose being a pre-release doesn't
    count. ``pre_releases`` tells whether they count, None where specifiers decide: then they also count where no final
    release fits that has ``usable`` files.
    """

    def __init__(
        self,
        listing: Listing,
        *,
        variants: tuple[Variant, ...] = (),
        installed: Installed | None = None,
        directs: tuple[Direct, ...] = (),
        pre_releases: bool | None = None,
        usable: Callable[[tuple[DistributionFile, ...]], bool] = bool,
        pinned: set[str] | None = None,
        kept: str = "",
    ) -> None:
        self.project = listing.project
        self.directs = directs
        self.installed = installed
        self._listing = listing
        versions = listing.versions
        there = "" if installed is None else spelling_in(versions, installed.version) or installed.version
        if there and there not in versions:
            versions = tuple(sorted((*versions, there), key=order_key, reverse=True))
        self._as_listed = versions is listing.versions
        self._listed = versions
        self.versions = (*versions, *map(_version_text, directs)) if directs else versions
        entries: list[Entry] = []
        special = {variant.source.version for variant in variants} | {there}
        self._plain = not (special & set(self.versions))
        if self._plain:
            self.count = len(self.versions)
        else:
            for position, version in enumerate(self.versions):
                if there == version and self.direct_at(position) is None:
                    entries.append(Entry(position, installed=True))
                own = [variant for variant in variants if self._has(position, variant.source.identity)]
                entries += [Entry(position, variant) for variant in own]
                entries.append(Entry(position))
            self.count = len(entries)
        self._entries = tuple(entries)
        self._pre = pre_release_mask(versions)
        kept = spelling_in(versions, kept)
        if kept:  # what is installed may stay
            self._pre &= ~(1 << versions.index(kept))
        self._pre_releases = pre_releases
        self._usable = usable
        self.pinned = set[str]() if pinned is None else pinned
        self.pinned |= {kept} - {""}
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

    def direct_at(self, position: int) -> Direct | None:
        """Return the direct reference that the version at *position* is, None for one of a listing."""
        return self.directs[position - len(self._listed)] if position >= len(self._listed) else None

    def files(self, position: int) -> tuple[DistributionFile, ...]:
        """Return the files that are offered of the version at *position*."""
        direct = self.direct_at(position)
        if direct is not None:
            return (direct.file,) if direct.file else ()
        if self._as_listed:
            return self._listing.files(position)
        version = self.versions[position]
        listed = self._listing.versions
        return self._listing.files(listed.index(version)) if version in listed else ()

    def _positions(self, specifier: str) -> int:
        """Return the positions that *specifier* accepts, with the rule for pre-releases (PEP 440)."""
        mask = specifier_mask(self._listed, specifier)
        if pinned_version(specifier):
            self.pinned |= {version for at, version in enumerate(self._listed) if mask >> at & 1}
        finals = mask & ~self._pre
        if finals != mask and not self._pre_releases:
            only = self._pre_releases is not None
            mask = finals if only or (not admits_pre_releases(specifier) and self._any_usable(finals)) else mask
        for at, direct in enumerate(self.directs, len(self._listed)):
            mask |= bool(not direct.version or specifier_mask((direct.version,), specifier)) << at
        return mask

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
        """Return the solver's mask of the entries of *version*, which the listing may spell in another way."""
        behind = len(self._listed)
        found = sum((text == version) << at for at, text in enumerate(self.versions[behind:], behind))
        if not found or self._is_known(found.bit_length() - 1):
            spelled = spelling_in(self._listed, version)
            found |= 1 << self._listed.index(spelled) if spelled else 0
        return self.expand(found)

    def unbuilt(self, identity: tuple[str, str, str]) -> int:
        """Return the solver's mask of the source with *identity* as it isn't built yet, wherever it is offered."""
        plain = (bit for bit in range(1, self.count + 1) if not (self.entry(bit).variant or self.entry(bit).installed))
        return sum(1 << bit for bit in plain if self._has(self.entry(bit).position, identity))

    def _has(self, position: int, identity: tuple[str, str, str]) -> bool:
        """Whether the source with *identity* is offered at *position*: others may have its name and version."""
        _, version, digest = identity
        if self.versions[position] != version:
            return False
        direct = self.direct_at(position)
        if direct is not None:
            return direct.source is not None and direct.source.identity == identity
        return any(digest in (file.sha256, file.url) for file in self.files(position) if not file.is_wheel)

    def of_directs(self, test: Callable[[Direct], bool]) -> int:
        """Return the solver's mask of the direct references that pass *test*, and of what is installed if it will do.

        As pip has it: an installed version stays if the reference leads to the same, unless its tree is in use or the
        reference is to a local source.
        """
        found = {at for at, direct in enumerate(self.directs, len(self._listed)) if test(direct)}
        stays = any(may_stay(self.installed, self.directs[at - len(self._listed)]) for at in found)
        return self.mask_where(lambda entry: entry.position in found or (stays and entry.installed))

    def accepted(self, accepts: Callable[[str, str], bool], built: str) -> int:
        """Return the solver's mask of the entries whose version *accepts* lets run with what was *built*."""
        return self.mask_where(lambda e: not self._is_known(e.position) or accepts(built, self.versions[e.position]))

    def _is_known(self, position: int) -> bool:
        direct = self.direct_at(position)
        return direct is None or bool(direct.version)

    def reach(self, states: int, others: "Shelf", related: Callable[[str, str], bool]) -> int:
        """Return the entries of *others* to which some entry in *states* is related: ``related(mine, theirs)``."""
        mine = dict.fromkeys(self.versions_in(states))
        unknown = {_version_text(direct) for each in (self, others) for direct in each.directs if not direct.version}
        if not unknown.isdisjoint(mine):
            return others.everything & ~1

        def is_reached(entry: Entry) -> bool:
            theirs = others.versions[entry.position]
            if theirs in unknown or (theirs in mine and related(theirs, theirs)):  # mostly: spares hundreds of others
                return True
            return any(related(own, theirs) for own in mine)

        return others.mask_where(is_reached)

    def as_of(self, date: str) -> int:
        """Return the solver's mask of the entries with a file that was uploaded at *date* (ISO 8601) or before."""
        return self.mask_where(
            lambda entry: (
                self.direct_at(entry.position) is not None
                or any("" < file.upload_time <= date for file in self.files(entry.position))
            )
        )


def may_stay(installed: Installed | None, direct: Direct) -> bool:
    """Whether *installed* may stay where *direct* is asked for."""
    if installed is None or installed.editable or direct.comes_anew:
        return False
    return same_version(installed.version, direct.version)


def _version_text(direct: Direct) -> str:
    return direct.version or f"at {without_credentials(direct.url)}"
