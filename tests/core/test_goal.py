"""What a goal refuses."""

import pytest

from pybuildsync.core.goal import ALL, Formats


def formats(no_binary: str, only_binary: str) -> Formats:
    """Return the formats that two options state."""
    return Formats(frozenset(no_binary.split()), frozenset(only_binary.split()))


@pytest.mark.parametrize(
    ("no_binary", "only_binary", "wheel", "source"),
    [
        ("", "", True, True),
        ("a", "", False, True),
        (ALL, "", False, True),
        ("b", "", True, True),
        ("", "a", True, False),
        ("", ALL, True, False),
        ("", "b", True, True),
        (ALL, "a", True, False),
        ("a", ALL, False, True),
        (ALL, ALL, False, False),
        ("a", "a", False, False),
    ],
)
def test_which_formats_are_allowed(no_binary: str, only_binary: str, *, wheel: bool, source: bool) -> None:
    """A project that is named in one beats ":all:" in the other."""
    found = formats(no_binary, only_binary)
    assert (found.allows_wheel("a"), found.allows_source("a")) == (wheel, source)
