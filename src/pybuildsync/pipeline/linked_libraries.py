"""Which shared libraries a built wheel needs from what it was built with (docs/matching.md, "Shared libraries")."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from pybuildsync.core.variants import LinkParts
from pybuildsync.native.needs import is_native, shared_libraries
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel
from pybuildsync.store.writing import new_temporary, remove_tree

_ON_THE_WAY = ("lib", "temp.", "bdist.")


class Libraries(NamedTuple):
    """``parts`` are links to other distributions; ``leaving`` the (module, folder) pairs that end with the build."""

    parts: tuple[LinkParts, ...]
    leaving: tuple[tuple[str, str], ...]


def libraries_of(
    store: Store, wheel_path: str, environment: Iterable[tuple[str, tuple[str, ...]]], tree: str = ""
) -> Libraries:
    """Return what the compiled files in the wheel at *wheel_path* need from *environment*, (name, files) pairs.

    Of an editable wheel those in its source *tree* count as well, since they are what runs.
    """
    import zipfile

    folder = new_temporary(store)
    try:
        with zipfile.ZipFile(wheel_path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            compiled = [name for name in names if is_native(name)]
            for name in compiled:
                archive.extract(name, folder)
        modules = [(_installed_path(name), needs) for name, needs in shared_libraries(folder, compiled)]
    finally:
        remove_tree(folder)
    own = [_installed_path(name) for name in names]
    if tree:
        there = compiled_in(tree)
        modules += [(name.removeprefix("src/"), needs) for name, needs in shared_libraries(tree, there)]
        own += [name.removeprefix("src/") for name in there]
    if not modules:
        return Libraries((), ())
    from pybuildsync.native.providers import find_links

    found = find_links(
        modules,
        own,
        dict(environment),
        build_folders=(os.path.realpath(store.root), store.root),
    )
    parts = tuple((e.module, e.library, e.distribution, e.path, e.by_run_path) for e in found.links)
    return Libraries(parts, found.leaving)


def compiled_in(tree: str) -> tuple[str, ...]:
    """Return the compiled files of the source *tree* that may run, relative with "/", sorted.

    Environments in it don't count, nor hidden folders, nor what setuptools has built on the way (``build/lib...``).
    """
    found: list[str] = []
    for here, folders, files in os.walk(tree):
        relative = os.path.relpath(here, tree)
        in_build = relative == "build"
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and not (in_build and name.startswith(_ON_THE_WAY))
            and not os.path.exists(os.path.join(here, name, "pyvenv.cfg"))
        )
        base = "" if relative == os.curdir else relative.replace(os.sep, "/") + "/"
        found += [f"{base}{name}" for name in sorted(files) if is_native(name)]
    return tuple(found)


def installed_files(wheel: UnpackedWheel) -> tuple[str, ...]:
    """Return the files of *wheel* as they will lie in site-packages."""
    return tuple(_installed_path(path) for path, _, _, _ in wheel.files)


def _installed_path(path: str) -> str:
    """Return where a wheel's member lies in site-packages: the data folder's libraries are spread over it."""
    head, _, rest = path.partition("/")
    if head.endswith(".data"):
        part, _, inside = rest.partition("/")
        if part in ("purelib", "platlib"):
            return inside
    return path
