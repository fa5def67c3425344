"""A resolution against what is installed: what to install, replace, rebuild, keep, and whom that would disturb.

Follows docs/matching.md, "After the install": an installed distribution with a build record takes part in every plan.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import matches_of_extras
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.variants import EVIDENCE_WORDS, Match
from pybuildsync.core.version_sets import accepts, order_key

_PUBLISHED = "a published wheel instead of the one built here"

Kind = Literal["install", "upgrade", "downgrade", "rebuild", "reinstall", "keep"]


class Step(NamedTuple):
    """What happens to one distribution; ``old`` is "" where none is installed, ``reason`` why it comes anew, or ""."""

    kind: Kind
    chosen: Chosen
    old: str = ""
    reason: str = ""


class Disturbed(NamedTuple):
    """An installed distribution, outside the resolution, that no longer fits what will run; ``text`` says why.

    ``match`` is the broken match of a build record: then rebuilding helps. Else a requirement is broken. That is
    ``requirement``, as the metadata state it; "" for a match that no requirement tells of. ``was_broken`` if that is
    so of another version of the library, or without it, before the change.
    """

    installed: Installed
    text: str
    match: Match | None = None
    library: str = ""
    missing: bool = False
    requirement: str = ""
    was_broken: bool = False


def make_plan(resolution: Resolution, installed: tuple[Installed, ...], reinstall: frozenset[str]) -> tuple[Step, ...]:
    """Return one step for each distribution that will run, sorted by name; nothing in *reinstall* is kept."""
    known = {each.name: each for each in installed}
    return tuple(_step(chosen, known.get(chosen.name), chosen.name in reinstall) for chosen in resolution.running)


def _step(chosen: Chosen, old: Installed | None, again: bool) -> Step:  # noqa: FBT001
    if old is None:
        return Step("install", chosen)
    if chosen.pick.installed:
        return Step("keep", chosen, old.version)
    before, after = order_key(old.version), order_key(chosen.version)
    if before != after:
        return Step("upgrade" if before < after else "downgrade", chosen, old.version)
    variant = chosen.pick.variant
    if variant is not None and not again and old.variant is not None and old.variant.key == variant.key:
        return Step("keep", chosen, old.version)
    if variant is not None:
        return Step("rebuild", chosen, old.version, _what_moved(old, chosen))
    return Step("reinstall", chosen, old.version, _PUBLISHED if old.variant is not None else "")


def _what_moved(old: Installed, chosen: Chosen) -> str:
    """Say which libraries a rebuild is for: ``lib 7.0.7 -> 7.0.10``."""
    if old.variant is None or chosen.pick.variant is None:
        return ""
    before = dict(old.variant.coupled)
    moved = [
        f"{name} {before[name]} -> {version}"
        for name, version in chosen.pick.variant.coupled
        if name in before and before[name] != version
    ]
    return ", ".join(moved)


def find_disturbed(
    before: dict[str, str],
    after: dict[str, str],
    installed: tuple[Installed, ...],
    markers: MarkerAnswers,
    *,
    but: frozenset[str],
    again: frozenset[str] = frozenset(),
) -> tuple[Disturbed, ...]:
    """Return the *installed* distributions, except those named in *but*, that what runs *after* a change breaks.

    *before* and *after* are all that the environment holds, name to version; what is named in *again* is installed
    anew, even if in the same version. Sorted by name; for each distribution its first broken match, else its first
    requirement that is broken and wasn't before, else its first that was and that the change leaves broken by something
    it installs.
    """
    found: list[Disturbed] = []
    placed = again | {name for name, version in after.items() if before.get(name) != version}
    for each in sorted(installed, key=lambda one: one.name):
        if each.name in but:
            continue
        was = {problem.library for problem in broken_requirements(each, before, markers)}
        problems = (*broken_matches(each, after), *broken_requirements(each, after, markers))
        new = [problem for problem in problems if problem.match is not None or problem.library not in was]
        left = [problem._replace(was_broken=True) for problem in problems if problem.library in placed]
        found += (new or left)[:1]
    return tuple(found)


def broken_matches(installed: Installed, running: dict[str, str]) -> tuple[Disturbed, ...]:
    """Return what *installed* must match, by its build record, and doesn't; a library that is gone breaks no match."""
    variant, title = installed.variant, f"{installed.name} {installed.version}"
    if variant is None:
        return ()
    found = []
    for match in variant.matches:
        version = running.get(match.name)
        if version is None or match.evidence == "baked":
            continue
        if not match.policy.accepts(match.built, version):
            text = (
                f"{title} was built against {match.name} {match.built}, "
                f"and {match.name} {version} is there ({EVIDENCE_WORDS[match.evidence]}: {match.policy})"
            )
        elif (match.name, version) in installed.unlinked:
            text = f"{title} needs {', '.join(variant.libraries_of(match.name))} as {match.name} {match.built} brings"
            text += f", and {match.name} {version} is there"
        else:
            continue
        found.append(Disturbed(installed, text, match, match.name))
    return tuple(found)


def broken_requirements(installed: Installed, running: dict[str, str], markers: MarkerAnswers) -> tuple[Disturbed, ...]:
    """Return the requirements of *installed*, without extras, that *running* doesn't satisfy."""
    found = []
    matched = {match.name: match for match in installed.variant.matches} if installed.variant else {}
    for requirement in installed.metadata.requires:
        if not markers.hold(requirement.marker):
            continue
        version = running.get(requirement.name)
        title = f"{installed.name} {installed.version} requires {requirement.name}{requirement.specifier}"
        if version is None:
            text = f"{title}, which is not installed"
            found.append(
                Disturbed(installed, text, library=requirement.name, missing=True, requirement=str(requirement))
            )
        elif requirement.specifier and not accepts(requirement.specifier, version):
            match = matched.get(requirement.name)
            text = f"{title}, and {requirement.name} {version} is there"
            if match is not None:
                text += f" ({installed.name} was built against {match.name} {match.built})"
            found.append(Disturbed(installed, text, match, requirement.name, requirement=str(requirement)))
    return tuple(found)


def extras_in_use(installed: Installed, running: dict[str, str], markers: MarkerAnswers) -> tuple[str, ...]:
    """Return the extras that *installed* was asked for with, as far as its build record tells.

    An extra is in use where all that it requires is *running*, and some of it must match and isn't required otherwise.
    """
    requires = installed.metadata.requires
    matched = {match.name for match in installed.variant.matches} if installed.variant else set[str]()
    matched -= {each.name for each in requires if markers.hold(each.marker)}
    found = []
    for extra in installed.metadata.extras:
        names = {each.name for each in requires if "extra" in each.marker and markers.hold(each.marker, extra)}
        if names & matched and names <= running.keys():
            found.append(extra)
    return tuple(found)


def is_satisfied(goal: Goal, markers: MarkerAnswers) -> bool:
    """Whether what is installed meets *goal* as it is: then no index has to be asked, as pip has it.

    Requirements, constraints, extras and all that follows from them are met by installed versions, and each installed
    variant on the way runs with what it was built against.
    """
    running = {each.name: each.version for each in goal.installed}
    limits = [c for c in goal.constraints if markers.hold(c.marker)]
    if any(c.specifier and c.name in running and not accepts(c.specifier, running[c.name]) for c in limits):
        return False
    elsewhere = {c.name for c in limits if c.url}  # where they come from is said, but not which version that is
    for requirement, each in _required(goal, markers):
        if each is None or (requirement.specifier and not accepts(requirement.specifier, each.version)):
            return False
        if each.name in elsewhere or not _goes_with(running, each, requirement.extras, goal.policies, markers):
            return False
    return True


def is_unmet(goal: Goal, markers: MarkerAnswers) -> bool:
    """Whether something that *goal* names is missing, or in no version that it accepts: then all plans have changes."""
    running = {each.name: each.version for each in goal.installed}
    return any(
        each.name not in running or (each.specifier and not accepts(each.specifier, running[each.name]))
        for each in goal.requirements
        if each.name not in goal.left_out and markers.hold(each.marker)
    )


def extras_asked(goal: Goal, markers: MarkerAnswers) -> tuple[tuple[str, str], ...]:
    """Return the (name, extra) pairs that a satisfied *goal* asks for, sorted."""
    return tuple(sorted({(each.name, extra) for each, _ in _required(goal, markers) for extra in each.extras}))


def _required(goal: Goal, markers: MarkerAnswers) -> Iterator[tuple[Requirement, Installed | None]]:
    """Yield what *goal* requires, and what that requires in turn, each with what is installed of it."""
    known = {each.name: each for each in goal.installed}
    waiting = [(requirement, "") for requirement in goal.requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if not markers.hold(requirement.marker, extra):
            continue
        each = known.get(requirement.name)
        yield requirement, each
        metadata = each.metadata if each else Metadata(requirement.name, "")
        for asked in ("", *(extra for extra in requirement.extras if extra in metadata.extras)):
            if (requirement.name, asked) not in seen:
                seen.add((requirement.name, asked))
                if not goal.no_dependencies:
                    waiting += [(r, asked) for r in metadata.requires if bool(asked) == ("extra" in r.marker)]


def find_amended(
    asked: Iterable[tuple[str, str]], installed: Iterable[Installed], policies: PolicyBook, markers: MarkerAnswers
) -> tuple[Installed, ...]:
    """Return those of *installed* that must match more than their build records tell, as they must from now on.

    *asked* are (name, extra) pairs that they are asked for with: an extra that wasn't asked for when they were built.
    """
    extras: dict[str, list[str]] = {}
    for name, extra in asked:
        extras.setdefault(name, []).append(extra)
    found = []
    for each in installed:
        more = matches_of_extras(each.variant, extras.get(each.name, ()), policies, markers) if each.variant else ()
        if each.variant is not None and more:
            found.append(each._replace(variant=each.variant.with_matches(more)))
    return tuple(found)


def _goes_with(
    running: dict[str, str], each: Installed, extras: tuple[str, ...], policies: PolicyBook, markers: MarkerAnswers
) -> bool:
    """Whether *each*, taken with *extras*, runs with what it was built against."""
    variant = each.variant
    if variant is not None:
        variant = variant.with_matches(matches_of_extras(variant, extras, policies, markers))
    return not each.unlinked and not broken_matches(each._replace(variant=variant), running)
