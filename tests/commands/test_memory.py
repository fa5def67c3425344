"""Remembered plans: what makes them another's."""

import marshal
import os
import time
from pathlib import Path

import pytest

from pybuildsync.commands.memory import Remembered, recall, remember
from pybuildsync.commands.results import Change, Ignored
from pybuildsync.commands.watched import name_of_question
from pybuildsync.store.location import Store
from pybuildsync.store.records import write_record

LONG = 1e12
PLAN = Remembered(
    (("ab" * 32, True),), (Change("install", "sample", new="1.0"),), ignored=(Ignored("other", 'os_name == "nt"'),)
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give a store."""
    return Store(str(tmp_path / "store"))


def test_a_plan_comes_back(store: Store, tmp_path: Path) -> None:
    """As it was kept, for the same question, as long as it is current."""
    evidence = remember(store, "question", PLAN, paths=(str(tmp_path / "absent"),), expires=LONG)
    assert evidence is not None
    assert recall(store, "question") == PLAN._replace(evidence=evidence)
    assert recall(store, "question?") is None
    remember(store, "late", PLAN, paths=(), expires=time.time() - 1)
    assert recall(store, "late") is None


def test_the_question_is_not_kept(store: Store) -> None:
    """It names words and variables, and there may be secrets among them."""
    remember(store, "s3cr3t", PLAN, paths=(), expires=LONG)
    (path,) = (Path(store.root) / "plans-1").iterdir()
    assert b"s3cr3t" not in path.read_bytes()


@pytest.mark.parametrize("change", ["written", "added", "removed"])
def test_a_folder_of_archives_is_watched_file_by_file(store: Store, tmp_path: Path, change: str) -> None:
    """A build tool writes its wheel over the last one of that name, which the folder doesn't show."""
    folder = tmp_path / "dist"
    folder.mkdir()
    wheel = folder / "sample-1.0-py3-none-any.whl"
    wheel.write_bytes(b"old")
    time.sleep(0.02)
    remember(store, "question", PLAN, paths=(str(folder),), expires=LONG)
    assert recall(store, "question") is not None
    if change == "written":
        seen = os.stat(folder).st_mtime_ns
        wheel.write_bytes(b"new")
        assert os.stat(folder).st_mtime_ns == seen
    elif change == "added":
        (folder / "sample-2.0-py3-none-any.whl").touch()
    else:
        wheel.unlink()
    assert recall(store, "question") is None


def test_a_file_that_changes_meanwhile_is_not_remembered(store: Store, tmp_path: Path) -> None:
    """The plan is for what was in it before; the store's own files are written by the command itself."""
    began = time.time_ns()
    time.sleep(0.02)
    write_record(store, "listings", "sample", b"new")
    inside = tuple(map(str, Path(store.root, "listings-1").iterdir()))
    file = tmp_path / "requirements.txt"
    file.touch()
    assert remember(store, "question", PLAN, paths=(str(file), *inside), expires=LONG, since=began) is None
    assert recall(store, "question") is None
    assert remember(store, "question", PLAN, paths=inside, expires=LONG, since=began) is not None


def test_a_plan_of_another_format_is_none(store: Store) -> None:
    """Another release has kept it."""
    write_record(store, "plans", name_of_question("question"), marshal.dumps((0, LONG)))
    assert recall(store, "question") is None
