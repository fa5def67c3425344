"""The story on stderr: which events show at which loudness, as which lines.

Loudness: -2 errors only (``-qq``), -1 warnings too (``-q``), 0 usual, 1 each round (``-v``), 2 log files (``-vv``).
"""

import threading
from collections.abc import Callable
from typing import Any, TextIO

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.sizes import write_seconds, write_size
from pybuildsync.core import story as events

_MARK = "  "
_FEW = 8  # a resolution as small as this is listed
_LONG = 5_000_000  # bytes; where nothing moves, downloads of as many are told when they begin


def lines_for(
    event: events.Event, loudness: int, colors: Colors, *, live: bool = False, as_pip: bool = False
) -> list[str]:
    """Return the lines that tell *event*; none where it doesn't show.

    With *live* a moving display shows what is going on, so only what stays worth knowing becomes a line. With *as_pip*
    warnings begin as pip's do.
    """
    wanted, write = _TABLE[type(event)]
    if loudness < wanted or (live and isinstance(event, _SHOWN_LIVE) and loudness < 1):
        return []
    lines: list[str] = write(event, loudness, colors)
    if as_pip and isinstance(event, events.Warned):
        lines[0] = lines[0].replace("warning:", "WARNING:", 1)
    return lines


class PlainStory:
    """Writes lines; for pipes, files and dumb terminals. Safe to use from any thread."""

    def __init__(self, stream: TextIO, loudness: int, colors: Colors, *, as_pip: bool = False) -> None:
        self._stream = stream
        self._loudness = loudness
        self._colors = colors
        self._as_pip = as_pip
        self._lock = threading.Lock()
        self._long: set[str] = set()  # downloads that are told to take a while

    def tell(self, event: events.Event) -> None:
        """Write what *event* is worth; a reader that is gone is no reason to stop."""
        with self._lock:
            lines = self._begun(event) + lines_for(event, self._loudness, self._colors, as_pip=self._as_pip)
            if lines:
                try:
                    self._stream.write("".join(f"{line}\n" for line in lines))
                    self._stream.flush()
                except (BrokenPipeError, ValueError):
                    return

    def close(self) -> None:
        """Do nothing: every line is out."""

    def _begun(self, event: events.Event) -> list[str]:
        """Return the line that tells once that a long download has begun: nothing moves that would show it."""
        if not isinstance(event, events.DownloadProgress) or self._loudness < 0 or event.label in self._long:
            return []
        if max(event.done, event.total) < _LONG or event.done == event.total:
            return []
        self._long.add(event.label)
        size = f" ({write_size(event.total)})" if event.total else ""
        return [f"{_MARK * (self._loudness > 0)}downloading {event.label}{size}"]


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name} {version}" for name, version in pairs)


def _log(event: events.BuildStarted | events.BuildFinished | events.BuildFailed, loudness: int) -> list[str]:
    return [f"{_MARK * 2}log: {event.log_path}"] if loudness > 1 and event.log_path else []


def _round(event: events.RoundStarted, _loudness: int, colors: Colors) -> list[str]:
    return [colors.paint("bold", f"round {event.number}")]


def _resolved(event: events.Resolved, loudness: int, colors: Colors) -> list[str]:
    lines = []
    for name, old, new in event.changes:
        text = f"{name} {old} -> {new}" if old and new else f"{name} {new or old}"
        mark, style = ("~", "yellow") if old and new else ("+", "green") if new else ("-", "red")
        lines.append(f"{_MARK}{colors.paint(style, mark)} {text}")
    if not lines or loudness > 1:
        count = len(event.versions)
        told = _pairs(event.versions) if count <= _FEW or loudness > 1 else f"{count} distributions"
        lines.append(f"{_MARK}resolved: {told or 'nothing'}")
    return lines


def _build_started(event: events.BuildStarted, loudness: int, _colors: Colors) -> list[str]:
    if (event.kind != "wheel" or event.again) and loudness < 1:
        return []
    doing = _DOING[event.kind]
    against = f" against {_pairs(event.against)}" if event.against and loudness > 0 else ""
    return [f"{_MARK * (loudness > 0)}{doing} {event.name} {event.version}{against}", *_log(event, loudness)]


def _build_finished(event: events.BuildFinished, loudness: int, colors: Colors) -> list[str]:
    if event.kind != "wheel" and loudness < 1:
        return []
    done = _DONE[event.kind].format(f"{event.name} {event.version}")
    took = colors.paint("dim", f" in {write_seconds(event.seconds)}")
    lines = [f"{_MARK * (loudness > 0)}{colors.paint('green', done)}{took}"]
    if loudness > 0:
        says = ", ".join(event.said) if event.said else "nothing"
        lines.append(f"{_MARK * 2}{'the wheel' if event.kind == 'wheel' else 'it'} requires: {says}")
    return lines + _log(event, loudness)


def _build_failed(event: events.BuildFailed, loudness: int, colors: Colors) -> list[str]:
    what = colors.paint("yellow", f"{event.name} {event.version} does not build")
    return [f"{_MARK * (loudness > 0)}{what}: {event.reason}", *_log(event, loudness)]


def _build_retried(event: events.BuildRetried, loudness: int, colors: Colors) -> list[str]:
    what = colors.paint("yellow", f"{event.name} {event.version} does not build")
    return [
        f"{_MARK * (loudness > 0)}{what}: {event.reason}",
        f"{_MARK * (1 + (loudness > 0))}trying again with build tools of {event.time[:10]}",
    ]


def _build_reused(event: events.BuildReused, _loudness: int, _colors: Colors) -> list[str]:
    against = f" against {_pairs(event.against)}" if event.against else ""
    return [f"{_MARK}{event.name} {event.version} was built before{against}"]


def _download(event: events.DownloadProgress, _loudness: int, _colors: Colors) -> list[str]:
    if not event.total or event.done < event.total:
        return []
    return [f"{_MARK}downloaded {event.label} ({write_size(event.total)})"]


def _waiting(event: events.WaitingForLock, _loudness: int, _colors: Colors) -> list[str]:
    return [f"waiting for another process that uses {event.what}"]


def _recovered(event: events.Recovered, _loudness: int, colors: Colors) -> list[str]:
    return [f"{colors.paint('yellow', 'recovered:')} {event.text}"]


def _matched(event: events.Matched, _loudness: int, _colors: Colors) -> list[str]:
    return [f"{_MARK}{event.sentence}"]


def _note(event: events.Note, _loudness: int, _colors: Colors) -> list[str]:
    return event.text.splitlines()


def _warned(event: events.Warned, _loudness: int, colors: Colors) -> list[str]:
    first, *rest = event.text.splitlines() or [""]
    return [f"{colors.paint('yellow', 'warning:')} {first}", *(f"{_MARK}{line}" for line in rest)]


_DOING = {"wheel": "building", "metadata": "asking for the metadata of", "requires": "asking what builds"}
_DONE = {"wheel": "built {}", "metadata": "{} has its metadata", "requires": "{} names what builds it"}
_SHOWN_LIVE = (events.BuildStarted, events.WaitingForLock)
_TABLE: dict[type, tuple[int, Callable[..., Any]]] = {
    events.RoundStarted: (1, _round),
    events.Resolved: (1, _resolved),
    events.BuildStarted: (0, _build_started),
    events.BuildFinished: (0, _build_finished),
    events.BuildFailed: (0, _build_failed),
    events.BuildRetried: (0, _build_retried),
    events.BuildReused: (1, _build_reused),
    events.DownloadProgress: (1, _download),
    events.WaitingForLock: (0, _waiting),
    events.Recovered: (-1, _recovered),
    events.Matched: (1, _matched),
    events.Note: (0, _note),
    events.Warned: (-1, _warned),
}
