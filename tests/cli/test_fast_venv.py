"""The first stage of ``venv``: the next environment is the one that the long way would make."""

import marshal
import os
import sys
import time
from pathlib import Path

import pytest
from cli.test_imports import imported, run_whole
from cli.worlds import say

from pybuildsync.cli.fast_venv import make

BASE = os.path.realpath(sys.executable)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a user who has made an environment of the Python that runs the tests."""
    places = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "HOME": "/dev/null", "PIP_CONFIG_FILE": os.devnull}
    environ = {**places, "SHELL": "/bin/fish"}
    say(["venv", "--python", BASE, str(tmp_path / "first")], environ=environ)
    return environ


def content(root: Path) -> dict[str, object]:
    """Return all that is in *root*, with its own path out of it."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        text = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
        found[name] = (path.lstat().st_mode, text.replace(str(root), "ROOT").replace(root.name, "NAME"))
    return found


def test_the_next_one_is_like_the_first(tmp_path: Path, environ: dict[str, str]) -> None:
    """File by file, but for its own path."""
    said = make(["venv", f"--python={BASE}", str(tmp_path / "again")], environ)
    assert said is not None
    assert content(tmp_path / "again") == content(tmp_path / "first")
    long = say(["venv", "--python", BASE, "--prompt=x", str(tmp_path / "long")], environ=environ)
    assert said[0] == long.out.replace("/long", "/again")
    assert said[1].startswith(f"activate it with: source {tmp_path}/again/bin/activate")
    assert make(["venv", "--python", BASE, "--prompt", "x", "--system-site-packages", str(tmp_path / "a")], environ)
    assert "include-system-site-packages = true\n" in (tmp_path / "a" / "pyvenv.cfg").read_text()
    assert "prompt = 'x'\n" in (tmp_path / "a" / "pyvenv.cfg").read_text()


@pytest.mark.parametrize(
    "argv",
    [
        ["--python", sys.executable + "x"],
        ["--python", BASE, "--clear"],
        ["--python", BASE, "-v"],
        ["--python", BASE, "--prompt", "--clear"],
        ["--python", BASE, "two"],
        ["--python"],
        ["--python", BASE, "--system-site-packages=1"],
        [""],
    ],
)
def test_whatever_is_not_plain_goes_the_long_way(tmp_path: Path, environ: dict[str, str], argv: list[str]) -> None:
    """Another interpreter, options that are rare, lines that are wrong."""
    assert make(["venv", str(tmp_path / "again"), *argv], environ) is None
    assert not (tmp_path / "again").exists()


def test_variables_that_set_options_go_the_long_way(tmp_path: Path, environ: dict[str, str]) -> None:
    """They may say anything."""
    line = ["venv", "--python", BASE, str(tmp_path / "again")]
    assert make(line, {**environ, "PYBUILDSYNC_PROMPT": "x"}) is None
    assert make(line, {**environ, "VIRTUAL_ENV": "/env"}) is None
    assert make(line, environ) is not None
    assert make(line, environ) is None  # there is one already


def test_configuration_goes_the_long_way(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is configured later counts; what was configured when it was made is no answer elsewhere."""
    line = ["venv", "--python", BASE]
    assert make([*line, str(tmp_path / "again")], {**environ, "PIP_PYTHON": "3.8"}) is None
    (tmp_path / "project").mkdir()
    settings = tmp_path / "project" / "pyproject.toml"
    settings.write_text('[tool.pybuildsync]\nprompt = "x"\n')
    monkeypatch.chdir(tmp_path / "project")
    assert make([*line, str(tmp_path / "again")], environ) is None
    assert say([*line, str(tmp_path / "second")], environ=environ).status == 0
    assert "prompt = 'x'\n" in (tmp_path / "second" / "pyvenv.cfg").read_text()
    assert make([*line, str(tmp_path / "again")], environ) is None
    settings.write_text("[project]\n")
    assert say([*line, str(tmp_path / "third")], environ=environ).status == 0
    assert make([*line, str(tmp_path / "again")], environ) is not None


def test_a_machine_where_nobody_is_asked(tmp_path: Path, environ: dict[str, str]) -> None:
    """What pip's variables say in CI, that nobody is there to answer, keeps nothing from being remembered."""
    quiet = {**environ, "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    line = ["venv", "--python", BASE]
    assert say([*line, str(tmp_path / "one")], environ=quiet).status == 0
    assert make([*line, str(tmp_path / "two")], quiet) is not None


def test_a_warning_is_given_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that nobody knows is told by the second command as by the first."""
    environ = {
        "PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "HOME": "/dev/null", "PIP_CONFIG_FILE": os.devnull,
    }  # fmt: skip
    (tmp_path / "pyproject.toml").write_text("[tool.pybuildsync]\nfrobnicate = 1\n")
    monkeypatch.chdir(tmp_path)
    time.sleep(0.02)
    line = ["venv", "--python", BASE]
    assert "unknown key 'frobnicate'" in say([*line, "first"], environ=environ).err
    assert make([*line, "second"], environ) is None


def test_another_interpreter_at_the_same_path(tmp_path: Path) -> None:
    """What the executable is, and what stands beside it, is looked at each time."""
    environ = {
        "PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "HOME": "/dev/null", "PIP_CONFIG_FILE": os.devnull,
    }  # fmt: skip
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(BASE)
    time.sleep(0.02)
    line = ["venv", "--python", str(python)]
    say([*line, str(tmp_path / "first")], environ=environ)
    assert make([*line, str(tmp_path / "second")], environ) is not None
    (tmp_path / "pyvenv.cfg").write_text("home = /nowhere\n")
    assert make([*line, str(tmp_path / "third")], environ) is None
    (tmp_path / "pyvenv.cfg").unlink()
    assert make([*line, str(tmp_path / "third")], environ) is not None
    python.unlink()
    python.write_text("#!/bin/sh\n")
    assert make([*line, str(tmp_path / "fourth")], environ) is None


def test_what_is_searched_for_is_searched_for_each_time(tmp_path: Path) -> None:
    """A version may mean another interpreter tomorrow; so may a file that is broken, or another's."""
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store"), "HOME": "/dev/null", "PATH": os.path.dirname(BASE)}
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert say(["venv", "--python", version, str(tmp_path / "first")], environ=environ).status == 0
    assert make(["venv", "--python", version, str(tmp_path / "second")], environ) is None
    say(["venv", "--python", BASE, str(tmp_path / "third")], environ=environ)
    (path,) = (tmp_path / "store" / "bases-1").iterdir()
    sound = path.read_bytes()
    for broken in (sound[:-9], marshal.dumps((1, marshal.loads(sound)[1]))):
        path.write_bytes(broken)
        assert make(["venv", "--python", BASE, str(tmp_path / "fourth")], environ) is None


def test_it_imports_next_to_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    """Eight modules of ours beside those of the first stage of ``install``."""
    run_whole(["venv", "--python", BASE, str(tmp_path / "whole")], environ)
    status, modules, out = imported(["venv", "--python", BASE, str(tmp_path / "again")], environ)
    assert (status, out.startswith("Created ")) == (0, True)
    assert [name for name in modules if name.startswith("pybuildsync")] == [
        "pybuildsync",
        "pybuildsync.__main__",
        "pybuildsync.cli",
        "pybuildsync.cli.fast",
        "pybuildsync.cli.fast_venv",
        "pybuildsync.commands",
        "pybuildsync.commands.watched",
        "pybuildsync.environments",
        "pybuildsync.environments.activation",
        "pybuildsync.environments.venv",
        "pybuildsync.errors",
        "pybuildsync.project",
        "pybuildsync.project.places",
    ]
    assert {name for name in modules if name in ("typing", "re", "collections", "functools", "contextlib")} == set()
