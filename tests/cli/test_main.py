"""One command line, from words to exit status."""

import errno
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from cli.worlds import ClosedPipe, Runner, Terminal, say

from pybuildsync import __version__
from pybuildsync.cli.colors import is_terminal
from pybuildsync.cli.general_options import OUTPUT
from pybuildsync.cli.main import MODULES, World, load, main
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.rows import Command
from pybuildsync.commands.results import (
    CacheFolder,
    Change,
    CheckResult,
    InstallResult,
    Problem,
    Result,
    ShowResult,
    UninstallResult,
)
from pybuildsync.core.story import BuildStarted, Note, Warned
from pybuildsync.errors import IndexFault, RequestError

NO_SOLUTION = RequestError("there is no solution", why="a needs b\nb is gone", hint="ask for less\nor for more")


def test_the_result_is_on_stdout_and_the_story_on_stderr() -> None:
    """A pipe behind stdout gets the result alone."""
    change = Change(kind="install", name="a", new="1")
    said = say(["install", "a"], Runner(InstallResult(changes=(change,)), tells=(Note("heard this"),)))
    assert (said.status, said.out, said.err) == (0, "+ a==1\nSuccessfully installed a-1\n", "heard this\n")


@pytest.mark.parametrize("argv", [["--version"], ["-V"], ["-q", "--version"]])
def test_the_version(argv: list[str]) -> None:
    """The version is asked for as everywhere."""
    assert say(argv).out == f"pybuildsync {__version__}\n"


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"], ["-q"], ["-q", "-h"], ["help", "nothing"]])
def test_general_help(argv: list[str]) -> None:
    """Without a command there is help, with every command in it, and exit status 0."""
    said = say(argv)
    assert (said.status, said.err) == (0, "")
    for command in COMMANDS:
        assert f"  {command.name} " in said.out


@pytest.mark.parametrize("columns", ["70", "80"])
def test_general_help_is_whole(columns: str) -> None:
    """What doesn't fit in one line goes on in the next: nothing is cut off."""
    out = say(["--help"], environ={"COLUMNS": columns}).out
    assert max(map(len, out.splitlines())) <= int(columns)
    words = " ".join(out.split())
    for text in (*(command.summary for command in COMMANDS), *(option.help.partition(" (")[0] for option in OUTPUT)):
        assert text in words
    assert "the variables PIP_* and PYBUILDSYNC_*" in words


@pytest.mark.parametrize("argv", [["cache"], ["cache", "-h"], ["help", "cache"]])
def test_help_of_a_group(argv: list[str]) -> None:
    """A command of two words helps with its first."""
    said = say(argv)
    assert said.status == 0
    assert "cache prune" in said.out
    assert "uninstall" not in said.out


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_help_of_a_command(command: Command) -> None:
    """The help of a command shows every option, in lines that fit; those without effect stand together at its end."""
    said = say([*command.words, "--help"], environ={"COLUMNS": "70"})
    assert said.status == 0
    shown, _, below = said.out.partition("Accepted for pip's sake")
    for option in command.options:
        assert option.name in (shown if option.field else below)
    assert max(map(len, said.out.splitlines())) <= 70
    assert said.out == say(["help", *command.words], environ={"COLUMNS": "70"}).out


@pytest.mark.parametrize(
    ("argv", "first", "hint"),
    [
        (["instal"], "unknown command 'instal'", "did you mean install?"),
        (["debg"], "unknown command 'debg'", "did you mean debug?"),
        (["purge"], "unknown command 'purge'", "did you mean cache purge?"),
        (["lst"], "unknown command 'lst'", "did you mean list?"),
        (["-q", "xyzzy"], "unknown command 'xyzzy'", "see pybuildsync --help"),
        (["cache", "sise"], "unknown cache command 'sise'", "did you mean cache size?"),
        (["cache", "-q", "prine"], "unknown cache command 'prine'", "did you mean cache prune?"),
        (["index", "--platform", "any", "verions"], "unknown index command 'verions'", "did you mean index versions?"),
        (["--cache-dir", "install", "lost"], "unknown command 'lost'", "did you mean list?"),
        (["--frob", "x"], "unknown option --frob", "options of a command stand after it"),
        (
            ["install", "--uprade", "a"],
            "install: unknown option --uprade (did you mean --upgrade?)",
            "see pybuildsync install --help",
        ),
        (["check", "-9"], "check: unknown option -9", "see pybuildsync check --help"),
        (
            ["install", "-r"],
            "install: argument -r/--requirement: expected one argument",
            "see pybuildsync install --help",
        ),
        (
            ["install", "--pre=1", "a"],
            "install: argument --pre: ignored explicit argument '1'",
            "see pybuildsync install --help",
        ),
    ],
)
def test_usage_errors(argv: list[str], first: str, hint: str) -> None:
    """What can't be understood is one sentence and a next step, with exit status 2."""
    said = say(argv)
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [f"error: {first}", f"hint: {hint}"]


@pytest.mark.parametrize("argv", [["list", "-o", "--format=freeze"], ["list", "--format", "freeze", "--outdated"]])
def test_what_is_outdated_is_nothing_to_freeze(argv: list[str]) -> None:
    """Lines that pin the old versions look like the new ones; pip refuses, in these words and with this status."""
    said = say(argv, Runner(CacheFolder("/x")))
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("error: List format 'freeze' cannot be used with the --outdated option.\n")


def test_an_error_says_what_why_and_what_to_do() -> None:
    """An error's parts stand one below the other; its class gives the exit status."""
    said = say(["install", "a"], Runner(NO_SOLUTION))
    assert (said.status, said.out) == (1, "")
    assert said.err == "error: there is no solution\n  a needs b\n  b is gone\nhint: ask for less\n      or for more\n"


def test_an_error_is_data_for_programs() -> None:
    """With --json, stdout has the error as data, and stderr its text as ever."""
    said = say(["install", "a", "--json"], Runner(IndexFault("it is down")))
    assert json.loads(said.out) == {"error": {"kind": "index", "what": "it is down", "why": "", "hint": ""}}
    assert said.err == "error: it is down\n"


def test_an_interrupt_says_what_became_of_the_work() -> None:
    """Ctrl-C ends without a traceback; only who was at work knows whether anything was changed."""
    plain = say(["install", "a"], Runner(KeyboardInterrupt()))
    assert (plain.status, plain.out, plain.err) == (130, "", "interrupted\n")
    interrupt = KeyboardInterrupt()
    interrupt.add_note("nothing was changed")
    assert say(["install", "a"], Runner(interrupt)).err == "interrupted; nothing was changed\n"


def test_a_defect_is_one_text_and_a_file(tmp_path: Path) -> None:
    """What nobody expected is our fault: the traceback goes into a file, on the terminal only when asked for."""
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path)}
    said = say(["install", "a"], Runner(ZeroDivisionError("by nothing")), environ=environ)
    assert said.status == 1
    first, second, third = said.err.splitlines()
    assert first == "error: pybuildsync itself failed: ZeroDivisionError: by nothing"
    path = Path(second.removeprefix("  the traceback is in "))
    assert path.is_relative_to(tmp_path)
    assert "Traceback" in path.read_text()
    assert third == "hint: please report this with the traceback"
    assert "Traceback" in say(["install", "a", "-vv"], Runner(ZeroDivisionError()), environ=environ).err


def test_a_defect_without_a_cache_is_shown_whole(tmp_path: Path) -> None:
    """Where no file can be written, the traceback is on the terminal."""
    (tmp_path / "file").touch()
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path / "file")}
    assert "Traceback" in say(["install", "a"], Runner(ZeroDivisionError()), environ=environ).err


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EMFILE])
def test_the_machine_is_blamed_for_what_is_its_fault(number: int) -> None:
    """No room, no permission: an error with a next step, not a defect."""
    said = say(["install", "a"], Runner(OSError(number, os.strerror(number), "/some/file")))
    assert said.status == 1
    assert said.err.startswith(f"error: {os.strerror(number)}: /some/file\nhint: ")
    assert say(["install", "a"], Runner(OSError(number, "oh"))).err.startswith("error: oh\nhint: ")


def test_another_system_error_is_a_defect(tmp_path: Path) -> None:
    """A missing file that nobody foresaw is a mistake of ours."""
    said = say(["install", "a"], Runner(FileNotFoundError(2, "gone")), environ={"PYBUILDSYNC_CACHE_DIR": str(tmp_path)})
    assert said.err.startswith("error: pybuildsync itself failed: FileNotFoundError")


def test_a_closed_pipe_is_quiet() -> None:
    """`pybuildsync list | head -1` ends as other tools do: nothing said, the status of SIGPIPE."""
    said = say(["cache", "dir"], Runner(CacheFolder(path="/x")), stdout=ClosedPipe())
    assert (said.status, said.err) == (141, "")


def test_what_is_left_in_a_closed_pipe_does_no_harm() -> None:
    """What the process still has buffered goes nowhere at its end, instead of a complaint."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as pipe:
        world = World(stdin=StringIO(), stdout=pipe, stderr=StringIO(), environ={})
        assert main(["--help"], world) == 141
        pipe.write("more")


def test_the_real_streams(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a world given, the process's own serves."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pybuildsync {__version__}\n"


def test_a_closed_stream_is_no_terminal() -> None:
    """A stream that was closed has nobody in front of it."""
    stream = StringIO()
    stream.close()
    assert not is_terminal(stream)


def test_nobody_listening_to_errors_is_no_error() -> None:
    """A closed stderr changes neither result nor status."""
    said = say(["install"], stderr=ClosedPipe())
    assert said.status == 2
    told = say(["check"], Runner(CheckResult(), tells=(Note("x"),)), stderr=ClosedPipe())
    assert (told.status, told.out) == (0, "No broken requirements found.\n")


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (CheckResult(), 0),
        (CheckResult(problems=(Problem(kind="missing", name="a", version="1", text="x"),)), 1),
        (ShowResult(missing=("a",)), 1),
        (InstallResult(), 0),
    ],
)
def test_exit_status_of_results(result: Result, status: int) -> None:
    """A check with problems and a show that shows nothing fail."""
    assert say(["check"], Runner(result)).status == status


def test_loudness() -> None:
    """-q leaves warnings, -qq only errors; what a command did is then not said either."""
    change = Change(kind="install", name="a", new="1")
    runner = Runner(InstallResult(changes=(change,)), tells=(Note("note"), Warned("watch out\nreally")))
    assert say(["install", "a"], runner).err == "note\nwarning: watch out\n  really\n"
    quiet = say(["install", "a", "-q"], runner)
    assert (quiet.out, quiet.err) == ("", "warning: watch out\n  really\n")
    silent = say(["-qq", "install", "a"], runner)
    assert (silent.out, silent.err) == ("", "")


def test_colors() -> None:
    """Colours are for terminals, unless somebody says otherwise; NO_COLOR wins over FORCE_COLOR."""
    runner = Runner(InstallResult(changes=(Change(kind="install", name="a", new="1"),)))
    green = "\x1b[32m+\x1b[0m a==1\n"
    line = ["install", "a"]
    assert say(line, runner, stdout=Terminal()).out.startswith(green)
    assert say(line, runner, environ={"FORCE_COLOR": "1"}).out.startswith(green)
    assert say([*line, "--color", "always"], runner, environ={"NO_COLOR": "1"}).out.startswith(green)
    plain = "+ a==1\n"
    assert say(line, runner).out.startswith(plain)
    assert say([*line, "--color=never"], runner, stdout=Terminal()).out.startswith(plain)
    assert say(line, runner, stdout=Terminal(), environ={"NO_COLOR": "1", "FORCE_COLOR": "1"}).out.startswith(plain)
    assert say(line, runner, stdout=Terminal(), environ={"TERM": "dumb"}).out.startswith(plain)


def test_how_long_it_took_is_said_on_a_terminal() -> None:
    """The end of the story, in one line, for people only."""
    changes = (Change(kind="install", name="a", new="1"),)
    runner = Runner(InstallResult(changes=changes, seconds=3.21, rounds=2, builds=1))
    said = say(["install", "a"], runner, stderr=Terminal(), environ={"NO_COLOR": "1"})
    assert said.err == "1 build, 2 rounds, 3.2 s\n"
    assert say(["install", "a"], runner).err == ""
    assert say(["install", "a", "-q"], runner, stderr=Terminal()).err == ""
    assert say(["install", "a"], Runner(InstallResult()), stderr=Terminal()).err == ""


def test_a_terminal_without_progress_has_lines() -> None:
    """--no-progress and a dumb terminal tell the story in lines, as a pipe has it."""
    runner = Runner(InstallResult(), tells=(BuildStarted(name="a", version="1"),))
    assert say(["install", "a", "--no-progress"], runner, stderr=Terminal()).err == "building a 1\n"
    assert say(["install", "a"], runner, stderr=Terminal(), environ={"TERM": "dumb"}).err == "building a 1\n"


def test_uninstall_asks() -> None:
    """What is going to be removed is shown before the question; only a yes is a yes."""
    changes = (Change(kind="remove", name="a", old="1"),)

    def ask(_options: object, _story: object, *, confirm: object) -> Result:
        assert callable(confirm)
        return UninstallResult(changes=changes, declined=not confirm(changes))

    yes = say(["uninstall", "a"], ask, stdin="\n")
    assert (yes.out, yes.err) == ("- a==1\nSuccessfully uninstalled a-1\n", "- a==1\nProceed (Y/n)? ")
    no = say(["uninstall", "a"], ask, stdin="n\n")
    assert (no.status, no.out) == (0, "")
    nobody = say(["uninstall", "a"], ask)
    assert nobody.status == 2
    assert "hint: say --yes where nobody can be asked\n" in nobody.err


def test_every_command_has_a_module() -> None:
    """The table of commands and the table of modules name the same commands."""
    assert set(MODULES) == {command.words for command in COMMANDS}
    assert callable(load(("cache", "dir")))
    assert callable(load(("list",)))
