"""Planning: what a transaction will do, found out before the first change.

Looks at what is there and what comes, refuses what can't be, and writes nothing. A folder that isn't there yet needs no
look at its files: so planning a fresh environment takes little more than listing one folder.
"""

import os
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from pybuildsync.core.names import normalize_name
from pybuildsync.environments.conflicts import (
    Conflict,
    OnConflict,
    conflicts_among,
    conflicts_with_installed,
    refuse,
)
from pybuildsync.environments.folders import FolderView, folded, is_inside, missing_folders
from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.environments.journal import STASH, Group, Journal
from pybuildsync.environments.layouts import Generated, Layout, Placement, lay_out
from pybuildsync.environments.removals import others_than, owners, removed_files
from pybuildsync.environments.schemes import JOURNAL_FOLDER, Scheme, untouchable
from pybuildsync.errors import EnvironmentFault, PackageError

_MOST_WORDS = 12


class Rewritten(NamedTuple):
    """Files of a distribution that stays, which are there, with what is in them from now on."""

    distribution: InstalledDistribution
    files: tuple[Generated, ...]


class Changes(NamedTuple):
    """What is asked of a transaction: distributions that go, wheels that come, files that change, in this order."""

    remove: tuple[InstalledDistribution, ...] = ()
    install: tuple[Placement, ...] = ()
    rewrite: tuple[Rewritten, ...] = ()


class Plan(NamedTuple):
    """What a transaction does.

    ``layouts`` in the order of the request. ``conflicts`` are those that were allowed. ``replaced`` are files that no
    distribution owned. ``outside`` are files that stay although a removed distribution lists them. ``removed`` are the
    distributions that go, those included that are there under the name of one that comes. ``rewritten`` are files of
    others, whose content changes.
    """

    journal: Journal
    layouts: tuple[Layout, ...]
    conflicts: tuple[Conflict, ...]
    replaced: tuple[str, ...]
    outside: tuple[str, ...]
    removed: tuple[InstalledDistribution, ...]
    rewritten: tuple[Generated, ...] = ()


def plan_changes(changes: Changes, scheme: Scheme, on_conflict: OnConflict = "refuse") -> Plan:
    """Return how to carry out *changes* in *scheme*.

    A distribution that is there under the name of one that comes goes, whether *changes* says so or not: an environment
    never has two of one name. A file that is there and belongs to no distribution (left by an installer that was
    killed, most often) is replaced, and named.

    Raises:
        EnvironmentFault: a distribution can't be removed, or folders and files stand in the way of each other.
        RequestError: two distributions have one file with different contents, and *on_conflict* is "refuse".
        PackageError: a wheel would replace a file of the environment itself.

    """
    view = FolderView()
    layouts = tuple([lay_out(placement, scheme) for placement in changes.install])
    _check_own_files(layouts, scheme)
    coming = {normalize_name(layout.placement.wheel.project) for layout in layouts}
    others = others_than((distribution.dist_info for distribution in changes.remove), scheme)
    removed = (*changes.remove, *[distribution for distribution in others if distribution.name in coming])
    staying = [distribution for distribution in others if distribution.name not in coming]

    going, outside = _going(removed, staying, scheme, view)
    folders, in_the_way = _new_folders(layouts, scheme, view)
    new = frozenset(folders)
    present = [(layout, _present_files(layout, view, new)) for layout in layouts]
    gone = set(map(folded, going))
    there = [*in_the_way, *[path for _, paths in present for path in paths]]
    foreign = dict.fromkeys([path for path in there if folded(path) not in gone])
    owned = owners(foreign, staying, scheme, view)
    conflicts = conflicts_among(layouts)
    for layout, paths in present:
        conflicts += conflicts_with_installed(layout, paths, owned)
    if on_conflict == "refuse":
        refuse(conflicts)
    refuse(_files_at_folders(layouts, in_the_way, owned))

    skeletons = [path for path in foreign if view.kind(path) == "folder"]
    aside = dict.fromkeys([*going, *[path for path in foreign if view.kind(path) != "folder"]])
    for path in skeletons:
        _check_empties(path, aside, view)
    aside.update(dict.fromkeys(skeletons))
    rewritten = tuple(file for each in changes.rewrite for file in each.files)
    aside.update(dict.fromkeys(file.path for file in rewritten))
    return Plan(
        journal=Journal(
            words=_words(removed, layouts, changes.rewrite),
            base=scheme.data,
            moves=stashed(aside, scheme),
            folders=tuple(folders),
            files=_grouped(layouts, rewritten),
            emptied=tuple(_emptied(aside, scheme)),
            besides=scheme.besides,
        ),
        layouts=layouts,
        conflicts=tuple(conflicts),
        replaced=tuple(path for path in foreign if path not in owned and path not in skeletons),
        outside=tuple(outside),
        removed=removed,
        rewritten=rewritten,
    )


def _check_own_files(layouts: Sequence[Layout], scheme: Scheme) -> None:
    journals = tuple(folded(f"{root}/{JOURNAL_FOLDER}") for root in scheme.roots)
    own = untouchable(scheme).union(journals)
    for layout in layouts:
        wrong = [path for path in layout.elsewhere if folded(path) in own or is_inside(folded(path), journals)]
        if JOURNAL_FOLDER in layout.dirs or JOURNAL_FOLDER in layout.files:
            wrong.append(f"{layout.folder}/{JOURNAL_FOLDER}")
        if wrong:
            raise PackageError(
                f"{layout.placement.label} would replace what belongs to the environment itself",
                why="\n".join(wrong),
                hint="tell the authors of the distribution; an older release may do",
            )


def _going(
    removed: Sequence[InstalledDistribution], staying: Sequence[InstalledDistribution], scheme: Scheme, view: FolderView
) -> tuple[dict[str, None], list[str]]:
    """Return the files that go with *removed* and those listed that don't, as they lie outside."""
    going: dict[str, None] = {}
    outside: list[str] = []
    for distribution in removed:
        files, left = removed_files(distribution, scheme, view)
        going.update(dict.fromkeys(files))
        outside += left
    for path in owners(going, staying, scheme, view):
        del going[path]
    return going, outside


def _new_folders(layouts: Sequence[Layout], scheme: Scheme, view: FolderView) -> tuple[list[str], list[str]]:
    """Return the folders to make, parents first, and the files that are where one must be."""
    wanted = dict.fromkeys(missing_folders(scheme.purelib))
    for layout in layouts:
        wanted.update(dict.fromkeys(missing_folders(layout.folder) if layout.folder != scheme.purelib else ()))
        wanted.update(dict.fromkeys([f"{layout.folder}/{name}" for name in layout.dirs]))
    for folder in dict.fromkeys(path.rpartition("/")[0] for layout in layouts for path in layout.elsewhere):
        if folder not in wanted and folder not in scheme.roots:
            root = _root_of(folder, scheme)
            wanted.update(dict.fromkeys(missing_folders(root)))
            parts = folder[len(root) + 1 :].split("/")
            wanted.update(dict.fromkeys("/".join((root, *parts[: end + 1])) for end in range(len(parts))))
        elif folder in scheme.roots:
            wanted.update(dict.fromkeys(missing_folders(folder)))
    new: dict[str, None] = {}
    in_the_way: list[str] = []
    for path in wanted:
        kind = None if path.rpartition("/")[0] in new else view.kind(path)
        if kind == "link" and not is_inside(f"{view.real(path)}/", scheme.roots):
            raise EnvironmentFault(
                f"a folder of the environment is a link out of it: {path}",
                why=f"it leads to {view.real(path)}, where nothing may be installed",
                hint="remove the link",
            )
        if kind == "file":
            in_the_way.append(path)
        if kind in {None, "file"}:
            new[path] = None
    return list(new), in_the_way


def _root_of(path: str, scheme: Scheme) -> str:
    """Return the innermost of the scheme's folders that *path* lies in."""
    return max((root for root in scheme.roots if f"{path}/".startswith(f"{root}/")), key=len)


def _present_files(layout: Layout, view: FolderView, new: frozenset[str]) -> list[str]:
    """Return the absolute paths of the files of *layout* that are there already; folders in *new* are not."""
    found: list[str] = []
    if layout.folder not in new:
        old = {
            name: view.names(f"{layout.folder}/{name}") for name in layout.dirs if f"{layout.folder}/{name}" not in new
        }
        old[""] = view.names(layout.folder)
        names: Sequence[str] = layout.files
        if len(old) == 1:
            names = [name for name in names if "/" not in name]
        for name in names:
            folder, _, base = name.rpartition("/")
            if folder in old and folded(base) in old[folder]:
                found.append(f"{layout.folder}/{name}")
    found += [path for path in layout.elsewhere if path.rpartition("/")[0] not in new and view.kind(path)]
    return found


def _files_at_folders(layouts: Sequence[Layout], in_the_way: Sequence[str], owned: dict[str, str]) -> list[Conflict]:
    """Return the conflicts that can't be allowed: one distribution has a file where another has a folder."""
    found = []
    for path in in_the_way:
        if path in owned:
            later = next(layout for layout in layouts if path in _folders_of(layout))
            found.append(Conflict(path=path, first=owned[path], second=later.placement.label))
    folders = {name: layout for layout in reversed(layouts) for name in layout.dirs}
    for layout in layouts:
        if not folders.keys().isdisjoint(layout.files):
            found += [
                Conflict(path=name, first=folders[name].placement.label, second=layout.placement.label)
                for name in layout.files
                if name in folders
            ]
    return found


def _folders_of(layout: Layout) -> set[str]:
    return {f"{layout.folder}/{name}" for name in layout.dirs} | {path.rpartition("/")[0] for path in layout.elsewhere}


def _check_empties(path: str, aside: Container[str], view: FolderView) -> None:
    """Return if nothing is left in the folder *path* once all of *aside* is gone, byte code apart."""
    for name, kind in view.names(path).items():
        inner = f"{path}/{name}"
        if kind == "folder":
            _check_empties(inner, aside, view)
        elif inner not in aside and not (path.endswith("/__pycache__") and name.endswith(".pyc")):
            raise EnvironmentFault(
                f"a folder is where a file must go, and it isn't empty: {path}",
                why=f"no distribution that goes owns {inner}",
                hint="move it away",
            )


def _device(folder: str) -> int:
    return os.stat(folder).st_dev


def stashed(paths: Iterable[str], scheme: Scheme, device: Callable[[str], int] = _device) -> tuple[Group, ...]:
    """Return *paths* by the folder that each is moved to: on its own *device*, as only there a file can be renamed."""
    holders: dict[int, str] = {}
    holder_of: dict[str, str] = {}
    for root in scheme.roots:
        if os.path.isdir(root):
            holder = holders.setdefault(device(root), root)
            holder_of[root] = f"{holder}/{JOURNAL_FOLDER}"
    if len(holders) == 1:
        (holder,) = holders.values()
        together = tuple(paths)
        return ((_unused(f"{holder}/{JOURNAL_FOLDER}"), together),) if together else ()
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(holder_of[_root_of(path, scheme)], []).append(path)
    return tuple((_unused(holder), tuple(inside)) for holder, inside in groups.items())


def _unused(holder: str) -> str:
    """Return the path of a new stash folder in *holder*: files in use (Windows) may have kept an older one there."""
    number = 0
    stash = f"{holder}/{STASH}"
    while os.path.lexists(stash):
        number += 1
        stash = f"{holder}/{STASH}-{number}"
    return stash


def _grouped(layouts: Sequence[Layout], rewritten: Sequence[Generated]) -> tuple[Group, ...]:
    groups: dict[str, list[str]] = {}
    for layout in layouts:
        groups.setdefault(layout.folder, []).extend(layout.files)
    for path in [path for layout in layouts for path in layout.elsewhere] + [file.path for file in rewritten]:
        folder, _, name = path.rpartition("/")
        groups.setdefault(folder, []).append(name)
    return tuple((folder, tuple(names)) for folder, names in groups.items())


def _emptied(aside: Iterable[str], scheme: Scheme) -> list[str]:
    """Return the folders that may be empty without *aside*, deepest first; never one that the scheme names."""
    stops = set(scheme.roots)
    if scheme.data == scheme.purelib:  # `--target`: its `bin` came with the first script
        stops = {scheme.data}
    folders: set[str] = set()
    for path in aside:
        folder = path.rpartition("/")[0]
        while folder not in stops and folder not in folders and is_inside(folder, scheme.roots):
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(folders, key=lambda folder: (-folder.count("/"), folder))


def _words(removed: Sequence[InstalledDistribution], layouts: Sequence[Layout], rewritten: Sequence[Rewritten]) -> str:
    """Return what is done, for people."""
    old = {distribution.name: distribution.version for distribution in removed}
    words = []
    for layout in layouts:
        wheel = layout.placement.wheel
        before = old.pop(normalize_name(wheel.project), None)
        words.append(
            f"replace {wheel.project} {before} by {wheel.version}" if before else f"install {layout.placement.label}"
        )
    words += [f"remove {name} {version}" for name, version in old.items()]
    words += [f"note more of {each.distribution.name} {each.distribution.version}" for each in rewritten]
    more = len(words) - _MOST_WORDS
    return ", ".join(words if more <= 0 else [*words[:_MOST_WORDS], f"and {more} more"])
