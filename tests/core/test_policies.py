"""Policies: who promises what, and what it means."""

import pytest
from core.fakes import requirements

from pybuildsync.core.policies import ANY, EXACT, TABLE, Policy, PolicyBook, is_build_tool, parse_policy, table_policy
from pybuildsync.errors import UsageError

MICRO, MINOR, AT_LEAST = Policy(("micro",), "configuration"), Policy(("minor",)), Policy(("at-least",))


@pytest.mark.parametrize(
    ("policy", "built", "accepted", "refused"),
    [
        (EXACT, "1.2.3", ["1.2.3"], ["1.2.4", "1.2.3.post1", "1.2"]),
        (EXACT, "1.0", ["1.0", "1.0.0"], ["1.0+local"]),
        (MICRO, "1.2.3", ["1.2", "1.2.9", "1.2.0rc1"], ["1.3", "2.2", "1!1.2.3"]),
        (MINOR, "1.2.3", ["1.0", "1.9"], ["2.0", "0.9", "1!1.2"]),
        (AT_LEAST, "1.2.3", ["1.2.3", "1.2.4", "2", "1!0"], ["1.2.2", "1.2.3rc1"]),
        (ANY, "1.2.3", ["0", "9"], []),
        (Policy(("minor", "at-least")), "1.2", ["1.2", "1.3"], ["1.1", "2.0"]),
    ],
)
def test_what_a_policy_accepts(policy: Policy, built: str, accepted: list[str], refused: list[str]) -> None:
    """All of its conditions must hold."""
    assert [version for version in (*accepted, *refused) if policy.accepts(built, version)] == accepted


def test_a_policy_is_written_as_it_is_read() -> None:
    """Conditions are joined by +; spaces don't matter; the source is who says so."""
    policy = parse_policy("minor + at-least", source="configuration")
    assert policy == Policy(("minor", "at-least"), "configuration")
    assert str(policy) == "minor+at-least"
    assert parse_policy(str(policy), source="configuration") == policy


@pytest.mark.parametrize("text", ["", "same", "minor+", "exact,any"])
def test_an_unknown_condition_is_named(text: str) -> None:
    """The error tells all that there are."""
    with pytest.raises(UsageError) as caught:
        parse_policy(text, source="")
    assert "exact, micro, minor, at-least, any" in caught.value.hint


def test_numpy_as_its_documentation_has_it() -> None:
    """Built with 1.x runs with later 1.x and never with 2; built with 2.x runs with every 2.x."""
    book = PolicyBook()
    one, two = book.policy("a", "numpy", "1.23.2"), book.policy("a", "numpy", "2.1.0")
    assert [v for v in ("1.22.0", "1.23.2", "1.26.4", "2.0.0") if one.accepts("1.23.2", v)] == ["1.23.2", "1.26.4"]
    assert [v for v in ("1.26.4", "2.0.0", "2.1.0", "2.3.1", "3.0") if two.accepts("2.1.0", v)] == [
        "2.0.0", "2.1.0", "2.3.1"
    ]  # fmt: skip
    assert not is_build_tool("numpy")


def test_a_pre_release_between_two_rows_is_exact() -> None:
    """2.0.0rc1 is neither <2 nor >=2 (PEP 440): nobody promised anything for it."""
    assert table_policy("numpy", "2.0.0rc1") is None
    assert PolicyBook().policy("a", "numpy", "2.0.0rc1") == EXACT


def test_every_row_has_a_source_and_stands_in_order() -> None:
    """The table holds only what somebody documents; names are normalised and sorted; build tools never match."""
    assert [row for row in TABLE if not row.policy.source] == []
    tools = [row.name for row in TABLE if row.policy.is_any]
    assert tools == sorted(set(tools))
    assert [r.name for name in tools for r in requirements(name)] == tools
    assert [name for name in tools if not is_build_tool(name)] == []


def test_what_no_table_knows_is_exact() -> None:
    """The default is the strictest."""
    assert table_policy("lib", "1.0") is None
    assert PolicyBook().policy("a", "lib", "1.0") == EXACT
    assert PolicyBook().policy("a", "lib", "1.0").is_exact
    assert not PolicyBook().never_ties("a", "lib")
    assert not is_build_tool("lib")


def test_the_strongest_word_counts() -> None:
    """A pair before a library before the library's promise before the table."""
    promise = Policy(("minor",), "the library's own promise")
    book = PolicyBook(promises=((("lib", "1.0"), promise), (("setuptools", "1.0"), EXACT)))
    assert book.policy("a", "lib", "1.0") == promise
    assert book.policy("a", "lib", "2.0") == EXACT  # it promised that of 1.0
    assert book.policy("a", "setuptools", "1.0") == EXACT
    book = book._replace(libraries=(("other", EXACT), ("lib", AT_LEAST)))
    assert book.policy("a", "lib", "1.0") == AT_LEAST
    book = book._replace(pairs=((("a", "lib"), MICRO), (("a", "lib"), EXACT)))
    assert book.policy("a", "lib", "1.0") == MICRO  # the first of two
    assert book.policy("b", "lib", "1.0") == AT_LEAST
    assert book.configured("b", "nothing") is None


def test_who_never_ties() -> None:
    """Build tools, and what is configured as any; a build tool that is configured otherwise does."""
    assert PolicyBook().never_ties("a", "setuptools")
    assert PolicyBook(libraries=(("lib", ANY),)).never_ties("a", "lib")
    assert not PolicyBook(libraries=(("setuptools", EXACT),)).never_ties("a", "setuptools")
