"""Byte code is compiled once, and valid wherever the source is linked or copied with its time."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from store.wheel_files import make_wheel, sha256_of

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.bytecode import bytecode_for, compile_bytecode
from pybuildsync.store.wheels import UnpackedWheel, add_wheel

TAG = str(sys.implementation.cache_tag)
FILES = {
    "sample/__init__.py": b"def where():\n    return where.__code__.co_filename\n",
    "sample/deep/module.py": b"VALUE = 1\n",
    "sample/broken.py": b"print 'another Python'\n",
    "sample/zeros.py": b"\0",
    "sample/latin.py": b"x = '\xe4'\n",
    "sample/data.txt": b"text",
    "sample-1.0.data/purelib/other.py": b"VALUE = 2\n",
    "sample-1.0.data/scripts/run.py": b"VALUE = 3\n",
}


def add(store: Store, wheel: str) -> UnpackedWheel:
    """Add *wheel* under its digest."""
    return add_wheel(store, wheel, sha256_of(wheel))


def names(folder: str) -> list[str]:
    """Return the files below *folder*."""
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def test_modules_are_compiled_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    """Modules have byte code, those in .data too; scripts, other files and what doesn't compile have none."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    assert bytecode_for(store, wheel, TAG) is None
    (folder,) = compile_bytecode(store, [wheel], sys.executable, TAG)
    assert bytecode_for(store, wheel, TAG) == folder
    assert names(folder) == [
        f"sample-1.0.data/purelib/__pycache__/other.{TAG}.pyc",
        f"sample/__pycache__/__init__.{TAG}.pyc",
        f"sample/deep/__pycache__/module.{TAG}.pyc",
    ]
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []


def test_it_is_compiled_once(tmp_path: Path) -> None:
    """The second time starts no interpreter: not even one that doesn't exist."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    first = compile_bytecode(store, [wheel, wheel], sys.executable, TAG)
    assert compile_bytecode(store, [wheel], "/no/python", TAG) == first[:1]


@pytest.mark.parametrize("way", ["link", "copy"])
def test_python_takes_it_without_compiling(tmp_path: Path, way: str) -> None:
    """In an environment, linked or copied with its time, it is valid and names the file that is there."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    (folder,) = compile_bytecode(store, [wheel], sys.executable, TAG)
    place = os.link if way == "link" else shutil.copy2
    for source in (wheel.path, folder):
        shutil.copytree(source, tmp_path / "site", copy_function=place, dirs_exist_ok=True)
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import sample; print(sample.where())"
    done = subprocess.run([sys.executable, "-I", "-S", "-v", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "site/sample/__init__.py")
    assert f"code object from '{tmp_path}/site/sample/__pycache__/__init__.{TAG}.pyc'" in done.stderr


def test_byte_code_depends_on_the_wheel_only(tmp_path: Path) -> None:
    """The name compiled in is the one in the wheel, and the header holds the time and size of the source."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    (folder,) = compile_bytecode(store, [wheel], sys.executable, TAG)
    content = Path(folder, f"sample/deep/__pycache__/module.{TAG}.pyc").read_bytes()
    status = os.stat(f"{wheel.path}/sample/deep/module.py")
    assert content[:4] == importlib.util.MAGIC_NUMBER
    assert content[4:16] == b"".join(
        number.to_bytes(4, "little") for number in (0, int(status.st_mtime), status.st_size)
    )
    assert b"sample/deep/module.py" in content
    assert str(tmp_path).encode() not in content


def test_many_wheels_are_shared_out(tmp_path: Path) -> None:
    """Much work goes to several processes, and each wheel gets its own."""
    store = Store(str(tmp_path / "s"))
    wheels = [
        add(store, make_wheel(tmp_path, {f"{name}/m{number}.py": b"" for number in range(60)}, name=name))
        for name in ("one", "two")
    ]
    folders = compile_bytecode(store, wheels, sys.executable, TAG, processes=2)
    assert [len(names(folder)) for folder in folders] == [60, 60]
    assert [name.partition("/")[0] for folder in folders for name in names(folder)[:1]] == ["one", "two"]


def test_a_wheel_without_modules_has_an_empty_folder(tmp_path: Path) -> None:
    """There is nothing to compile, and that is remembered, too."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, {"sample/data.txt": b""}))
    (folder,) = compile_bytecode(store, [wheel], "/no/python", TAG)
    assert names(folder) == []


def test_byte_code_is_read_only(tmp_path: Path) -> None:
    """It is linked as well; Python writes byte code beside, never in place."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    (folder,) = compile_bytecode(store, [wheel], sys.executable, TAG)
    assert {os.stat(f"{folder}/{name}").st_mode & 0o222 for name in names(folder)} == {0}


@pytest.mark.parametrize(
    ("python", "said"), [("/no/python", "No such file"), ("false", "ended with status 1"), ("ls", "ls: ")]
)
def test_an_interpreter_that_fails_is_told(tmp_path: Path, python: str, said: str) -> None:
    """What it said is told, with the way around, and nothing half is kept."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    with pytest.raises(EnvironmentFault) as caught:
        compile_bytecode(store, [wheel], python, TAG)
    assert said in caught.value.why
    assert caught.value.hint.startswith("--no-compile")
    assert bytecode_for(store, wheel, TAG) is None
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """What the interpreter can't write is the store's fault, not the interpreter's."""
    store = Store(str(tmp_path / "s"))
    wheel = add(store, make_wheel(tmp_path, FILES))
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncat > /dev/null\necho \'[28, "No space left on device", "a.pyc"]\'\n')
    python.chmod(0o755)
    with pytest.raises(EnvironmentFault, match="no space is left on its file system"):
        compile_bytecode(store, [wheel], str(python), TAG)
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []
