"""Dependency groups of a ``pyproject.toml`` (PEP 735), as requirement lines. Reads one file, resolves nothing."""

from collections.abc import Mapping
from typing import Any

from pybuildsync.core.names import normalize_name
from pybuildsync.core.toml_text import parse_toml
from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementLine

_MOST = 100_000  # requirements of a group


def split_group(text: str) -> tuple[str, str]:
    """Split ``[FILE:]GROUP`` into the file, by default ``pyproject.toml``, and the group's name as typed."""
    path, _, group = text.rpartition(":")
    return path or "pyproject.toml", group


def read_group(path: str, group: str) -> tuple[RequirementLine, ...]:
    """Return what the dependency group *group* of the file at *path* lists, included groups in their place.

    Raises:
        RequestError: the file can't be read, has no such group, or its groups are not as PEP 735 has them.

    """
    from packaging.dependency_groups import resolve_dependency_groups

    groups = _read(path).get("dependency-groups")
    if not isinstance(groups, dict):
        raise RequestError(
            f"{path} has no dependency groups", why=f"--group {group}", hint="add a table [dependency-groups] (PEP 735)"
        )
    try:
        _check_size({normalize_name(name): entries for name, entries in groups.items()}, group)
        texts = resolve_dependency_groups(groups, group)
    except (ExceptionGroup, LookupError, TypeError, ValueError, RecursionError) as error:
        why = "\n".join(str(each) for each in getattr(error, "exceptions", (error,)))
        names = ", ".join(sorted(map(str, groups)))
        raise RequestError(
            f"{path}: the dependency group {group} can't be had", why=why, hint=f"there are: {names}"
        ) from error
    return tuple(RequirementLine(text, f"{path}, group {group}") for text in texts)


def _check_size(groups: Mapping[str, object], group: str) -> None:
    """Raise ValueError where *group* includes groups that include groups, twice each: that would fill the memory."""
    known: dict[str, int] = {}

    def size(name: str) -> int:
        if name not in known:
            known[name] = 0  # to include itself is for `packaging` to refuse
            entries = groups.get(name)
            for entry in entries if isinstance(entries, list) else ():
                included = entry.get("include-group") if isinstance(entry, dict) else None
                known[name] += size(normalize_name(included)) if isinstance(included, str) else 1
        return known[name]

    if size(normalize_name(group)) > _MOST:
        raise ValueError(f"with the groups it includes it has more than {_MOST} requirements")


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return parse_toml(file.read())
    except (OSError, ValueError) as error:  # broken TOML and broken UTF-8 are ValueErrors
        raise RequestError(
            f"{path} can't be read", why=str(error), hint="give --group FILE:GROUP, or change to its folder"
        ) from error
