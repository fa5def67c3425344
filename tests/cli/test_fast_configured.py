"""The first stages of ``install`` see configuration that comes, changes or goes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.test_fast_install import World
from cli.worlds import say
from loopback import LoopbackIndex
from pipeline.worlds import wheel

from pybuildsync.cli.fast import answer
from pybuildsync.cli.fast_install import repeat


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give a world whose working directory is a folder of a project, and whose pip has files."""
    project = tmp_path / "project" / "deep"
    project.mkdir(parents=True)
    monkeypatch.chdir(project)
    places = {"XDG_CONFIG_DIRS": str(tmp_path / "etc"), "PIP_CONFIG_FILE": str(tmp_path / "own.conf")}
    for name, place in places.items():
        monkeypatch.setenv(name, place)
    with LoopbackIndex(form="json", cache_control="max-age=600") as index:
        index.add(wheel("app", "1.0"))
        made = World(tmp_path, index)
        made.environ |= places
        yield made


PLACES = ["project/pyproject.toml", "project/deep/pybuildsync.toml", "pyproject.toml", "own.conf", "etc/pip/pip.conf"]


@pytest.mark.parametrize("place", PLACES)
def test_configuration_that_comes_and_changes(world: World, place: str) -> None:
    """An answer and a recipe hold while no file that sets options is new or another than it was."""
    environment, _ = world.long("first")
    argv = world.argv(environment)
    assert say(argv, environ=world.environ).out.startswith("Requirement already satisfied")
    assert answer(argv, world.environ) is not None
    assert world.again("second")[1] is not None
    path = world.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[global]\nno-deps = yes\n" if place.endswith("conf") else "[tool.pybuildsync]\nno-deps = true\n")
    assert answer(argv, world.environ) is None
    assert world.again("third")[1] is None


def test_the_environments_own_file(world: World) -> None:
    """Of another environment nothing is known: where it has a file of pip's, or the first one had, none is followed."""
    environment, _ = world.long("first")
    argv = world.argv(environment)
    say(argv, environ=world.environ)
    assert answer(argv, world.environ) is not None
    (environment / "pip.conf").write_text("[global]\nno-deps = yes\n")
    assert answer(argv, world.environ) is None
    second = world.environment("second")
    (second / "pip.conf").write_text("[global]\nno-deps = yes\n")
    assert repeat(world.argv(second), world.environ) is None
    third = world.environment("third")
    (third / "pip.conf").write_text("[global]\npre = yes\n")
    assert say([*world.argv(third), "--pre"], environ=world.environ).status == 0
    assert repeat([*world.argv(world.environment("fourth")), "--pre"], world.environ) is None


def test_another_cache(world: World) -> None:
    """What is configured to lie elsewhere is not looked for where the first stages look; pip's variable is known."""
    words = ["install", "--index-url", world.index.url, "app", "--python"]
    own = {**world.environ, "PIP_CACHE_DIR": str(world.root / "pips")}
    first = [*words, str(world.environment("first"))]
    assert say(first, environ=own).status == 0
    assert os.listdir(world.root / "pips") == ["pybuildsync"]
    assert repeat([*words, str(world.environment("second"))], own) is not None
    (world.root / "own.conf").write_text(f"[global]\ncache-dir = {world.root / 'other'}\n")
    others = {**world.environ, "XDG_CACHE_HOME": str(world.root / "xdg")}
    third = [*words, str(world.environment("third"))]
    assert say(third, environ=others).status == 0
    assert not (world.root / "xdg").exists()
    assert repeat([*words, str(world.environment("fourth"))], others) is None


def test_a_log_is_written_each_time(world: World) -> None:
    """So no answer stands for it."""
    environment, _ = world.long("first")
    argv = [*world.argv(environment), "--log", str(world.root / "log")]
    for _ in range(2):
        assert say(argv, environ=world.environ).status == 0
        assert answer(argv, world.environ) is None


def test_a_warning_about_configuration_is_told_each_time(world: World) -> None:
    """So no answer stands for it, either."""
    (world.root / "pyproject.toml").write_text("[tool.pybuildsync]\nfrobnicate = 1\n")
    environment, said = world.long("first")
    assert "unknown key 'frobnicate' is ignored" in said.err
    again = say(world.argv(environment), environ=world.environ)
    assert "unknown key 'frobnicate' is ignored" in again.err
    assert answer(world.argv(environment), world.environ) is None
    assert world.again("second")[1] is None
