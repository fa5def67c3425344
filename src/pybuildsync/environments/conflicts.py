"""Conflicts: two distributions that would have the same file.

pip and uv let the last one win, so that the first is broken from then on and both lose the file when either goes. Here
the same content is no conflict, nor are two ``__init__.py`` that do nothing but declare one namespace package (the ways
older than PEP 420); all else is refused before the first change, or, where the user allows it, the later one wins.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pybuildsync.environments.layouts import Layout
from pybuildsync.errors import RequestError

OnConflict: TypeAlias = Literal["refuse", "overwrite"]

_MOST_SHOWN = 10
_NAMESPACE_WORDS = (b"extend_path", b"declare_namespace")


class Conflict(NamedTuple):
    """Two distributions (name and version) that have the file *path* with different contents; *second* comes later."""

    path: str
    first: str
    second: str

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.path}: of {self.first} and of {self.second}"


def refuse(conflicts: Sequence[Conflict]) -> None:
    """Raise the error that *conflicts* are; return if there are none.

    Raises:
        RequestError: there are conflicts.

    """
    if conflicts:
        more = len(conflicts) - _MOST_SHOWN
        shown = [*map(str, conflicts[:_MOST_SHOWN]), *([f"... and {more} more"] if more > 0 else [])]
        pairs = dict.fromkeys(f"{conflict.first} and {conflict.second}" for conflict in conflicts)
        raise RequestError(
            f"distributions have the same files with different contents: {'; '.join(pairs)}",
            why="\n".join(shown),
            hint="leave one of them out, or let the later one win: `--allow-conflicts`",
        )


def conflicts_among(layouts: Sequence[Layout]) -> list[Conflict]:
    """Return the conflicts between the wheels of *layouts*, in their order."""
    shared = _shared_paths(layouts)
    if not shared:
        return []
    first: dict[str, Layout] = {}
    found = []
    for layout in layouts:
        for path in paths_of(layout):
            if path not in shared:
                continue
            other = first.setdefault(path, layout)
            if other is not layout and not _is_harmless(path, content_of(other, path), content_of(layout, path)):
                labels = (other.placement.label, layout.placement.label)
                found.append(Conflict(path=path, first=labels[0], second=labels[1]))
    return found


def conflicts_with_installed(layout: Layout, paths: Iterable[str], owners: "dict[str, str]") -> list[Conflict]:
    """Return the conflicts of *layout* at those *paths* of it that installed distributions own (path to label)."""
    found = []
    for path in paths:
        owner = owners.get(path)
        if owner is not None and not _is_harmless(path, _read(path), content_of(layout, path)):
            found.append(Conflict(path=path, first=owner, second=layout.placement.label))
    return found


def paths_of(layout: Layout) -> list[str]:
    """Return the absolute paths of all files of *layout*."""
    return [*[f"{layout.folder}/{name}" for name in layout.files], *layout.elsewhere]


def content_of(layout: Layout, path: str) -> bytes:
    """Return what *layout* has at the absolute *path*; KeyError if it has nothing there."""
    for generated in (*layout.generated, layout.record):
        if generated.path == path:
            return generated.content
    for source, destination in layout.linked:
        if destination == path:
            return _read(source)
    name = path[len(layout.folder) + 1 :]
    if not path.startswith(f"{layout.folder}/") or name not in layout.files:
        raise KeyError(path)
    return _read(f"{layout.placement.wheel.path}/{name}")


def _shared_paths(layouts: Sequence[Layout]) -> set[str]:
    """Return the paths that more than one of *layouts* has; compares whole wheels, as most share nothing."""
    folders = tuple(dict.fromkeys(layout.folder for layout in layouts))
    seen: dict[str, set[str]] = {folder: set() for folder in folders}
    other: set[str] = set()
    shared: set[str] = set()
    for layout in layouts:
        names: dict[str, set[str]] = {folder: set() for folder in folders}
        names[layout.folder].update(layout.files)
        rest: set[str] = set()
        for path in layout.elsewhere:
            inside = next((folder for folder in folders if path.startswith(f"{folder}/")), None)
            if inside is None:
                rest.add(path)
            else:
                names[inside].add(path[len(inside) + 1 :])
        for folder in folders:
            if not seen[folder].isdisjoint(names[folder]):
                shared.update(f"{folder}/{name}" for name in seen[folder] & names[folder])
            seen[folder] |= names[folder]
        shared |= other & rest
        other |= rest
    return shared


def _is_harmless(path: str, one: bytes, other: bytes) -> bool:
    if one == other:
        return True
    if os.path.basename(path) != "__init__.py":
        return False
    return all(any(word in content for word in _NAMESPACE_WORDS) for content in (one, other))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:  # a broken link, say: like nothing else
        return b""
