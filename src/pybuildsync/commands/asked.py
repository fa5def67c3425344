"""All places where it stands what to install: words, requirement files, lock files, dependency groups, scripts.

They become requirement lines, in pip's order: constraints apart, words, groups, editables, files, scripts. What the
lines mean is for ``inputs``.
"""

from collections.abc import Iterable, Mapping

from pybuildsync.commands.options import AskedOptions
from pybuildsync.core.candidates import Listing
from pybuildsync.core.targets import Target
from pybuildsync.core.version_sets import accepts
from pybuildsync.errors import RequestError, UsageError
from pybuildsync.project.dependency_groups import read_group, split_group
from pybuildsync.project.file_locations import Fetch, is_remote, path_of
from pybuildsync.project.lock_files import is_lock_file, read_lock_file, split_extras
from pybuildsync.project.requirement_files import RequirementFile, RequirementLine, read_requirement_file

_WORD = "the command line"


def gather(
    asked: AskedOptions, environ: Mapping[str, str], target: Target, *, any_python: bool, fetch: Fetch | None = None
) -> tuple[RequirementFile, tuple[Listing, ...]]:
    """Return all that is *asked* for as lines, and the listings that lock files stand for.

    *target* is who it is for: a lock file holds something else for each Python. With *any_python* a script's
    requires-python doesn't count. Files by URL come by *fetch*; without it they are refused.

    Raises:
        RequestError: a file can't be read, or is for another Python.
        PybuildsyncError: whatever *fetch* raises.
        UsageError: a file is given where another kind has its place.

    """
    found = RequirementFile()
    found.requirements += [RequirementLine(word, _WORD) for word in asked.requirements]
    locks: dict[str, tuple[set[str], set[str], bool]] = {}
    for path, group in map(split_group, asked.groups):
        lock, extras = split_extras(path)
        if is_lock_file(lock):
            _note(locks, lock, extras)[1].add(group)
        else:
            found.requirements += read_group(path, group)
            found.files.append(path)
    found.requirements += [RequirementLine(word, _WORD, editable=True) for word in asked.editables]
    for given in asked.requirement_files:
        path, extras = split_extras(given)
        if is_lock_file(path):
            chosen = _note(locks, path, extras)
            locks[path] = (chosen[0], chosen[1], True)
        else:
            merge(found, read_requirement_file(given, environ=environ, fetch=fetch))
    listings: list[Listing] = []
    for path, (names, groups, default_groups) in locks.items():
        locked = read_lock_file(path, target, extras=names, groups=groups, default_groups=default_groups, fetch=fetch)
        found.requirements += locked.lines
        found.files += () if is_remote(path) else (path_of(path),)
        listings += locked.listings
    for path in _only_one(asked.scripts):
        found.requirements += _of_script(path, target, any_python=any_python)
        found.files.append(path)
    for path in asked.constraint_files:
        merge(found, read_requirement_file(path, environ=environ, constraints=True, fetch=fetch))
    return found, tuple(listings)


def merge(into: RequirementFile, other: RequirementFile) -> None:
    """Add all that *other* says to *into*."""
    into.requirements += other.requirements
    into.constraints += other.constraints
    into.options += other.options
    into.files += other.files
    into.uses_variables = into.uses_variables or other.uses_variables


def _note(
    locks: dict[str, tuple[set[str], set[str], bool]], path: str, extras: Iterable[str]
) -> tuple[set[str], set[str], bool]:
    """Return what is chosen from the lock file *path* so far, with *extras* added."""
    chosen = locks.setdefault(path, (set(), set(), False))
    chosen[0].update(extras)
    return chosen


def _only_one(scripts: tuple[str, ...]) -> tuple[str, ...]:
    if len(scripts) > 1:
        raise UsageError("--requirements-from-script can be given once", hint=f"leave out {scripts[1]}")
    return scripts


def _of_script(path: str, target: Target, *, any_python: bool) -> tuple[RequirementLine, ...]:
    from pybuildsync.project.scripts import read_script

    needs = read_script(path)
    try:
        fits = any_python or accepts(needs.requires_python, target.full_version)
    except ValueError as error:  # packaging's InvalidSpecifier
        raise RequestError(
            f"{path}: its requires-python is no specifier", why=str(error), hint="see PEP 440"
        ) from error
    if not fits:
        raise RequestError(
            f"the script {path} needs another Python",
            why=f"it says requires-python = {needs.requires_python!r}, and this is {target.full_version}",
            hint="choose one with --python, or give --ignore-requires-python",
        )
    return needs.requirements
