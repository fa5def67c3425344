"""What is on offer for one resolution, entry by entry: a wheel, a source, a built variant, or what is installed.

Looks things up in :class:`~pybuildsync.core.goal.Knowledge` and applies the rules that make a file unusable: Python
version, tags, yanks (PEP 592), refused formats. Decides nothing between entries; that is the solver's business.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.core.directs import NO_REFERENCES, Directs, References
from pybuildsync.core.facts import Metadata, SourceMetadata
from pybuildsync.core.goal import Goal, Installed, Knowledge
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.reasons import Barred
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.shelves import Entry, Shelf, may_stay
from pybuildsync.core.variants import Direct, Facts, Scope, Source, Variant
from pybuildsync.core.version_sets import fits_python, is_pre_release
from pybuildsync.core.wheel_choice import TagRanks, best_sdist, best_wheel
from pybuildsync.errors import without_credentials


class Pick(NamedTuple):
    """What an entry stands for: a wheel ``file``, a ``source``, a built ``variant``, or what is ``installed``.

    Or a direct reference ``away``, of which nothing is known before it is fetched. ``place`` tells a source that is at
    a URL, which somebody requires, from others of its name and version.
    """

    version: str
    file: DistributionFile | None = None
    source: Source | None = None
    variant: Variant | None = None
    installed: bool = False
    away: str = ""
    place: str = ""

    def scope(self, outer: Scope, name: str) -> Scope:
        """Return what stands for the build environment of the source *name* that this is, needed in *outer*."""
        return (*outer, (name, f"{self.version} at {self.place}" if self.place else self.version))


class Offers:
    """Shelves and picks of one resolution, each looked up once."""

    def __init__(
        self,
        goal: Goal,
        knowledge: Knowledge,
        facts: Facts,
        admitted: frozenset[str],
        references: tuple[References, References] = (NO_REFERENCES, NO_REFERENCES),
    ) -> None:
        self.goal = goal
        self.facts = facts
        self.markers = MarkerAnswers(goal.target)
        self._knowledge = knowledge
        self._admitted = admitted
        ranks = TagRanks(goal.target)
        self._ranks = {True: ranks, False: TagRanks(goal.wheels_for) if goal.wheels_for else ranks}  # for a build?
        self._shelves: dict[tuple[bool, str], Shelf] = {}
        self._pinned: dict[str, set[str]] = {}  # in what runs and in what builds: a pin counts for both
        self._refused: list[tuple[str, str]] = []
        self._picks: dict[tuple[bool, str, int], Pick | Barred] = {}
        self._python: dict[tuple[bool, str], bool] = {}
        self._directs = Directs(goal, facts, *references)
        self._locked = {listing.project: listing for listing in goal.locked}
        self._hashes = {
            (building, name): frozenset(hashes)
            for building, known in ((False, goal.hashes), (True, goal.build_hashes))
            for name, hashes in known
        }
        self._installed = {entry.name: entry for entry in goal.installed if entry.name not in goal.reinstall}

    def shelf(self, name: str, *, building: bool) -> Shelf:
        """Return the shelf of the project *name*; what is installed counts only at run time, not for *building*."""
        key = (building, name)
        shelf = self._shelves.get(key)
        if shelf is None:
            kept = self.installed_version(name)
            directs = self._directs.of(name)
            is_listed = self._directs.is_listed(name, building=building)
            installed = None if building else self._installed.get(name)
            if not is_listed and not any(may_stay(installed, direct) for direct in directs):
                installed = None
            wanted = self.goal.releases.pre_releases(name)
            shelf = self._shelves[key] = Shelf(
                self._listing(name, building=building) if is_listed else make_listing(name, ()),
                variants=tuple(variant for variant in self.facts.variants if variant.source.name == name),
                installed=installed,
                directs=directs,
                pre_releases=True if name in self._admitted and wanted is None else wanted,
                usable=lambda files: any(self._fits(file, name, building=building) for file in files),
                pinned=self._pinned.setdefault(name, set()),
                kept=kept,
            )
        return shelf

    def _listing(self, name: str, *, building: bool) -> Listing:
        """Return all that is offered of *name*: where it is locked and is to run, just that."""
        locked = None if building else self._locked.get(name)
        return locked or self._knowledge.listing(name)

    def at_url(self, requirement: Requirement, *, building: bool, beside: bool = False) -> int:
        """Return the entries that the URL of *requirement* leads to; 0 for one that comes too late for this attempt.

        With *beside*, asked by what is installed, that of the project is enough which is installed, too.
        """
        shelf = self.shelf(requirement.name, building=building)
        mask = shelf.of_directs(partial(self._directs.leads_to, requirement.url))
        if beside:
            mask |= shelf.mask_where(lambda entry: entry.installed)
        if not mask:
            self._directs.note(requirement.name, requirement.url)
        return mask & shelf.mask(requirement.specifier)

    def late_references(self) -> References:
        """Return the direct references that were met too late, by name."""
        return self._directs.late()

    def direct_of(self, name: str, pick: Pick) -> Direct | None:
        """Return the direct reference that *pick* is, None for what is listed, installed, or given by the user."""
        source = pick.variant.source if pick.variant is not None else pick.source
        found = [direct for direct in self._directs.of(name) if not self._directs.is_given(direct)]
        for direct in () if pick.installed else found:
            if pick.away == direct.url or (direct.version and (direct.file, direct.source) == (pick.file, source)):
                return direct
        return None

    def unlisted(self, shelf: Shelf) -> int:
        """Return the entries of *shelf* that only who asks for their URL gets, while there are others."""
        if not shelf.directs:
            return 0

        def has_to_be_asked_for(entry: Entry) -> bool:
            direct = shelf.direct_at(entry.position)
            return direct is not None and not self._directs.is_given(direct)

        return shelf.mask_where(has_to_be_asked_for)

    def admits_pre_releases(self, name: str, specifier: str) -> bool:
        """Whether *specifier*, all that is asked of the project *name*, lets a pre-release of it run."""
        shelf = self.shelf(name, building=False)
        return not shelf.directs and any(map(is_pre_release, shelf.versions_in(shelf.mask(specifier))))

    def pick(self, name: str, bit: int, *, building: bool) -> Pick | Barred:
        """Return what entry *bit* of the project *name* stands for, or why it can't be had."""
        key = (building, name, bit)
        pick = self._picks.get(key)
        if pick is None:
            shelf = self.shelf(name, building=building)
            pick = self._picks[key] = self._pick(shelf, name, shelf.entry(bit), building=building)
        return pick

    def _pick(self, shelf: Shelf, name: str, entry: Entry, *, building: bool) -> Pick | Barred:
        version = shelf.versions[entry.position]
        variant = entry.variant
        if entry.installed:
            return Pick(version, installed=True)
        if variant is not None:
            return Barred(variant.contradiction) if variant.contradiction else Pick(version, variant=variant)
        direct = shelf.direct_at(entry.position)
        if direct is not None and direct.file is None:
            place = "" if self._directs.is_given(direct) else without_credentials(direct.url)
            return Pick(version, source=direct.source, away="" if direct.version else direct.url, place=place)
        files = self._usable(shelf, version, shelf.files(entry.position), building=building)
        if isinstance(files, Barred):
            return files
        if (building, name) in self._hashes:
            files = _with_hash(files, self._hashes[building, name])
            if not files:
                return Barred("has no file with a hash that was given (--hash)")
        return self._best(name, version, files, given=direct is not None, building=building)

    def without_hash(self, name: str, bit: int) -> tuple[DistributionFile, ...]:
        """Return the files of entry *bit* of the project *name* that would do here, if each only lacks a given hash."""
        shelf = self.shelf(name, building=False)
        entry = shelf.entry(bit)
        if entry.installed or entry.variant is not None or (False, name) not in self._hashes:
            return ()
        files = self._usable(shelf, shelf.versions[entry.position], shelf.files(entry.position), building=False)
        return () if isinstance(files, Barred) or _with_hash(files, self._hashes[False, name]) else files

    def _fits(self, file: DistributionFile, name: str, *, building: bool) -> bool:
        """Whether *file* of the project *name* can be had here, be it yanked or not."""
        formats = self.goal.formats
        if not self.python_fits(file.requires_python, building=building):
            return False
        if file.is_wheel:
            return formats.allows_wheel(name) and self._ranks[building].rank(file.filename) >= 0
        return formats.allows_source(name)

    def _usable(
        self, shelf: Shelf, version: str, files: tuple[DistributionFile, ...], *, building: bool
    ) -> tuple[DistributionFile, ...] | Barred:
        """Return the *files* of a release that can be had, or why there are none.

        As in pip a release counts as yanked if all of its files are that would fit here, and can be had by a pin.
        """
        if not files:
            return Barred("is installed here, and no index has it")
        fitting = self._fitting(shelf.project, files, building=building)
        live = tuple(file for file in fitting if file.yanked is None)
        if not live and version not in shelf.pinned and f"{shelf.project}=={version}" not in self._admitted:
            self._refused.append((shelf.project, version))
            reason = next((file.yanked for file in fitting if file.yanked), "")
            return Barred(f"was yanked{f' ({reason})' if reason else ''}")
        able = tuple(file for file in live or fitting if self.python_fits(file.requires_python, building=building))
        return able or Barred(f"needs Python {(live or fitting)[0].requires_python}")

    def _fitting(
        self, name: str, files: tuple[DistributionFile, ...], *, building: bool
    ) -> tuple[DistributionFile, ...]:
        """Return those of *files* that fit here, be they yanked or not; all of them if none does."""
        return tuple(file for file in files if self._fits(file, name, building=building)) or files

    def _best(
        self, name: str, version: str, files: tuple[DistributionFile, ...], *, given: bool, building: bool
    ) -> Pick | Barred:
        """Return the best of the usable *files* of a release, or why none will do."""
        formats = self.goal.formats
        target = self.goal.target if building else self.goal.running_target
        wheel = best_wheel(files, self._ranks[building])
        if wheel is not None and (given or formats.allows_wheel(name)):
            return Pick(version, file=wheel)
        sdist = best_sdist(files)
        if sdist is not None and formats.allows_source(name):
            return Pick(version, source=Source(name, version, sdist.sha256, sdist))
        if wheel is not None:
            return Barred("has no sdist, and wheels of it are refused (--no-binary)")
        if sdist is not None:
            return Barred("has no wheel for this Python and platform, and building it is refused (--only-binary)")
        return Barred(f"has no wheel for Python {target.version} on {target.platform}, and no sdist")

    def yanked(self, shelf: Shelf, *, building: bool) -> int:
        """Return the entries of *shelf* that may be had, as they are pinned, though they were yanked (PEP 592)."""
        found = 0
        for position, version in enumerate(shelf.versions if shelf.pinned else ()):
            if version in shelf.pinned:
                files = self._fitting(shelf.project, shelf.files(position), building=building)
                found |= bool(files and all(file.yanked is not None for file in files)) << position
        return shelf.expand(found)

    def late_pins(self) -> frozenset[str]:
        """Return the yanked releases, as "NAME==VERSION", that were refused before something was found to pin them."""
        return frozenset(f"{name}=={version}" for name, version in self._refused if version in self._pinned[name])

    def metadata(self, name: str, pick: Pick) -> Metadata:
        """Return the metadata of an entry; assumed for a source that is not built."""
        if pick.away:
            return Metadata(name, "")
        if pick.variant is not None:
            return pick.variant.metadata
        if pick.source is not None:
            return self.stated(pick.source).metadata
        if pick.file is not None:
            return self._knowledge.wheel_metadata(pick.file, name, pick.version)
        return self._installed[name].metadata

    def installed_variant(self, name: str) -> Variant | None:
        """Return how the installed distribution *name* was built, if its record tells."""
        entry = self._installed.get(name)
        return entry.variant if entry else None

    def installed(self, name: str) -> Installed | None:
        """Return the installed distribution *name* that counts, if there is one."""
        return self._installed.get(name)

    def installed_version(self, name: str) -> str:
        """Return the version of *name* that is installed and counts, "" for none."""
        entry = self._installed.get(name)
        return entry.version if entry else ""

    def stated(self, source: Source) -> SourceMetadata:
        """Return what *source* states before any of its code runs."""
        return self._knowledge.source_metadata(source)

    def requirements(self, metadata: Metadata, extra: str) -> Iterator[Requirement]:
        """Yield the requirements of *metadata* that hold here: those without an extra, or those that *extra* adds.

        An extra that isn't declared (Provides-Extra) adds nothing, as in pip.
        """
        if extra and extra not in metadata.extras:
            return
        for requirement in metadata.requires:
            if not extra:
                if self.markers.hold(requirement.marker):
                    yield requirement
            elif "extra" in requirement.marker and self.markers.hold(requirement.marker, extra):
                yield requirement

    def python_fits(self, requires_python: str, *, building: bool) -> bool:
        """Whether *requires_python* accepts the target's Python; what is no specifier counts as none, as in pip."""
        if not requires_python or (self.goal.any_python and not building):
            return True
        answer = self._python.get((building, requires_python))
        if answer is None:
            target = self.goal.target if building else self.goal.running_target
            answer = self._python[building, requires_python] = fits_python(requires_python, target.release)
        return answer

    def first(self, name: str, entries: int, *, building: bool) -> int:
        """Return which of *entries* of the project *name* is taken first: the newest, all else being equal, as in pip.

        One with a hash that was given goes before one of which nobody says, then, if these are preferred, a wheel
        before what is to be built. What is installed of that version goes before its files, as in pip; where
        hashes are given, unless it tells that it came from something else.
        """
        hashes = self._hashes.get((building, name), frozenset[str]())
        newest = (entries & -entries).bit_length() - 1
        if not hashes and not self.goal.prefer_wheels:
            return newest
        best, best_key, among = newest, (False, False), entries
        while entries:
            bit = (entries & -entries).bit_length() - 1
            pick = self.pick(name, bit, building=building)
            if isinstance(pick, Pick):
                ready = pick.file is not None or pick.installed
                key = (_has_hash(pick, hashes), self.goal.prefer_wheels and ready)
                if key > best_key:
                    best, best_key = bit, key
                if best_key == (bool(hashes), self.goal.prefer_wheels):
                    break
            entries &= entries - 1
        return self._there(name, best, among, hashes) if hashes and not building else best

    def _there(self, name: str, best: int, among: int, hashes: frozenset[str]) -> int:
        """Return the entry that is installed in the version of *best*, if *among* what may be had; else *best*."""
        installed, shelf = self._installed.get(name), self.shelf(name, building=False)
        if installed is None or _is_another(installed, hashes):
            return best
        position = shelf.entry(best).position
        there = among & shelf.mask_where(lambda entry: entry.installed and entry.position == position)
        return there.bit_length() - 1 if there else best


def _has_hash(pick: Pick, hashes: frozenset[str]) -> bool:
    """Whether the file of *pick* is known to have one of *hashes*."""
    source = pick.variant.source if pick.variant else pick.source
    file = pick.file or (source.file if source else None)
    return file is not None and any(f"{algorithm}:{digest}" in hashes for algorithm, digest in file.hashes)


def _is_another(installed: Installed, hashes: frozenset[str]) -> bool:
    """Whether *installed* tells where it came from, or what it was built from, and that has none of *hashes*."""
    if installed.origin:  # its fragment begins with the hash, if that is known
        return installed.origin.partition("#")[2].partition("&")[0].replace("=", ":", 1) not in hashes
    digest = installed.variant.source.digest if installed.variant is not None else ""
    return bool(digest) and f"sha256:{digest}" not in hashes and any(each.startswith("sha256:") for each in hashes)


def _with_hash(files: tuple[DistributionFile, ...], hashes: frozenset[str]) -> tuple[DistributionFile, ...]:
    """Return those of *files* that have one of *hashes* ("ALGORITHM:HEX"), else those of which nobody says."""
    algorithms = {each.partition(":")[0] for each in hashes}
    open_ = []
    sure = []
    for file in files:
        known = [f"{algorithm}:{digest}" for algorithm, digest in file.hashes if algorithm in algorithms]
        if not known:
            open_.append(file)
        elif any(each in hashes for each in known):
            sure.append(file)
    return tuple(sure or open_)
