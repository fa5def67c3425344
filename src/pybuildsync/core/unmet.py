"""What is asked for and no version meets: the plainest reason why there is no solution, told before any other.

All of it is told at once, so that a file of pins needs to be corrected once. Finds words only; decides nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pybuildsync.core.provider import PackagingProvider
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.solver.wording import enumerate_words

_TOLD = 8  # versions that are listed of a project
_NAMED = 3  # requirements that the first line names
_LATER = "take a later time with --uploaded-prior-to"


class Unmet(NamedTuple):
    """A requirement that no version meets; ``versions`` are those that there are, newest first."""

    requirement: Requirement
    versions: tuple[str, ...]


class Told(NamedTuple):
    """The parts of an error (:class:`pybuildsync.errors.PybuildsyncError`)."""

    what: str
    why: str
    hint: str
    pip: tuple[str, ...]


def find_unmet(provider: PackagingProvider) -> tuple[Unmet, ...]:
    """Return what is asked for here and met by no version, in the order of asking, each once."""
    found: dict[Unmet, None] = {}
    for requirement in provider.goal.requirements:
        if provider.offers.markers.hold(requirement.marker):
            shelf = provider.shelf(((), requirement.name, ""))
            if not shelf.versions or not shelf.mask(requirement.specifier):
                found[Unmet(requirement, shelf.versions)] = None
    return tuple(found)


def tell_unmet(unmet: Sequence[Unmet], before: str) -> Told:
    """Return the error for *unmet*, at least one; *before* is the time from which on nothing counts, "" for none."""
    first, *others = unmet
    pip = _words_of_pip(first)
    is_late = bool(before) and any(not each.versions for each in unmet)
    if others:
        named = [str(each.requirement) for each in unmet]
        if len(named) > _NAMED:
            named = [*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} others"]
        why = "\n".join(f"{each.requirement}: {_what_there_is(each, before)}" for each in unmet)
        hint = "ask for what there is, or name the index that has the rest with --extra-index-url"
        return Told(f"no version fits {enumerate_words(named)}", why, _LATER if is_late else hint, pip)
    requirement = first.requirement
    name = requirement.name
    said = f"no version of {name} meets that" if first.versions else f"there is no version of {name}"
    why = f"Because you asked for {requirement} ({said}), there is no solution."
    if first.versions:
        return Told(f"no version fits {requirement}", why, _what_there_is(first, before), pip)
    hint = "check the spelling, or name the index that has it with --extra-index-url"
    return Told(_what_there_is(first, before), why, _LATER if is_late else hint, () if is_late else pip)


def _what_there_is(unmet: Unmet, before: str) -> str:
    name, versions = unmet.requirement.name, unmet.versions
    if versions:
        return f"{name} has {', '.join(versions[:_TOLD])}{', ...' if len(versions) > _TOLD else ''}"
    return f"no index has a file of {name} from before {before}" if before else f"no index has a project called {name}"


def _words_of_pip(unmet: Unmet) -> tuple[str, str]:
    """Return what pip says where no version fits, which scripts look for."""
    named = unmet.requirement._replace(marker="")
    told = ", ".join(reversed(unmet.versions)) or "none"
    return (
        f"Could not find a version that satisfies the requirement {named} (from versions: {told})",
        f"No matching distribution found for {named}",
    )
