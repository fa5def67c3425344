"""What scripts written for pip rely on: pip in front, its words, its exit statuses, its log."""

import os
import re
import sys
from pathlib import Path

import pytest
from cli.worlds import Runner, say

from pybuildsync.cli.values import Presentation
from pybuildsync.commands.results import Change, InstallResult, UninstallResult
from pybuildsync.core.story import BuildStarted, Warned
from pybuildsync.errors import RequestError

CONFLICT = InstallResult(changes=(Change("install", "a", new="1"),), conflicts=("b requires a>2",))
NOTHING = RequestError(
    "no version fits a==9", hint="a has 1", pip=("Could not find a==9 (from versions: 1)", "No matching: a==9")
)
WARNING = Warned("look out")


def test_pip_in_front_changes_no_options() -> None:
    """The same command with the same options."""
    runner = Runner(InstallResult())
    assert say(["pip", "install", "-U", "a"], runner).status == 0
    assert say(["install", "-U", "a"], runner).status == 0
    assert runner.options[0] == runner.options[1]


def test_pip_in_front_asks_for_help_too() -> None:
    """And for the version; a package may be called pip."""
    assert say(["pip", "--help"]).out == say(["--help"]).out
    assert say(["pip", "install", "-h"]).out == say(["install", "-h"]).out
    assert say(["pip", "--version"]).out.startswith("pybuildsync ")
    runner = Runner(InstallResult())
    say(["install", "pip"], runner)
    assert "requirements=('pip',)" in str(runner.options)


@pytest.mark.parametrize("argv", [["pip", "install", "a"], ["install", "--pip-compat", "a"]])
def test_pips_words(argv: list[str]) -> None:
    """Errors and warnings begin as pip's, and say what scripts look for; then follows what we know."""
    said = say(argv, Runner(NOTHING, tells=(WARNING,)))
    assert said.err.splitlines() == [
        "WARNING: look out",
        "ERROR: Could not find a==9 (from versions: 1)",
        "ERROR: No matching: a==9",
        "hint: a has 1",
    ]
    assert say(argv, Runner(RequestError("so\nit is", why="thus"))).err == "ERROR: so\nit is\n  thus\n"
    assert say(["install", "a"], Runner(NOTHING, tells=(WARNING,))).err.splitlines()[:2] == [
        "warning: look out",
        "error: no version fits a==9",
    ]
    assert say([*argv, "--frob"]).err.startswith("ERROR: install: unknown option --frob")


def test_a_conflict_that_is_left() -> None:
    """Exit status 1, for --pip-compat 0; pip in front alone doesn't hide it."""
    assert say(["install", "a"], Runner(CONFLICT)).status == 1
    assert say(["pip", "install", "a"], Runner(CONFLICT)).status == 1
    assert say(["install", "a", "--pip-compat"], Runner(CONFLICT)).status == 0
    assert say(["install", "a"], Runner(CONFLICT), environ={"PYBUILDSYNC_PIP_COMPAT": "1"}).status == 0


def test_the_log(tmp_path: Path) -> None:
    """The command, the story as at -vv, the result and errors, with times, after what the file has."""
    path = tmp_path / "deep" / "log.txt"
    started = BuildStarted("a", "1", kind="wheel", against=(("lib", "2"),), log_path="/logs/a")
    say(["install", "-q", "--log", str(path), "https://u:secret@x.example/a b"], Runner(CONFLICT, tells=(started,)))
    said = say(["install", "a", f"--log-file={path}"], Runner(NOTHING, tells=(WARNING,)))
    assert said.err.startswith("warning: look out\nerror: ")
    lines = [line.partition(" ") for line in path.read_text().splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{3}", time) for time, _, _ in lines)
    assert [line for _, _, line in lines] == [
        f"pybuildsync install -q --log {path} 'https://x.example/a b'",
        "  building a 1 against lib 2",
        "    log: /logs/a",
        f"pybuildsync install a --log-file={path}",
        "warning: look out",
        "error: no version fits a==9",
        "hint: a has 1",
    ]


def test_a_log_that_cant_be_written(tmp_path: Path) -> None:
    """Is an error before anything is done, and only one."""
    runner = Runner(CONFLICT)
    said = say(["install", "a", "--log", str(tmp_path)], runner)
    assert (said.status, runner.options) == (1, [])
    assert said.err.startswith(f"error: the log {tmp_path} can't be written")


def test_a_log_that_goes_away_stops_nothing(tmp_path: Path) -> None:
    """What has begun is carried on without it."""
    from pybuildsync.cli.logs import LoggedStory

    told: list[object] = []
    story = LoggedStory(told.append, lambda: told.append("end"), str(tmp_path))
    story.tell(WARNING)
    story.close()
    assert told == [WARNING, "end"]


def test_colours_and_progress_by_pips_names() -> None:
    """--no-color is --color never; --progress-bar off and raw move nothing."""
    from pybuildsync.cli.values import understand
    from pybuildsync.cli.words import read_line

    def shown(*argv: str) -> Presentation:
        line = read_line(["install", "a", *argv])
        assert line is not None
        return understand(line, {"PIP_CONFIG_FILE": os.devnull}).presentation

    assert shown("--no-color", "--color=always").color == "never"
    assert [shown("--progress-bar", kind).no_progress for kind in ("auto", "on", "off", "raw")] == [
        False, False, True, True,
    ]  # fmt: skip


def test_nobody_may_be_asked() -> None:
    """--no-input refuses instead of asking."""

    def uninstall(_options: object, _story: object, *, confirm: object) -> UninstallResult:
        assert callable(confirm)
        return UninstallResult(declined=not confirm((Change("remove", "a", old="1"),)))

    said = say(["uninstall", "a", "--no-input"], uninstall, stdin="y\n")
    assert said.status == 2
    assert "nobody may be asked whether to proceed (--no-input)" in said.err
    assert say(["uninstall", "a"], uninstall, stdin="y\n").status == 0


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """Of what is our own fault."""
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path)}
    assert "Traceback" in say(["check", "--debug"], Runner(ZeroDivisionError()), environ=environ).err
    assert "Traceback" not in say(["check"], Runner(ZeroDivisionError()), environ=environ).err


@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="these tests run in no virtual environment")
@pytest.mark.parametrize("variable", ["PIP_REQUIRE_VIRTUALENV", "PYBUILDSYNC_REQUIRE_VENV"])
def test_only_virtual_environments(tmp_path: Path, variable: str) -> None:
    """What would be changed is looked at: exit status 3 as pip's; commands that only look don't mind."""
    runner = Runner(InstallResult())
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path), variable: "1"}
    base = os.path.realpath(sys.executable)
    said = say(["install", "a", "--python", base], runner, environ=environ)
    assert (said.status, runner.options) == (3, [])
    assert said.err.startswith("error: Could not find an activated virtualenv (required).\n")
    assert say(["install", "a", "--python", sys.prefix], runner, environ=environ).status == 0
    assert say(["list", "--python", base], runner, environ=environ).status == 0


def test_words_that_scripts_look_for(tmp_path: Path) -> None:
    """Of what goes wrong most: hashes, files, environments of others."""
    (tmp_path / "r.txt").write_text("a==1 --hash=sha256:0\n")
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "store")}
    line = ["pip", "install", "--no-index", "-f", str(tmp_path), "--python", sys.executable, "--target", str(tmp_path)]
    said = say([*line, "-r", str(tmp_path / "no.txt")], environ=environ)
    assert said.err.startswith("ERROR: Could not open requirements file: [Errno 2] No such file or directory: ")
    said = say([*line, "b"], environ=environ)
    assert said.err.splitlines()[:2] == [
        "ERROR: Could not find a version that satisfies the requirement b (from versions: none)",
        "ERROR: No matching distribution found for b",
    ]
