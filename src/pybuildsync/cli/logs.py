"""The log of ``--log FILE``: the whole story as at ``-vv``, with times, added to what the file has.

Each write opens the file and adds to its end, so that several commands may share one.
"""

import os
import time
from collections.abc import Callable
from typing import NamedTuple

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.story import lines_for
from pybuildsync.core.story import Event
from pybuildsync.errors import EnvironmentFault, without_credentials

_LOUDNESS = 2


class LoggedStory(NamedTuple):
    """Tells everything to *show* and to the log at *path*."""

    show: Callable[[Event], None]
    stop: Callable[[], None]
    path: str

    def tell(self, event: Event) -> None:
        """Tell *event*; a log that can no longer be written is no reason to stop what has begun."""
        self.show(event)
        try:
            append(self.path, lines_for(event, _LOUDNESS, Colors()))
        except EnvironmentFault:
            return

    def close(self) -> None:
        """End the story that is shown."""
        self.stop()


def append(path: str, lines: list[str]) -> None:
    """Add *lines* to the log at *path* with the time before each (ISO 8601, local, as pip has it).

    Raises:
        EnvironmentFault: it can't be written.

    """
    if not lines:
        return
    now = time.time()
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.localtime(now))},{int(now % 1 * 1000):03d}"
    text = "".join(f"{stamp} {line}".rstrip() + "\n" for line in lines)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(without_credentials(text))
    except OSError as error:
        raise EnvironmentFault(
            f"the log {path} can't be written", why=str(error), hint="name another file with --log"
        ) from error
