"""Which wheel of a release fits best."""

import pytest
from core.fakes import TARGET

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.wheel_choice import TagRanks, best_wheel, build_number, expand_tags


def best(*names: str) -> str | None:
    """Return the file name of the best wheel among *names*."""
    found = best_wheel(tuple(DistributionFile(name, "") for name in names), TagRanks(TARGET))
    return found and found.filename


def test_compressed_tags_are_expanded() -> None:
    """PEP 425: every combination."""
    assert expand_tags("py2.py3-none-any") == ("py2-none-any", "py3-none-any")
    assert len(expand_tags("cp311.cp312-abi3-linux_x86_64.manylinux_2_17_x86_64")) == 4
    assert expand_tags("CP311-cp311-Win32") == ("cp311-cp311-win32",)


def test_the_best_tag_wins() -> None:
    """Whatever the order and the build number."""
    exact, stable, pure = (
        "a-1-cp311-cp311-manylinux_2_17_x86_64.whl", "a-1-9-cp311-abi3-manylinux_2_17_x86_64.whl",
        "a-1-py2.py3-none-any.whl",
    )  # fmt: skip
    assert best(pure, stable, exact, "a-1.tar.gz") == exact
    assert best(pure, stable) == stable
    assert best(pure, "a-1-cp312-cp312-win_amd64.whl") == pure


def test_nothing_fits() -> None:
    """Foreign wheels and sdists are no choice."""
    assert best("a-1-cp312-cp312-win_amd64.whl", "a-1.tar.gz") is None
    assert best() is None


def test_among_equal_tags_the_highest_build_number_wins() -> None:
    """Numbers as numbers, none before any, letters after the number (PEP 427)."""
    names = [f"a-1{number}-py3-none-any.whl" for number in ("", "-2", "-10", "-2b")]
    assert best(*names) == "a-1-10-py3-none-any.whl"
    assert sorted(names, key=build_number) == [names[0], names[1], names[3], names[2]]
    assert best(*names[:2]) == best(*names[1::-1]) == names[1]
    assert best(names[1], names[3]) == names[3]


@pytest.mark.parametrize(("name", "rank"), [("a-1-py3-none-any.whl", 2), ("a-1-py2-none-any.whl", -1)])
def test_ranks_are_remembered(name: str, rank: int) -> None:
    """Lower is better, -1 doesn't fit."""
    ranks = TagRanks(TARGET)
    assert (ranks.rank(name), ranks.rank(name)) == (rank, rank)
