"""The layout of build environments, for every system and implementation."""

import os
from pathlib import Path

import pytest
from frontend.build_worlds import THIS_PYTHON

from pybuildsync.frontend.build_environment import layout, make_environment
from pybuildsync.frontend.build_job import BuildPython


@pytest.mark.parametrize(
    ("implementation", "version", "free_threaded", "site_packages"),
    [
        ("cpython", "3.8", False, "lib/python3.8/site-packages"),
        ("cpython", "3.13", True, "lib/python3.13t/site-packages"),
        ("pypy", "3.10", False, "lib/pypy3.10/site-packages"),
    ],
)
def test_the_layout_is_that_of_virtual_environments(
    implementation: str, version: str, site_packages: str, *, free_threaded: bool
) -> None:
    """The folders that ``sysconfig`` gives for the scheme ``venv``."""
    python = BuildPython(
        executable="/usr/bin/x", version=version, implementation=implementation, free_threaded=free_threaded
    )
    found = layout("/env", python, windows=False)
    assert (found.site_packages, found.python) == (os.path.join("/env", site_packages), "/env/bin/python")


def test_the_layout_on_windows() -> None:
    """Scripts and Lib."""
    found = layout("env", THIS_PYTHON, windows=True)
    assert found.python == os.path.join("env", "Scripts", "python.exe")
    assert found.site_packages == os.path.join("env", "Lib", "site-packages")


def test_an_interpreter_is_found_by_its_usual_names(tmp_path: Path) -> None:
    """What a backend may call: python, python3, the version; PyPy's names too. Wheels come by the given callable."""
    given: list[tuple[str, tuple[str, ...]]] = []
    python = BuildPython(executable=THIS_PYTHON.executable, version="3.10", implementation="pypy")
    found = make_environment(
        str(tmp_path / "env"), python, ("a", "b"), lambda root, unpacked: given.append((root, unpacked))
    )
    assert sorted(os.listdir(found.scripts)) == ["pypy", "pypy3", "pypy3.10", "python", "python3", "python3.10"]
    assert {os.path.realpath(os.path.join(found.scripts, name)) for name in os.listdir(found.scripts)} == {
        os.path.realpath(THIS_PYTHON.executable)
    }
    assert (tmp_path / "env" / "pyvenv.cfg").read_text().splitlines() == [
        f"home = {os.path.dirname(THIS_PYTHON.executable)}",
        "implementation = PyPy",
        "version = 3.10",
        "include-system-site-packages = false",
    ]
    assert given == [(str(tmp_path / "env"), ("a", "b"))]
