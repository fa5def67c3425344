"""Reads well-formed command lines: the light half of the command line.

It knows ``--opt value``, ``--opt=value``, ``-o value``, ``-ovalue``, combined short flags, ``--``, and options before,
between and after the other words, as pip reads them, and long flags cut short where that is unambiguous. Whatever
else there is (``--help``, unknown words, a missing value) it leaves to ``arguments``, which takes longer and says what
is wrong. It converts nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pybuildsync.cli.general_options import BEFORE
from pybuildsync.cli.options import COMMANDS, find_command
from pybuildsync.cli.pip_flags import pip_flags
from pybuildsync.cli.rows import Command, Option


class Given(NamedTuple):
    """One option as it was given: *value* is the text, or, for a flag, whether it says yes."""

    option: Option
    value: str | bool


class Line(NamedTuple):
    """A command line, taken apart but not converted."""

    command: Command
    given: tuple[Given, ...]
    words: tuple[str, ...]


class HelpAsked(Exception):
    """The line asks for help or for the version; ``text`` is the answer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _NotWellFormed(Exception):
    """The line needs the slow reader."""


def read_line(argv: Sequence[str]) -> Line | None:
    """Return *argv* (without the program's name) taken apart, or None where it isn't well-formed."""
    try:
        return _read(list(argv))
    except _NotWellFormed:
        return None


def split_command(argv: Sequence[str]) -> tuple[Command | None, list[str]]:
    """Return the command that *argv* names, if it does, and the rest of *argv* without the command's words."""
    rest = list(argv)
    at = command_position(rest)
    if rest[at : at + 1] and is_group(rest[at]):
        second = action_position(rest, at)
        command = find_command((rest[at], *rest[second : second + 1]))
        if command is not None:
            return command, rest[:at] + rest[at + 1 : second] + rest[second + 1 :]
    command = find_command(tuple(rest[at : at + 1]))
    return (command, rest[:at] + rest[at + 1 :]) if command else (None, rest)


def command_position(argv: Sequence[str], options: Sequence[Option] = BEFORE) -> int:
    """Return where in *argv* the first word stands that is neither one of *options* nor its value."""
    flags = flags_of(options)
    at = 0
    while at < len(argv) and argv[at].startswith("-") and argv[at] not in ("-", "--"):
        flag = complete_flag(argv[at], flags, "") or argv[at]
        at += 1 + (flag in flags and flags[flag][0].takes_value)
    return min(at, len(argv))


def action_position(argv: Sequence[str], at: int) -> int:
    """Return where in *argv* the second word of a command stands whose first, a group's, stands *at*.

    As in pip, options of the command may stand between the two.
    """
    group = [option for command in COMMANDS if command.words[0] == argv[at] for option in command.options]
    return at + 1 + command_position(argv[at + 1 :], (*BEFORE, *group))


def accepted_options(command: Command) -> tuple[Option, ...]:
    """Return the options that *command* understands: its own, and, without effect, those that may stand before it."""
    own = {option.name for option in command.options}
    return (*command.options, *[option._replace(field="") for option in BEFORE if option.name not in own])


def complete_flag(flag: str, flags: Mapping[str, object], command: str) -> str:
    """Return the one of *flags* that the beginning *flag* stands for, as optparse has it; "" where there is none.

    What pip's *command* (its first word, or "") would take isn't ambiguous because of an option that only we have.
    """
    if not flag.startswith("--") or len(flag) == 2:  # noqa: PLR2004 - nothing but dashes
        return ""
    if flag in flags:
        return flag
    found = [name for name in flags if name.startswith(flag)]
    if len(found) > 1:
        known = pip_flags(command)
        found = [name for name in found if name in known]
    return found[0] if len(found) == 1 or (found and len({flags[name] for name in found}) == 1) else ""


def is_group(word: str) -> bool:
    """Tell whether *word* is the first of several commands' two words, such as ``cache``."""
    return any(len(command.words) > 1 and command.words[0] == word for command in COMMANDS)


def flags_of(options: Sequence[Option]) -> dict[str, tuple[Option, bool]]:
    """Return what each flag of *options* stands for: its option, and whether it says yes."""
    flags = {flag: (option, True) for option in options for flag in option.flags}
    flags.update({flag: (option, False) for option in options for flag in option.off})
    return flags


def _read(argv: list[str]) -> Line:
    command, rest = split_command(argv)
    if command is None:
        raise _NotWellFormed
    flags = flags_of(accepted_options(command))
    given: list[Given] = []
    words: list[str] = []
    rest.reverse()
    while rest:
        word = rest.pop()
        if word == "--":
            words += reversed(rest)
            break
        if word.startswith("--"):
            given.append(_read_long(word, rest, flags, command))
        elif word.startswith("-") and word != "-":
            given += _read_short(word, rest, flags)
        else:
            words.append(word)
    return Line(command, tuple(given), tuple(words))


def _read_long(word: str, rest: list[str], flags: Mapping[str, tuple[Option, bool]], command: Command) -> Given:
    """Read ``--flag``, ``--flag=value`` or ``--flag value``; *rest* are the words to come, the next one last."""
    flag, equals, value = word.partition("=")
    option, says_yes = _find(complete_flag(flag, flags, command.words[0]), flags)
    if not option.takes_value:
        if equals:
            raise _NotWellFormed
        return Given(option, says_yes)
    return Given(option, value if equals else _next_value(rest, flags))


def _read_short(word: str, rest: list[str], flags: Mapping[str, tuple[Option, bool]]) -> list[Given]:
    """Read ``-o``, ``-abc``, ``-ovalue``, ``-o=value`` or ``-o value``."""
    given: list[Given] = []
    for at, letter in enumerate(word[1:], start=2):
        option, says_yes = _find("-" + letter, flags)
        if option.takes_value:
            value = word[at:].removeprefix("=") if word[at:] else _next_value(rest, flags)
            return [*given, Given(option, value)]
        given.append(Given(option, says_yes))
    return given


def _find(flag: str, flags: Mapping[str, tuple[Option, bool]]) -> tuple[Option, bool]:
    if flag not in flags:
        raise _NotWellFormed
    return flags[flag]


def _next_value(rest: list[str], flags: Mapping[str, tuple[Option, bool]]) -> str:
    """Take the next word as a value, even one with a dash in front, as pip does; but no option that we know."""
    if not rest or rest[-1] == "--" or rest[-1].partition("=")[0] in flags:
        raise _NotWellFormed
    return rest.pop()
