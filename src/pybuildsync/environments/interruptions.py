"""Signals that would end the process, held back while it must not end.

In the main thread SIGINT, SIGTERM and SIGHUP only leave a note; whoever holds them asks for it between two steps and
stops in an orderly way. On leaving the block what was noted happens as if it came then. In other threads nothing is
held: signals go to the main thread there.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """A held signal asks to stop. It never leaves the block that holds the signals: the signal itself follows."""


@contextmanager
def held_signals() -> Iterator[Callable[[], None]]:
    """Hold the signals; yield a function that raises :class:`Interrupted` once one has come."""
    noted: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        noted.append(number)

    def check() -> None:
        if noted:
            raise Interrupted

    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    # A handler that was not set from Python reads as None and could not be put back.
    before = {number: is_set for number, is_set in handlers.items() if is_set is not None and is_set != signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, note)
    except ValueError:  # not the main thread
        before = {}
    is_stopped = False
    try:
        yield check
    except Interrupted:
        is_stopped = True
    finally:
        for number, is_set in before.items():
            signal.signal(number, is_set)
        for number in dict.fromkeys(noted):
            signal.raise_signal(number)
    if is_stopped:  # by a signal whose own handler goes on
        raise KeyboardInterrupt
