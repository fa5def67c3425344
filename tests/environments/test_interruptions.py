"""Whatever breaks a transaction off, and at whichever call, leaves the old state or the new one.

Every test takes one world, with changes of every kind, and breaks off at each of its system calls in turn.
"""

import errno
import os
import shutil
import signal
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from environments.places import (
    Tree,
    counting,
    dying,
    in_child,
    installed,
    is_killed,
    kill_this_process,
    make_environment,
    make_wheel,
    placed,
    stopping,
    tree,
)

from pybuildsync.environments.calls import Calls
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import Scheme
from pybuildsync.environments.transaction import apply
from pybuildsync.errors import EnvironmentFault

SCRIPTS = "[console_scripts]\nsample = sample:main\n"

WORDS = "replace sample 1.0 by 2.0, install extra 1.0, remove gone 1.0"
# These name the folder that the environment is in.
OF_THIS_PLACE = ("bin/sample", "lib/python3.11/site-packages/sample-2.0.dist-info/RECORD")


@dataclass(frozen=True)
class World:
    """An environment, changes of every kind to it, and its tree before and after them."""

    root: Path
    scheme: Scheme
    changes: Changes
    old: Tree
    new: Tree

    def is_old(self) -> bool:
        """Tell whether the environment is exactly as before."""
        return tree(self.root) == self.old

    def is_new(self) -> bool:
        """Tell whether the environment is exactly as after the changes."""
        return without_paths(tree(self.root)) == self.new

    def has_new_files(self) -> bool:
        """Tell whether the environment's files are those after the changes, whatever their modes."""
        return files_of(without_paths(tree(self.root))) == files_of(self.new)

    def dies_at(self, at: int, *, is_after: bool = False) -> bool:
        """Apply the changes in a process that ends at the call numbered *at*; tell whether there is one."""
        return is_killed(lambda: apply(self.changes, self.scheme, calls=dying(at, is_after=is_after)))

    def recovery_dies_at(self, at: int) -> bool:
        """Recover in a process that ends at the call numbered *at*; tell whether there is one."""
        return is_killed(lambda: recover(self.scheme, calls=dying(at)))


def without_paths(found: Tree) -> Tree:
    """Return a tree without the files that name the environment's folder."""
    return {path: entry for path, entry in found.items() if path not in OF_THIS_PLACE}


def files_of(found: Tree) -> dict[str, bytes | str]:
    """Return the files of a tree."""
    return {path: content for path, (kind, _, content) in found.items() if kind != "folder"}


def upgrade_world(tmp_path: Path, again: World | None = None) -> World:
    """Make the world, or make it *again* in the same place."""
    store = tmp_path / "store"
    common = {"shared/__init__.py": ""}
    old = make_wheel(store, "sample", "1.0", {"sample/__init__.py": "1", "sample/gone.py": "1", "odd": "f", **common})
    gone = make_wheel(store, "gone", files={"gone/deep/x.py": "", "gone-1.0.data/data/share/gone/y": "", **common})
    new_files = {"sample/__init__.py": "2", "sample/new/a.py": "2", "odd/x": "d", "sample-2.0.data/data/share/s": ""}
    new = make_wheel(store, "sample", "2.0", new_files, entry_points=SCRIPTS)
    extra = make_wheel(store, "extra", files={"sample/extra.py": "", "stray.py": "new", **common})

    def begin(root: Path) -> tuple[Scheme, Changes]:
        shutil.rmtree(root, ignore_errors=True)
        scheme = make_environment(root)
        apply(Changes(install=placed(old, gone)), scheme)
        Path(scheme.purelib, "stray.py").write_text("of nobody")
        Path(scheme.purelib, "sample/__pycache__").mkdir()
        Path(scheme.purelib, "sample/__pycache__/__init__.cpython-311.pyc").write_bytes(b"old code")
        return scheme, Changes(remove=installed(scheme, "gone"), install=placed(new, extra))

    root = tmp_path / "env"
    if again is not None:
        begin(root)
        assert again.is_old()
        return again
    scheme, changes = begin(tmp_path / "model")
    apply(changes, scheme)
    return World(root, *begin(root), tree(root), without_paths(tree(tmp_path / "model")))


@pytest.fixture(scope="module")
def calls_of_upgrade(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many system calls the upgrade takes."""
    numbers: list[int] = []
    world = upgrade_world(tmp_path_factory.mktemp("count"))
    apply(world.changes, world.scheme, calls=counting(numbers.append))
    return len(numbers)


def test_the_upgrade_does_what_it_says(tmp_path: Path) -> None:
    """The world that the tests below break off in every way comes out right if nobody does."""
    world = upgrade_world(tmp_path)
    done = apply(world.changes, world.scheme)
    assert world.is_new()
    assert not world.is_old()
    assert done.replaced == (f"{world.scheme.purelib}/stray.py",)
    assert done.recovered is None


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_exception_at_any_call_brings_the_old_state_back(
    tmp_path: Path, calls_of_upgrade: int, error: type[BaseException], *, is_after: bool
) -> None:
    """Before the commit everything is undone at once; after it the new state stands, cleared up or soon to be."""

    def stop() -> None:
        raise error

    states = []
    world = upgrade_world(tmp_path)
    for at in range(calls_of_upgrade):
        with pytest.raises(error):
            apply(world.changes, world.scheme, calls=stopping(at, stop, is_after=is_after))
        if world.is_old():
            states.append("old")
        else:
            recover(world.scheme)
            assert world.is_new()
            states.append("new")
            world = upgrade_world(tmp_path, world)
    assert states == sorted(states, reverse=True)
    assert set(states) == {"old", "new"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_failing_system_brings_the_old_state_back(tmp_path: Path, calls_of_upgrade: int, number: int) -> None:
    """A full disk, a lost right, a broken device at any call: the old state and a message, or the new state."""

    def stop() -> None:
        raise OSError(number, os.strerror(number), "/some/file")

    texts = set()
    world = upgrade_world(tmp_path)
    for at in range(calls_of_upgrade):
        try:
            apply(world.changes, world.scheme, calls=stopping(at, stop))
        except EnvironmentFault as fault:
            texts.add(str(fault).partition("\nhint")[0])
            assert world.is_old()
        else:
            recover(world.scheme)
            assert world.has_new_files()  # what couldn't be linked was copied, a folder may be left
            world = upgrade_world(tmp_path, world)
    what = f"the environment could not be changed and is as it was: {tmp_path}/env"
    assert texts == {f"{what}\n  {os.strerror(number)}: /some/file"}


@pytest.mark.parametrize("is_after", [False, True])
def test_a_kill_at_any_call_is_put_right_by_the_next_command(
    tmp_path: Path, calls_of_upgrade: int, *, is_after: bool
) -> None:
    """``kill -9`` leaves a journal; ``recover`` brings back exactly the old or the new state, and says which."""
    seen = set()
    world = upgrade_world(tmp_path)
    for at in range(calls_of_upgrade):
        assert world.dies_at(at, is_after=is_after)
        recovered = recover(world.scheme)
        assert recover(world.scheme) is None
        if recovered is not None:
            assert recovered.words == WORDS
        if world.is_old():
            seen.add(("old", recovered and recovered.is_undone))
        else:
            assert world.is_new()
            seen.add(("new", recovered and recovered.is_undone))
            world = upgrade_world(tmp_path, world)
    # Without a journal: before it was written, after it was removed.
    assert seen == {("old", None), ("old", True), ("new", False), ("new", None)}


def test_a_process_that_is_really_killed_leaves_the_same(tmp_path: Path, calls_of_upgrade: int) -> None:
    """SIGKILL, which nothing can catch, at some calls: what the tests above act out is what happens."""
    world = upgrade_world(tmp_path)
    for at in range(0, calls_of_upgrade, 9):
        calls = stopping(at, kill_this_process)
        assert world.dies_at(at)
        acted = tree(world.root)
        recover(world.scheme)
        if not world.is_old():
            world = upgrade_world(tmp_path, world)
        assert in_child(partial(apply, world.changes, world.scheme, calls=calls)) == signal.SIGKILL
        assert files_of(tree(world.root)).keys() == files_of(acted).keys()
        recover(world.scheme)
        if not world.is_old():
            assert world.is_new()
            world = upgrade_world(tmp_path, world)


def test_recovery_may_be_killed_as_well(tmp_path: Path, calls_of_upgrade: int) -> None:
    """A recovery that is killed at any call is put right by the next one, as often as it takes."""
    world = upgrade_world(tmp_path)
    for at in range(0, calls_of_upgrade, 5):
        assert world.dies_at(at)
        step = 0
        while world.recovery_dies_at(step):
            step += 1
        if not world.is_old():
            assert world.is_new()
            world = upgrade_world(tmp_path, world)


def test_the_next_transaction_recovers_first(tmp_path: Path) -> None:
    """Nobody has to ask: a transaction puts right what a killed one left, and says so."""
    world = upgrade_world(tmp_path)
    assert world.dies_at(15)
    done = apply(world.changes, world.scheme)
    assert str(done.recovered) == f"an interrupted change of the environment was undone: {WORDS}"
    assert world.is_new()


def test_a_commit_that_fails_though_it_was_done_is_finished(tmp_path: Path) -> None:
    """A network file system may say so."""
    world = upgrade_world(tmp_path)

    def rename(old: str, new: str) -> None:
        os.replace(old, new)
        if new.endswith("/committed"):
            raise OSError(errno.EIO, "Input/output error")

    done = apply(world.changes, world.scheme, calls=Calls(rename=rename), with_recipe=True)
    assert done.recipe is None
    assert world.is_new()


def test_a_kill_after_the_commit_is_finished(tmp_path: Path, calls_of_upgrade: int) -> None:
    """What was committed stands."""
    world = upgrade_world(tmp_path)
    assert world.dies_at(calls_of_upgrade - 8)
    assert str(recover(world.scheme)) == f"an interrupted change of the environment was finished: {WORDS}"
    assert world.is_new()


def test_an_environment_that_has_moved_recovers(tmp_path: Path) -> None:
    """The journal follows its environment to another folder."""
    world = upgrade_world(tmp_path)
    assert world.dies_at(15)
    os.rename(world.root, tmp_path / "moved")
    assert recover(make_environment(tmp_path / "moved")) is not None
    assert tree(tmp_path / "moved") == world.old


@pytest.mark.parametrize("content", [b"", b"something else", b"pybuildsync journal 1\0words\0/base\0\0folders"])
def test_a_damaged_journal_is_told(tmp_path: Path, content: bytes) -> None:
    """A journal that a power cut has taken can't be followed: the user hears so and nothing is removed."""
    scheme = make_environment(tmp_path / "env")
    folder = Path(scheme.journal_folder)
    folder.mkdir()
    (folder / "journal").write_bytes(content)
    with pytest.raises(EnvironmentFault, match="was left half changed") as caught:
        recover(scheme)
    assert caught.value.hint == "make the environment anew: `pybuildsync venv --clear`"
    assert (folder / "journal").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_undoes_and_then_has_its_way(tmp_path: Path, number: int) -> None:
    """Ctrl-C and SIGTERM wait for a moment, undo, and then end the process as they would have."""
    world = upgrade_world(tmp_path)

    def work() -> None:
        signal.signal(number, signal.SIG_DFL)
        apply(world.changes, world.scheme, calls=stopping(12, lambda: os.kill(os.getpid(), number)))

    assert in_child(work) == number
    assert world.is_old()


def test_a_late_signal_lets_the_transaction_end(tmp_path: Path, calls_of_upgrade: int) -> None:
    """Once all is committed, Ctrl-C comes after the clearing up."""
    world = upgrade_world(tmp_path)
    interrupt = stopping(calls_of_upgrade - 1, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        apply(world.changes, world.scheme, calls=interrupt)
    assert world.is_new()


def test_a_signal_with_a_handler_that_goes_on_stops_the_transaction_nevertheless(tmp_path: Path) -> None:
    """What was undone is never taken for done: the caller gets KeyboardInterrupt."""
    world = upgrade_world(tmp_path)
    heard: list[int] = []
    previous = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        with pytest.raises(KeyboardInterrupt):
            apply(world.changes, world.scheme, calls=stopping(12, lambda: os.kill(os.getpid(), signal.SIGTERM)))
    finally:
        signal.signal(signal.SIGTERM, previous)
    assert heard == [signal.SIGTERM]
    assert world.is_old()


def test_other_threads_can_install_too(tmp_path: Path) -> None:
    """Signals are only held in the main thread; elsewhere all the rest is the same."""
    world = upgrade_world(tmp_path)
    thread = threading.Thread(target=lambda: apply(world.changes, world.scheme))
    thread.start()
    thread.join()
    assert world.is_new()


def test_what_cannot_be_brought_back_stays_in_the_journal(tmp_path: Path) -> None:
    """An undo that fails says what it could not do, keeps everything, and is tried again by the next command."""
    world = upgrade_world(tmp_path)
    assert world.dies_at(40)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(EnvironmentFault, match="could not be brought back") as caught:
        recover(world.scheme, calls=Calls(rename=refuse, unlink=refuse))
    assert "Permission denied" in caught.value.why
    assert recover(world.scheme) is not None
    assert world.is_old()
