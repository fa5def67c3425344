"""Python packaging as the solver's provider (docs/matching.md, "One resolution for both sides").

A solver package is (scope, project, extra). The scope says for whom the project is needed: () is what runs;
((a, 1.0),) is the build environment of a 1.0, and so on down. So the versions that run and those that build are found
together, tied where they must match.
"""

from collections.abc import Callable, Iterable
from functools import partial

from pybuildsync.core.directs import NO_REFERENCES, References
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import AT_SOURCE, Goal, Installed, Knowledge
from pybuildsync.core.installed_builds import needed_of
from pybuildsync.core.known_builds import find_followed, find_nogoods
from pybuildsync.core.matching import matches_of_extras
from pybuildsync.core.metadata_text import InvalidMetadataError
from pybuildsync.core.offers import Offers, Pick
from pybuildsync.core.policies import EXACT
from pybuildsync.core.reasons import (
    Asked,
    AsOf,
    Barred,
    BuildRequires,
    BuiltAgainst,
    Constrained,
    Loads,
    NeedsItself,
    Reason,
    Requires,
)
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.shelves import Shelf
from pybuildsync.core.solver.problem import Dependencies, Dependency, Nogood, Tie, Unavailable
from pybuildsync.core.ties import Ties
from pybuildsync.core.variants import Facts, Package, Scope, Source, Variant
from pybuildsync.core.version_sets import admits_pre_releases, same_version

ROOT: Package = ((), "", "")


class PackagingProvider:
    """Answers the solver for one resolution; everything it says follows from the goal, the facts and the knowledge.

    ``admitted`` are projects whose pre-releases count; ``naming_pre_releases`` collects those that some requirement
    names a pre-release of; ``looked_into`` what each entry stands for that could be had, by (scope, name) and bit.

    What only a look into a wheel tells counts against what rests on it while nobody has looked; if ``hopeful``, for it.
    """

    def __init__(
        self,
        goal: Goal,
        knowledge: Knowledge,
        facts: Facts,
        admitted: frozenset[str] = frozenset(),
        *,
        hopeful: bool = False,
        references: tuple[References, References] = (NO_REFERENCES, NO_REFERENCES),
    ) -> None:
        self.goal = goal
        self.hopeful = hopeful
        self.offers = Offers(goal, knowledge, facts, admitted, references)
        self.naming_pre_releases: set[str] = set()
        self.looked_into: dict[tuple[tuple[Scope, str], int], tuple[Pick, Metadata]] = {}
        self.ties = Ties(goal.policies, self.shelf, silent=facts.silent, hopeful=hopeful)
        self._facts = facts
        self._constraints = _by_name(goal.constraints)
        self._build_constraints = _by_name(goal.build_constraints)
        self._extra_build = dict(goal.extra_build)
        self._hook_requires = dict(facts.hook_requires)
        self._dates = dict(facts.as_of)
        self._brought = dict(facts.brought)
        self._scope_dates: dict[tuple[str, str], str] = {}
        self._asked = frozenset(requirement.name for requirement in goal.requirements)
        self._asked_extras: dict[str, tuple[str, ...]] = {}
        for requirement in goal.requirements:
            known = self._asked_extras.get(requirement.name, ())
            self._asked_extras[requirement.name] = (*known, *requirement.extras)

    def admitting(self) -> frozenset[str]:
        """Return what was learnt too late to be admitted: names whose pre-releases count, pins of yanked releases."""
        return frozenset(self.naming_pre_releases) | self.offers.late_pins()

    def shelf(self, package: Package) -> Shelf:
        """Return the shelf of *package*'s project."""
        return self.offers.shelf(package[1], building=bool(package[0]))

    # What the solver asks

    def count(self, package: Package) -> int:
        """Return the number of entries of *package*'s project; 1 for the root."""
        return 1 if package == ROOT else self.shelf(package).count

    def choose(self, package: Package, allowed: int, decided: Callable[[Package], int]) -> int:
        """Return the preferred entry among *allowed*: what is installed, what runs beside it, else the newest.

        *decided* gives the entry that a package is decided for at this moment, 0 for none. The root has but one.
        """
        scope, name, extra = package
        if extra:
            base = decided((scope, name, ""))
            return base if allowed >> base & 1 and base else _newest(allowed)
        preferred = allowed & self._preferred(scope, name, decided)
        if preferred:
            return _newest(preferred)
        shelf = self.shelf(package)
        allowed = allowed & ~self.offers.unlisted(shelf) or allowed
        rest = allowed & ~self.offers.yanked(shelf, building=bool(scope)) or allowed
        return self.offers.first(name, rest, building=bool(scope))

    def _preferred(self, scope: Scope, name: str, decided: Callable[[Package], int]) -> int:
        """Return the entries of *name* that are taken before newer ones, 0 for none."""
        shelf = self.shelf((scope, name, ""))
        if not scope:
            stays = shelf.installed is not None and (name not in self.goal.upgrade or bool(shelf.directs))
            return shelf.mask_where(lambda entry: entry.installed) if stays else 0
        if self.ties.never(scope, name):
            return 0  # a build tool: the newest that serves, whatever runs or is installed
        parent: Package = (scope[:-1], name, "")
        running = decided(parent)
        version = self.shelf(parent).version(running) if running else self.offers.installed_version(name)
        return shelf.of_version(version) if version else 0

    def dependencies(self, package: Package, bit: int) -> Dependencies[Package] | Unavailable:
        """Return what the entry *bit* of *package* needs, or why it can't be had."""
        if package == ROOT:
            return self._roots()
        scope, name, extra = package
        building = bool(scope)
        pick = self.offers.pick(name, bit, building=building)
        if isinstance(pick, Barred):
            return Unavailable(pick)
        if pick.source is not None and any(chained == name for chained, _ in scope):
            return Unavailable(NeedsItself(scope, name))
        metadata = self._metadata(name, pick, building=building)
        if isinstance(metadata, Barred):
            return Unavailable(metadata)
        only_installed = self.goal.no_dependencies and not building
        self.looked_into[package[:2], bit] = pick, metadata
        needs = _Needs(self, scope, beside=pick.installed)
        self._requirements(needs, metadata, extra, only_installed=only_installed)
        if extra:
            needs.dependencies.append(Dependency((scope, name, ""), 1 << bit))
        source = None if self.goal.needs_no_build(scope, metadata) else pick.source
        if source is not None:
            self._build_needs(needs, pick.scope(scope, name), source, metadata, extra)
        else:
            variant = self.offers.installed_variant(name) if pick.installed else pick.variant
            if variant is not None and extra and pick.installed:  # it was judged without
                more = matches_of_extras(variant, (extra,), self.goal.policies, self.offers.markers)
                self._matches(needs, scope, variant._replace(matches=more, links=()))
            elif variant is not None and not extra:
                self._matches(needs, scope, variant)
        return needs.result()

    def _metadata(self, name: str, pick: Pick, *, building: bool) -> Metadata | Barred:
        """Return the metadata of *pick*, or why that can't be had."""
        try:
            metadata = self.offers.metadata(name, pick)
        except InvalidMetadataError as error:
            return Barred(f"has invalid metadata ({next(iter(error.why.splitlines()), error.what)})")
        if not pick.installed and not self.offers.python_fits(metadata.requires_python, building=building):
            return Barred(f"needs Python {metadata.requires_python}")
        return metadata

    # What follows from what

    def _roots(self) -> Dependencies[Package]:
        needs = _Needs(self, ())
        for requirement in self.goal.requirements:
            if self.offers.markers.hold(requirement.marker):
                needs.add(requirement, Asked(requirement))
        return needs.result()

    def _requirements(self, needs: "_Needs", metadata: Metadata, extra: str, *, only_installed: bool) -> None:
        """Collect what *metadata* requires; with *only_installed* just that what is installed of it stays."""
        for requirement in self.offers.requirements(metadata, extra):
            if not only_installed:
                needs.add(requirement, Requires(requirement))
            elif self.offers.installed_version(requirement.name) and requirement.name not in self._asked:
                needs.keep(requirement)

    def to_build(self, source: Source) -> tuple[Requirement, ...]:
        """Return all that it takes to build *source*, as far as is known: the table's, the hook's, the user's."""
        return (
            *self.offers.stated(source).build_requires,
            *self._hook_requires.get(source.identity, ()),
            *self._extra_build.get(source.name, ()),
        )

    def _build_needs(self, needs: "_Needs", inner: Scope, source: Source, metadata: Metadata, extra: str = "") -> None:
        """Collect what it takes to build *source* in the scope *inner*, tied to what will run; or what *extra* ties."""
        stated = self.offers.stated(source)
        asked = ("", *self._asked_extras.get(source.name, ()))
        known = find_followed(self.goal, self._facts, self.offers, source)
        self.ties.note(inner[-1], self._names_at_run_time(source, metadata, asked), stated.match_runtime, known)
        own = source.file.upload_time if source.file is not None and self.goal.build_date == AT_SOURCE else ""
        fixed = self.goal.build_date if self.goal.build_date != AT_SOURCE else ""
        self._scope_dates[inner[-1]] = self._dates.get(source.identity, "") or own or fixed
        more = self._names_at_run_time(source, metadata, (extra,)) if extra else ()
        also = tuple(sorted(name for name in more if self.ties.match_for_extra(inner, name)))
        if self.goal.builds_with is not None:
            self._installed_needs(needs, inner, source, self.goal.builds_with, also)
            return
        build = _Needs(self, inner)
        for requirement in () if extra else self.to_build(source):
            if self.offers.markers.hold(requirement.marker):
                build.add(requirement, BuildRequires(requirement))
        needs.dependencies += build.dependencies
        needs.ties += [*build.ties, *(self.ties.tie(inner, name) for name in also)]

    def _installed_needs(
        self, needs: "_Needs", scope: Scope, source: Source, there: tuple[Installed, ...], also: tuple[str, ...]
    ) -> None:
        """Collect what must run with *source* because it will be built with what is *there*; *also* for an extra."""
        for each in needed_of(there, self.to_build(source), self.offers.markers):
            if self.ties.must_match(scope, each.name) or each.name in also:
                policy = self.ties.policy(scope, each.name, each.version)
                package: Package = (scope[:-1], each.name, "")
                allowed = self.shelf(package).accepted(policy.accepts, each.version) | 1
                reason = BuiltAgainst(each.name, each.version, self.ties.evidence(scope, each.name), policy)
                needs.dependencies.append(Dependency(package, allowed, reason))

    def _names_at_run_time(self, source: Source, metadata: Metadata, extras: Iterable[str]) -> set[str]:
        """Return the names that *extras* of *source* require at run time: as assumed, and as its variants have told."""
        known = (metadata, *(variant.metadata for variant in self._facts.of(source.identity)))
        return {r.name for told in known for extra in extras for r in self.offers.requirements(told, extra)}

    def _matches(self, needs: "_Needs", scope: Scope, variant: Variant) -> None:
        """Collect what *variant* must run with."""
        for match in variant.matches:
            if match.evidence == "baked":
                continue  # the wheel's own requirement says it
            package: Package = (scope, match.name, "")
            allowed = self.shelf(package).accepted(match.policy.accepts, match.built)
            reason = BuiltAgainst(match.name, match.built, match.evidence, match.policy)
            stays = not scope and self.offers.installed_version(match.name)  # it will run, whoever requires it
            needs.dependencies.append(Dependency(package, allowed if stays else allowed | 1, reason))
            if stays:  # a constraint touches nothing that is installed and may stay, but says what may come instead
                as_it_is = self.shelf(package).mask_where(lambda entry: entry.installed)
                limits = self.limits(scope, match.name)
                needs.dependencies += [limit._replace(allowed=limit.allowed | as_it_is) for limit in limits]
        for library, built in variant.linked:
            package = (scope, library, "")
            loads = Loads(library, built, variant.libraries_of(library))
            allowed = self.shelf(package).accepted(partial(self._may_load, variant, library), built)
            needs.dependencies.append(Dependency(package, allowed | 1, loads))

    def _may_load(self, variant: Variant, library: str, _built: str, version: str) -> bool:
        """Whether *version* of *library* is taken to have the files that the modules of *variant* need."""
        known = self._brings(variant, library, version)
        is_there = same_version(version, self.offers.installed_version(library))
        return self.hopeful and not is_there if known is None else known

    def is_open(self, variant: Variant, library: str, version: str) -> bool:
        """Whether *version* of *library* would do for *variant*, if only it brings what the modules need."""
        said = (match for match in variant.matches if match.name == library and match.evidence != "baked")
        accepted = all(match.policy.accepts(match.built, version) for match in said)
        return accepted and self._brings(variant, library, version) is None

    def _brings(self, variant: Variant, library: str, version: str) -> bool | None:
        """Return whether *version* of *library* has what the modules of *variant* need; None if nobody has looked."""
        if EXACT.accepts(dict(variant.linked)[library], version):
            return True
        there = self.offers.installed(library)
        this = self.offers.installed(variant.source.name)
        if there and same_version(there.version, version) and this and this.variant is variant:
            return (library, there.version) not in this.unlinked
        return self._brought.get((variant.key, library, version))

    def mask(self, package: Package, requirement: Requirement, *, beside: bool = False) -> int:
        """Return the entries of *package* that *requirement* accepts; *beside* as :meth:`Offers.at_url` has it."""
        if requirement.url:
            return self.offers.at_url(requirement, building=bool(package[0]), beside=beside)
        return self.shelf(package).mask(requirement.specifier)

    def limits(self, scope: Scope, name: str) -> Iterable[Dependency[Package]]:
        """Yield what limits *name* in *scope* without asking for it: constraints, and the date of its build tools."""
        package: Package = (scope, name, "")
        constraints = self._build_constraints if scope else self._constraints
        for constraint in constraints.get(name, ()):
            if self.offers.markers.hold(constraint.marker):
                allowed = self.mask(package, constraint) | 1
                yield Dependency(package, allowed, Constrained(constraint, build=bool(scope)))
        if scope and not self.ties.must_match(scope, name):
            date = self._scope_dates[scope[-1]]
            if date and name not in constraints:
                yield Dependency(package, self.shelf(package).as_of(date) | 1, AsOf(scope[-1][0], date))

    def nogoods(self) -> tuple[Nogood[Package], ...]:
        """Return the combinations that what is built already rules out."""
        return find_nogoods(self.goal, self._facts, self.offers)


class _Needs:
    """Dependencies and ties as they are found for one entry in one scope."""

    def __init__(self, provider: PackagingProvider, scope: Scope, *, beside: bool = False) -> None:
        self._provider = provider
        self._scope = scope
        self._beside = beside
        self.dependencies: list[Dependency[Package]] = []
        self.ties: list[Tie[Package]] = []

    def add(self, requirement: Requirement, reason: Reason) -> None:
        """Collect what *requirement* means: the versions, what limits them, and the tie to what runs."""
        provider, scope, name = self._provider, self._scope, requirement.name
        if admits_pre_releases(requirement.specifier):
            provider.naming_pre_releases.add(name)
        base: Package = (scope, name, "")
        mask = provider.mask(base, requirement, beside=self._beside)
        self.dependencies.append(Dependency(base, mask, reason))
        self.dependencies += [Dependency((scope, name, extra), mask, reason) for extra in requirement.extras]
        self.dependencies += provider.limits(scope, name)
        if scope and provider.ties.must_match(scope, name):
            self.ties.append(provider.ties.tie(scope, name))

    def keep(self, requirement: Requirement) -> None:
        """Collect that what is installed of *requirement*'s project stays, whether or not it is what is required."""
        package: Package = (self._scope, requirement.name, "")
        shelf = self._provider.shelf(package)
        self.dependencies.append(
            Dependency(package, shelf.mask_where(lambda entry: entry.installed), Requires(requirement))
        )

    def result(self) -> Dependencies[Package]:
        return Dependencies(tuple(self.dependencies), tuple(self.ties))


def _newest(mask: int) -> int:
    """Return the lowest bit of *mask*: shelves are sorted newest first."""
    return (mask & -mask).bit_length() - 1


def _by_name(requirements: tuple[Requirement, ...]) -> dict[str, tuple[Requirement, ...]]:
    table: dict[str, tuple[Requirement, ...]] = {}
    for requirement in requirements:
        table[requirement.name] = (*table.get(requirement.name, ()), requirement)
    return table
