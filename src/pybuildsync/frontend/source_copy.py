"""Copies a source tree into a work folder, so that a build neither sees nor leaves traces of other builds.

What version control needs is copied too: backends read versions from it. It never copies what a link leads to: a link
inside the tree stays relative, one that leaves it becomes absolute.
"""

import os
from typing import Final

#: Folders that no build reads: environments and caches, often larger than the tree.
_LEFT_OUT: Final = frozenset({
    "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".tox", ".nox", "node_modules",
})  # fmt: skip


def copy_source(source: str, destination: str) -> None:
    """Copy the tree *source* to *destination*, which doesn't exist yet.

    Virtual environments (folders with a ``pyvenv.cfg``), caches, sockets, pipes and devices are left out.

    Raises:
        OSError: something can't be read or written.

    """
    _copy_folder(os.path.realpath(source), "", destination)


def is_left_out(folder: str) -> bool:
    """Whether *folder*, in a source tree, is one that no build reads."""
    return os.path.basename(folder) in _LEFT_OUT or os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def _copy_folder(root: str, below: str, destination: str) -> None:
    import shutil

    here = os.path.join(root, below)
    os.mkdir(destination)
    with os.scandir(here) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        target = os.path.join(destination, entry.name)
        if entry.is_symlink():
            _copy_link(root, here, entry.path, target)
        elif entry.is_dir():
            if not is_left_out(entry.path):
                _copy_folder(root, os.path.join(below, entry.name), target)
        elif entry.is_file():
            shutil.copy2(entry.path, target)
    shutil.copystat(here, destination)


def _copy_link(root: str, here: str, path: str, target: str) -> None:
    leads_to = os.readlink(path)
    found = os.path.normpath(os.path.join(here, leads_to))
    if os.path.isabs(leads_to) or found == root or found.startswith(root + os.sep):
        os.symlink(leads_to, target)
    else:
        os.symlink(found, target)
