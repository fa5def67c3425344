"""Runs every case and writes the page: ``python -m integration.beside_pip``. Says what differs and isn't to."""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from integration.beside_pip.cases import CASES, Case
from integration.beside_pip.ground import offer
from integration.beside_pip.sides import run_side
from integration.beside_pip.table import Row, judge, write_page


def main(words: list[str]) -> int:
    """Run the cases whose title holds one of *words*; write the page if all were run."""
    chosen = [case for case in CASES if not words or any(word in case.title for word in words)]
    with offer() as index, ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda case: _run(case, index.url), chosen))
    wrong = [(row, found) for row, found in rows if bool(found) != bool(row.case.differs)]
    for row, found in wrong:
        print(f"{row.case.title}\n  " + (found or "nothing differs, though something should").replace("\n", "\n  "))
    print(f"{len(rows)} cases, {len(wrong)} not as they should be")
    if not words:
        write_page([row for row, _ in rows])
    return int(bool(wrong))


def _run(case: Case, index: str) -> tuple[Row, str]:
    with tempfile.TemporaryDirectory() as folder:
        commands = (*case.before, case.command)
        pip = run_side("pip", commands, Path(folder) / "ground", index)
        ours = run_side("pybuildsync", commands, Path(folder) / "ground", index)
        return Row(case, pip.status, ours.status), judge(pip, ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
