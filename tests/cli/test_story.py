"""The story on stderr, event by event."""

import re
import threading
import time
from io import StringIO

import pytest
from cli.worlds import ClosedPipe, Terminal

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.live import LiveStory
from pybuildsync.cli.story import PlainStory, lines_for
from pybuildsync.core import story as events

LIB = (("lib", "2.0"), ("tool", "80"))
STARTED = events.BuildStarted(name="a", version="1", against=LIB, log_path="/logs/a")
FINISHED = events.BuildFinished(name="a", version="1", seconds=2.0, said=("lib>=2",), log_path="/logs/a")


@pytest.mark.parametrize(
    ("event", "usual", "verbose"),
    [
        (events.RoundStarted(2), [], ["round 2"]),
        (
            events.Resolved(
                versions=(("a", "1"), ("b", "2")), changes=(("a", "", "1"), ("b", "1", "2"), ("c", "1", ""))
            ),
            [],
            ["  + a 1", "  ~ b 1 -> 2", "  - c 1"],
        ),
        (events.Resolved(versions=(("a", "1"),)), [], ["  resolved: a 1"]),
        (events.Resolved(versions=(("a", "1"),) * 9), [], ["  resolved: 9 distributions"]),
        (events.Resolved(versions=()), [], ["  resolved: nothing"]),
        (STARTED, ["building a 1"], ["  building a 1 against lib 2.0, tool 80"]),
        (STARTED._replace(again=True), [], ["  building a 1 against lib 2.0, tool 80"]),
        (
            events.BuildStarted(name="a", version="1", kind="metadata"),
            [],
            ["  asking for the metadata of a 1"],
        ),
        (FINISHED, ["built a 1 in 2.0 s"], ["  built a 1 in 2.0 s", "    the wheel requires: lib>=2"]),
        (
            events.BuildFinished(name="a", version="1", seconds=0.2, kind="metadata"),
            [],
            ["  a 1 has its metadata in 200 ms", "    it requires: nothing"],
        ),
        (
            events.BuildFailed(name="a", version="1", seconds=1, reason="no compiler"),
            ["a 1 does not build: no compiler"],
            ["  a 1 does not build: no compiler"],
        ),
        (
            events.BuildRetried(name="a", version="1", time="2021-03-04T05:06:07Z", reason="no pkg"),
            [
                "a 1 does not build: no pkg",
                "  trying again with build tools of 2021-03-04",
            ],
            [
                "  a 1 does not build: no pkg",
                "    trying again with build tools of 2021-03-04",
            ],
        ),
        (
            events.BuildReused(name="a", version="1", against=LIB),
            [],
            ["  a 1 was built before against lib 2.0, tool 80"],
        ),
        (events.BuildReused(name="a", version="1"), [], ["  a 1 was built before"]),
        (events.DownloadProgress(label="a.whl", done=5, total=10), [], []),
        (events.DownloadProgress(label="a.whl", done=5, total=0), [], []),
        (events.DownloadProgress(label="a.whl", done=10, total=10), [], ["  downloaded a.whl (10 B)"]),
        (
            events.WaitingForLock("/env"),
            ["waiting for another process that uses /env"],
            ["waiting for another process that uses /env"],
        ),
        (events.Recovered("it was undone"), ["recovered: it was undone"], ["recovered: it was undone"]),
        (
            events.Matched(source="a", library="lib", version="2", evidence="baked", policy="exact", sentence="so"),
            [],
            ["  so"],
        ),
        (events.Note("one\ntwo"), ["one", "two"], ["one", "two"]),
        (events.Warned(""), ["warning: "], ["warning: "]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_lines(event: events.Event, usual: list[str], verbose: list[str]) -> None:
    """What is told without an option, and what with -v."""
    assert lines_for(event, 0, Colors()) == usual
    assert lines_for(event, 1, Colors()) == verbose


def test_very_verbose_names_log_files() -> None:
    """-vv says where the whole log of a build is, and what the whole resolution is."""
    assert lines_for(STARTED, 2, Colors())[-1] == "    log: /logs/a"
    assert lines_for(FINISHED, 2, Colors())[-1] == "    log: /logs/a"
    assert lines_for(events.Resolved(versions=LIB), 2, Colors()) == ["  resolved: lib 2.0, tool 80"]


def test_quiet_keeps_warnings() -> None:
    """-q: what was recovered and what may hurt; -qq: nothing."""
    told = (events.Note("n"), events.Recovered("r"), events.Warned("w"), STARTED)
    assert [len(lines_for(event, -1, Colors())) for event in told] == [0, 1, 1, 0]
    assert [len(lines_for(event, -2, Colors())) for event in told] == [0, 0, 0, 0]


def test_what_moves_is_not_told_twice() -> None:
    """On a terminal the start of a build is drawn; its line stands only with -v."""
    assert lines_for(STARTED, 0, Colors(), live=True) == []
    assert lines_for(STARTED, 1, Colors(), live=True) != []
    assert lines_for(FINISHED, 0, Colors(), live=True) != []


def test_a_plain_story_can_be_told_from_many_threads() -> None:
    """Lines of different threads never mix."""
    stream = Terminal()
    story = PlainStory(stream, 1, Colors())

    def tell() -> None:
        for _ in range(50):
            story.tell(FINISHED)

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    story.close()
    assert stream.getvalue() == "  built a 1 in 2.0 s\n    the wheel requires: lib>=2\n" * 200


@pytest.mark.parametrize(("loudness", "mark", "ends"), [(0, "", []), (1, "  ", ["  downloaded a.whl (6.0 MB)"])])
def test_a_long_download_is_told_when_it_begins(loudness: int, mark: str, ends: list[str]) -> None:
    """Once for each file, where nothing moves; what is small, or there at once, is not worth a line."""
    stream = StringIO()
    story = PlainStory(stream, loudness, Colors())
    for done in (100_000, 200_000, 100_000, 6_000_000, 6_000_000):  # from the start again, in between
        story.tell(events.DownloadProgress("a.whl", done, 6_000_000))
        if done == 200_000:
            story.tell(events.DownloadProgress("unknown.whl", done * 26, 0))
            story.tell(events.DownloadProgress("small.whl", done, 4_900_000))
    begins = [f"{mark}downloading a.whl (6.0 MB)", f"{mark}downloading unknown.whl"]
    assert stream.getvalue().splitlines() == [*begins, *ends, *ends]
    story.tell(events.DownloadProgress("other.whl", 7_000_000, 7_000_000))
    assert "downloading other" not in stream.getvalue()


def test_a_quiet_story_tells_no_download() -> None:
    """-q is errors and warnings only."""
    stream = StringIO()
    PlainStory(stream, -1, Colors()).tell(events.DownloadProgress("a.whl", 1, 9_000_000))
    assert stream.getvalue() == ""


def test_nobody_hears_a_silent_story() -> None:
    """A silent story takes every event."""
    events.Silent().tell(FINISHED)
    PlainStory(ClosedPipe(), 0, Colors()).tell(FINISHED)


def plain(text: str) -> str:
    """Return *text* without control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_nothing_is_drawn_for_what_is_fast() -> None:
    """A fast command leaves no trace on the terminal but its lines."""
    stream = Terminal()
    story = LiveStory(stream, 0, Colors(), patience=60)
    story.tell(STARTED)
    story.tell(FINISHED)
    story.close()
    story.tell(FINISHED)
    assert stream.getvalue() == "built a 1 in 2.0 s\n"


def test_what_takes_long_is_drawn_and_goes_away() -> None:
    """A build is drawn while it lasts; in the end its line is there and the cursor is shown again."""
    stream = Terminal()
    story = LiveStory(stream, 0, Colors(on=True), patience=0)
    story.tell(STARTED)
    until = time.monotonic() + 30
    while "building a 1  0 s" not in plain(stream.getvalue()) and time.monotonic() < until:
        time.sleep(0.01)
    story.tell(FINISHED)
    story.close()
    drawn = stream.getvalue()
    assert "building a 1  0 s" in plain(drawn)
    assert "built a 1 in 2.0 s\n" in plain(drawn)
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")


def test_closing_before_drawing_draws_nothing() -> None:
    """A command that ends while rich is still being imported leaves the terminal alone."""
    stream = Terminal()
    story = LiveStory(stream, 0, Colors(), patience=0)
    story.tell(STARTED)
    story.close()
    assert "\x1b[?25l" not in stream.getvalue() or "\x1b[?25h" in stream.getvalue()


def test_a_terminal_that_is_gone_ends_the_story() -> None:
    """Nothing is raised into the command when the terminal has been closed."""
    story = LiveStory(ClosedPipe(), 0, Colors(), patience=60)
    story.tell(events.Note("x"))
    story.tell(events.Note("x"))
    story.close()


def drawn(*told: tuple[float, events.Event], at: float) -> list[tuple[bool, str]]:
    """Return the lines drawn at the time *at*, after events at their times."""
    now = [0.0]
    story = LiveStory(Terminal(), 0, Colors(), clock=lambda: now[0], patience=60)
    for when, event in told:
        now[0] = when
        story.tell(event)
    story.close()
    return story.lines(at)


def download(label: str, done: int, total: int) -> events.Event:
    """Return a step of a download."""
    return events.DownloadProgress(label=label, done=done, total=total)


def test_builds_have_a_line_each() -> None:
    """Each with its elapsed time; too many are counted."""
    told = [(float(number), events.BuildStarted(name=f"p{number}", version="1")) for number in range(11)]
    lines = drawn(*told, at=70.0)
    assert lines[:2] == [(True, "building p0 1  1 min 10 s"), (True, "building p1 1  1 min 09 s")]
    assert lines[-1] == (False, "and 3 more builds")
    ended = (11.0, events.BuildFailed(name="p0", version="1", seconds=1, reason="x"))
    assert len(drawn(*told[:2], ended, at=12)) == 1


def test_downloads_share_a_line_and_long_ones_have_their_own() -> None:
    """The sum with its rate, then, after a while, each with a bar; of unknown size without."""
    told = [
        (0.0, download("a.whl", 0, 4000)),
        (0.0, download("b.whl", 0, 0)),
        (0.5, download("c.whl", 1000, 1000)),
        (1.0, download("a.whl", 1000, 4000)),
        (1.0, download("b.whl", 500, 0)),
    ]
    assert drawn(*told, at=2.0) == [
        (True, "downloading 2, 1 done, 2.5 kB, 1.2 kB/s"),
        (False, "a.whl =====                1.0 kB of 4.0 kB, 500 B/s"),
        (False, "b.whl 500 B, 250 B/s"),
    ]
    assert drawn(told[0], at=0.1) == [(True, "downloading 1, 0 B, 0 B/s")]


def test_what_has_no_end_in_sight_is_named() -> None:
    """Resolving and waiting are drawn as long as nothing else is."""
    assert drawn((0, events.RoundStarted(1)), at=1) == [(True, "resolving")]
    assert drawn((0, events.RoundStarted(3)), at=1) == [(True, "resolving, round 3")]
    waiting = (0, events.WaitingForLock("/env"))
    assert drawn(waiting, at=1) == [(True, "waiting for another process that uses /env")]
    assert drawn((0, events.RoundStarted(1)), (0, events.Resolved(versions=())), at=1) == [(True, "preparing")]
    assert drawn(waiting, (0, events.Recovered("x")), at=1) == []
