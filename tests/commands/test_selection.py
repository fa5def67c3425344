"""Which releases and files count, as options say it: the words are pip's, and so is what they say together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pip._internal.models.format_control import FormatControl
from pip._internal.models.release_control import ReleaseControl

from pybuildsync.commands.options import FormatRule, SelectionOptions
from pybuildsync.commands.selection import formats_of, releases_of, selected
from pybuildsync.core.goal import ALL, Formats, Releases
from pybuildsync.errors import UsageError

words = st.lists(st.sampled_from([":all:", ":none:", "a", "b", "A", "a.b"]), min_size=1, max_size=4).map(",".join)
NAMES = ("a", "b", "a-b", "c")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("--no-binary", ":all:"), ("--only-binary", "A_b")], Formats(frozenset([":all:"]), frozenset(["a-b"]))),
        ([("--only-binary", ":all:"), ("--no-binary", ":all:")], Formats(frozenset([":all:"]))),
        ([("--no-binary", "a,b, ,c"), ("--no-binary", ":none:")], Formats()),
        ([("--no-binary", "a"), ("--only-binary", "a")], Formats(frozenset(), frozenset(["a"]))),
        ([("no-binary", "a,b")], Formats(frozenset(["a", "b"]))),
    ],
)
def test_formats(rules: list[tuple[str, str]], expected: Formats) -> None:
    """The last word on a name wins; :all: and :none: reset."""
    assert formats_of(rules) == expected


@given(st.lists(st.tuples(st.sampled_from(["no-binary", "only-binary"]), words), max_size=5))
def test_formats_are_pips(rules: list[tuple[str, str]]) -> None:
    """Whatever the order."""
    pip = FormatControl(set(), set())
    for option, value in rules:
        sets = (pip.no_binary, pip.only_binary)
        mine, other = sets if option == "no-binary" else sets[::-1]
        FormatControl.handle_mutual_excludes(value, mine, other)
    found = formats_of(rules)
    for name in NAMES:
        allowed = {
            kind for kind, yes in (("binary", found.allows_wheel(name)), ("source", found.allows_source(name))) if yes
        }
        assert pip.get_allowed_formats(name) == allowed


@given(st.lists(st.tuples(st.sampled_from(["all-releases", "only-final"]), words), max_size=5))
def test_releases_are_pips(rules: list[tuple[str, str]]) -> None:
    """Whatever the order."""
    pip = ReleaseControl()
    for option, value in rules:
        sets = (pip.all_releases, pip.only_final)
        mine, other = sets if option == "all-releases" else sets[::-1]
        pip.handle_mutual_excludes(value, mine, other, option.replace("-", "_"))
    found = releases_of(rules)
    for name in NAMES:
        assert pip.allows_prereleases(name) is found.pre_releases(name)  # type: ignore[arg-type]  # pip's type for it


def test_requirement_files_come_last() -> None:
    """What they say goes on from where the command line ended; their --pre adds to it, as in pip."""
    line = SelectionOptions(
        releases=(FormatRule("only-final", "a"), FormatRule("all-releases", "b")),
        formats=(FormatRule("no-binary", ":all:"),),
    )
    options = (("--pre", ""), ("--index-url", "x"), ("--only-binary", "a"), ("--only-final", "b"))
    formats, releases = selected(line, options)
    assert formats == Formats(frozenset({ALL}), frozenset("a"))
    assert releases == Releases(frozenset({ALL}), frozenset("ab"))
    assert selected(SelectionOptions(pre=True), ()) == (Formats(), Releases(frozenset({ALL})))


@pytest.mark.parametrize("option", ["all-releases", "only-final"])
def test_pre_goes_with_nothing_finer(option: str) -> None:
    """As in pip; what was said and taken back is no obstacle."""
    rule = FormatRule(option, "a")
    with pytest.raises(UsageError, match="--pre cannot be used with --all-releases or --only-final"):
        selected(SelectionOptions(pre=True, releases=(rule,)), ())
    selected(SelectionOptions(pre=True, releases=(rule, FormatRule(option, ":none:"))), ())
