"""Removals: which files go when a distribution goes.

What its RECORD lists (recording installed projects specification), inside the environment's own folders only, and the
byte code of it. A file that another distribution lists as well stays. Reads; changes nothing.
"""

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pybuildsync.environments.folders import FolderView, Kind, folded, is_inside
from pybuildsync.environments.installed import (
    InstalledDistribution,
    installed_distributions,
    installer,
    list_of_files,
    read_record_file,
    why_not_removable,
)
from pybuildsync.environments.schemes import Scheme, untouchable
from pybuildsync.errors import EnvironmentFault


def removed_files(distribution: InstalledDistribution, scheme: Scheme, view: FolderView) -> tuple[list[str], list[str]]:
    """Return the files that go with *distribution*, in the order of RECORD, and those it lists that stay.

    The first are absolute, exist and lie in the scheme's folders, also after links are followed; byte code made from
    them is among them. The second lie outside, or are the environment's own (its interpreter, its configuration).

    Raises:
        EnvironmentFault: it can't be told which files are the distribution's, it lies elsewhere, or it is gone.

    """
    location = view.real(distribution.location)
    roots = scheme.roots
    _check_is_here(distribution, location, roots)
    if distribution.kind == "dist-info" and not os.path.lexists(f"{distribution.dist_info}/METADATA"):
        return _left_over(distribution, view), []
    reason = why_not_removable(distribution)
    if reason:
        raise EnvironmentFault(
            f"{distribution.name} {distribution.version} can't be removed",
            why=f"{reason}: {distribution.dist_info}",
            hint=_next_step(distribution),
        )
    found: dict[str, None] = {}
    outside: list[str] = []
    looked_at: dict[str, _Folder] = {}
    protected = untouchable(scheme)
    for name, _, _ in read_record_file(distribution):
        written, _, base = _absolute(location, _as_meant(name, scheme)).rpartition("/")
        folder = looked_at.get(written)
        if folder is None:
            folder = looked_at[written] = _look_at(written, roots, view)
        kind = folder.names.get(folded(base))
        if kind is None:
            continue
        path = f"{folder.path}/{base}"
        if not folder.is_inside or folded(path) in protected:
            outside.append(path)
        elif kind != "folder":
            found[path] = None
            if folder.byte_code and base.endswith(".py"):
                found.update(dict.fromkeys(folder.byte_code.get(folded(base[:-3]), ())))
    return list(found), outside


def _check_is_here(distribution: InstalledDistribution, location: str, roots: tuple[str, ...]) -> None:
    if not os.path.lexists(distribution.dist_info):
        raise EnvironmentFault(
            f"{distribution.name} {distribution.version} is not installed any more",
            why=f"another process has changed the environment meanwhile: {distribution.dist_info} is gone",
            hint="run the command again",
        )
    if not is_inside(f"{location}/", roots):
        raise EnvironmentFault(
            f"{distribution.name} {distribution.version} can't be removed",
            why=f"it is not in this environment, which only sees it: {distribution.dist_info}",
            hint="remove it from the environment that it is in (--python), or with what has installed it",
        )


class _Folder(NamedTuple):
    """A folder that RECORD names files in: where it really is, and whether in the environment; what lies in it.

    ``byte_code`` are the files made from each module in it, by any interpreter at any level (PEP 3147, 488).
    """

    path: str
    is_inside: bool
    names: dict[str, Kind]
    byte_code: dict[str, list[str]]


def _look_at(written: str, roots: tuple[str, ...], view: FolderView) -> _Folder:
    path = view.real(written)
    byte_code: dict[str, list[str]] = {}
    if "__pycache__" in view.names(path):
        for name, kind in sorted(view.names(f"{path}/__pycache__").items()):
            if kind == "file" and name.endswith(".pyc"):
                byte_code.setdefault(name.split(".", 1)[0], []).append(f"{path}/__pycache__/{name}")
    return _Folder(path, is_inside(f"{path}/", roots), view.names(path), byte_code)


def _left_over(distribution: InstalledDistribution, view: FolderView) -> list[str]:
    """Return the files in a dist-info folder without METADATA, which an installer left that was stopped half-way."""
    folder = view.real(distribution.dist_info)
    return sorted(f"{folder}/{name}" for name, kind in view.names(folder).items() if kind != "folder")


def _next_step(distribution: InstalledDistribution) -> str:
    by = installer(distribution)
    if by and by not in {"pip", "uv", "pybuildsync"}:
        return f"remove it with {by}, or use an environment of your own: `pybuildsync venv`"
    return "use a fresh environment: `pybuildsync venv`"


def _as_meant(name: str, scheme: Scheme) -> str:
    """Return *name* of a RECORD; that of a target folder pip writes before it moves the files there."""
    return name.removeprefix("../../") if scheme.data == scheme.purelib else name


def _absolute(location: str, name: str) -> str:
    if ".." in name or "//" in name or "./" in name or name[:1] == "/" or os.name == "nt":
        return os.path.normpath(os.path.join(location, name)).replace(os.sep, "/")
    return f"{location}/{name}"


def others_than(removed: Iterable[str], scheme: Scheme) -> tuple[InstalledDistribution, ...]:
    """Return the distributions in *scheme* but those whose dist-info paths are in *removed*."""
    gone = {os.path.realpath(path) for path in removed}
    return tuple(
        distribution
        for distribution in installed_distributions((scheme.purelib, scheme.platlib), trust_names=True)
        if os.path.realpath(distribution.dist_info) not in gone
    )


def owners(
    paths: Iterable[str], others: Sequence[InstalledDistribution], scheme: Scheme, view: FolderView
) -> dict[str, str]:
    """Return which of the absolute *paths* are listed by which of the distributions *others* (name and version)."""
    wanted = set(paths)
    needles = {os.fsencode(_needle(path, (scheme.purelib, scheme.platlib))) for path in wanted}
    found: dict[str, str] = {}
    for distribution in others if wanted else ():
        try:
            with open(list_of_files(distribution), "rb", buffering=0) as file:
                content = file.read()
        except OSError:
            continue
        if not any(needle in content for needle in needles):
            continue
        location = view.real(distribution.location)
        for name, _, _ in read_record_file(distribution):
            path = _absolute(location, name)
            if path in wanted:
                found.setdefault(path, f"{distribution.name} {distribution.version}")
    return found


def _needle(path: str, locations: tuple[str, str]) -> str:
    """Return words that must be in every RECORD that lists *path*, and in few others."""
    for location in locations:
        if path.startswith(f"{location}/"):
            top, separator, _ = path[len(location) + 1 :].partition("/")
            return top + separator
    return path.rpartition("/")[2]
