"""Laws of reading command lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.cli.arguments import read_arguments
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.rows import Command, Option
from pybuildsync.cli.words import HelpAsked, read_line
from pybuildsync.errors import UsageError

VALUES = st.text(st.sampled_from("ab1:=,./ [é"), max_size=6)
WORDS = st.text(st.sampled_from("ab1=./é-"), min_size=1, max_size=6).filter(lambda word: not word.startswith("-"))


@st.composite
def spelled(draw: st.DrawFn, option: Option) -> list[str]:
    """One option, written in one of the ways there are."""
    flag = draw(st.sampled_from((*option.flags, *option.off)))
    if not option.takes_value:
        return [flag]
    value = draw(VALUES)
    if flag.startswith("--"):
        return [flag, value] if draw(st.booleans()) else [f"{flag}={value}"]
    attached = bool(value and not value.startswith("=")) and draw(st.booleans())
    return [flag + value] if attached else [flag, value]


@st.composite
def combined(draw: st.DrawFn, command: Command) -> list[str]:
    """Several short flags in one word, the last one maybe with its value."""
    shorts = [(flag[1], option) for option in command.options for flag in option.flags if not flag.startswith("--")]
    letters = draw(st.lists(st.sampled_from([letter for letter, option in shorts if not option.takes_value])))
    valued = [letter for letter, option in shorts if option.takes_value]
    if draw(st.booleans()) and valued:
        return ["-" + "".join(letters) + draw(st.sampled_from(valued)), draw(VALUES)]
    return ["-" + "".join(letters)] if letters else []


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A well-formed command line."""
    command = draw(st.sampled_from(COMMANDS))
    parts = st.one_of(
        st.sampled_from(command.options).flatmap(spelled),
        WORDS.map(lambda word: [word]),
        combined(command),
    )
    words = [word for part in draw(st.lists(parts, max_size=8)) for word in part]
    end = draw(st.sampled_from([[], ["--"], ["--", "a", "b"]]))
    return [*command.words, *words, *end]


@given(lines())
def test_the_two_readers_agree(argv: list[str]) -> None:
    """What the light reader reads, argparse reads the same."""
    assert read_line(argv) == read_arguments(argv)


ODD_WORDS = st.one_of(
    st.sampled_from(["install", "cache", "clean", "--", "-", "-h", "-U", "--match", "-qv", "--no-deps=1", "help"]),
    st.text(st.sampled_from("-=abUqvr"), max_size=5),
)


@given(st.lists(ODD_WORDS, max_size=6))
def test_no_line_is_a_riddle(argv: list[str]) -> None:
    """Whatever the words, one reader gives a line, or there is help or a usage error; nothing else happens."""
    if read_line(argv) is None:
        try:
            read_arguments(argv)
        except (HelpAsked, UsageError) as answer:
            assert str(answer)  # noqa: PT017 - one of two ways to answer


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_flag_is_read_alike(command: Command) -> None:
    """Every spelling of every option, one by one, is the same to both readers."""
    for option in command.options:
        for flag in (*option.flags, *option.off):
            argv = [*command.words, *([flag, "value"] if option.takes_value else [flag])]
            line = read_line(argv)
            assert line is not None
            assert [one.option for one in line.given] == [option]
            assert line == read_arguments(argv)
