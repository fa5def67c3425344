"""What is asked for and no version meets: the plainest reason why there is no solution, told before any other.

All of it is told at once, so that a file of pins needs to be corrected once. The same for what is asked for and has no
file with a hash that was given. Finds words only; decides nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.provider import PackagingProvider
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.solver.wording import enumerate_words

_TOLD = 8  # versions that are listed of a project
_NAMED = 3  # requirements that the first line names
OTHER_HASHES = "somebody changed the file, or the requirement file is of another: don't install it before you know"
PIP_OTHER_HASHES = "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE"
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
    """Return what is asked for here and met by no version, in the order of asking, each once.

    What only stays as it is installed was asked for by nobody.
    """
    found: dict[Unmet, None] = {}
    for requirement in provider.goal.asked:
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


class Unhashed(NamedTuple):
    """A requirement whose versions all lack a hash that was given (``hashes``); ``files`` are those of the newest.

    ``known`` are the versions that have a file with such a hash, newest first.
    """

    requirement: Requirement
    version: str
    hashes: tuple[str, ...]
    files: tuple[DistributionFile, ...]
    known: tuple[str, ...] = ()


def find_unhashed(provider: PackagingProvider) -> tuple[Unhashed, ...]:
    """Return what is asked for here and has no file with a given hash, in the order of asking, each once.

    What only stays has the hashes of a constraint, if any; for it there are other words.
    """
    found: dict[str, Unhashed] = {}
    hashes = dict(provider.goal.hashes)
    for requirement in provider.goal.asked:
        name = requirement.name
        if name not in hashes or not provider.offers.markers.hold(requirement.marker):
            continue
        shelf = provider.shelf(((), name, ""))
        entries = shelf.mask(requirement.specifier)
        newest = (entries & -entries).bit_length() - 1
        while entries:
            bit = (entries & -entries).bit_length() - 1
            if not provider.offers.without_hash(name, bit):
                break
            entries &= entries - 1
        else:
            files = provider.offers.without_hash(name, newest)
            known = tuple(
                version
                for position, version in enumerate(shelf.versions)
                if any(f"{a}:{digest}" in hashes[name] for file in shelf.files(position) for a, digest in file.hashes)
            )
            found.setdefault(name, Unhashed(requirement, shelf.version(newest), hashes[name], files, known))
    return tuple(found.values())


def tell_unhashed(unhashed: Sequence[Unhashed]) -> Told:
    """Return the error for *unhashed*, at least one."""
    titles = [f"{each.requirement.name} {each.version}" for each in unhashed]
    why: list[str] = []
    for title, each in zip(titles, unhashed, strict=True):
        algorithms = {text.partition(":")[0] for text in each.hashes}
        why += [f"{title}:"] if len(unhashed) > 1 else []
        why += [f"expected {text}" for text in each.hashes]
        why += [
            f"got      {file.filename} {algorithm}:{digest}"
            for file in each.files
            for algorithm, digest in file.hashes
            if algorithm in algorithms
        ]
    named = enumerate_words(titles if len(titles) <= _NAMED else [*titles[: _NAMED - 1], f"{len(titles) - 2} others"])
    pip = (f"{PIP_OTHER_HASHES}: {', '.join(titles)}",)
    return Told(
        f"none of the files of {named} has a hash that was given", "\n".join(why), _what_is_hashed(unhashed), pip
    )


def _what_is_hashed(unhashed: Sequence[Unhashed]) -> str:
    """Return the hint: where all hashes are of other versions nobody has changed a file."""
    if not all(each.known for each in unhashed):
        return OTHER_HASHES
    known = [f"{each.requirement.name} {', '.join(each.known[:_TOLD])}" for each in unhashed]
    return f"the hashes are of {enumerate_words(known)}: ask for that, or give the hashes of what is asked for"


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
