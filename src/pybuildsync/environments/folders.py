"""What lies in an environment's folders, each looked at once.

A view for planning: it reads and remembers, and never changes anything.
"""

import errno
import os
import sys
from collections.abc import Callable
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["file", "folder", "link"]

_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)

# Where case doesn't count, two names that differ in case alone are one file.
folded: Callable[[str], str] = str.lower if sys.platform in {"win32", "darwin"} else str


class FolderView:
    """The folders of an environment, listed when first asked for.

    A state of its own only to spare system calls: the answers are those of the first look.
    """

    __slots__ = ("_listings", "_real")

    def __init__(self) -> None:
        self._listings: dict[str, dict[str, Kind]] = {}
        self._real: dict[str, str] = {}

    def names(self, folder: str) -> dict[str, Kind]:
        """Return what lies in *folder*, by (folded) name; empty if it isn't there. "link" is a link to a folder."""
        known = self._listings.get(folder)
        if known is None:
            known = self._listings[folder] = _list(folder)
        return known

    def kind(self, path: str) -> Kind | None:
        """Return what is at *path*, None if nothing is."""
        folder, _, name = path.rpartition("/")
        return self.names(folder).get(folded(name))

    def real(self, folder: str) -> str:
        """Return *folder* with every link followed."""
        known = self._real.get(folder)
        if known is None:
            known = self._real[folder] = os.path.realpath(folder).replace(os.sep, "/")
        return known


def _list(folder: str) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir():
                    found[folded(entry.name)] = "file"
                else:
                    found[folded(entry.name)] = "link" if entry.is_symlink() else "folder"
    except OSError as error:
        if error.errno not in _NOTHING_THERE:
            raise
    return found


def is_inside(path: str, folders: tuple[str, ...]) -> bool:
    """Tell whether *path* lies in one of *folders*, by its words."""
    return any(path.startswith(f"{folder}/") for folder in folders)


def missing_folders(path: str) -> list[str]:
    """Return *path* and the folders above it that don't exist, the topmost first."""
    missing: list[str] = []
    while not os.path.isdir(path):
        missing.append(path)
        above = os.path.dirname(path)
        if above == path:
            break
        path = above
    return missing[::-1]
