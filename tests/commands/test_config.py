"""``config`` does what ``pip config`` does, and tells our own settings as well."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.worlds import say

CONF = """\
[global]
index-url = https://u:p@index.example/simple
Find_Links =
    a
    b
[install]
no-deps = yes
"""


class Place:
    """A folder with a home, its files of pip's, and a project."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.patch = patch
        for folder in ("project", "venv"):
            (root / folder).mkdir()
        for name in [name for name in os.environ if name.startswith(("PIP_", "PYBUILDSYNC_"))]:
            patch.delenv(name)
        for name, value in {"HOME": root, "XDG_CONFIG_DIRS": root / "etc", "VIRTUAL_ENV": root / "venv"}.items():
            patch.setenv(name, str(value))
        patch.setenv("PYBUILDSYNC_CACHE_DIR", str(root / "store"))
        patch.chdir(root / "project")

    def run(self, *argv: str, **more: str) -> tuple[int, str, str]:
        """Return status, stdout and stderr of ``config`` with *argv*; *more* are variables."""
        with self.patch.context() as patch:
            for name, value in more.items():
                patch.setenv(name, value)
            said = say(["config", *argv])
        return said.status, said.out, said.err

    def pip(self, *argv: str, **more: str) -> tuple[int, str, str]:
        """Return the same of pip."""
        words = [sys.executable, "-m", "pip", "config", *argv]
        done = subprocess.run(words, env={**os.environ, **more}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Give a place whose user and machine have files."""
    made = Place(tmp_path, monkeypatch)
    made.write(".config/pip/pip.conf", CONF)
    made.write("etc/pip/pip.conf", "[global]\ntimeout = 3\n")
    return made


@pytest.mark.parametrize(
    "argv",
    [
        ["list"], ["debug"], ["--user", "list"], ["list", "--global"], ["get", "global.find-links"],
        ["get", "install.no_deps"], ["--global", "get", "global.timeout"], ["get", ":env:.retries"],
    ],
)  # fmt: skip
def test_it_says_what_pip_says(place: Place, argv: list[str]) -> None:
    """To the letter, for programs read it; but that pip has an environment of its own."""
    more = {"PIP_RETRIES": "4", "PIP_CONFIG_FILE": str(place.write("own.conf", CONF))} if argv[0] == "debug" else {}
    more |= {"PIP_RETRIES": "4"}
    ours = place.run(*argv, **more)
    pips = place.pip(*argv, **more)
    lines = [line for line in ours[1].splitlines() if not line.startswith(":pybuildsync:.")]
    own = [f"  {path}/pip.conf, exists: False" for path in (place.root / "venv", sys.prefix)]
    assert [line for line in lines if line != own[0]] == [line for line in pips[1].splitlines() if line != own[1]]
    assert (ours[0], pips[0]) == (0, 0)


def test_our_own_settings_and_where_things_come_from(place: Place) -> None:
    """The project's and our variables have sections of their own; -v names files and variables; --json has all."""
    toml = place.write("project/pyproject.toml", '[tool.pybuildsync]\nno-binary = ["a"]\n')
    status, out, _ = place.run("list", "-v", PIP_RETRIES="4", PYBUILDSYNC_OFFLINE="1")
    assert status == 0
    assert [line for line in out.splitlines() if "/etc/pip.conf" not in line.replace(str(place.root), "")] == [
        f"global.find-links='\\na\\nb'  # {place.root}/.config/pip/pip.conf",
        f"global.index-url='https://u:p@index.example/simple'  # {place.root}/.config/pip/pip.conf",
        f"install.no-deps='yes'  # {place.root}/.config/pip/pip.conf",
        f"global.timeout='3'  # {place.root}/etc/pip/pip.conf",
        ":env:.retries='4'  # PIP_RETRIES",
        f"tool.pybuildsync.no-binary=\"['a']\"  # {toml}",
        f":pybuildsync:.cache-dir='{place.root}/store'  # PYBUILDSYNC_CACHE_DIR",
        ":pybuildsync:.offline='1'  # PYBUILDSYNC_OFFLINE",
    ]
    data = json.loads(place.run("get", "global.timeout", "--global", "--json")[1])
    assert data == {"value": "3"}


def test_set_and_unset(place: Place) -> None:
    """In the user's file, the environment's if it is there, or the one named; pip reads the same then."""
    user, site = place.root / ".config/pip/pip.conf", place.root / "venv/pip.conf"
    assert place.run("set", "global.timeout", "60") == (0, f"Writing to {user}\n", "")
    assert place.pip("--user", "get", "global.timeout")[1] == "60\n"
    assert place.run("set", "--site", "install.pre", "yes") == (0, f"Writing to {site}\n", "")
    assert site.read_text() == "[install]\npre = yes\n\n"
    site.chmod(0o600)
    assert place.run("set", "install.Find_Links", "x\ny")[1] == f"Writing to {site}\n"
    assert (site.read_text(), site.stat().st_mode & 0o777) == ("[install]\npre = yes\nfind-links = x\n\ty\n\n", 0o600)
    assert place.run("unset", "install.pre")[0] == 0
    assert place.run("unset", "install.find-links")[0] == 0
    assert site.read_text() == ""
    assert place.run("--user", "unset", "global.timeout")[0] == 0
    assert "timeout" not in user.read_text()
    assert sorted(path.name for path in user.parent.iterdir()) == ["pip.conf"]


def test_the_users_old_file(place: Place) -> None:
    """What is set there is removed there; new settings go to the newer one."""
    old = place.write(".pip/pip.conf", "[global]\nproxy = x\n")
    assert place.run("unset", "global.proxy") == (0, f"Writing to {old}\n", "")


def test_a_file_that_the_environment_names(place: Place) -> None:
    """It stands for the user's, which is told."""
    own = place.write("own.conf", "")
    status, out, err = place.run("set", "global.timeout", "60", PIP_CONFIG_FILE=str(own))
    assert (status, out) == (0, f"Writing to {own}\n")
    assert err.startswith("warning: Because PIP_CONFIG_FILE is set, changes will be applied to ")
    assert own.read_text() == "[global]\ntimeout = 60\n\n"
    status, _, err = place.run("set", "global.timeout", "60", PIP_CONFIG_FILE=os.devnull)
    assert (status, err.splitlines()[0]) == (2, "error: there is no user configuration file to change")


@pytest.mark.parametrize(
    ("argv", "status", "what"),
    [
        (["get", "global.nothing"], 1, "No such key - global.nothing"),
        (["get", "nothing"], 2, "Perhaps you wanted to use 'global.nothing' instead?"),
        (["get"], 2, "config get takes 1 words, not 0"),
        (["set", "global.timeout"], 2, "config set takes 2 words, not 1"),
        (["unset", "global.nothing"], 1, "No such key - global.nothing"),
        (["--user", "--site", "list"], 2, "Need exactly one file to operate upon"),
        (["set", "--site", "global.x", "1"], 1, "can't be written"),
        (["edit"], 2, "Could not determine editor to use."),
        (["edit", "--editor", "/no/editor"], 2, "the editor /no/editor can't be run"),
        (["edit", "--editor", "false"], 1, "the editor false exited with status 1"),
    ],
)
def test_what_is_refused(place: Place, argv: list[str], status: int, what: str) -> None:
    """With a reason; nothing is changed."""
    (place.root / "venv/pip.conf" / "in the way").mkdir(parents=True)
    done = place.run("--user" if argv[0] in ("get", "unset") else "-q", *argv)
    assert (done[0], done[1]) == (status, "")
    assert what in done[2].splitlines()[0]
    assert (place.root / ".config/pip/pip.conf").read_text() == CONF


def test_edit(place: Place) -> None:
    """The editor, with its words, gets the file."""
    status, out, _ = place.run("edit", EDITOR="touch -r /dev/null")
    assert (status, out) == (0, f"Writing to {place.root}/.config/pip/pip.conf\n")
