"""Each case: ours is the same as pip's, or differs where the table says so; and the page says what came out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import LoopbackIndex

from integration.beside_pip.cases import CASES, Case
from integration.beside_pip.ground import offer
from integration.beside_pip.sides import run_side
from integration.beside_pip.table import PAGE, Row, judge


@pytest.fixture(scope="module")
def offered() -> Iterator[LoopbackIndex]:
    """Serve what both install from, with upload times."""
    with offer() as index:
        yield index


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_beside_pip(case: Case, offered: LoopbackIndex, tmp_path: Path) -> None:
    """Status, words and files are pip's, or differ as the page says."""
    commands = (*case.before, case.command)
    pip = run_side("pip", commands, tmp_path / "ground", offered.url)
    ours = run_side("pybuildsync", commands, tmp_path / "ground", offered.url)
    found = judge(pip, ours)
    assert "Traceback" not in ours.stderr
    assert bool(found) == bool(case.differs), f"{found}\n--- pip\n{pip.stdout}{pip.stderr}\n--- ours\n{ours.stderr}"
    assert f"{Row(case, pip.status, ours.status).text()}\n" in PAGE.read_text(encoding="utf-8")


def test_the_page_has_just_the_cases() -> None:
    """Each case has a row, and each row a case."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(CASES)
