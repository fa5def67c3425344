"""The loop: resolve, build what isn't settled, resolve again with what the wheels say, until both agree.

docs/matching.md, "The loop". Resolving never builds, and building never resolves: a :class:`Builder` is told what to
build and gives facts. It ends because facts only grow and no build key is built twice; a bound on the rounds guards
against backends that answer differently each time.
"""

from typing import NamedTuple, Protocol

from pybuildsync.core.goal import Goal, Knowledge
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import matches_of_extras
from pybuildsync.core.policies import Policy
from pybuildsync.core.resolution import Chosen, Doubt, Resolution, resolve
from pybuildsync.core.story import Resolved, RoundStarted, Story
from pybuildsync.core.variants import Facts
from pybuildsync.errors import InternalError, PackageError


class Builder(Protocol):
    """Who builds. Every call returns facts that hold all of those given."""

    def foresee(self, resolution: Resolution) -> None:
        """Learn of *resolution* before it is settled: what it needs may be fetched ahead."""
        ...

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """Fetch the direct references in *resolution*; else build all that is ready, with *prepare* only metadata."""
        ...

    def finish(self, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
        """Build the wheels of *chosen*, variants of which only metadata is known."""
        ...


class Seen(NamedTuple):
    """What the wheel of a doubt told: what it promises of itself, whether it has the libraries that are needed."""

    promise: Policy | None = None
    brings: bool = True


class Looks(Protocol):
    """Who looks into wheels."""

    def look(self, doubts: tuple[Doubt, ...]) -> tuple[Seen, ...]:
        """Return what the wheels of *doubts* tell, in their order."""
        ...


class Hands(Builder, Looks, Protocol):
    """Who does what the loop decides: builds, and looks into wheels."""


class Settled(NamedTuple):
    """A resolution in which every source is a built variant, the facts that led to it, and the rounds it took."""

    resolution: Resolution
    facts: Facts
    rounds: int


def settle(
    goal: Goal, knowledge: Knowledge, builder: Hands, facts: Facts, story: Story, *, max_rounds: int, first: int = 1
) -> Settled:
    """Return the settled resolution of *goal*; rounds are counted from *first* and end after *max_rounds*.

    Raises:
        NoSolution: no resolution exists under the facts.
        PackageError: a source can't be built, or the answers still differ after the last round.

    """
    before: dict[str, str] = {}
    history: list[dict[str, str]] = []
    for number in range(first, max_rounds + 1):
        story.tell(RoundStarted(number))
        resolution, facts = _without_doubts(goal, knowledge, builder, facts)
        versions = {chosen.name: chosen.version for chosen in resolution.running}
        story.tell(_what_changed(before, versions))
        before = versions
        history.append(versions)
        open_ = _without_known(goal, resolution)
        builder.foresee(open_)
        known = facts
        prepared = tuple(chosen for chosen in open_.chosen if _is_prepared(chosen) and not is_left_out(goal, chosen))
        needed = tuple(chosen for chosen in prepared if chosen.scope)  # others are built with these
        if resolution.to_fetch():
            facts = builder.build(goal, resolution, facts, prepare=True)
        elif needed:
            facts = builder.finish(goal, needed, facts)
        elif open_.ready_to_build():
            facts = builder.build(goal, open_, facts, prepare=_is_worth_preparing(open_))
        elif prepared:
            facts = builder.finish(goal, prepared, facts)
        else:
            return Settled(resolution, facts, number)
        if facts == known:
            raise InternalError(
                "the loop stands still: what is to be built is known, and yet it isn't chosen",
                why="\n".join(f"{c.name} {c.version}" for c in open_.ready_to_build()),
                hint="please report this, with the output of -v",
            )
    raise _unsettled(history, facts, max_rounds)


def _without_doubts(goal: Goal, knowledge: Knowledge, looks: Looks, facts: Facts) -> tuple[Resolution, Facts]:
    """Return a resolution under all that the wheels in it tell, and the facts that came to be known for it.

    Each look answers a question that is never asked again, and there are only so many wheels: so this ends. What the
    extras of a variant require, that are asked for, is known by then: what is required twice for them has to match.
    """
    while True:
        resolution = resolve(goal, knowledge, facts)
        if not resolution.doubts:
            known = facts
            facts = _with_extras(goal, resolution, facts)
            if facts == known:
                return resolution, facts
        for doubt, seen in zip(resolution.doubts, looks.look(resolution.doubts), strict=True):
            name, version = doubt.chosen.name, doubt.chosen.version
            if doubt.variant is None:
                facts = facts.with_promise(name, version, seen.promise)
            else:
                facts = facts.with_brought(doubt.variant, name, version, seen.brings)


def _with_extras(goal: Goal, resolution: Resolution, facts: Facts) -> Facts:
    """Return *facts* with variants that match what they must for the extras that *resolution* takes them with."""
    policies, markers = goal.policies.with_promises(facts.promises), MarkerAnswers(goal.target)
    for chosen in resolution.chosen if goal.builds_with is None else ():  # which isn't only what a build needs
        variant = chosen.pick.variant if chosen.extras else None
        if variant is not None:
            more = matches_of_extras(variant, chosen.extras, policies, markers)
            facts = facts.with_variant(variant.with_matches(more)) if more else facts
    return facts


def _is_worth_preparing(resolution: Resolution) -> bool:
    """Whether asking for metadata first may save a compilation: when several sources share a library they must match.

    One source alone is built at once: its environment is what the resolution wants, and the hook would cost its time.
    """
    seen: set[str] = set()
    for chosen in resolution.ready_to_build():
        needed = {requirement.name for requirement in chosen.metadata.requires}
        environment = resolution.in_scope(chosen.inner)
        shared = {each.name for each in environment if each.name in needed}
        if shared & seen:
            return True
        seen |= shared
    return False


def _is_prepared(chosen: Chosen) -> bool:
    variant = chosen.pick.variant
    return variant is not None and variant.is_prepared and not chosen.pick.installed


def is_left_out(goal: Goal, chosen: Chosen) -> bool:
    """Whether *chosen* won't run: that its metadata is known will do."""
    return not chosen.scope and (goal.only_metadata or chosen.name in goal.left_out)


def _without_known(goal: Goal, resolution: Resolution) -> Resolution:
    """Return *resolution* without the sources that needn't be built to know what they require."""
    rest = (
        chosen
        for chosen in resolution.chosen
        if not (chosen.pick.source and goal.needs_no_build(chosen.scope, chosen.metadata))
    )
    return resolution._replace(chosen=tuple(rest))


def _what_changed(before: dict[str, str], now: dict[str, str]) -> Resolved:
    names = sorted(before.keys() | now.keys()) if before else ()
    changes = tuple(
        (name, before.get(name, ""), now.get(name, "")) for name in names if before.get(name) != now.get(name)
    )
    return Resolved(versions=tuple(sorted(now.items())), changes=changes)


def _unsettled(history: list[dict[str, str]], facts: Facts, max_rounds: int) -> PackageError:
    names = sorted({name for versions in history for name in versions})
    moved = []
    for name in names:
        seen = list(dict.fromkeys(versions.get(name, "-") for versions in history))
        if len(seen) > 1:
            moved.append(f"{name}: {', '.join(seen)}")
    said = [
        f"{variant.source.name} {variant.source.version}, built against "
        f"{', '.join(f'{name} {version}' for name, version in variant.coupled) or 'nothing that matters'}, requires "
        f"{', '.join(str(each) for each in variant.metadata.requires if not each.marker) or 'nothing'}"
        for variant in facts.variants
    ]
    return PackageError(
        f"no settled result after {max_rounds} rounds",
        why="\n".join(["these kept moving:", *moved, "the builds said:", *said]),
        hint="pin one of them, or allow more rounds with --max-rounds",
    )
