"""Lines as people write them for pip: options before the command, flags cut short, values in every form."""

import pytest

from pybuildsync.cli.arguments import read_arguments
from pybuildsync.cli.options import find_command
from pybuildsync.cli.words import accepted_options, read_line
from pybuildsync.errors import UsageError


def given(*argv: str) -> list[tuple[str, str | bool]]:
    """Return the options of a well-formed line that have an effect, by field."""
    line = read_line(argv)
    assert line is not None
    return [(one.option.field, one.value) for one in line.given if one.option.field]


def test_options_before_the_command() -> None:
    """What pip takes before its command may stand there, values included."""
    argv = ("--proxy", "http://p.example", "--timeout=5", "-qq", "--cert", "c.pem", "install", "-U", "a")
    assert given(*argv) == [
        ("proxy", "http://p.example"), ("timeout", "5"), ("quiet", True), ("quiet", True), ("cert", "c.pem"),
        ("upgrade", True),
    ]  # fmt: skip


def test_general_options_that_a_command_has_no_use_for() -> None:
    """They are read like any other and mean nothing."""
    line = read_line(["--proxy", "http://p.example", "--retries=0", "cache", "dir", "--trusted-host", "h"])
    assert line is not None
    assert [(one.option.name, one.value) for one in line.given] == [
        ("--proxy", "http://p.example"), ("--retries", "0"), ("--trusted-host", "h"),
    ]  # fmt: skip
    assert given("--proxy", "http://p.example", "cache", "dir") == []
    assert read_arguments(["cache", "dir", "--proxy", "x"]) == read_line(["--proxy", "x", "cache", "dir"])


@pytest.mark.parametrize(
    ("between", "behind"),
    [
        (["index", "--python-version", "3.8", "--pre", "versions", "a"], ["--python-version", "3.8", "--pre"]),
        (["index", "-f", "files", "--platform", "any", "versions", "a"], ["-f", "files", "--platform", "any"]),
        (["index", "--json", "--index-url=u", "versions", "a"], ["--json", "--index-url", "u"]),
        (["cache", "--format", "abspath", "list", "a"], ["--format", "abspath"]),
        (["config", "--editor", "vi", "edit", "a"], ["--editor", "vi"]),
    ],
)
def test_options_between_the_two_words_of_a_command(between: list[str], behind: list[str]) -> None:
    """As in pip; their values are not taken for the second word."""
    found = read_line(between)
    assert found is not None
    assert found == read_line([*found.command.words, *behind, "a"])
    assert read_arguments(between) == found


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["install", "--dry", "a"], [("dry_run", True)]),
        (["install", "--index=u", "a"], [("index_url", "u")]),
        (["install", "--no-dep", "a"], [("no_deps", True)]),
        (["install", "--requirements-f", "s.py"], [("scripts", "s.py")]),
        (["install", "--constraint=c", "--constr", "d"], [("constraint_files", "c"), ("constraint_files", "d")]),
        (["install", "--force", "a"], [("force_reinstall", True)]),
        (["--verb", "--timeo", "3", "check"], [("verbose", True)]),
        (["install", "--no-comp", "a"], [("compile", False)]),
    ],
)
def test_flags_cut_short(argv: list[str], expected: list[tuple[str, str | bool]]) -> None:
    """A beginning stands for the only flag of pip's, or of ours, that begins so."""
    assert given(*argv) == expected


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (["install", "--upg", "a"], "--upg is ambiguous: --upgrade, --upgrade-package, --upgrade-strategy"),
        (["install", "--no-binaryy", "a"], "unknown option --no-binaryy (did you mean --no-binary?)"),
        (["install", "--dry", "--frobnicate", "a"], "unknown option --frobnicate"),
        (["install", "--no-deps=1", "a"], "ignored explicit argument '1'"),
    ],
)
def test_what_stands_for_nothing(argv: list[str], what: str) -> None:
    """Of several flags none is meant, and what is wrong is named, not what is cut short."""
    assert read_line(argv) is None
    with pytest.raises(UsageError) as caught:
        read_arguments(argv)
    assert what in caught.value.what


def test_values_in_every_form() -> None:
    """``--opt=`` is empty, a value may begin with a dash, ``--`` ends options, counts add up."""
    assert given("install", "--index-url=", "-C--flag=x", "-f", "-", "-vvv", "-qqq", "a") == [
        ("index_url", ""), ("config_settings", "--flag=x"), ("find_links", "-"), *[("verbose", True)] * 3,
        *[("quiet", True)] * 3,
    ]  # fmt: skip
    line = read_line(["install", "a", "--", "-U", "--", "b"])
    assert line is not None
    assert line.words == ("a", "-U", "--", "b")


def test_nothing_is_accepted_twice() -> None:
    """What is accepted for its place before the command doesn't hide a command's own option."""
    for words in (("install",), ("cache", "dir")):
        command = find_command(words)
        assert command is not None
        names = [option.name for option in accepted_options(command)]
        assert sorted(set(names)) == sorted(names)
