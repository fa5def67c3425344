"""Locks between processes and threads, on files that are never removed.

``flock`` on POSIX systems, regions of a file on Windows. A lock ends with its holder, however that ends. File systems
without locks, and folders that can't be written, go without: there a lock protects nothing and breaks nothing.
"""

import errno
import importlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol

from pybuildsync.store.location import Store
from pybuildsync.store.writing import make_folder

_LACKING = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
# A link isn't followed: in a folder that anybody may write to, such as that for temporary files, it may be anybody's.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)

# Windows: everybody who shares takes one byte of the region, whoever wants it alone takes all of it.
_REGION = 1024
_PAUSE = 0.05


class Locking(Protocol):
    """The system's way: take a lock on an open file, or leave it."""

    def take(self, descriptor: int, *, shared: bool, wait: bool) -> bool:
        """Take the lock; return False where it is taken already and *wait* is not set."""
        ...

    def leave(self, descriptor: int) -> None:
        """Give the lock back."""
        ...


class WholeFileLocking:
    """``flock``, which belongs to the open file: it keeps threads apart as well."""

    def __init__(self) -> None:
        self._fcntl = importlib.import_module("fcntl")

    def take(self, descriptor: int, *, shared: bool, wait: bool) -> bool:
        """See :class:`Locking`."""
        how = self._fcntl.LOCK_SH if shared else self._fcntl.LOCK_EX
        try:
            self._fcntl.flock(descriptor, how if wait else how | self._fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(self, descriptor: int) -> None:
        """See :class:`Locking`."""
        self._fcntl.flock(descriptor, self._fcntl.LOCK_UN)


class RegionLocking:
    """``msvcrt.locking``, which has no shared locks: whoever shares takes any one byte."""

    def __init__(self, locking: Callable[[int, int, int], object], lock: int, unlock: int) -> None:
        self._locking = locking
        self._lock = lock
        self._unlock = unlock
        self._held: dict[int, tuple[int, int]] = {}

    def take(self, descriptor: int, *, shared: bool, wait: bool) -> bool:
        """See :class:`Locking`."""
        while True:
            for start, length in self._regions(shared=shared):
                os.lseek(descriptor, start, os.SEEK_SET)
                with suppress(PermissionError):
                    self._locking(descriptor, self._lock, length)
                    self._held[descriptor] = (start, length)
                    return True
            if not wait:
                return False
            time.sleep(_PAUSE)

    def leave(self, descriptor: int) -> None:
        """See :class:`Locking`."""
        start, length = self._held.pop(descriptor)
        os.lseek(descriptor, start, os.SEEK_SET)
        self._locking(descriptor, self._unlock, length)

    def _regions(self, *, shared: bool) -> list[tuple[int, int]]:
        if not shared:
            return [(0, _REGION)]
        first = int.from_bytes(os.urandom(2), "little")
        return [((first + step) % _REGION, 1) for step in range(8)]


def system_locking(name: str = os.name) -> Locking:
    """Return the way of the operating system called *name*."""
    if name == "nt":
        msvcrt = importlib.import_module("msvcrt")
        return RegionLocking(msvcrt.locking, msvcrt.LK_NBLCK, msvcrt.LK_UNLCK)
    return WholeFileLocking()


_SYSTEM = system_locking()


@contextmanager
def locked(
    path: str,
    *,
    waiting: Callable[[], None] | None = None,
    shared: bool = False,
    locking: Locking = _SYSTEM,
) -> Iterator[None]:
    """Hold the lock file *path*, made if need be, alone or *shared*; *waiting* is called once if that has to wait.

    Where the file can be neither made nor opened, or its file system knows no locks, the block runs without a lock.
    A thread that asks again for what it holds waits for itself, unless both are shared.
    """
    descriptor = _open(path)
    if descriptor is None:
        yield
        return
    owner = os.getpid()
    is_held = False
    try:
        is_held = _take(descriptor, locking, shared=shared, waiting=waiting)
        yield
    finally:
        # A forked child that leaves the block must not give its parent's lock back.
        if is_held and os.getpid() == owner:
            locking.leave(descriptor)
        os.close(descriptor)


def in_use(store: Store) -> AbstractContextManager[None]:
    """Keep *store* from being pruned or cleaned while the block uses what it found there; any number may do so.

    Costs 20 us. Needed from finding something until it is linked or copied; adding takes it by itself.
    """
    return locked(_store_lock(store), shared=True)


def alone(store: Store, *, waiting: Callable[[], None] | None = None) -> AbstractContextManager[None]:
    """Wait until nobody uses *store* and keep everybody out; inside :func:`in_use` it would wait for itself."""
    return locked(_store_lock(store), waiting=waiting)


def _store_lock(store: Store) -> str:
    if not os.path.isdir(store.root):
        with suppress(OSError):
            make_folder(store, store.root)
    return f"{store.root}/lock"


def _open(path: str) -> int | None:
    with suppress(OSError):
        return os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)
    with suppress(OSError):
        return os.open(path, os.O_RDONLY | _NO_LINK)
    return None


def _take(descriptor: int, locking: Locking, *, shared: bool, waiting: Callable[[], None] | None) -> bool:
    try:
        if locking.take(descriptor, shared=shared, wait=False):
            return True
        if waiting is not None:
            waiting()
        return locking.take(descriptor, shared=shared, wait=True)
    except OSError as error:
        if error.errno in _LACKING:
            return False
        raise
