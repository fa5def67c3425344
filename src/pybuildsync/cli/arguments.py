"""The slow half of the command line: argparse, built from the table of options, for ``--help`` and for what is wrong.

It takes lines apart exactly as ``words`` does; the tests hold the two against each other on every option.
"""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from pybuildsync import __version__
from pybuildsync.cli.general_options import BEFORE, EVERYWHERE
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.rows import Command, Option, variable
from pybuildsync.cli.words import (
    Given,
    HelpAsked,
    Line,
    accepted_options,
    action_position,
    command_position,
    complete_flag,
    flags_of,
    is_group,
    split_command,
)
from pybuildsync.errors import UsageError

_WIDEST = 100
_CONFIGURED = (
    "Any option may be configured: {} or, where pip has it, PIP_CACHE_DIR, and cache-dir in [tool.pybuildsync] of "
    "pyproject.toml or in pip.conf."
)
_BEFORE = flags_of(BEFORE)  # may stand before the command


class _Parser(argparse.ArgumentParser):
    """Knows its options by flag; raises instead of printing and leaving."""

    flags: dict[str, tuple[Option, bool]]

    def error(self, message: str) -> NoReturn:
        """Raise *message* as a :class:`UsageError`."""
        raise UsageError(f"{self.prog.removeprefix('pybuildsync ')}: {message}", hint=f"see {self.prog} --help")

    def print_help(self, _file: object = None) -> None:
        """Raise the help text."""
        raise HelpAsked(self.format_help())


class _Remember(argparse.Action):
    """Keeps an option as given, in order, with its value as text."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Add the option to those given."""
        if isinstance(parser, _Parser) and option_string:
            option, says_yes = parser.flags[option_string]
            namespace.given.append(Given(option, str(values) if option.takes_value else says_yes))


class _Formatter(argparse.HelpFormatter):
    """Writes ``-r, --requirement FILE``: the value once; keeps paragraphs apart."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        import textwrap

        return "\n".join(
            textwrap.fill(part, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
            for part in text.split("\n\n")
        )

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        value = f" {action.metavar}" if action.metavar else ""
        return ", ".join(action.option_strings) + value


def read_arguments(argv: Sequence[str], width: int = _WIDEST) -> Line:
    """Return *argv* taken apart.

    Raises:
        HelpAsked: help is asked for; it is *width* columns wide at most.
        UsageError: the line names no command, an unknown option, or no value where one must stand.

    """
    command, rest = split_command(argv)
    if command is None:
        return _without_command(rest, width)
    parser = make_parser(command, width)
    namespace = argparse.Namespace(given=[])
    read, unknown = parser.parse_known_intermixed_args(rest, namespace)
    if "--" not in rest:  # argparse takes what looks like a negative number for a word
        unknown += [word for word in read.words if word.startswith("-") and word != "-"]
    if unknown:
        parser.error(_unknown_option(unknown, command))
    return Line(command, tuple(read.given), tuple(read.words))


def make_parser(command: Command, width: int = _WIDEST) -> argparse.ArgumentParser:
    """Return the parser of *command*."""
    positional = command.positional
    parser = _Parser(
        prog=f"pybuildsync {command.name}",
        usage=_usage(command),
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        epilog=_epilog(command),
        formatter_class=lambda prog: _Formatter(prog, max_help_position=34, width=min(width, _WIDEST)),
        allow_abbrev=False,
        add_help=False,
    )
    parser.flags = flags_of(accepted_options(command))
    words = parser.add_argument_group("Arguments") if positional else parser
    words.add_argument(
        "words",
        nargs="*",
        metavar=positional.metavar if positional else None,
        help=positional.help if positional else argparse.SUPPRESS,
    )
    shown = [option for option in command.options if option.field]
    groups = {option.group: parser.add_argument_group(option.group) for option in shown}
    for option in accepted_options(command):
        for flags, settings in _spellings(option):
            (groups[option.group] if option.field else parser).add_argument(
                *flags, action=_Remember, dest="given", default=argparse.SUPPRESS, **settings
            )
    groups["Output"].add_argument("-h", "--help", action="help", help="show this")
    return parser


def general_help(width: int = _WIDEST, group: str = "") -> str:
    """Return what ``pybuildsync --help`` says, or, with *group*, what ``pybuildsync cache --help`` says."""
    chosen = [command for command in COMMANDS if not group or command.words[0] == group]
    column = max(len(command.name) for command in chosen) + 4
    lines = [
        f"usage: pybuildsync {f'{group} COMMAND' if group else 'COMMAND'} [OPTIONS]",
        "",
        "Installs Python packages that are built against what they run with.",
        "",
        "Commands:",
    ]
    lines += [_row(command.name, command.summary, column, width) for command in chosen]
    lines += ["", "Options:"]
    lines += [
        _row(", ".join(_spellings(option)[0][0]), option.help.partition(" (")[0], 24, width)
        for option in EVERYWHERE
        if option.field
    ]
    lines += [f"  {'-V, --version':22}the version of pybuildsync", f"  {'-h, --help':22}this, or the help of a command"]
    if not group:
        lines += ["", "Examples:"]
        lines += [f"  pybuildsync {command.example}" for command in chosen if command.example][:4]
    return "\n".join(lines) + "\n"


def _row(name: str, text: str, column: int, width: int) -> str:
    """Return *text* beside *name*, on as many lines of *width* columns as it takes."""
    import textwrap

    first, others = f"  {name:{column - 2}}", " " * column
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def _without_command(words: list[str], width: int) -> NoReturn:
    """Say what is wrong with, or answer, a line that names no command."""
    if words[:1] == ["help"]:
        command, _ = split_command(words[1:])
        group = words[1] if len(words) > 1 and is_group(words[1]) else ""
        raise HelpAsked(make_parser(command, width).format_help() if command else general_help(width, group))
    if "--version" in words or "-V" in words:
        raise HelpAsked(f"pybuildsync {__version__}\n")
    at = command_position(words)
    before, named = words[:at], [word for word in words[at:] if not word.startswith("-")]
    group = words[at] if words[at:] and is_group(words[at]) else ""
    if group:
        named = [group, *words[action_position(words, at) :][:1]]
    unknown = [word for word in before if word.startswith("-") and word.partition("=")[0] not in _BEFORE]
    unknown = [word for word in unknown if not complete_flag(word.partition("=")[0], _BEFORE, "")]
    if "--help" in words or "-h" in words or (not unknown and named == [group][: bool(group)]):
        raise HelpAsked(general_help(width, group))
    if unknown:
        raise UsageError(f"unknown option {unknown[0]}", hint="options of a command stand after it")
    from difflib import get_close_matches

    wrong = named[1] if group else named[0]
    names = {command.words[-1]: command.name for command in COMMANDS if not group or command.words[0] == group}
    names |= {command.words[0]: command.words[0] for command in COMMANDS if not group}
    close = get_close_matches(wrong, names, n=1)
    hint = f"did you mean {names[close[0]]}?" if close else f"see pybuildsync {group} --help".replace("  ", " ")
    raise UsageError(f"unknown {group} command {wrong!r}".replace("  ", " "), hint=hint)


def _unknown_option(words: Sequence[str], command: Command) -> str:
    """Say that *command* doesn't have the option that is wrong among *words*, and which it may have meant."""
    flags = flags_of(accepted_options(command))
    wrong = [word for word in words if not complete_flag(word.partition("=")[0], flags, command.words[0])]
    flag = (wrong or words)[0].partition("=")[0]
    several = [name for name in flags if name.startswith(flag)] if flag.startswith("--") else []
    if len(several) > 1:
        return f"{flag} is ambiguous: {', '.join(sorted(several))}"
    from difflib import get_close_matches

    close = get_close_matches(flag, [name for name in flags if name.startswith("--")], n=1)
    return f"unknown option {(wrong or words)[0]}" + (f" (did you mean {close[0]}?)" if close else "")


def _epilog(command: Command) -> str:
    """Return what stands below the options: those that only pip has, how to configure the others, an example."""
    ignored = [option.name for option in command.options if not option.field]
    parts = [
        f"Accepted for pip's sake, without effect: {', '.join(ignored)}." if ignored else "",
        _CONFIGURED.format(variable("--cache-dir")),
        f"Example: pybuildsync {command.example}" if command.example else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _usage(command: Command) -> str:
    """Return the usage line."""
    parts = ["%(prog)s", "[OPTIONS]"]
    if command.positional:
        word = command.positional.metavar + (" ..." if command.positional.many else "")
        optional = not command.positional.required or command.positional.unless
        parts.append(f"[{word}]" if optional else word)
    return " ".join(parts)


def _spellings(option: Option) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Return the flags of *option* with argparse's settings: those to be seen first, then those only understood."""
    settings: dict[str, Any] = {"nargs": 0}
    if option.takes_value:
        settings = {"metavar": option.metavar or "|".join(option.choices) or option.field.upper()}
    seen = (*(flag for flag in option.flags if not flag.startswith("--")), option.name)
    unseen = tuple(flag for flag in option.flags if flag not in seen)
    told = option.help.replace("%", "%%") if option.field else argparse.SUPPRESS
    rows = [((*seen, *option.off), {"help": told, **settings})]
    return rows + [(unseen, {"help": argparse.SUPPRESS, **settings})] * bool(unseen)
