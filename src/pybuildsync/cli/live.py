"""The moving part of the story, on a terminal: one line for each build and for each long download.

Nothing is drawn, and rich (34 ms) isn't imported, before something has taken longer than :data:`PATIENCE`: what is fast
stays fast and doesn't flicker. What is drawn disappears when it is over; lines worth keeping are written above it.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.sizes import write_elapsed, write_size
from pybuildsync.cli.story import lines_for
from pybuildsync.core import story as events

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

PATIENCE = 0.12  # seconds
_LINES = 8  # more builds or downloads than these are counted, not listed
_LONG = 0.4  # seconds, after which a download gets a line of its own
_BAR = 20
_LABEL = 32  # columns of a file name
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"
_PER_SECOND = 10

_WORDS = {"wheel": "building", "metadata": "metadata of", "requires": "requirements of"}


class LiveStory:
    """Tells the story on a terminal.

    ``clock`` gives seconds; ``patience`` is how long nothing is drawn. Safe to use from any thread; ``close`` must be
    called in the end, and leaves the terminal as it was.
    """

    def __init__(
        self,
        stream: TextIO,
        loudness: int,
        colors: Colors,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        self._stream = stream
        self._loudness = loudness
        self._colors = colors
        self._clock = clock
        self._patience = patience
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._live: Live | None = None
        self._closed = False
        self._phase = ""
        self._builds: dict[tuple[str, str], tuple[float, str]] = {}
        self._downloads: dict[str, tuple[float, int, int]] = {}
        self._fetched = (0, 0, 0.0)  # downloads that have ended, their bytes, when the first one of a run began

    def tell(self, event: events.Event) -> None:
        """Write and draw what *event* is worth."""
        with self._lock:
            if self._closed:
                return
            self._follow(event)
            self._write(lines_for(event, self._loudness, self._colors, live=True))
            if self._timer is None and self._busy():
                self._timer = threading.Timer(self._patience, self._open)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Stop drawing, for good, and show the cursor again."""
        with self._lock:
            self._closed = True
            timer, live, self._live = self._timer, self._live, None
        if live is not None:
            live.stop()
        if timer is not None:
            timer.cancel()
            timer.join()

    def _busy(self) -> bool:
        return bool(self._builds or self._downloads or self._phase)

    def _follow(self, event: events.Event) -> None:
        """Keep what is going on."""
        if isinstance(event, events.BuildStarted):
            self._phase = ""
            self._builds[event.name, event.version] = (self._clock(), _WORDS[event.kind])
        elif isinstance(event, events.BuildFinished | events.BuildFailed | events.BuildRetried):
            self._builds.pop((event.name, event.version), None)
        elif isinstance(event, events.DownloadProgress):
            self._follow_download(event)
        elif isinstance(event, events.RoundStarted):
            self._phase = "resolving" if event.number == 1 else f"resolving, round {event.number}"
        elif isinstance(event, events.WaitingForLock):
            self._phase = f"waiting for another process that uses {event.what}"
        elif isinstance(event, events.Resolved):
            self._phase = "preparing"
        elif isinstance(event, events.Recovered):
            self._phase = ""

    def _follow_download(self, event: events.DownloadProgress) -> None:
        count, size, began = self._fetched
        if not self._downloads and not count:
            began = self._clock()
        if event.total and event.done >= event.total:
            self._downloads.pop(event.label, None)
            self._fetched = (count + 1, size + event.total, began)
        else:
            since = self._downloads.get(event.label, (self._clock(),))[0]
            self._downloads[event.label] = (since, event.done, event.total)
            self._fetched = (count, size, began)

    def _write(self, lines: list[str]) -> None:
        """Write *lines* where they stay: above what moves."""
        if not lines:
            return
        text = "\n".join(lines)
        try:
            if self._live is not None:
                from rich.text import Text

                self._live.console.print(Text.from_ansi(text), soft_wrap=True)
            else:
                self._stream.write(text + "\n")
                self._stream.flush()
        except (BrokenPipeError, ValueError):
            self._closed = True

    def _open(self) -> None:
        """Begin to draw; runs in the timer's thread."""
        from rich.live import Live

        console = make_console(self._stream, self._colors)
        live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        with self._lock:
            if self._closed:
                return
            self._live = live
            live.start(refresh=True)

    def _draw(self) -> "RenderableType":
        """Return the lines that move, as they are now."""
        from rich.text import Text

        with self._lock:
            now = self._clock()
            unicode = (self._stream.encoding or "").lower().startswith("utf")
            frames = _FRAMES if unicode else _PLAIN_FRAMES
            lines = self.lines(now, bar="━" if unicode else "=")
        spin = frames[int(now * _PER_SECOND) % len(frames)]
        text = Text(no_wrap=True, overflow="ellipsis", end="")
        for at, (moves, words) in enumerate(lines):
            text.append("\n" * bool(at))
            text.append(f"{spin} " if moves else "  ", style="cyan")
            text.append(words, style="" if moves else "dim")
        return text

    def lines(self, now: float, bar: str = "=") -> list[tuple[bool, str]]:
        """Return every line that is drawn at the time *now*: whether it is one of the main lines, and its text."""
        lines = [
            (True, f"{doing} {name} {version}  {write_elapsed(now - since)}")
            for (name, version), (since, doing) in self._builds.items()
        ]
        if len(lines) > _LINES:
            lines[_LINES:] = [(False, f"and {len(lines) - _LINES} more builds")]
        if self._downloads:
            lines += self._download_lines(now, bar)
        if self._phase and not lines:
            lines.append((True, self._phase))
        return lines

    def _download_lines(self, now: float, bar: str) -> list[tuple[bool, str]]:
        count, size, began = self._fetched
        here = size + sum(done for _, done, _ in self._downloads.values())
        together = f"downloading {len(self._downloads)}" + (f", {count} done" if count else "")
        lines = [(True, f"{together}, {write_size(here)}, {write_size(here / max(now - began, 0.1))}/s")]
        long = [(label, *rest) for label, rest in self._downloads.items() if now - rest[0] > _LONG]
        width = min(max((len(label) for label, *_ in long), default=0), _LABEL)
        for label, since, done, total in long[:_LINES]:
            rate = f"{write_size(done / max(now - since, 0.1))}/s"
            if total:
                filled = int(_BAR * done / total)
                drawn = bar * filled + " " * (_BAR - filled)
                lines.append(
                    (False, f"{label[:width]:{width}} {drawn} {write_size(done)} of {write_size(total)}, {rate}")
                )
            else:
                lines.append((False, f"{label[:width]:{width}} {write_size(done)}, {rate}"))
        return lines


def make_console(stream: TextIO, colors: Colors) -> "Console":
    """Return rich's console on *stream*, coloured as *colors* says."""
    from rich.console import Console

    return Console(file=stream, force_terminal=True, no_color=not colors.on, highlight=False, markup=False)
