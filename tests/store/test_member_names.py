"""Which names in an archive may become files."""

import pytest

from pybuildsync.store.member_names import refusal


@pytest.mark.parametrize(
    "name", ["a", "a/b.py", "a-b/_c.d+e", "x.dist-info/RECORD", "\u00e4/\u00f6", "a b/c", ".hidden", "a/.b/c..d", "-a"]
)
def test_plain_names_pass(name: str) -> None:
    """Files as they are in wheels, also with spaces, dots and letters of any script."""
    assert refusal(name, windows=False) == refusal(name, windows=True) == ""


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/a",
        "//a",
        "a/../b",
        "a/..",
        "../a",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        "c:a",
        "C:/a",
        "a\0b",
        "a\nb",
        "a\x7f",
    ],
)
def test_names_that_mean_another_place_are_refused(name: str, windows: bool) -> None:  # noqa: FBT001
    """Absolute, climbing, empty, ambiguous names are refused on every system alike."""
    assert refusal(name, windows=windows) != ""


@pytest.mark.parametrize(
    "name", ["con", "NUL.txt", "a/aux.py", "com1", "lpt\u00b9/a", "ab:c", "a.", "a /b", "a?", "a|b", "a*", "nul /a"]
)
def test_names_with_a_meaning_on_windows_are_refused_there(name: str) -> None:
    """A device, a stream or a name that changes when written is refused where it is one; elsewhere it is a name."""
    assert refusal(name, windows=True) != ""
    assert refusal(name, windows=False) == ""
