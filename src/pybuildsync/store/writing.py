"""How anything gets into the store: written whole under ``unfinished``, then renamed to where it is looked for.

So a reader sees all of it or nothing, whoever is killed when. Power cuts are another matter: see :func:`flush`,
:mod:`pybuildsync.store.sealing` and :func:`pybuildsync.store.wheels.find_wheel`.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import VARIABLE, Store, temporary_folder

BINARY: int = getattr(os, "O_BINARY", 0)
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY

# POSIX: cached files are linked into environments, so nobody may write to them in place. On Windows a read-only file
# can't be removed, in no environment that it is linked into.
_IS_READ_ONLY = os.name != "nt"
MODE = 0o444 if _IS_READ_ONLY else 0o666
MODE_EXECUTABLE = 0o555 if _IS_READ_ONLY else 0o777

_ATTEMPTS = 3

_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache of pybuildsync; it can be removed at any time (https://bford.info/cachedir/).
"""
_ELSEWHERE = f"choose another folder with --cache-dir or {VARIABLE}"
_ROOM = f"make room there (pybuildsync cache prune removes what wasn't used for long), or {_ELSEWHERE}"
_RIGHTS = f"make the folder yours and writable, or {_ELSEWHERE}"

# What the system says -> what it means for the store, and the next step.
_CAUSES = {
    errno.ENOSPC: ("no space is left on its file system", _ROOM),
    errno.EDQUOT: ("your disk quota is used up", _ROOM),
    errno.EFBIG: ("a file would be larger than the file system or the shell's limit (ulimit -f) allows", _ELSEWHERE),
    errno.EROFS: ("its file system is mounted read-only", _ELSEWHERE),
    errno.EACCES: ("you may not write there", _RIGHTS),
    errno.EPERM: ("you may not write there", _RIGHTS),
    errno.ENOTDIR: ("a part of its path is no folder", _ELSEWHERE),
    errno.ENAMETOOLONG: ("a path in it would be too long", f"{_ELSEWHERE}, one with a shorter path"),
}


def write_fault(store: Store, error: OSError) -> EnvironmentFault:
    """Return *error*, met while writing to *store*, in the terms of the user."""
    known = _CAUSES.get(error.errno or 0)
    cause, hint = known or (os.strerror(error.errno) if error.errno else str(error), _ELSEWHERE)
    return EnvironmentFault(
        f"the cache folder {store.root} can't be written: {cause}",
        why=f"{error}\nnothing is lost: what was kept there before is untouched",
        hint=hint,
    )


@contextmanager
def writing(store: Store) -> Iterator[None]:
    """Turn every OSError of the block, which only writes to *store*, into an EnvironmentFault."""
    try:
        yield
    except OSError as error:
        raise write_fault(store, error) from error


def make_folder(store: Store, folder: str) -> None:
    """Make *folder* in *store*, and the store itself, tagged so that backups pass it by (cachedir specification)."""
    tag = f"{store.root}/CACHEDIR.TAG"
    if not os.path.exists(tag):
        os.makedirs(store.root, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(tag, NEW_FILE, 0o666)
            try:
                write_all(descriptor, _TAG.encode("ascii"))
            finally:
                os.close(descriptor)
    os.makedirs(folder, exist_ok=True)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of *data*: one ``write`` may take less of it."""
    written = os.write(descriptor, data)
    rest = memoryview(data)[written:]
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def new_temporary(store: Store, suffix: str = "") -> str:
    """Return a path under ``unfinished`` that nobody else has; nothing is made there but the folder it lies in."""
    folder = temporary_folder(store)
    if not os.path.isdir(folder):
        make_folder(store, folder)
    return f"{folder}/{os.getpid()}-{os.urandom(8).hex()}{suffix}"


def write_file(path: str, data: bytes) -> None:
    """Write the new file *path*.

    Raises:
        FileExistsError: it exists.

    """
    descriptor = os.open(path, NEW_FILE, 0o666)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def flush(path: str) -> None:
    """Have the file at *path* on the disk itself before going on: for what took a download or a build to get."""
    descriptor = os.open(path, os.O_RDWR | BINARY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def new_entry(store: Store, final: str, *, is_whole: Callable[[], bool]) -> Iterator[str]:
    """Give the block an empty folder to fill, then have it at *final* (:func:`settle`), or gone if the block fails.

    Raises:
        EnvironmentFault: the store can't be written.

    """
    with writing(store):
        temporary = new_temporary(store)
        os.mkdir(temporary)
        try:
            yield temporary
        except BaseException:
            remove_tree(temporary)
            raise
        settle(temporary, final, is_whole=is_whole)


def settle(temporary: str, final: str, *, is_whole: Callable[[], bool]) -> bool:
    """Move the finished folder *temporary* to *final*; return False, and remove it, where another one is kept.

    Another *final* stays if *is_whole* says so; else it is of no use and gives way.
    """
    for _ in range(_ATTEMPTS):
        try:
            os.rename(temporary, final)
        except OSError as error:
            parent = os.path.dirname(final)
            had_no_parent = isinstance(error, FileNotFoundError) and os.path.isdir(temporary)
            if os.path.isdir(final):
                if is_whole():
                    break
                with suppress(OSError):  # another process may be at it, too
                    os.rename(final, f"{temporary}-old")
                remove_tree(f"{temporary}-old")
            elif os.path.isdir(parent) and not had_no_parent:
                raise
            else:
                os.makedirs(parent, exist_ok=True)  # another thread may just have made it
        else:
            return True
    remove_tree(temporary)
    return False


def remove_tree(path: str) -> None:
    """Remove the folder *path* and all in it, as far as the system allows; what stays is left to the next prune."""
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files + folders:
            inside = f"{folder}/{name}"
            with suppress(OSError):
                if os.path.isdir(inside) and not os.path.islink(inside):
                    os.rmdir(inside)
                else:
                    os.unlink(inside)
    with suppress(OSError):
        os.rmdir(path)
