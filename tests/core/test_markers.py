"""Markers against one target."""

import pytest
from core.fakes import TARGET

from pybuildsync.core.markers import MarkerAnswers


@pytest.mark.parametrize(
    ("marker", "extra", "expected"),
    [
        ("", "", True),
        ("", "x", True),
        ('python_version >= "3.10"', "", True),
        ('python_full_version < "3.11.7"', "", False),
        ('sys_platform == "win32"', "", False),
        ('extra == "x"', "", False),
        ('extra == "x"', "x", True),
        ('extra == "X_y"', "x-y", True),
        ('extra == "x" and os_name == "nt"', "x", False),
        ('platform_release >= "7"', "", False),
    ],
)
def test_a_marker_holds(marker: str, extra: str, *, expected: bool) -> None:
    """As PEP 508 says, for the target and not for whoever runs us."""
    assert MarkerAnswers(TARGET).hold(marker, extra) is expected


def test_answers_are_remembered_and_can_be_given() -> None:
    """What is known isn't worked out again."""
    known = {('os_name == "posix"', ""): False}
    answers = MarkerAnswers(TARGET, known)
    assert answers.hold('os_name == "posix"') is False
    assert answers.hold('os_name == "nt"', "x") is False
    assert known == {('os_name == "posix"', ""): False, ('os_name == "nt"', "x"): False}
