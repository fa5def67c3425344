"""An environment goes from one state to another, or stays as it was, whatever happens on the way."""

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
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
    make_interpreter,
    make_wheel,
    placed,
    record_hash,
    stopping,
    tree,
)

from pybuildsync.environments.calls import SYSTEM, Calls
from pybuildsync.environments.installed import read_record_file
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import Scheme, environment_scheme, target_scheme
from pybuildsync.environments.transaction import apply, environment_lock, populate
from pybuildsync.errors import EnvironmentFault, PackageError

SCRIPTS = "[console_scripts]\nsample = sample:main\n"


def site(scheme: Scheme) -> Path:
    """Return the folder of modules."""
    return Path(scheme.purelib)


def test_an_installed_wheel_is_what_the_wheel_holds(tmp_path: Path) -> None:
    """Every file is in its place, RECORD lists all of them with the hashes of what is there, and imports work."""
    files = {
        "sample/__init__.py": "def main(): return 0\n",
        "sample/data/table, with comma.csv": "1,2\n",
        "sample-1.0.data/scripts/run": "#!python -E\nprint('run')\n",
        "sample-1.0.data/scripts/tool": "\x7fbinary",
        "sample-1.0.data/scripts/sample": "#!python\nan older way to the same command\n",
        "sample-1.0.data/headers/sample.h": "int sample;\n",
        "sample-1.0.data/data/share/doc/sample.txt": "words\n",
        "sample-1.0.data/purelib/pure.py": "pure = 1\n",
        "sample-1.0.data/platlib/plat.py": "plat = 1\n",
        "sample-1.0.dist-info/INSTALLER": "somebody\n",
    }
    wheel = make_wheel(
        tmp_path / "store", "sample", files=files, entry_points=SCRIPTS, executable=("sample-1.0.data/scripts/tool",)
    )
    scheme = make_environment(tmp_path / "env")
    placement = Placement(wheel=wheel, requested=True, direct_url='{"url": "x"}')
    apply(Changes(install=(placement,)), scheme)

    (distribution,) = installed(scheme)
    rows = read_record_file(distribution)
    expected = {
        "sample/__init__.py",
        "sample/data/table, with comma.csv",
        "pure.py",
        "plat.py",
        "sample-1.0.dist-info/METADATA",
        "sample-1.0.dist-info/WHEEL",
        "sample-1.0.dist-info/entry_points.txt",
        "sample-1.0.dist-info/INSTALLER",
        "sample-1.0.dist-info/REQUESTED",
        "sample-1.0.dist-info/direct_url.json",
        "sample-1.0.dist-info/RECORD",
        "../../../bin/run",
        "../../../bin/tool",
        "../../../bin/sample",
        "../../../include/site/python3.11/sample/sample.h",
        "../../../share/doc/sample.txt",
    }
    assert {path for path, _, _ in rows} == expected
    assert len(rows) == len(expected)
    for path, digest, size in rows:
        content = (site(scheme) / path).read_bytes()
        if path.endswith("RECORD"):
            assert (digest, size) == ("", "")
        else:
            assert (digest, size) == (record_hash(content), str(len(content)))
    assert (tmp_path / "env/bin/run").read_text() == f"#!{scheme.python} -E\nprint('run')\n"
    assert "from sample import main" in (tmp_path / "env/bin/sample").read_text()
    assert [os.access(tmp_path / "env/bin" / name, os.X_OK) for name in ("run", "tool", "sample")] == [True] * 3
    assert (site(scheme) / "sample-1.0.dist-info/INSTALLER").read_text() == "pybuildsync\n"
    assert not os.path.lexists(scheme.journal_folder)


def test_linked_files_are_the_stores_and_written_ones_are_not(tmp_path: Path) -> None:
    """A hard link shares the store's file, read-only; records and scripts never do."""
    wheel = make_wheel(tmp_path / "store", "sample", entry_points=SCRIPTS)
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(wheel)), scheme, link_mode="hardlink")
    linked = os.stat(site(scheme) / "sample/__init__.py")
    assert linked.st_ino == os.stat(f"{wheel.path}/sample/__init__.py").st_ino
    assert stat.S_IMODE(linked.st_mode) == 0o444
    for written in (site(scheme) / "sample-1.0.dist-info/RECORD", tmp_path / "env/bin/sample"):
        assert os.stat(written).st_nlink == 1
        assert os.stat(written).st_mode & 0o200


@pytest.mark.parametrize("mode", ["copy", "reflink"])
def test_copies_are_the_users_own(tmp_path: Path, mode: LinkMode) -> None:
    """Copies and reflinks share nothing that an edit would change, are writable, and keep the time of change."""
    wheel = make_wheel(
        tmp_path / "store", "sample", files={"sample.py": "x = 1\n", "run.sh": ""}, executable=("run.sh",)
    )
    os.utime(f"{wheel.path}/sample.py", (1_000_000_000, 1_000_000_000))
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(wheel)), scheme, link_mode=mode)
    copied = os.stat(site(scheme) / "sample.py")
    assert (copied.st_nlink, copied.st_mtime, copied.st_mode & 0o300) == (1, 1_000_000_000, 0o200)
    assert os.stat(site(scheme) / "run.sh").st_mode & 0o300 == 0o300


def test_what_cannot_be_linked_is_copied(tmp_path: Path) -> None:
    """Another device, too many links, no right to link: the file is copied."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    wheel = make_wheel(tmp_path / "store", "sample")
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(wheel)), scheme, link_mode="hardlink", calls=Calls(link=refuse))
    assert os.stat(site(scheme) / "sample/__init__.py").st_nlink == 1


def test_byte_code_is_linked_and_listed(tmp_path: Path) -> None:
    """Byte code that the store has made is installed along, without hash in RECORD, and goes with its distribution."""
    code = tmp_path / "code/sample/__pycache__"
    code.mkdir(parents=True)
    (code / "__init__.cpython-311.pyc").write_bytes(b"code")
    wheel = make_wheel(tmp_path / "store", "sample")
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    apply(Changes(install=(Placement(wheel=wheel, bytecode=str(tmp_path / "code")),)), scheme)
    assert ("sample/__pycache__/__init__.cpython-311.pyc", "", "") in read_record_file(installed(scheme)[0])
    apply(Changes(remove=installed(scheme)), scheme)
    assert tree(tmp_path / "env") == before


def test_removing_leaves_what_was_there_before(tmp_path: Path) -> None:
    """Files, byte code of any interpreter and emptied folders go; what the user put there stays with its folder."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    files = {"sample/__init__.py": "", "sample/deep/er.py": "", "sample-1.0.data/data/share/sample/x": ""}
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample", files=files, entry_points=SCRIPTS))), scheme)
    cache = site(scheme) / "sample/deep/__pycache__"
    cache.mkdir()
    for name in ("er.cpython-311.pyc", "er.cpython-38.opt-2.pyc", "er.pypy310.pyc"):
        (cache / name).touch()
    apply(Changes(remove=installed(scheme)), scheme)
    assert tree(tmp_path / "env") == before

    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample", files=files))), scheme)
    (site(scheme) / "sample/mine.txt").touch()
    apply(Changes(remove=installed(scheme)), scheme)
    assert sorted(os.listdir(scheme.purelib)) == ["sample"]
    assert os.listdir(site(scheme) / "sample") == ["mine.txt"]


def test_an_upgrade_replaces(tmp_path: Path) -> None:
    """The old version goes in the same transaction, even where nobody named it: no environment has two of one name."""
    old = make_wheel(tmp_path / "store", "sample", "1.0", {"sample/__init__.py": "1", "sample/gone.py": "1"})
    new = make_wheel(tmp_path / "store", "Sample", "2.0", {"sample/__init__.py": "2", "sample/new.py": "2"})
    scheme = make_environment(tmp_path / "env")
    for first, second in ((old, new), (new, old)):
        apply(Changes(install=placed(first)), scheme)
        (site(scheme) / "sample/__pycache__").mkdir()
        (site(scheme) / "sample/__pycache__/__init__.cpython-311.pyc").touch()
        apply(Changes(install=placed(second)), scheme)
        fresh = make_environment(tmp_path / f"fresh{second.version}")
        apply(Changes(install=placed(second)), fresh)
        assert tree(scheme.purelib) == tree(fresh.purelib)


def test_installing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """A reinstallation ends where it began, damage mended."""
    wheel = make_wheel(tmp_path / "store", "sample", entry_points=SCRIPTS)
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(wheel)), scheme)
    before = tree(tmp_path / "env")
    (site(scheme) / "sample/__init__.py").unlink()
    apply(Changes(remove=installed(scheme), install=placed(wheel)), scheme)
    assert tree(tmp_path / "env") == before


def test_files_may_become_folders_and_back(tmp_path: Path) -> None:
    """A module becomes a package, and a package a module."""
    module = make_wheel(tmp_path / "store", "sample", "1.0", {"sample": "file", "other/deep/x": "", "other/y": ""})
    package = make_wheel(tmp_path / "store", "sample", "2.0", {"sample/x": "folder", "other": "file"})
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(module)), scheme)
    before = tree(tmp_path / "env")
    apply(Changes(install=placed(package)), scheme)
    assert (site(scheme) / "sample/x").read_text() == "folder"
    assert (site(scheme) / "other").read_text() == "file"
    apply(Changes(install=placed(module)), scheme)
    assert tree(tmp_path / "env") == before


def test_a_target_folder_holds_nothing_but_distributions(tmp_path: Path) -> None:
    """``--target`` makes the folder, and leaves neither journal nor lock in it; removing everything empties it."""
    scheme = target_scheme(str(tmp_path / "some/where"), make_interpreter())
    wheel = make_wheel(tmp_path / "store", "sample", entry_points=SCRIPTS)
    apply(Changes(install=placed(wheel)), scheme)
    assert sorted(os.listdir(tmp_path / "some/where")) == ["bin", "sample", "sample-1.0.dist-info"]
    assert ("bin/sample",) in {row[:1] for row in read_record_file(installed(scheme)[0])}
    apply(Changes(remove=installed(scheme)), scheme)
    assert os.listdir(tmp_path / "some/where") == []


def test_pure_and_platform_folders_may_differ(tmp_path: Path) -> None:
    """Where they are two folders, each wheel's root goes to the one that its WHEEL names."""
    paths = dict(make_interpreter(str(tmp_path)).paths)
    paths["platlib"] = f"{tmp_path}/lib64/site-packages"
    scheme = environment_scheme(make_interpreter(str(tmp_path), paths=tuple(sorted(paths.items()))))
    pure = make_wheel(tmp_path / "store", "pure", files={"pure.py": "", "pure-1.0.data/platlib/too.py": ""})
    native = make_wheel(tmp_path / "store", "native", root_is_purelib=False)
    apply(Changes(install=placed(pure, native)), scheme)
    assert sorted(os.listdir(scheme.purelib)) == ["pure-1.0.dist-info", "pure.py"]
    assert sorted(os.listdir(scheme.platlib)) == ["native", "native-1.0.dist-info", "too.py"]
    apply(Changes(remove=installed(scheme)), scheme)
    assert os.listdir(scheme.purelib) == [os.path.basename(scheme.lock)]
    assert os.listdir(scheme.platlib) == []


def test_nothing_asked_is_nothing_done(tmp_path: Path) -> None:
    """An empty transaction changes nothing."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    assert apply(Changes(), scheme).recovered is None
    assert tree(tmp_path / "env") == before


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
        (site(scheme) / "stray.py").write_text("of nobody")
        (site(scheme) / "sample/__pycache__").mkdir()
        (site(scheme) / "sample/__pycache__/__init__.cpython-311.pyc").write_bytes(b"old code")
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


def test_one_process_waits_for_the_other(tmp_path: Path) -> None:
    """Two transactions never mix: the second waits, says so once, and sees what the first has done."""
    scheme = make_environment(tmp_path / "env")
    wheel = make_wheel(tmp_path / "store", "sample")
    told: list[str] = []
    with environment_lock(scheme):
        thread = threading.Thread(
            target=lambda: apply(Changes(install=placed(wheel)), scheme, waiting=lambda: told.append("waiting"))
        )
        thread.start()
        while not told:
            thread.join(0.01)
        assert installed(scheme) == ()
        apply(Changes(install=placed(wheel)), scheme, is_locked=True)
    thread.join()
    assert told == ["waiting"]
    assert [distribution.name for distribution in installed(scheme)] == ["sample"]


def test_an_environment_that_changed_meanwhile_is_told(tmp_path: Path) -> None:
    """Removing what another process has removed stops before anything changes."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme)
    planned = installed(scheme)
    apply(Changes(remove=planned), scheme)
    with pytest.raises(EnvironmentFault, match="is not installed any more") as caught:
        apply(Changes(remove=planned), scheme)
    assert caught.value.hint == "run the command again"


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


def test_a_file_in_use_stays_aside_until_later(tmp_path: Path) -> None:
    """Windows renames files that are in use but doesn't remove them: the next transactions try again."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme)

    def unlink(path: str) -> None:
        if "/old" in path:
            raise PermissionError(errno.EACCES, "in use", path)
        os.unlink(path)

    newer = make_wheel(tmp_path / "store", "sample", "2.0")
    apply(Changes(install=placed(newer)), scheme, calls=Calls(unlink=unlink))
    newest = make_wheel(tmp_path / "store", "sample", "3.0")
    apply(Changes(install=placed(newest)), scheme, calls=Calls(unlink=unlink))
    assert sorted(os.listdir(scheme.journal_folder)) == ["old", "old-1"]
    assert [distribution.version for distribution in installed(scheme)] == ["3.0"]
    assert recover(scheme) is None
    assert not os.path.lexists(scheme.journal_folder)


def test_bytes_compiled_meanwhile_do_not_stay(tmp_path: Path) -> None:
    """A process that imports a package while it goes leaves byte code behind: that goes, too."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme)
    cache = site(scheme) / "sample/__pycache__"

    def rename(old: str, new: str) -> None:
        os.replace(old, new)
        cache.mkdir(exist_ok=True)
        (cache / "__init__.cpython-311.pyc").touch()

    apply(Changes(remove=installed(scheme)), scheme, calls=Calls(rename=rename))
    assert tree(tmp_path / "env") == before


def test_a_file_that_appears_meanwhile_gives_way(tmp_path: Path) -> None:
    """What another process writes at our path between planning and linking is replaced."""
    scheme = make_environment(tmp_path / "env")

    def mkdir(path: str) -> None:
        os.mkdir(path)
        if path.endswith("/sample"):
            Path(path, "__init__.py").write_text("of somebody else")

    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme, calls=Calls(mkdir=mkdir))
    assert (site(scheme) / "sample/__init__.py").read_text() == "version = '1.0'\n"


def test_the_environments_own_files_are_safe(tmp_path: Path) -> None:
    """No wheel replaces the interpreter or the configuration, and no RECORD takes them away."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    for path in ("sample-1.0.data/scripts/python", "sample-1.0.data/data/pyvenv.cfg", ".pybuildsync/journal"):
        with pytest.raises(PackageError, match="would replace what belongs to the environment"):
            apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample", files={path: ""}))), scheme)
    assert tree(tmp_path / "env") == before


def test_a_wheel_with_an_unknown_data_folder_is_refused(tmp_path: Path) -> None:
    """The format knows five; anything else has no place to go."""
    wheel = make_wheel(tmp_path / "store", "sample", files={"sample-1.0.data/other/x": ""})
    with pytest.raises(PackageError, match="has a file that belongs nowhere"):
        apply(Changes(install=placed(wheel)), make_environment(tmp_path / "env"))


def test_build_environments_are_filled_without_ceremony(tmp_path: Path) -> None:
    """``populate`` gives the same files, without journal and lock; of two files for one path the later stays."""
    store = tmp_path / "store"
    one = make_wheel(store, "one", files={"tests/__init__.py": "1"}, entry_points="[console_scripts]\none = one:main\n")
    two = make_wheel(store, "two", files={"tests/__init__.py": "2"})
    scheme = make_environment(tmp_path / "env")
    populate((one, two), scheme)
    assert (site(scheme) / "tests/__init__.py").read_text() == "2"
    assert os.access(tmp_path / "env/bin/one", os.X_OK)
    assert [distribution.name for distribution in installed(scheme)] == ["one", "two"]
    assert not os.path.lexists(scheme.lock)
    with pytest.raises(EnvironmentFault):
        populate((one,), target_scheme("/proc/nowhere", make_interpreter()))


def test_modes_are_tried_on_the_system_at_hand(tmp_path: Path) -> None:
    """``auto`` ends in a working environment wherever it runs."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme, link_mode="auto", calls=SYSTEM)
    code = f"import sys; sys.path.insert(0, {scheme.purelib!r}); import sample; print(sample.version)"
    run = subprocess.run([sys.executable, "-IBc", code], capture_output=True, text=True, check=True)
    assert run.stdout == "1.0\n"
