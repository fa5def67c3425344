"""An environment goes from one state to another, or stays as it was, whatever happens on the way."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from environments.places import (
    dying,
    installed,
    is_killed,
    make_environment,
    make_interpreter,
    make_wheel,
    placed,
    record_hash,
    target_scheme,
    tree,
)

from pybuildsync.environments.calls import SYSTEM, Calls
from pybuildsync.environments.installed import read_record_file
from pybuildsync.environments.layouts import Generated, Placement
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.planning import Changes, Rewritten, stashed
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import Scheme, environment_scheme
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
    scheme = target_scheme(tmp_path / "some/where")
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


def test_files_stay_on_their_device(tmp_path: Path) -> None:
    """A file can only be renamed within its device, so each device has a place to put files aside."""
    scheme = make_environment(tmp_path / "env")
    module, script = f"{scheme.purelib}/x.py", f"{scheme.scripts}/x"
    together, apart = f"{scheme.purelib}/.pybuildsync/old", f"{scheme.scripts}/.pybuildsync/old"
    assert stashed((module, script), scheme, device=lambda _: 1) == ((together, (module, script)),)
    devices = {scheme.purelib: 1, scheme.scripts: 2, scheme.data: 1}
    assert stashed((script, module), scheme, device=devices.__getitem__) == ((apart, (script,)), (together, (module,)))


def test_nothing_asked_is_nothing_done(tmp_path: Path) -> None:
    """An empty transaction changes nothing."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    assert apply(Changes(), scheme).recovered is None
    assert tree(tmp_path / "env") == before


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
        populate((one,), target_scheme("/proc/nowhere"))


def test_modes_are_tried_on_the_system_at_hand(tmp_path: Path) -> None:
    """``auto`` ends in a working environment wherever it runs."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme, link_mode="auto", calls=SYSTEM)
    code = f"import sys; sys.path.insert(0, {scheme.purelib!r}); import sample; print(sample.version)"
    run = subprocess.run([sys.executable, "-IBc", code], capture_output=True, text=True, check=True)
    assert run.stdout == "1.0\n"


def rewriting(scheme: Scheme, texts: dict[str, bytes]) -> Changes:
    """Return the change of the files *texts* of what is installed, and of its RECORD."""
    (sample,) = installed(scheme, "sample")
    files = tuple(Generated(f"{scheme.purelib}/{name}", text) for name, text in texts.items())
    return Changes(rewrite=(Rewritten(sample, files),))


def test_files_of_what_stays_are_rewritten(tmp_path: Path) -> None:
    """They are the environment's own then; the store's file, another link to the same, is as it was."""
    scheme = make_environment(tmp_path / "env")
    wheel = make_wheel(tmp_path / "store", "sample", files={"sample/a.py": "1", "sample/b.py": "1"})
    apply(Changes(install=placed(wheel)), scheme, link_mode="hardlink")
    done = apply(rewriting(scheme, {"sample/a.py": b"2"}), scheme, with_recipe=True)
    assert (done.recipe, done.replaced, done.conflicts) == (None, (), ())
    assert [(site(scheme) / "sample" / name).read_text() for name in ("a.py", "b.py")] == ["2", "1"]
    assert Path(wheel.path, "sample", "a.py").read_text() == "1"
    assert not os.path.exists(scheme.journal_folder)


def test_files_are_rewritten_together_or_not_at_all(tmp_path: Path) -> None:
    """Killed at any call, the next command finds them all as they were, or all as they were to be."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample", files={"a.py": "1", "b.py": "1"}))), scheme)
    seen = set()
    for at in range(40):
        text = str(at).encode()
        before = [(site(scheme) / name).read_bytes() for name in ("a.py", "b.py")]
        changes = rewriting(scheme, {"a.py": text, "b.py": text})
        if not is_killed(lambda: apply(changes, scheme, calls=dying(at))):  # noqa: B023 - at once
            break
        recovered = recover(scheme)
        after = [(site(scheme) / name).read_bytes() for name in ("a.py", "b.py")]
        assert after in (before, [text, text])
        seen.add(str(recovered))
    assert seen >= {
        f"an interrupted change of the environment was {how}: note more of sample 1.0" for how in ("undone", "finished")
    }
