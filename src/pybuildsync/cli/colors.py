"""Whether a stream gets colours, and the few that there are. Plain ANSI (ECMA-48): rich takes 34 ms to import."""

import os
from collections.abc import Mapping
from typing import NamedTuple, TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold red": "1;31"}


class Colors(NamedTuple):
    """Paints text, or leaves it as it is."""

    on: bool = False

    def paint(self, style: str, text: str) -> str:
        """Return *text* in *style*, which is "" or one of the table's names."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and style and text else text


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody sits in front of *stream*; a closed one has nobody."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def choose_colors(stream: TextIO, choice: str, environ: Mapping[str, str], system: str = os.name) -> Colors:
    """Return the colours for *stream*.

    *choice* "always" or "never" decides; with "auto" ``NO_COLOR`` (no-color.org), then ``FORCE_COLOR``, then whether it
    is a terminal that understands them.
    """
    if choice != "auto":
        return Colors(choice == "always")
    if environ.get("NO_COLOR"):
        return Colors(on=False)
    if environ.get("FORCE_COLOR"):
        return Colors(on=True)
    understood = environ.get("TERM", "") != "dumb" and (system != "nt" or bool(environ.get("WT_SESSION")))
    return Colors(understood and is_terminal(stream))
