"""Which folders an environment has, and which may not be changed."""

import os
import sys
from pathlib import Path

import pytest
from environments.places import make_interpreter, target_scheme

from pybuildsync.environments.schemes import check_changeable, environment_scheme, library_name, virtual_scheme
from pybuildsync.errors import EnvironmentFault


def test_a_virtual_environment_has_its_own_folders(tmp_path: Path) -> None:
    """The folders are those of the interpreter, and scripts start with the environment's ``python``."""
    root = str(tmp_path / "venv")
    os.makedirs(f"{root}/bin")
    (tmp_path / "venv" / "bin" / "python").touch()
    scheme = environment_scheme(make_interpreter(root, is_virtual=True, executable=f"{root}/bin/python3.11"))
    assert (scheme.purelib, scheme.scripts, scheme.data) == (
        f"{root}/lib/python3.11/site-packages",
        f"{root}/bin",
        root,
    )
    assert scheme.python == f"{root}/bin/python"
    assert scheme.lock == f"{root}/.pybuildsync.lock"
    assert {f"{root}/pyvenv.cfg", f"{root}/bin/python", f"{root}/bin/activate"} <= scheme.protected
    assert scheme.roots == (scheme.purelib, scheme.scripts, scheme.headers, scheme.data)


def test_an_environment_without_python_uses_its_interpreter(tmp_path: Path) -> None:
    """Where there is no ``bin/python``, scripts start with the interpreter as it was named."""
    scheme = environment_scheme(make_interpreter(str(tmp_path), is_virtual=True))
    assert scheme.python == f"{tmp_path}/bin/python3"


def test_a_base_interpreter_locks_its_site_packages(tmp_path: Path) -> None:
    """An environment that is no virtual one has its lock beside the distributions, and its interpreters for itself."""
    scheme = environment_scheme(make_interpreter(str(tmp_path)))
    assert scheme.lock == f"{scheme.purelib}/.pybuildsync.lock"
    assert f"{tmp_path}/bin/python3" in scheme.protected
    assert f"{tmp_path}/bin/activate" not in scheme.protected


def test_links_in_the_folders_are_followed(tmp_path: Path) -> None:
    """One folder under two names is one folder: ``lib64`` is a link to ``lib``."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib64").symlink_to("lib")
    paths = dict(make_interpreter(str(tmp_path)).paths)
    paths["platlib"] = f"{tmp_path}/lib64/python3.11/site-packages"
    scheme = environment_scheme(make_interpreter(str(tmp_path), paths=tuple(sorted(paths.items()))))
    assert scheme.platlib == scheme.purelib


def test_a_target_folder_takes_everything(tmp_path: Path) -> None:
    """``--target`` puts modules on top and scripts into ``bin``; its lock lies elsewhere."""
    scheme = target_scheme(tmp_path / "out")
    assert scheme.purelib == scheme.platlib == scheme.data == f"{tmp_path}/out"
    assert scheme.scripts == f"{tmp_path}/out/bin"
    assert scheme.python == "/usr/bin/python3"
    assert not scheme.lock.startswith(str(tmp_path))
    assert scheme.lock != target_scheme(tmp_path / "other").lock


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("cp311-cp311", "python3.11"),
        ("cp311-cp311t", "python3.11t"),
        ("cp311-cp311td", "python3.11t"),
        ("pp311-pypy311_pp73", "pypy3.11"),
    ],
)
def test_the_library_folder_names_the_kind_of_python(tag: str, name: str) -> None:
    """PyPy and free-threaded builds have folders of their own."""
    interpreter = make_interpreter(tag=tag)
    assert library_name(interpreter) == name
    assert virtual_scheme("/nowhere", interpreter).purelib == f"/nowhere/lib/{name}/site-packages"


def test_an_externally_managed_environment_is_left_alone(tmp_path: Path) -> None:
    """PEP 668: the message of whoever manages it is shown, with the way out; virtual environments don't ask."""
    managed = make_interpreter(str(tmp_path), externally_managed="use apt")
    with pytest.raises(EnvironmentFault) as caught:
        check_changeable(environment_scheme(managed))
    assert str(caught.value).splitlines() == [
        "this environment is managed by another tool",
        "  use apt",
        "hint: make an environment of your own: `pybuildsync venv`",
    ]
    check_changeable(environment_scheme(make_interpreter(str(tmp_path), externally_managed="use apt", is_virtual=True)))


def test_a_folder_that_cannot_be_written_is_found_before_anything_changes(tmp_path: Path) -> None:
    """The nearest folder that exists is asked."""
    asked: list[str] = []

    def refuse(folder: str) -> bool:
        asked.append(folder)
        return False

    scheme = target_scheme(tmp_path / "no/such")
    check_changeable(scheme)
    with pytest.raises(EnvironmentFault, match="is not writable") as caught:
        check_changeable(scheme, refuse)
    assert asked == [str(tmp_path)]
    assert caught.value.hint == "make an environment of your own: `pybuildsync venv`"


def test_this_runs_on_posix() -> None:
    """The launcher is POSIX's wherever tests run now; Windows has those of ``installer``."""
    expected = "posix" if sys.platform != "win32" else "win-amd64"
    assert virtual_scheme("/nowhere", make_interpreter()).launcher == expected
