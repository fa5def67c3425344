"""Locks keep processes and threads apart, and get out of the way where there can be none."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pybuildsync.store import Store
from pybuildsync.store.locks import RegionLocking, alone, in_use, locked, system_locking

_HOLDER = """
import sys
from pybuildsync.store.locks import locked
with locked(sys.argv[1], shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(path: Path, how: str = "alone") -> "subprocess.Popen[str]":
    """Start a process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def release(process: "subprocess.Popen[str]") -> None:
    """Let the holder go and wait for it."""
    process.communicate("\n")
    assert process.returncode == 0


def test_another_process_waits_and_says_so_once(tmp_path: Path) -> None:
    """Whoever comes second calls `waiting` once and goes on when the first is done."""
    process = holder(tmp_path / "lock")
    waited: list[str] = []

    def waiting() -> None:
        waited.append("yes")
        release(process)

    with locked(str(tmp_path / "lock"), waiting=waiting):
        assert waited == ["yes"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """In a folder that everybody writes to, whoever comes first could have us make a file anywhere."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with locked(str(tmp_path / "lock")):
        assert not (tmp_path / "elsewhere").exists()


def test_a_free_lock_needs_no_waiting(tmp_path: Path) -> None:
    """Nobody is told to wait who doesn't, and a lock can be taken again."""
    waited: list[str] = []
    for _ in range(2):
        with locked(str(tmp_path / "lock"), waiting=lambda: waited.append("yes")):
            pass
    assert waited == []


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """A lock ends with its process, however that ends."""
    process = holder(tmp_path / "lock")
    process.kill()
    process.communicate()
    with locked(str(tmp_path / "lock"), waiting=lambda: pytest.fail("the lock outlived its holder")):
        pass


def test_threads_are_kept_apart(tmp_path: Path) -> None:
    """Two threads are never inside at once."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            with locked(str(tmp_path / "lock")):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}


def test_users_of_the_store_share_it_and_the_pruner_waits(tmp_path: Path) -> None:
    """Any number use the store at once; who wants it alone waits for all of them."""
    store = Store(str(tmp_path / "s"))
    with in_use(store), in_use(store):
        process = holder(tmp_path / "s" / "lock", "shared")
    waited: list[str] = []

    def waiting() -> None:
        waited.append("yes")
        release(process)

    with alone(store, waiting=waiting):
        assert waited == ["yes"]


@pytest.mark.parametrize("path", ["missing/lock", "file/lock"])
def test_where_no_lock_can_be_made_there_is_none(tmp_path: Path, path: str) -> None:
    """A folder that can't be written is no reason to stop: nobody changes anything there."""
    (tmp_path / "file").write_text("")
    with locked(str(tmp_path / path)):
        pass
    with in_use(Store(str(tmp_path / path))):
        pass


class Refusing:
    """A file system that answers every lock with one error."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.left = 0

    def take(self, descriptor: int, *, shared: bool, wait: bool) -> bool:
        """Fail."""
        raise OSError(self.number, f"{descriptor} {shared} {wait}")

    def leave(self, descriptor: int) -> None:
        """Count, although nothing was taken."""
        self.left += descriptor


def test_a_file_system_without_locks_goes_without(tmp_path: Path) -> None:
    """ENOLCK and its like mean that there are no locks here; other errors are errors."""
    without = Refusing(errno.ENOLCK)
    with locked(str(tmp_path / "lock"), locking=without):
        pass
    assert without.left == 0
    with pytest.raises(OSError, match="Errno 5"), locked(str(tmp_path / "lock"), locking=Refusing(errno.EIO)):
        pass


def test_a_forked_child_does_not_give_the_lock_back(tmp_path: Path) -> None:
    """A child that leaves the block by accident leaves its parent's lock alone."""
    script = """
import os, sys
from pybuildsync.store.locks import locked
path = sys.argv[1]
with locked(path):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        probe = os.open(path, os.O_RDWR)
        import fcntl
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("lost")
        except BlockingIOError:
            print("kept")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "lock")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "kept\n"


class Regions:
    """What `msvcrt.locking` does, for one file: regions that exclude each other."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, int]] = []
        self.refusals = 0

    def locking(self, descriptor: int, mode: int, length: int) -> None:
        """Lock (1) or unlock (0) *length* bytes from the position of *descriptor*."""
        start = os.lseek(descriptor, 0, os.SEEK_CUR)
        if mode == 0:
            self.taken.remove((start, length))
        elif any(start < other + size and other < start + length for other, size in self.taken):
            self.refusals += 1
            if self.refusals > 2:
                self.taken.clear()
            raise PermissionError(errno.EACCES, "locked")
        else:
            self.taken.append((start, length))


def test_regions_serve_as_shared_and_exclusive_locks(tmp_path: Path) -> None:
    """Where a system locks regions only, sharing takes a byte each, and alone takes all."""
    regions = Regions()
    locking = RegionLocking(regions.locking, 1, 0)
    path = str(tmp_path / "lock")
    with locked(path, locking=locking, shared=True), locked(path, locking=locking, shared=True):
        assert len(regions.taken) == 2
        third = os.open(path, os.O_RDWR)
        assert not locking.take(third, shared=False, wait=False)
        os.close(third)
    assert regions.taken == []


def test_a_taken_region_is_waited_for(tmp_path: Path) -> None:
    """The call that waits tries until the region is free."""
    regions = Regions()
    regions.taken.append((0, 1024))
    locking = RegionLocking(regions.locking, 1, 0)
    waited: list[str] = []
    with locked(str(tmp_path / "lock"), locking=locking, waiting=lambda: waited.append("yes")):
        assert regions.taken == [(0, 1024)]
    assert (waited, regions.refusals) == (["yes"], 3)


def test_each_system_has_its_way() -> None:
    """POSIX locks files; a system called nt needs the module that only Windows has."""
    assert type(system_locking("posix")).__name__ == "WholeFileLocking"
    with pytest.raises(ModuleNotFoundError, match="msvcrt"):
        system_locking("nt")
