"""Whole or not there: how things get to their place."""

import errno
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.writing import new_entry, remove_tree, settle, write_all


def test_a_short_write_goes_on(tmp_path: Path) -> None:
    """The system may take a part of what is written; the rest is tried again, and an error is an error."""
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as caught:
            write_all(descriptor, b"1234567")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        os.close(descriptor)
    assert caught.value.errno == errno.EFBIG
    assert (tmp_path / "file").read_bytes() == b"12345"


def folder(path: Path, content: str) -> str:
    """Return the new folder *path* with one file in it."""
    path.mkdir()
    (path / "file").write_text(content)
    return str(path)


def test_a_folder_settles_where_none_is(tmp_path: Path) -> None:
    """The parent is made if need be."""
    assert settle(folder(tmp_path / "new", "new"), str(tmp_path / "kind/final"), is_whole=lambda: True)
    assert (tmp_path / "kind/final/file").read_text() == "new"
    assert sorted(os.listdir(tmp_path)) == ["kind"]


def test_several_may_be_the_first_at_once(tmp_path: Path) -> None:
    """In a new store every thread finds no parent, and only one makes it."""
    for turn in range(20):
        root = tmp_path / str(turn)
        root.mkdir()
        new = [folder(root / f"new{number}", "new") for number in range(6)]
        together = Barrier(len(new))

        def put(path: str, together: Barrier = together) -> bool:
            together.wait()
            return settle(path, f"{os.path.dirname(path)}/kind/{os.path.basename(path)}", is_whole=lambda: True)

        with ThreadPoolExecutor(len(new)) as pool:
            assert all(pool.map(put, new))
        assert len(os.listdir(root / "kind")) == len(new)


def test_a_whole_one_stays(tmp_path: Path) -> None:
    """Somebody was first."""
    final = folder(tmp_path / "final", "first")
    assert not settle(folder(tmp_path / "new", "new"), final, is_whole=lambda: True)
    assert (tmp_path / "final/file").read_text() == "first"
    assert sorted(os.listdir(tmp_path)) == ["final"]


def test_a_broken_one_gives_way(tmp_path: Path) -> None:
    """What nobody can use is replaced."""
    final = folder(tmp_path / "final", "broken")
    assert settle(folder(tmp_path / "new", "new"), final, is_whole=lambda: False)
    assert (tmp_path / "final/file").read_text() == "new"
    assert sorted(os.listdir(tmp_path)) == ["final"]


def test_a_broken_one_that_cannot_be_moved_stays(tmp_path: Path) -> None:
    """After a few attempts the new one is given up; the caller has what it needs in hand."""
    final = folder(tmp_path / "final", "broken")
    (tmp_path / "new-old").write_text("in the way")
    assert not settle(folder(tmp_path / "new", "new"), final, is_whole=lambda: False)
    assert sorted(os.listdir(tmp_path)) == ["final", "new-old"]


def test_settling_nothing_is_an_error(tmp_path: Path) -> None:
    """A folder that somebody took away isn't reported as kept."""
    with pytest.raises(FileNotFoundError):
        settle(str(tmp_path / "gone"), str(tmp_path / "final"), is_whole=lambda: True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [(OSError(errno.ENOSPC, "full"), EnvironmentFault), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_an_entry_that_fails_is_gone(tmp_path: Path, error: BaseException, expected: type[BaseException]) -> None:
    """Errors of the system become the store's, other ones pass, and neither leaves anything."""
    store = Store(str(tmp_path / "s"))

    def fill() -> None:
        with new_entry(store, str(tmp_path / "s" / "final"), is_whole=lambda: True) as path:
            Path(path, "file").write_text("half")
            raise error

    with pytest.raises(expected):
        fill()
    assert sorted(os.listdir(tmp_path / "s")) == ["CACHEDIR.TAG", "unfinished"]
    assert os.listdir(tmp_path / "s" / "unfinished") == []


def test_a_tree_is_removed_as_far_as_it_can_be(tmp_path: Path) -> None:
    """Links to folders elsewhere are removed, not followed; what isn't there is no error."""
    kept = folder(tmp_path / "kept", "kept")
    folder(tmp_path / "tree", "x")
    (tmp_path / "tree/deep").mkdir()
    (tmp_path / "tree/deep/link").symlink_to(kept)
    remove_tree(str(tmp_path / "tree"))
    remove_tree(str(tmp_path / "tree"))
    assert sorted(os.listdir(tmp_path)) == ["kept"]
    assert (tmp_path / "kept/file").exists()
