"""Results as people and programs read them."""

import json
import os

import pytest

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.output import exit_status, render
from pybuildsync.cli.sizes import write_elapsed, write_seconds, write_size
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results
from pybuildsync.commands.results import Change, Result

LONG = "a-name-that-is-much-longer-than-what-columns-are-for"
CHANGES = (
    Change(kind="install", name="other", new="1.0"),
    Change(kind="rebuild", name="thing", old="4.6", new="4.6", reason="lib 7.0.7 -> 7.0.10", built=True),
    Change(kind="upgrade", name="lib", old="7.0.7", new="7.0.10", reason="other requires lib>=7.0.8"),
    Change(kind="downgrade", name="tool", old="3", new="2"),
    Change(kind="remove", name="old", old="0.1"),
    Change(kind="keep", name="kept", old="1", new="1"),
    Change(kind="install", name=LONG, new="1.0", reason="why"),
)
SATISFIED = (results.Satisfied(requirement="a>=1", version="1.2", location="/env/site-packages", name="a"),)


def text(result: Result, **how: object) -> str:
    """Return *result* for people, without colours."""
    return render(result, Presentation(**how), Colors())  # type: ignore[arg-type]  # a test's fields are right


def test_an_install_says_what_changed() -> None:
    """One line a change, reasons in a column, then the line that CI greps for."""
    assert text(results.InstallResult(changes=CHANGES)).splitlines() == [
        "+ other==1.0",
        "~ thing==4.6          (rebuilt: lib 7.0.7 -> 7.0.10)",
        "~ lib 7.0.7 -> 7.0.10 (other requires lib>=7.0.8)",
        "~ tool 3 -> 2",
        "- old==0.1",
        f"+ {LONG}==1.0 (why)",
        f"Successfully installed {LONG}-1.0 lib-7.0.10 other-1.0 thing-4.6 tool-2",
    ]


def test_what_comes_from_an_earlier_build_is_not_said_to_be_rebuilt() -> None:
    """A wheel that was kept takes the place of the other one; nothing was built for it."""
    kept = CHANGES[1]._replace(built=False)
    assert text(results.InstallResult(changes=(kept,))).startswith("~ thing==4.6 (built before: lib 7.0.7 -> 7.0.10)\n")
    bare = results.InstallResult(changes=(kept._replace(reason=""), CHANGES[1]._replace(reason="")))
    assert text(bare).splitlines()[:2] == ["~ thing==4.6 (built before)", "~ thing==4.6 (rebuilt)"]


def test_a_dry_run_says_would() -> None:
    """Nothing claims to have happened that hasn't."""
    result = results.InstallResult(changes=CHANGES[:1], dry_run=True)
    assert text(result) == "+ other==1.0\nWould install other-1.0\n"
    gone = results.UninstallResult(changes=(CHANGES[4],), dry_run=True)
    assert text(gone) == "- old==0.1\n"


@pytest.mark.parametrize(("verbose", "shown"), [(0, 10), (1, 12)])
def test_files_are_listed_as_far_as_they_can_be_read(verbose: int, shown: int) -> None:
    """Of a distribution that is gone altogether the first few tell enough."""
    files = tuple(results.FileDifference(f"a/{number}.py", "is gone") for number in range(12))
    problem = results.Problem(kind="files", name="a", version="1", text="12 files aren't", hint="do", files=files)
    lines = text(results.CheckResult(problems=(problem,), distributions=1), verbose=verbose).splitlines()
    more = ["  and 2 more (-v lists all)"] * (shown < len(files))
    assert lines[0] == "files: a 1: 12 files aren't"
    assert lines[1:-2] == [*(f"  a/{number}.py is gone" for number in range(shown)), *more]


def test_nothing_to_do_is_said_as_pip_says_it() -> None:
    """Requirements are named as satisfied where nothing changed for them, before what changes."""
    result = results.InstallResult(changes=CHANGES[5:6], satisfied=SATISFIED)
    assert text(result) == "Requirement already satisfied: a>=1 in /env/site-packages (1.2)\n"
    new = (*SATISFIED, results.Satisfied("other", "1.0", "/env/site-packages", "other"))
    first, second, *_ = text(results.InstallResult(changes=CHANGES, satisfied=new)).splitlines()
    assert (first, second) == ("Requirement already satisfied: a>=1 in /env/site-packages (1.2)", "+ other==1.0")


def test_an_install_as_data() -> None:
    """--json has what the lines have: of requirements those that were met before. What is watched is our business."""
    installed = results.Satisfied("tool", "2", "/env/site-packages", "tool")
    result = results.InstallResult(
        changes=CHANGES[3:6], satisfied=(*SATISFIED, installed), seconds=1.5, rounds=2, watched=(("/x", "1"),)
    )
    assert json.loads(text(result, json=True)) == {
        "changes": [
            {"kind": "downgrade", "name": "tool", "old": "3", "new": "2", "reason": "", "built": False},
            {"kind": "remove", "name": "old", "old": "0.1", "new": "", "reason": "", "built": False},
        ],
        "satisfied": [{"requirement": "a>=1", "version": "1.2", "location": "/env/site-packages", "name": "a"}],
        "seconds": 1.5,
        "rounds": 2,
        "builds": 0,
        "dry_run": False,
        "conflicts": [],
        "ignored": [],
    }
    assert exit_status(result) == 0
    assert exit_status(result._replace(conflicts=("app 1.0 requires lib<2, and lib 2.0 is there",))) == 1


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (
            results.WheelResult(
                wheels=(
                    results.BuiltFile(name="a", version="1", path="/w/a-1.whl", against=(("lib", "2"), ("b", "3"))),
                    results.BuiltFile(name="b", version="1", path="/w/b-1.whl"),
                )
            ),
            ["Saved /w/a-1.whl (against lib 2, b 3)", "Saved /w/b-1.whl"],
        ),
        (results.CheckResult(distributions=1), ["No broken requirements found."]),
        (
            results.CheckResult(
                problems=(
                    results.Problem(kind="match", name="a", version="1", text="with lib 1\nruns with 2", hint="do"),
                    results.Problem(kind="library", name="b", version="2", text=""),
                ),
                distributions=7,
            ),
            [
                "match: a 1: with lib 1",
                "  runs with 2",
                "  hint: do",
                "library: b 2: ",
                "2 problems in 7 distributions.",
            ],
        ),
        (results.ListResult(), []),
        (
            results.ListResult(distributions=(results.Listed(name="a", version="1"),)),
            ["Package Version", "------- -------", "a       1"],
        ),
        (
            results.ListResult(
                distributions=(
                    results.Listed(name="a", version="1"),
                    results.Listed(name="b", version="2", editable="/src"),
                )
            ),
            [
                "Package Version Editable project location",
                "------- ------- -------------------------",
                "a       1",
                "b       2       /src",
            ],
        ),
        (results.FreezeResult(lines=("a==1", "-e /b")), ["a==1", "-e /b"]),
        (
            results.ShowResult(
                distributions=(
                    results.Described(
                        name="a",
                        version="1",
                        fields=(("Name", "a"), ("Summary", "")),
                        files=("a.py",),
                        sentences=("against lib 1",),
                    ),
                    results.Described(name="b", version="1", fields=(("Name", "b"),)),
                )
            ),
            ["Name: a", "Summary: ", "Built:", "  against lib 1", "Files:", "  a.py", "---", "Name: b"],
        ),
        (results.VenvResult(path="/e", python="/p", version="3.12.1"), ["Created /e with Python 3.12.1"]),
        (results.CacheFolder(path="/c"), ["/c"]),
        (
            results.CacheSize(path="/c", kinds=(("wheels", 1, 12_345_678), ("listings", 20, 9))),
            ["wheels      1 file  12.3 MB", "listings  20 files      9 B", "together  21 files  12.3 MB"],
        ),
        (results.CacheRemoved(path="/c", files=0, size=0), ["Nothing to remove."]),
        (results.CacheRemoved(path="/c", files=2, size=2_000_000_000), ["Removed 2 files, 2.0 GB."]),
    ],
)
def test_results_for_people(result: Result, lines: list[str]) -> None:
    """Every result has its lines."""
    assert text(result).splitlines() == lines


def test_what_is_saved_and_removed() -> None:
    """In pip's lines, from the working directory on; -q leaves them out."""
    here = os.path.join(os.getcwd(), "files", "a-1.tar.gz")
    files = (
        results.DownloadedFile(name="a", version="1", path=here, is_new=False),
        results.DownloadedFile(name="b", version="1", path="/else/b-1.whl"),
        results.DownloadedFile(name="c", version="1", path=""),
    )
    assert text(results.DownloadResult(files=files)).splitlines() == [
        "File was already downloaded ./files/a-1.tar.gz", "Saved /else/b-1.whl", "Successfully downloaded a b c"
    ]  # fmt: skip
    assert text(results.DownloadResult(files=files), quiet=1) == text(results.DownloadResult()) == ""
    assert text(results.CacheFilesRemoved(path="/c", files=2, size=5), quiet=1) == ""


def test_formats_of_list() -> None:
    """`list` has pip's three formats; --json is the third."""
    result = results.ListResult(
        distributions=(results.Listed(name="a", version="1"), results.Listed(name="b", version="2", editable="/b"))
    )
    data = [
        {"name": "a", "version": "1"},
        {"name": "b", "version": "2", "editable_project_location": "/b"},
    ]
    assert text(result, format="freeze") == "a==1\nb==2\n"
    assert json.loads(text(result, format="json")) == json.loads(text(result, json=True)) == data
    assert text(result, format="columns") == text(result)


def test_sizes_of_the_cache_as_data() -> None:
    """Numbers stay numbers."""
    result = results.CacheSize(path="/c", kinds=(("wheels", 1, 12),))
    assert json.loads(text(result, json=True)) == {
        "path": "/c",
        "kinds": [{"kind": "wheels", "files": 1, "bytes": 12}],
    }


def test_numbers_for_people() -> None:
    """One digit behind the point, units as people say them."""
    assert [write_size(number) for number in (0, 999, 1000, 1_260_000)] == ["0 B", "999 B", "1.0 kB", "1.3 MB"]
    assert [write_seconds(number) for number in (0.034, 1.21, 65)] == ["34 ms", "1.2 s", "1 min 05 s"]
    assert [write_elapsed(number) for number in (0.9, 59.9, 125)] == ["0 s", "59 s", "2 min 05 s"]
