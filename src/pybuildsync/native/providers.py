"""Which distribution's file meets which need of a wheel's extension modules (docs/matching.md, "Shared libraries").

Pure functions over what ``needs`` read and what RECORDs list; nothing here opens a file. A need is met by the wheel
itself, by a file of a distribution in the build environment (a link: the two must match), or by the system, which is
left alone.
"""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pybuildsync.native.needs import Needs, is_native

# Libraries that every Linux has, by the manylinux policies (PEP 513, 571, 599, 600). A distribution that ships a file
# of such a name meets the need only where the run path leads there.
_SYSTEM = frozenset({
    "libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libutil.so.1",
    "libnsl.so.1", "libgcc_s.so.1", "libstdc++.so.6", "libatomic.so.1", "libgomp.so.1", "libz.so.1", "libexpat.so.1",
    "libX11.so.6", "libXext.so.6", "libXrender.so.1", "libICE.so.6", "libSM.so.6", "libGL.so.1",
    "libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0",
})  # fmt: skip
_SYSTEM_FOLDERS = ("/usr/lib/", "/System/", "/Library/Frameworks/Python.framework/")  # and macOS install names
_ORIGINS = ("$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path")


class Link(NamedTuple):
    """A need that a distribution meets: *module* of the wheel needs *library* by name, *path* of *distribution* is it.

    Both paths are relative to site-packages. ``by_run_path`` tells that the module's own run path leads to the file;
    else the names agree, and something else (a preloaded library, ``os.add_dll_directory``) must bring them together.
    """

    module: str
    library: str
    distribution: str
    path: str
    by_run_path: bool


class Links(NamedTuple):
    """How the needs of one wheel are met where neither the wheel itself nor the system meets them.

    ``links`` are to other distributions. ``leaving`` are (module, folder or library) pairs of absolute paths into a
    build folder, which make a wheel useless once that folder is gone.
    """

    links: tuple[Link, ...]
    leaving: tuple[tuple[str, str], ...]


def find_links(
    modules: Iterable[tuple[str, Needs]],
    own_files: Iterable[str],
    distributions: Mapping[str, Iterable[str]],
    *,
    build_folders: Sequence[str] = (),
) -> Links:
    """Return how the needs of *modules* are met (docs/matching.md, "Shared libraries").

    *modules* are the wheel's compiled files and their needs, *own_files* all its files. *distributions* maps each name
    in the build environment to its files, the likeliest provider first: where run paths decide nothing, the first that
    has a file of the needed name counts. All paths are relative to site-packages, with "/". *build_folders* are
    absolute folders that go away with the build.
    """
    shelf = _shelf(own_files, distributions)
    met = [_meet(module, library, needs, shelf) for module, needs in modules for library in needs.needed]
    outside = [(module, path) for module, needs in modules for path in _absolute_paths(needs)]
    leaving = tuple((module, path) for module, path in outside if _inside(path, build_folders))
    return Links(tuple(link for link in met if link is not None), leaving)


class _Shelf(NamedTuple):
    """The compiled files within reach: of the wheel by path and name, of distributions by path and by name."""

    own: frozenset[str]
    own_names: frozenset[str]
    owners: Mapping[str, str]
    by_name: Mapping[str, tuple[str, str]]


def _shelf(own_files: Iterable[str], distributions: Mapping[str, Iterable[str]]) -> _Shelf:
    own = frozenset(path for path in own_files if is_native(path))
    owners: dict[str, str] = {}
    by_name: dict[str, tuple[str, str]] = {}
    for distribution, files in distributions.items():
        for path in filter(is_native, files):
            owners.setdefault(path, distribution)
            by_name.setdefault(_key(posixpath.basename(path)), (distribution, path))
    return _Shelf(own, frozenset(_key(posixpath.basename(path)) for path in own), owners, by_name)


def _meet(module: str, library: str, needs: Needs, shelf: _Shelf) -> Link | None:
    """Return the link that meets the need of *library*, None where the wheel itself or the system does."""
    reached = _reached(module, library, needs)
    path = next((path for path in reached if path in shelf.own or path in shelf.owners), "")
    name = _key(posixpath.basename(library))
    if path in shelf.own or (not path and name in shelf.own_names):
        return None
    if path:
        return Link(module, library, shelf.owners[path], path, by_run_path=True)
    if name in shelf.by_name and not _is_system(library):
        return Link(module, library, *shelf.by_name[name], by_run_path=False)
    return None


def _absolute_paths(needs: Needs) -> Iterable[str]:
    paths = (*needs.rpaths, *needs.needed)
    return (path for path in paths if posixpath.isabs(path) and not path.startswith(_SYSTEM_FOLDERS))


def unmet(links: Iterable[Link], distributions: Mapping[str, Iterable[str]]) -> tuple[Link, ...]:
    """Return those of *links* that the files of *distributions*, as they will be installed, don't meet.

    A link whose run path leads to a file needs that very file; another one needs a file of that name in the same
    distribution (docs/matching.md, "Shared libraries").
    """
    files = {name: frozenset(paths) for name, paths in distributions.items()}
    names = {name: {_key(posixpath.basename(path)) for path in paths} for name, paths in files.items()}
    return tuple(
        link
        for link in links
        if (
            link.path not in files.get(link.distribution, ())
            if link.by_run_path
            else _key(posixpath.basename(link.path)) not in names.get(link.distribution, ())
        )
    )


def _reached(module: str, library: str, needs: Needs) -> Iterable[str]:
    """Yield the paths, relative to site-packages, at which the loader looks for *library* on behalf of *module*."""
    here = posixpath.dirname(module)
    if library.startswith(_ORIGINS):
        yield _relative(library, here)
    else:
        for folder in needs.rpaths:
            if folder.startswith(_ORIGINS):
                yield posixpath.normpath(posixpath.join(_relative(folder, here), library.removeprefix("@rpath/")))
    if needs.format == "pe":
        yield posixpath.join(here, library)  # Windows looks beside an extension module first


def _relative(folder: str, here: str) -> str:
    origin = next(origin for origin in _ORIGINS if folder.startswith(origin))
    return posixpath.normpath(posixpath.join(here, folder[len(origin) :].lstrip("/")))


def _inside(folder: str, build_folders: Sequence[str]) -> bool:
    normal = posixpath.normpath(folder.replace("\\", "/"))
    return any(normal == root or normal.startswith(root + "/") for root in map(_plain, build_folders) if root)


def _plain(folder: str) -> str:
    return folder.replace("\\", "/").rstrip("/")


def _is_system(library: str) -> bool:
    return library in _SYSTEM or library.startswith(("ld-linux", "ld64.so", *_SYSTEM_FOLDERS))


def _key(name: str) -> str:
    # Windows doesn't tell cases apart, and only DLLs end so.
    return name.lower() if name.lower().endswith((".dll", ".pyd")) else name
