"""The default index is the one of the interpreter's pip."""

import marshal
import os
import sys
import zipfile
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from pybuildsync.errors import EnvironmentFault
from pybuildsync.index.default_index import default_index, read_default
from pybuildsync.store import Store
from pybuildsync.store.sealing import seal, unseal

SOURCE = 'class PackageIndex: ...\nPyPI = PackageIndex(\n    "https://index.example/", file_storage_domain="x"\n)\n'
MODULE = "pip/_internal/models/index.py"
ADDRESS = "https://index.example/simple"


def make_prefix(root: Path, *, place: str = "lib/python3.11/site-packages", source: str = SOURCE) -> Path:
    """Return the executable of an interpreter that can't run, with a pip."""
    module = root / place / MODULE
    module.parent.mkdir(parents=True)
    module.write_text(source)
    return make_python(root)


def make_python(root: Path, answer: str = "exit 1") -> Path:
    """Return an executable below *root* that runs *answer*."""
    python = root / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{answer}\n")
    python.chmod(0o755)
    return python


def make_bundled(folder: Path) -> None:
    """Put the wheel of a pip into *folder*, and one that is broken."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "pip-23.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(MODULE, SOURCE)
    (folder / "pip-99.0-py3-none-any.whl").write_bytes(b"broken")
    (folder / "other.whl").write_bytes(b"")


def test_our_own_pip_says_what_we_read(tmp_path: Path) -> None:
    """Read as text, it is what pip itself has when it is imported."""
    assert default_index(Store(str(tmp_path)), sys.executable) == PyPI.simple_url


@pytest.mark.parametrize(
    "place",
    [
        "lib/python3.11/site-packages", "lib64/python3.12/site-packages", "lib/python3/dist-packages",
        "lib/pypy3.10/site-packages", "Lib/site-packages",
    ],
)  # fmt: skip
def test_pip_is_found_where_interpreters_have_it(tmp_path: Path, place: str) -> None:
    """CPython, PyPy, Debian, Windows."""
    python = make_prefix(tmp_path / "python", place=place)
    assert default_index(Store(str(tmp_path / "store")), str(python)) == ADDRESS


@pytest.mark.parametrize("place", ["lib/python3.11/ensurepip/_bundled", "share/python-wheels"])
def test_without_pip_the_bundled_wheel_tells(tmp_path: Path, place: str) -> None:
    """That of ensurepip, or Debian's; one that can't be read is passed over."""
    make_bundled(tmp_path / "python" / place)
    assert read_default([str(tmp_path / "nowhere"), str(tmp_path / "python")]) == ADDRESS


def test_a_virtual_environment_without_pip_has_that_of_its_base(tmp_path: Path) -> None:
    """``pyvenv.cfg`` says where it is."""
    base = make_prefix(tmp_path / "base")
    python = make_python(tmp_path / "venv")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"include-system-site-packages = false\nhome = {base.parent}\n")
    assert default_index(Store(str(tmp_path / "store")), str(python)) == ADDRESS


def test_a_linked_interpreter_has_that_of_where_it_is(tmp_path: Path) -> None:
    """A link in ``/usr/local/bin`` leads to the real one."""
    real = make_prefix(tmp_path / "real")
    link = tmp_path / "links" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert default_index(Store(str(tmp_path / "store")), str(link)) == ADDRESS


def test_a_pip_that_looks_different_is_asked(tmp_path: Path) -> None:
    """Its source doesn't say it in words we know: then it is imported, by its own interpreter."""
    python = make_prefix(tmp_path / "python", source="PyPI = somehow()")
    make_python(tmp_path / "python", "echo https://asked.example/simple")
    assert default_index(Store(str(tmp_path / "store")), str(python)) == "https://asked.example/simple"


def test_what_is_known_is_kept_until_the_interpreter_changes(tmp_path: Path) -> None:
    """By path, time and size of its executable."""
    store = Store(str(tmp_path / "store"))
    python = make_prefix(tmp_path / "python")
    module = tmp_path / "python/lib/python3.11/site-packages" / MODULE
    assert default_index(store, str(python)) == ADDRESS
    module.write_text(SOURCE.replace("index.example", "other.example"))
    assert default_index(store, str(python)) == ADDRESS
    os.utime(python, ns=(1, 1))
    assert default_index(store, str(python)) == "https://other.example/simple"


@pytest.mark.parametrize("data", [b"", b"nonsense", marshal.dumps(None), marshal.dumps("nonsense")])
def test_what_is_kept_and_no_address_is_no_answer(tmp_path: Path, data: bytes) -> None:
    """The interpreter is asked again."""
    store = Store(str(tmp_path / "store"))
    python = make_prefix(tmp_path / "python")
    default_index(store, str(python))
    (record,) = Path(store.root, "defaults-1").iterdir()
    record.write_bytes(seal(data))
    assert default_index(store, str(python)) == ADDRESS
    assert unseal(record.read_bytes()) != data


def test_where_nothing_tells_we_are_asked_ourselves(tmp_path: Path) -> None:
    """The interpreter that runs us has a pip or an ensurepip, or it is an error that says what to do."""
    silent = make_python(tmp_path / "a", "echo nonsense")
    assert default_index(Store(str(tmp_path / "store")), str(silent)) == PyPI.simple_url
    ours = make_python(tmp_path / "b")
    with pytest.raises(EnvironmentFault) as caught:
        default_index(Store(str(tmp_path / "store")), str(tmp_path / "nowhere"), own=str(ours))
    assert "--index-url" in caught.value.hint
