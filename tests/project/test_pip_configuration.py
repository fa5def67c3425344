"""pip's configuration, as pip reads it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pybuildsync.errors import UsageError
from pybuildsync.project.pip_configuration import read_pip_configuration
from pybuildsync.project.places import configuration_files


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def environ(folder: Path, **variables: str) -> dict[str, str]:
    """Return an environment whose global and user files are below *folder*."""
    return {"HOME": str(folder / "home"), "XDG_CONFIG_DIRS": str(folder / "etc"), **variables}


def read(folder: Path, command: str = "install", **variables: str) -> dict[str, str]:
    """Return the settings of the global, user and site files below *folder*."""
    found = read_pip_configuration(command, environ(folder, **variables), prefix=str(folder / "venv"), platform="linux")
    return {entry.name: entry.text for entry in found if entry.name.startswith(("test-", "index"))}


def test_files_beat_each_other_by_rank(tmp_path: Path) -> None:
    """Global, user (old place, new place), site, ``PIP_CONFIG_FILE``, variables."""
    write(tmp_path / "etc/pip/pip.conf", "[global]\ntest-a = 1\ntest-b = 1\ntest-c = 1\ntest-d = 1\ntest-e = 1\n")
    write(tmp_path / "home/.pip/pip.conf", "[global]\ntest-b = 2\ntest-c = 2\ntest-d = 2\ntest-e = 2\n")
    write(tmp_path / "home/.config/pip/pip.conf", "[global]\ntest-c = 3\ntest-d = 3\ntest-e = 3\n")
    write(tmp_path / "venv/pip.conf", "[global]\ntest-d = 4\ntest-e = 4\n")
    assert read(tmp_path, PIP_TEST_E="5") == {
        "test-a": "1", "test-b": "2", "test-c": "3", "test-d": "4", "test-e": "5",
    }  # fmt: skip


def test_the_section_of_the_command_beats_the_global_one(tmp_path: Path) -> None:
    """Whatever the rank of their files; sections of other commands don't count."""
    write(tmp_path / "etc/pip/pip.conf", "[install]\ntest-a = 1\n[download]\ntest-b = 1\n")
    write(tmp_path / "venv/pip.conf", "[global]\ntest-a = 2\n")
    assert read(tmp_path) == {"test-a": "1"}
    assert read(tmp_path, "download") == {"test-a": "2", "test-b": "1"}


def test_a_file_that_the_environment_names_takes_the_place_of_the_users(tmp_path: Path) -> None:
    """If it exists; the null device takes the place of all."""
    write(tmp_path / "home/.config/pip/pip.conf", "[global]\ntest-a = user\n")
    write(tmp_path / "venv/pip.conf", "[global]\ntest-b = site\n")
    write(tmp_path / "own.conf", "[global]\ntest-b = own\n")
    assert read(tmp_path, PIP_CONFIG_FILE=str(tmp_path / "own.conf")) == {"test-b": "own"}
    assert read(tmp_path, PIP_CONFIG_FILE=str(tmp_path / "absent.conf")) == {"test-a": "user", "test-b": "site"}
    assert read(tmp_path, PIP_CONFIG_FILE=os.devnull, PIP_TEST_C="x") == {"test-c": "x"}


def test_names_are_normalised_and_empty_values_are_none(tmp_path: Path) -> None:
    """``_`` is ``-``, neither case nor leading dashes count; an empty value of a higher rank unsets in its section."""
    write(tmp_path / "etc/pip/pip.conf", "[global]\n--Test_A = 1\ntest-b = 1\n")
    write(tmp_path / "venv/pip.conf", "[global]\ntest-b =\n")
    assert read(tmp_path, PIP_TEST_A="", PIP_VERSION="1", PIP_HELP="1") == {"test-a": "1"}


def test_values_may_have_many_lines(tmp_path: Path) -> None:
    """They stay one text; signs of interpolation mean nothing."""
    write(tmp_path / "venv/pip.conf", "[global]\nindex-url = https://u:%40@index.example\n\ntest-links =\n  a\n  b\n")
    assert read(tmp_path) == {"index-url": "https://u:%40@index.example", "test-links": "\na\nb"}


@pytest.mark.parametrize("content", [b"index-url = x\n", b"[global]\nx = \xff\xfe\n"])
def test_a_file_that_isnt_one_is_an_error(tmp_path: Path, content: bytes) -> None:
    """It is named."""
    path = tmp_path / "venv/pip.conf"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(UsageError, match="can't be read as a configuration file of pip") as caught:
        read(tmp_path)
    assert str(path) in caught.value.what


def test_places_on_each_platform(tmp_path: Path) -> None:
    """Those of pip's documentation; on macOS the newer place of the user only if the older doesn't exist."""
    home = str(tmp_path)
    assert configuration_files({"HOME": home}, prefix="/venv", platform="linux") == (
        "/etc/xdg/pip/pip.conf", "/etc/pip.conf",
        f"{home}/.pip/pip.conf", f"{home}/.config/pip/pip.conf", "/venv/pip.conf",
    )  # fmt: skip
    mac = configuration_files({"HOME": home}, prefix="/venv", platform="darwin")
    assert mac[0] == "/Library/Application Support/pip/pip.conf"
    assert mac[2] == f"{home}/.config/pip/pip.conf"
    (tmp_path / "Library/Application Support/pip").mkdir(parents=True)
    mac = configuration_files({"HOME": home}, prefix="/venv", platform="darwin")
    assert mac[2] == f"{home}/Library/Application Support/pip/pip.conf"
    windows = configuration_files({"USERPROFILE": home, "APPDATA": "R"}, prefix="V", platform="win32")
    assert [path.replace("\\", "/") for path in windows] == [
        "C:/ProgramData/pip/pip.ini", f"{home}/pip/pip.ini", "R/pip/pip.ini", "V/pip.ini",
    ]  # fmt: skip


def test_pip_itself_reads_the_same(tmp_path: Path) -> None:
    """The whole of it, compared with ``pip config list`` (which shows sections apart) of the pip beside us."""
    write(tmp_path / "etc/pip/pip.conf", "[global]\ntest-a = 1\ntest-links =\n  a\n  b\n[install]\ntest-b = 1\n")
    write(tmp_path / "home/.config/pip/pip.conf", "[global]\ntest-b = 2\nTest_C = 2\n")
    variables = environ(tmp_path, PIP_TEST_D="4", PIP_DISABLE_PIP_VERSION_CHECK="1", PATH=os.environ["PATH"])
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], env=variables, check=True, capture_output=True, text=True
    ).stdout
    expected: dict[str, str] = {}
    lines = [line.partition("=") for line in told.splitlines()]
    for section in ("global.", "install.", ":env:."):
        expected |= {name[len(section) :]: value for name, _, value in lines if name.startswith(section)}
    found = read_pip_configuration("install", variables)
    assert {entry.name: repr(entry.text) for entry in found if entry.name.startswith("test-")} == {
        name: value for name, value in expected.items() if name.startswith("test-")
    }
