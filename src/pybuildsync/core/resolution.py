"""From a goal to a resolution: what will run, and with what each source in it is to be built.

docs/matching.md, "One resolution for both sides". Resolving never builds: where a source's metadata is not known it is
assumed, and the caller builds and asks again.
"""

from collections.abc import Callable
from typing import NamedTuple

from pybuildsync.core.directs import NO_REFERENCES, References, unasked
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Knowledge
from pybuildsync.core.offers import Pick
from pybuildsync.core.pre_releases import admitted_together
from pybuildsync.core.provider import ROOT, PackagingProvider
from pybuildsync.core.reasons import Loads, MustMatch
from pybuildsync.core.solver.outcome import Derived, Failure, Solution, Stated
from pybuildsync.core.solver.solve import solve
from pybuildsync.core.solver.wording import enumerate_words
from pybuildsync.core.variants import Facts, Package, Scope, Variant
from pybuildsync.core.version_sets import order_key
from pybuildsync.errors import RequestError


class Chosen(NamedTuple):
    """A distribution of a resolution: which, for whom (``scope``), as what (``pick``), with which ``extras``."""

    scope: Scope
    name: str
    version: str
    extras: tuple[str, ...]
    pick: Pick
    metadata: Metadata

    @property
    def is_settled(self) -> bool:
        """Whether it can be installed as it is; else it must be built, or fetched, first."""
        return self.pick.source is None and not self.pick.away

    @property
    def inner(self) -> Scope:
        """The scope of what builds it, if it is a source."""
        return self.pick.scope(self.scope, self.name)


class Doubt(NamedTuple):
    """What only the wheel of ``chosen`` can tell: whether it has the libraries that ``variant``'s modules need.

    Or, without a variant, what ``chosen`` promises of itself (docs/matching.md, "What only a wheel tells").
    """

    chosen: Chosen
    variant: Variant | None = None


class Resolution(NamedTuple):
    """All distributions of all scopes, sorted by scope and name; ``visited`` counts the entries looked into.

    It may not stand while there are ``doubts``: knowing better, another one may be found.
    """

    chosen: tuple[Chosen, ...]
    visited: int = 0
    doubts: tuple[Doubt, ...] = ()

    def in_scope(self, scope: Scope) -> tuple[Chosen, ...]:
        """Return the distributions of *scope*, sorted by name; () is what will run."""
        return tuple(chosen for chosen in self.chosen if chosen.scope == scope)

    @property
    def running(self) -> tuple[Chosen, ...]:
        """Return what will run, sorted by name."""
        return self.in_scope(())

    def ready_to_build(self) -> tuple[Chosen, ...]:
        """Return the sources that are not built and whose own build environments need no build first."""
        unsettled = [chosen for chosen in self.chosen if not chosen.is_settled]
        scopes = {chosen.scope for chosen in unsettled}
        return tuple(c for c in unsettled if c.pick.source and c.inner not in scopes)

    def to_fetch(self) -> tuple[tuple[str, str], ...]:
        """Return the (project, URL) pairs of the direct references that nobody has fetched yet, sorted."""
        return tuple(sorted({(chosen.name, chosen.pick.away) for chosen in self.chosen if chosen.pick.away}))


class NoSolution(RequestError):
    """No resolution exists under the facts; the text explains why."""


def resolve(goal: Goal, knowledge: Knowledge, facts: Facts) -> Resolution:
    """Return the best resolution of *goal* under *facts*.

    What nobody has looked into is hoped for only where there is no resolution without it.

    Raises:
        NoSolution: there is none; the error explains it in sentences.

    """
    references = left_out = NO_REFERENCES
    hopeful = False
    goal = goal._replace(policies=goal.policies.with_promises(facts.promises))
    admitted = admitted_together(goal, knowledge, facts)
    while True:
        provider = PackagingProvider(
            goal, knowledge, facts, admitted, hopeful=hopeful, references=(references, left_out)
        )
        outcome = solve(provider, ROOT, nogoods=provider.nogoods(), rank=_ranking(goal))
        late = provider.offers.late_references()
        if late:  # places that count for all, wherever they came up
            references |= late
            continue
        if isinstance(outcome, Solution):
            resolution = _read(provider, outcome)
            strangers = _strangers(provider, resolution)
            if strangers:
                left_out |= strangers
                continue
            return resolution._replace(doubts=_doubts(provider, resolution, facts))
        # A pre-release that some requirement names admits those of its project for all (PEP 440), as far as needed;
        # a yanked release that some requirement pins may be had (PEP 592).
        named = provider.admitting() | admitted
        if named == admitted and (hopeful or not _may_hope(outcome, facts)):
            raise _no_solution(provider, outcome)
        hopeful = hopeful or named == admitted
        admitted = named


def _ranking(goal: Goal) -> Callable[[Package], int]:
    """Rank what runs before what builds, outer build environments before inner ones, and what is asked for first.

    So what the user names first gets the newest version that it can have, as with other installers.
    """
    asked = {requirement.name: at for at, requirement in reversed(list(enumerate(goal.requirements)))}
    others = len(goal.requirements)

    def rank(package: Package) -> int:
        scope, name, _ = package
        return len(scope) * (others + 1) + (others if scope else asked.get(name, others))

    return rank


def _read(provider: PackagingProvider, solution: Solution[Package]) -> Resolution:
    extras: dict[tuple[Scope, str], list[str]] = {}
    for scope, name, extra in solution.selected:
        if extra:
            extras.setdefault((scope, name), []).append(extra)
    chosen = []
    for (scope, name, extra), bit in solution.selected.items():
        if extra or not name:
            continue
        pick, metadata = provider.looked_into[(scope, name), bit]
        asked = tuple(sorted(extras.get((scope, name), ())))
        chosen.append(Chosen(scope, name, pick.version, asked, pick, metadata))
    chosen.sort(key=lambda each: (len(each.scope), each.scope, each.name))
    return Resolution(tuple(chosen), visited=len(solution.statistics.visited))


def _strangers(provider: PackagingProvider, resolution: Resolution) -> References:
    """Return the direct references in *resolution* that nobody in it asks for.

    They came up with something that isn't in it, so they must not serve it.
    """
    found = frozenset(
        (chosen.name, direct.url)
        for chosen in resolution.chosen
        if (direct := provider.offers.direct_of(chosen.name, chosen.pick)) is not None
    )
    if not found:
        return NO_REFERENCES
    goal, sources = provider.goal, [chosen.pick.source for chosen in resolution.chosen]
    said = [*goal.requirements, *goal.constraints, *goal.build_constraints]
    said += [requirement for chosen in resolution.chosen for requirement in chosen.metadata.requires]
    said += [requirement for source in sources if source for requirement in provider.to_build(source)]
    return unasked(frozenset((each.name, each.url) for each in said if each.url), found)


def _may_hope(failure: Failure[Package], facts: Facts) -> bool:
    """Whether *failure* rests on something that a look into a wheel may refute."""
    waiting, seen = [failure.incompatibility], {id(failure.incompatibility)}
    while waiting:
        cause = waiting.pop().cause
        if isinstance(cause, Derived):
            fresh = [each for each in cause.causes if id(each) not in seen]
            seen |= {id(each) for each in fresh}
            waiting += fresh
        elif isinstance(cause, Stated):
            reason = cause.statement.reason
            if isinstance(reason, Loads):
                return True
            sure = ("configured", "baked")
            if isinstance(reason, MustMatch) and reason.evidence not in sure and reason.library not in facts.silent:
                return True
    return False


def _doubts(provider: PackagingProvider, resolution: Resolution, facts: Facts) -> tuple[Doubt, ...]:
    """Return what the wheels in *resolution* must be looked into for, before it can stand."""
    found: list[Doubt] = []
    installed = [each for each in provider.goal.installed if each.name not in provider.goal.reinstall]
    places = {(chosen.scope, chosen.name): chosen for chosen in resolution.chosen}
    for chosen in resolution.chosen:
        running = places.get((chosen.scope[:-1], chosen.name)) if chosen.scope else None
        versions = (chosen.version, running.version) if running and _has_wheel(chosen) else None
        if versions and not provider.ties.goes_with(chosen.scope, chosen.name, *versions):
            found.append(Doubt(chosen))
        variants = [each.variant for each in installed if each.name == chosen.name and not chosen.scope]
        variants += [each for each in facts.variants if each.source.name == chosen.name]
        for variant in filter(None, variants):
            for library, _ in variant.linked if _may_serve(provider, variant, chosen) else ():
                other = places.get((chosen.scope, library))
                if other and _has_wheel(other) and provider.is_open(variant, library, other.version):
                    found.append(Doubt(other, variant))
    return tuple(dict.fromkeys(found))


def _has_wheel(chosen: Chosen) -> bool:
    """Whether *chosen* is a wheel that can be fetched."""
    variant = chosen.pick.variant
    return chosen.pick.file is not None or (variant is not None and not variant.is_prepared)


def _may_serve(provider: PackagingProvider, variant: Variant, chosen: Chosen) -> bool:
    """Whether *variant* is as good as *chosen*, or better, if only the libraries that it loads are there."""
    if variant.contradiction:
        return False
    stays = chosen.name not in provider.goal.upgrade and provider.offers.installed_variant(chosen.name) is variant
    return stays or order_key(variant.source.version) >= order_key(chosen.version)


def _no_solution(provider: PackagingProvider, failure: Failure[Package]) -> NoSolution:
    from pybuildsync.core.unmet import find_unhashed, find_unmet, tell_unhashed, tell_unmet

    unmet = find_unmet(provider)
    unhashed = () if unmet else find_unhashed(provider)
    if unmet or unhashed:
        told = tell_unmet(unmet, provider.goal.uploaded_before) if unmet else tell_unhashed(unhashed)
        return NoSolution(told.what, why=told.why, hint=told.hint, pip=told.pip)
    from pybuildsync.core.wording import explain_failure

    why = explain_failure(provider, failure)
    hint = "loosen one of the requirements above, or leave out a pin"
    if provider.goal.builds_with is not None:
        hint += "; without --no-build-isolation sources are built against what will run"
    named = enumerate_words([str(each._replace(marker="")) for each in provider.goal.asked])
    impossible = f"Cannot install {named} because these package versions have conflicting dependencies."
    told_by_pip = (impossible, "ResolutionImpossible: see below")
    return NoSolution("no set of versions fits", why=why, hint=hint, pip=told_by_pip)
