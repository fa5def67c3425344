"""Which shared libraries a built wheel needs from what it was built with (docs/matching.md, "Shared libraries")."""

import os
from typing import NamedTuple

from pybuildsync.core.variants import LinkParts
from pybuildsync.native.needs import is_native, shared_libraries
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel
from pybuildsync.store.writing import new_temporary, remove_tree


class Libraries(NamedTuple):
    """``parts`` are links to other distributions; ``leaving`` the (module, folder) pairs that end with the build."""

    parts: tuple[LinkParts, ...]
    leaving: tuple[tuple[str, str], ...]


def libraries_of(store: Store, wheel_path: str, environment: tuple[UnpackedWheel, ...]) -> Libraries:
    """Return what the compiled files in the wheel at *wheel_path* need from *environment*."""
    import zipfile

    from pybuildsync.native.providers import find_links

    folder = new_temporary(store)
    try:
        with zipfile.ZipFile(wheel_path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            compiled = [name for name in names if is_native(name)]
            for name in compiled:
                archive.extract(name, folder)
        if not compiled:
            return Libraries((), ())
        modules = [(_installed_path(name), needs) for name, needs in shared_libraries(folder, compiled)]
    finally:
        remove_tree(folder)
    found = find_links(
        modules,
        [_installed_path(name) for name in names],
        {wheel.project: installed_files(wheel) for wheel in environment},
        build_folders=(os.path.realpath(store.root), store.root),
    )
    parts = tuple((e.module, e.library, e.distribution, e.path, e.by_run_path) for e in found.links)
    return Libraries(parts, found.leaving)


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
