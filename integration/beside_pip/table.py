"""The page that shows every case: what pip does, what we do, and where the two differ."""

from pathlib import Path
from typing import NamedTuple

from integration.beside_pip.cases import Case
from integration.beside_pip.sides import Left, differences

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pip-table.md"
HEAD = """# pip and pybuildsync, side by side

Each command line below was run by pip and by pybuildsync over the same index, in the same folder, in a fresh virtual
environment. *Same* means: exit status, the lines that scripts look for (`Successfully installed ...`), and every file
that was left are the same: RECORD row by row, `direct_url.json`, REQUESTED, scripts. Not compared: byte code,
INSTALLER, and the build record that ours adds. `integration/beside_pip` does this: it writes this page, and its test
fails where the page no longer holds. The options, one by one, are in [pip.md](pip.md).

| command | pip | pybuildsync | |
|---|---|---|---|
"""


class Row(NamedTuple):
    """What came out of one case."""

    case: Case
    pip: int
    ours: int

    def text(self) -> str:
        """Return the row of the table."""
        title = self.case.title.replace("|", "\\|").replace("{index}", "INDEX/").replace("{work}", "/work")
        title = title.replace("{server}", "SERVER/")
        title = title.replace("{root}", "")
        said = self.case.differs or "same"
        return f"| `{title}` | {self.pip} | {self.ours} | {said} |"


def judge(pip: Left, ours: Left) -> str:
    """Return in what *ours* is not what *pip* is, "" where all is the same."""
    found = differences(pip, ours)
    if pip.status != ours.status:
        found.insert(0, f"exit status {pip.status} -> {ours.status}")
    if pip.words() != ours.words():
        found.append(f"said {ours.words()} for {pip.words()}")
    return "\n".join(found)


def write_page(rows: list[Row]) -> None:
    """Write the page."""
    PAGE.write_text(HEAD + "".join(f"{row.text()}\n" for row in rows), encoding="utf-8")
