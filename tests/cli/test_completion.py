"""Completion of command lines: what is offered where, and the scripts in real shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.worlds import say

from pybuildsync.cli.completion import complete
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.rows import Command

FIRST = ("install", "list", "cache", "help", "pip")
SHELLS = ("bash", "zsh", "fish")


def offered(line: str) -> tuple[str, ...]:
    """Return what is offered for the last word of *line*, whose words have single blanks between them."""
    words = line.split(" ")
    return complete(words, len(words) - 1)


def test_commands() -> None:
    """The first word is a command, or pip, which stands in front of one; of some there is a second word."""
    assert set(FIRST) <= set(offered("pybuildsync "))
    assert offered("pybuildsync ins") == ("install", "inspect")
    assert offered("pybuildsync -q --cache-dir x un") == ("uninstall",)
    assert offered("pybuildsync pip ins") == ("install", "inspect")
    assert "pip" not in offered("pybuildsync pip ")
    assert offered("pybuildsync index ") == ("versions",)
    assert offered("pybuildsync index --pre -f x ver") == ("versions",)
    assert offered("pybuildsync help insp") == ("inspect",)
    assert offered("pybuildsync nothing ") == ()
    assert complete(["pybuildsync"], 1) == complete(["pybuildsync", ""], 1)


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_options(command: Command) -> None:
    """Each command's own, as its help has them, also between its two words; --version is no command's."""
    named = {option.name for option in command.options if option.field} | {"--help", "-h"}
    first, *second = command.words
    assert named <= set(offered(f"pybuildsync {command.name} -"))
    assert named <= set(offered(f"pybuildsync {first} -" if second else f"pybuildsync {first} x -"))
    assert "--version" not in offered(f"pybuildsync {command.name} -")


def test_options_before_the_command() -> None:
    """Those of every command, and the version."""
    assert offered("pybuildsync --verb") == ("--verbose",)
    assert offered("pybuildsync --vers") == ("--version",)
    assert offered("pybuildsync --pre") == ()
    assert "--no-rebuild" in offered("pybuildsync install --no-re")


def test_values() -> None:
    """Of an option that has choices, these; of another, files, which the shell knows."""
    assert offered("pybuildsync list --color ") == ("auto", "always", "never")
    assert offered("pybuildsync list --color al") == ("always",)
    assert offered("pybuildsync list --color=al") == ("--color=always",)
    assert offered("pybuildsync list --format = c") == ("columns",)
    assert offered("pybuildsync list --format =") == ("columns", "freeze", "json")
    assert offered("pybuildsync --color ") == ("auto", "always", "never")
    assert offered("pybuildsync cache --format ") == ("human", "abspath")
    assert offered("pybuildsync install -r ") == ()
    assert offered("pybuildsync install req") == ()
    assert offered("pybuildsync install -- --up") == ()


def test_what_the_scripts_ask() -> None:
    """A line for each word; the shell's words stand behind two dashes, so that none is taken for our own."""
    said = say(["completion", "--at", "2", "--", "pybuildsync", "install", "--upg", "--help"])
    assert (said.status, said.out.split()) == (0, ["--upgrade", "--upgrade-package", "--upgrade-strategy"])
    assert say(["completion", "--at", "2", "--", "pybuildsync", "xyzzy"]).out == ""


@pytest.mark.parametrize("argv", [[], ["--bash", "--zsh"]])
def test_a_script_is_for_one_shell(argv: list[str]) -> None:
    """Which one is not guessed."""
    said = say(["completion", *argv])
    assert (said.status, said.err) == (
        2, "error: completion is for one shell\nhint: say --bash, --zsh or --fish\n",
    )  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_sound(tmp_path: Path, shell: str) -> None:
    """Each as its shell reads it."""
    said = say(["completion", f"--{shell}"])
    assert f"# pybuildsync {shell} completion start" in said.out.splitlines()
    assert said.out == say(["pip", "completion", f"-{shell[0]}"]).out
    program = shutil.which(shell)
    if program is not None:
        (tmp_path / "script").write_text(said.out)
        subprocess.run([program, "-n", str(tmp_path / "script")], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_in_bash(tmp_path: Path) -> None:
    """The function that is bound to the program's name gives what is offered, whatever the user has configured."""
    (tmp_path / "pybuildsync").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pybuildsync "$@"\n')
    (tmp_path / "pybuildsync").chmod(0o755)
    line = (
        'source <(pybuildsync completion --bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
        f"export PYBUILDSYNC_JSON=1 PIP_LOG='{tmp_path}/log';"
        'complete -p pybuildsync; _pybuildsync_completion pybuildsync; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", line, "bash", "pybuildsync", "cache", "p"],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    bound, *words = done.stdout.splitlines()
    assert bound == "complete -o default -F _pybuildsync_completion pybuildsync"
    assert words == ["prune", "purge"]
    assert not (tmp_path / "log").exists()
