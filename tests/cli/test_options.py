"""The table of options keeps its own rules, and agrees with the options that commands take."""

import typing

import pytest

from pybuildsync.cli.general_options import EVERYWHERE
from pybuildsync.cli.options import COMMANDS, find_command
from pybuildsync.cli.rows import COUNT, FLAG, Command, variable
from pybuildsync.cli.values import _SECTIONS, _TYPES, General, Presentation
from pybuildsync.core.policies import CONDITIONS

commands = pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])


@commands
def test_a_flag_means_one_thing(command: Command) -> None:
    """Within a command no two options share a flag, nor an environment variable."""
    flags = [flag for option in command.options for flag in (*option.flags, *option.off)]
    variables = [variable(flag) for flag in flags if flag.startswith("--")]
    assert sorted(set(flags)) == sorted(flags)
    assert sorted(set(variables)) == sorted(variables)


@commands
def test_flags_are_spelled_as_users_expect(command: Command) -> None:
    """The first flag is long, short ones have one letter, opposites are flags without a value."""
    for option in command.options:
        assert option.name.startswith("--")
        assert all(flag.startswith("--") or len(flag) == 2 for flag in option.flags)
        assert not option.off or option.kind == FLAG
        assert option.help
        assert option.takes_value == (option.kind not in (FLAG, COUNT))


@commands
def test_every_row_has_its_field_and_every_field_its_row(command: Command) -> None:
    """What the table reads is what commands take, no more and no less."""
    fields = {
        "": set(typing.get_type_hints(_TYPES[command.words[0]])) - {field for field, _ in _SECTIONS.values()},
        "presentation": set(typing.get_type_hints(Presentation)),
        "general": set(typing.get_type_hints(General)),
        **{name: set(typing.get_type_hints(type_)) for name, (_, type_) in _SECTIONS.items()},
    }
    rows: dict[str, set[str]] = {section: set() for section in fields}
    for option in command.options:
        if option.field:
            rows[option.section].add(option.field)
    if command.positional:
        rows[command.positional.section].add(command.positional.field)
    for section, names in rows.items():
        assert names <= fields[section], section
    taken = set(typing.get_type_hints(_TYPES[command.words[0]]))
    for section in ("", *(name for name, (field, _) in _SECTIONS.items() if field in taken)):
        if command.words[0] not in ("cache", "config"):
            assert rows[section] == fields[section], section


@commands
def test_every_command_has_what_all_have(command: Command) -> None:
    """Loudness, colours and the cache's folder can be chosen for every command."""
    assert set(EVERYWHERE) <= set(command.options)
    assert find_command(command.words) == command


def test_choices_are_those_of_the_field() -> None:
    """Where a field names its values, the row names the same."""
    for command in COMMANDS:
        hints = typing.get_type_hints(_TYPES[command.words[0]])
        for option in command.options:
            if option.section == "" and option.choices:
                assert option.choices == typing.get_args(hints[option.field])


def test_the_help_names_every_policy() -> None:
    """The policies in the help of --match are those that exist."""
    install = find_command(("install",))
    assert install is not None
    (match,) = [option for option in install.options if option.name == "--match"]
    assert match.help.partition(": ")[2].split(", ") == list(CONDITIONS)
