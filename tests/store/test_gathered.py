"""Byte code that a build's Python has written is kept beside its wheel, as long as it is that wheel's."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from store.wheel_files import make_wheel, plain_environment, sha256_of

from pybuildsync.store import Store
from pybuildsync.store.bytecode import compile_bytecode
from pybuildsync.store.gathered import find_gathered, gather
from pybuildsync.store.upkeep import clean, size
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, entry_folder

TAG = str(sys.implementation.cache_tag)
PYTHON = "cpython-3.99.1"
FILES = {
    "sample/__init__.py": b"",
    "sample/deep/module.py": b"VALUE = 1\n",
    "sample/other.py": b"VALUE = 2\n",
    "single.py": b"VALUE = 3\n",
}
MODULE = f"sample/deep/__pycache__/module.{TAG}.pyc"
ALL = [
    f"sample/__pycache__/__init__.{TAG}.pyc",
    MODULE,
    f"sample/__pycache__/other.{TAG}.pyc",
    f"__pycache__/single.{TAG}.pyc",
]


def make_store(tmp_path: Path) -> tuple[Store, UnpackedWheel]:
    """Return a store with the wheel of FILES in it."""
    store = Store(str(tmp_path / "s"))
    path = make_wheel(tmp_path, FILES)
    return store, add_wheel(store, path, sha256_of(path))


def site_of(tmp_path: Path, wheel: UnpackedWheel, way: str = "link", name: str = "site") -> Path:
    """Return a folder with the files of *wheel*."""
    place = os.link if way == "link" else shutil.copy2
    return Path(shutil.copytree(wheel.path, tmp_path / name, copy_function=place))


def run(site: Path, *modules: str) -> str:
    """Import *modules* from *site* and return what Python says of it."""
    script = f"import sys; sys.path.insert(0, {str(site)!r}); import {', '.join(modules)}"
    command = [sys.executable, "-I", "-S", "-v", "-c", script]
    environ = plain_environment()
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stderr


def kept(store: Store, wheel: UnpackedWheel) -> list[str]:
    """Return where the byte code that is kept goes to."""
    return [place for _, place in find_gathered(store, wheel, PYTHON)]


def link(store: Store, wheel: UnpackedWheel, site: Path) -> None:
    """Put the byte code that is kept where it belongs in *site*."""
    for path, place in find_gathered(store, wheel, PYTHON):
        (site / place).parent.mkdir(exist_ok=True)
        os.link(path, site / place)


@pytest.mark.parametrize("way", ["link", "copy"])
def test_what_was_imported_is_not_compiled_again(tmp_path: Path, way: str) -> None:
    """The next Python takes the byte code that the first has written, from links and from copies with their times."""
    store, wheel = make_store(tmp_path)
    first = site_of(tmp_path, wheel, way)
    assert f"created '{first}/{MODULE}'" in run(first, "sample.deep.module", "single")
    assert gather(store, wheel, str(first), PYTHON) == 3
    assert kept(store, wheel) == [ALL[0], ALL[1], ALL[3]]
    shutil.rmtree(first)
    second = site_of(tmp_path, wheel, way, "second")
    link(store, wheel, second)
    said = run(second, "sample.deep.module", "single")
    assert f"matches {second}/sample/deep/module.py" in said
    assert f"created '{second}" not in said


def test_it_grows_with_each_build(tmp_path: Path) -> None:
    """What another build imports is added; what is there is left; each Python has its own."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "sample")
    assert gather(store, wheel, str(site), PYTHON) == 1
    link(store, wheel, site)
    run(site, "sample.other")
    assert gather(store, wheel, str(site), PYTHON) == 1
    assert kept(store, wheel) == [ALL[0], ALL[2]]
    assert list(find_gathered(store, wheel, "cpython-3.99.2")) == []


def test_it_is_read_only_and_belongs_to_the_wheel(tmp_path: Path) -> None:
    """What is linked from the store can't be written to; it counts and goes with its wheel."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "single")
    before = {kind: files for kind, files, _ in size(store)}["wheels"]
    gather(store, wheel, str(site), PYTHON)
    ((path, _),) = find_gathered(store, wheel, PYTHON)
    assert not os.stat(path).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert {kind: files for kind, files, _ in size(store)}["wheels"] == before + 1
    clean(store, ["sample"])
    assert not os.path.exists(path)


def _changed(site: Path) -> None:
    (site / "single.py").unlink()
    (site / "single.py").write_bytes(b"VALUE = 4\n")


def _same_time(site: Path) -> None:
    source = site / "single.py"
    times = (source.stat().st_atime_ns, source.stat().st_mtime_ns)
    _changed(site)
    os.utime(source, ns=times)


@pytest.mark.parametrize("change", [_changed, _same_time])
def test_a_source_that_the_build_has_changed(tmp_path: Path, change: object) -> None:
    """Byte code of another source than the wheel's is not taken, not even with the same time and size."""
    store, wheel = make_store(tmp_path)
    site = site_of(tmp_path, wheel)
    assert callable(change)
    change(site)
    run(site, "single")
    assert (site / ALL[3]).exists()
    assert gather(store, wheel, str(site), PYTHON) == 0


def test_a_source_that_the_build_has_changed_after_it_was_imported(tmp_path: Path) -> None:
    """What the source beside it is no more isn't taken; nor what has none beside it any more."""
    store, wheel = make_store(tmp_path)
    site = site_of(tmp_path, wheel)
    run(site, "single", "sample.other")
    _changed(site)
    (site / "sample/other.py").unlink()
    assert gather(store, wheel, str(site), PYTHON) == 1
    assert kept(store, wheel) == [ALL[0]]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        (f"single.{TAG}.opt-1.pyc", None),
        (f"single.{TAG}-pytest-8.0.0.pyc", None),
        (f"single.{TAG}.pyc.140231", None),
        (f"stranger.{TAG}.pyc", None),
        (f"single.{TAG}.pyc", b"half"),
        (f"single.{TAG}.pyc", b"\xa7\r\r\n" + b"\1\0\0\0" + bytes(8)),
        (f"single.{TAG}.pyc", b"no\n\n" + bytes(12)),
    ],
)
def test_what_is_not_taken(tmp_path: Path, name: str, head: bytes | None) -> None:
    """Optimised or rewritten code, unfinished files, files of nobody, and what isn't checked by time and size."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "single")
    written = site / ALL[3]
    content = written.read_bytes() if head is None else head
    written.unlink()
    (site / "__pycache__" / name).write_bytes(content)
    assert gather(store, wheel, str(site), PYTHON) == 0
    assert kept(store, wheel) == []


def test_links_are_not_taken(tmp_path: Path) -> None:
    """A symbolic link in place of byte code stays where it is."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "single")
    (site / ALL[3]).rename(tmp_path / "elsewhere")
    (site / ALL[3]).symlink_to(tmp_path / "elsewhere")
    assert gather(store, wheel, str(site), PYTHON) == 0


def test_what_was_cut_short_is_replaced(tmp_path: Path) -> None:
    """After a power cut a file may be short: it is not used, and gathered again."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "single")
    gather(store, wheel, str(site), PYTHON)
    ((path, _),) = find_gathered(store, wheel, PYTHON)
    os.chmod(path, 0o644)
    os.truncate(path, 20)
    assert kept(store, wheel) == []
    run(site, "single")
    assert gather(store, wheel, str(site), PYTHON) == 1
    assert kept(store, wheel) == [ALL[3]]


def test_what_python_did_not_take_is_replaced(tmp_path: Path) -> None:
    """Byte code that Python finds invalid and writes anew gives way, of whatever size it is; no second one stays."""
    store, wheel = make_store(tmp_path)
    folder = Path(entry_folder(store, wheel.sha256), "gathered", f"={PYTHON}=")
    folder.mkdir(parents=True)
    number = [path for path, *_ in wheel.files].index("single.py")
    (folder / f"{number}-4.{TAG}.pyc").write_bytes(b"none")
    (folder / f"{len(wheel.files)}-4.{TAG}.pyc").write_bytes(b"none")
    (folder / "stranger").touch()
    assert kept(store, wheel) == [ALL[3]]
    site = site_of(tmp_path, wheel)
    link(store, wheel, site)
    assert f"created '{site}/{ALL[3]}'" in run(site, "single")
    assert gather(store, wheel, str(site), PYTHON) == 1
    ((path, _),) = find_gathered(store, wheel, PYTHON)
    assert Path(path).read_bytes() != b"none"
    assert len(list(folder.iterdir())) == 3


def test_a_wheel_that_has_left(tmp_path: Path) -> None:
    """Nothing is kept of a wheel that is gone: no half of an entry comes into being."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel, "copy"), "single")
    clean(store)
    assert gather(store, wheel, str(site), PYTHON) == 0
    assert not os.path.exists(entry_folder(store, wheel.sha256))


def test_it_is_not_the_whole_of_a_wheel(tmp_path: Path) -> None:
    """What is compiled for an installation stays apart, and whole."""
    store, wheel = make_store(tmp_path)
    run(site := site_of(tmp_path, wheel), "single")
    gather(store, wheel, str(site), PYTHON)
    (folder,) = compile_bytecode(store, [wheel], sys.executable, TAG)
    assert all(os.path.exists(f"{folder}/{place}") for place in ALL)
