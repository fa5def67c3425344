"""Which file of the project's counts, and what is wrong with it."""

import sys
from pathlib import Path

import pytest

from pybuildsync.errors import UsageError
from pybuildsync.project.places import settings_candidates, settings_paths, site_file, target_prefix
from pybuildsync.project.settings import ProjectSettings, read_project_settings


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    """From the folder upwards; in one folder our own file goes first; one without our table hides those above it."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.pybuildsync]\npre = true\n")
    assert read_project_settings(str(below)).table == {"pre": True}
    assert settings_candidates(str(below)) == tuple(
        str(folder / name)
        for folder in (below, tmp_path / "a", tmp_path)
        for name in ("pybuildsync.toml", "pyproject.toml")
    )
    (tmp_path / "pybuildsync.toml").write_text("no-deps = true\n")
    found = read_project_settings(str(below))
    assert found == ProjectSettings(str(tmp_path / "pybuildsync.toml"), found.path, {"no-deps": True})
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n")
    assert read_project_settings(str(below)).table == {}


def test_where_there_is_none() -> None:
    """Up to the root, and then nothing is set."""
    looked = settings_candidates("/")
    assert looked == ("/pybuildsync.toml", "/pyproject.toml")
    assert read_project_settings("/") == ProjectSettings()


def test_a_pyproject_that_is_none_of_ours_is_not_read(tmp_path: Path) -> None:
    """What is wrong in it concerns whoever reads it."""
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert read_project_settings(str(tmp_path)).table == {}
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pybuildsync"\n')
    assert read_project_settings(str(tmp_path)).table == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"[tool.pybuildsync\n", "can't be read as TOML"),
        (b"# \xff\n[tool.pybuildsync]\n", "can't be read as TOML"),
        (b"[tool]\npybuildsync = 1\n", "is not a table"),
        (b'tool = "pybuildsync"\n', "is not a table"),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: bytes, what: str) -> None:
    """The error names the file."""
    path = tmp_path / "pyproject.toml"
    path.write_bytes(text)
    with pytest.raises(UsageError) as caught:
        read_project_settings(str(tmp_path))
    assert str(path) in caught.value.what
    assert what in caught.value.what


def test_whose_file_of_pips_counts(tmp_path: Path) -> None:
    """That of the environment that is named, as far as no interpreter must be run to know it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    here = str(tmp_path)
    assert target_prefix(here, {}) == here
    assert target_prefix(f"{here}/bin/python", {"VIRTUAL_ENV": "/x"}) == here
    assert target_prefix("", {"VIRTUAL_ENV": here, "CONDA_PREFIX": "/x"}) == here
    assert target_prefix("", {"CONDA_PREFIX": here}) == here
    assert target_prefix("", {}, prefix=here) == here
    assert target_prefix("3.12", {"VIRTUAL_ENV": here}) == ""
    assert target_prefix("python3.12", {}) == ""
    assert target_prefix("/nowhere/bin/python", {}) == ""


def test_all_that_sets_options_is_watched(tmp_path: Path) -> None:
    """Files that aren't there, too; those of the environment named and of the active one."""
    environ = {"HOME": "/h", "VIRTUAL_ENV": str(tmp_path)}
    paths = settings_paths("/", environ, str(tmp_path), platform="linux")
    assert {"/etc/pip.conf", "/h/.config/pip/pip.conf", "/pip.conf", str(tmp_path / "pip.conf")} <= set(paths)
    assert paths[-2:] == settings_candidates(str(tmp_path))[-2:]
    assert site_file("V", "win32").endswith("pip.ini")
    assert site_file("V", sys.platform).startswith("V")
