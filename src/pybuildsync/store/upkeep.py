"""Looks after the store: how much there is, and removing what isn't needed.

Removing waits until no other process uses the store (:func:`~pybuildsync.store.locks.in_use`) and keeps them out
meanwhile, so nothing goes away under anybody. Environments keep what is linked into them: only the store's name for it
goes.
"""

import errno
import fnmatch
import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

from pybuildsync.core.candidates import version_of_filename
from pybuildsync.core.names import normalize_name
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import FORMATS, Store, end_of_key, kind_folder, temporary_folder
from pybuildsync.store.locks import alone
from pybuildsync.store.sealing import decode_value, read_sealed
from pybuildsync.store.writing import new_temporary, remove_tree

_DAY = 24 * 60 * 60
# After how many days without use prune removes a thing. Listings are stale sooner; what was compiled is worth its room
# for longer.
DAYS = {**dict.fromkeys(FORMATS, 90), "listings": 30, "answers": 30, "recipes": 30, "built": 180}
# Where an entry is a folder, the file in it that is sealed and whose time is that of the last use.
_SEALED = {"wheels": "manifest", "built": "result"}
_FORMAT = re.compile(r"([a-z]+)-[0-9]+\Z")
UNFINISHED = "unfinished"
_MOST_TOLD = 5


class Removed(NamedTuple):
    """What was removed from a store."""

    files: int = 0
    bytes: int = 0


def size(store: Store) -> tuple[tuple[str, int, int], ...]:
    """Return (kind, files, bytes) of all that is in *store*; older formats count with their kind.

    Bytes are those of the contents; what environments share with the store is counted here, too.
    """
    totals: dict[str, tuple[int, int]] = {}
    for kind, folder in _folders(store):
        files, total = _measure(folder)
        known = totals.get(kind, (0, 0))
        totals[kind] = (known[0] + files, known[1] + total)
    return tuple((kind, *totals[kind]) for kind in (*FORMATS, UNFINISHED) if totals.get(kind, (0, 0))[0])


def clean(store: Store, projects: Collection[str] = (), *, waiting: Callable[[], None] | None = None) -> Removed:
    """Remove everything from *store*, or only what belongs to *projects* (normalised names).

    Metadata stay in the second case: they are kept by the digest of their wheel and never change. *waiting* is called
    once if another process uses the store; never call this inside :func:`~pybuildsync.store.locks.in_use`.

    Raises:
        EnvironmentFault: something could not be removed; the rest is.

    """
    wanted = frozenset(projects)
    with alone(store, waiting=waiting):
        if wanted:
            doomed = [path for kind in FORMATS for path in _entries(store, kind) if _belongs(kind, path, wanted)]
        else:
            doomed = [folder for _, folder in _folders(store)]
        return _remove(store, doomed)


def built_wheels(store: Store, pattern: str = "*") -> tuple[tuple[str, int], ...]:
    """Return the path and the bytes of each wheel in *store* that was built here and that *pattern* means.

    As in pip that is a glob pattern for the beginning of a file name, or a project's name, here in any spelling.
    """
    found = []
    for entry in _entries(store, "built"):
        for name in _names(entry):
            if _is_meant(name, pattern):
                with suppress(OSError):
                    found.append((f"{entry}/{name}", os.stat(f"{entry}/{name}").st_size))
    return tuple(sorted(found, key=lambda one: os.path.basename(one[0])))


def remove_built(store: Store, pattern: str, *, waiting: Callable[[], None] | None = None) -> Removed:
    """Remove the wheels that :func:`built_wheels` tells from *store*; *waiting* and errors as in :func:`clean`."""
    with alone(store, waiting=waiting):
        doomed = dict.fromkeys(os.path.dirname(path) for path, _ in built_wheels(store, pattern))
        return _remove(store, list(doomed))


def prune(store: Store, *, now: float | None = None, waiting: Callable[[], None] | None = None) -> Removed:
    """Remove what nobody will miss: what wasn't used for :data:`DAYS`, what is broken, left-overs and older formats.

    *now* is the time to count from, in seconds since the epoch. *waiting* as in :func:`clean`.

    Raises:
        EnvironmentFault: something could not be removed; the rest is.

    """
    now = time.time() if now is None else now
    with alone(store, waiting=waiting):
        current = {kind_folder(store, kind) for kind in FORMATS}
        doomed = [folder for _, folder in _folders(store) if folder not in current]
        for kind, days in DAYS.items():
            doomed += [path for path in _entries(store, kind) if not _is_used(kind, path, now - days * _DAY)]
        return _remove(store, doomed)


def sweep(store: Store) -> None:
    """Remove what interrupted commands left unfinished, unless somebody uses *store* right now; never fails or waits.

    Never call this inside :func:`~pybuildsync.store.locks.in_use`.
    """
    folder = temporary_folder(store)
    if not _names(folder):
        return

    def give_up() -> None:
        raise BlockingIOError

    with suppress(OSError), alone(store, waiting=give_up):
        for name in _names(folder):
            path = f"{folder}/{name}"
            if os.path.isdir(path):
                remove_tree(path)
            else:
                os.unlink(path)


def _folders(store: Store) -> Iterator[tuple[str, str]]:
    """Yield (kind, folder) of what is the store's under its root; anything else there is not ours to touch."""
    for name in _names(store.root):
        known = _FORMAT.match(name)
        if known and known[1] in FORMATS:
            yield known[1], f"{store.root}/{name}"
    if os.path.isdir(temporary_folder(store)):
        yield UNFINISHED, temporary_folder(store)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _entries(store: Store, kind: str) -> list[str]:
    folder = kind_folder(store, kind)
    return [f"{folder}/{name}" for name in _names(folder)]


def _is_used(kind: str, path: str, since: float) -> bool:
    """Say whether the entry *path* is sound and was used after *since*."""
    if kind in _SEALED:
        path = f"{path}/{_SEALED[kind]}"
        if read_sealed(path) is None:
            return False
    try:
        return os.stat(path).st_mtime >= since
    except OSError:
        return False


def _belongs(kind: str, path: str, projects: frozenset[str]) -> bool:
    if kind == "listings":
        return end_of_key(os.path.basename(path)) in projects
    if kind in _SEALED:
        read = read_sealed(f"{path}/{_SEALED[kind]}")

        def is_of_them(facts: tuple[str, ...]) -> bool:
            return facts[1] in projects if kind == "wheels" else _is_named_after(facts[0], projects)

        return decode_value(read[0] if read else None, is_of_them) is True
    return kind == "archives" and any(_is_named_after(name, projects) for name in _names(path))


def _is_meant(filename: str, pattern: str) -> bool:
    if not filename.endswith(".whl"):
        return False
    glob = f"{pattern}*.whl" if "-" in pattern else f"{pattern}-*.whl"
    return fnmatch.fnmatch(filename, glob) or _is_named_after(filename, frozenset({normalize_name(pattern)}))


def _is_named_after(filename: str, projects: frozenset[str]) -> bool:
    return any(version_of_filename(filename, project) is not None for project in projects)


def _measure(path: str) -> tuple[int, int]:
    files = total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += os.lstat(f"{folder}/{name}").st_size
                files += 1
    return files, total


def _remove(store: Store, paths: list[str]) -> Removed:
    """Remove *paths*, each at one stroke: moved away first, so that nobody ever finds the half of an entry."""
    files = total = 0
    stuck: list[str] = []
    for path in paths:
        try:
            if os.path.isdir(path):
                gone = _measure(path)
                _remove_folder(store, path)
            else:
                gone = (1, os.lstat(path).st_size)
                os.unlink(path)
        except OSError as error:
            stuck.append(str(error))
        else:
            files += gone[0]
            total += gone[1]
    if stuck:
        more = f"\nand {len(stuck) - _MOST_TOLD} more" if len(stuck) > _MOST_TOLD else ""
        raise EnvironmentFault(
            f"not everything could be removed from the cache folder {store.root}",
            why="\n".join(stuck[:_MOST_TOLD]) + more,
            hint="remove the folder by hand, as the user who owns it",
        )
    return Removed(files, total)


def _remove_folder(store: Store, path: str) -> None:
    aside = path
    if path != temporary_folder(store):
        aside = new_temporary(store)
        os.rename(path, aside)
    remove_tree(aside)
    if os.path.isdir(aside):
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), aside)
