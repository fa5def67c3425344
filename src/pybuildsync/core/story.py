"""What happens on the way to a result, as data: the story that is told on stderr while the result goes to stdout.

Whoever does something that takes time or needs a reason tells a :class:`Story` one frozen event. This module prints
nothing and decides nothing; how an event looks, or whether it shows at all, is the business of the command line.

Named tuples instead of dataclasses: every command imports them, and making one at import takes 0.1 ms where a frozen
dataclass takes 0.6.
"""

from typing import NamedTuple, Protocol, TypeAlias

NamedVersion: TypeAlias = tuple[str, str]


class RoundStarted(NamedTuple):
    """The loop begins its round *number*, counted from 1 (docs/matching.md, "The loop")."""

    number: int


class Resolved(NamedTuple):
    """A round has its resolution.

    ``versions`` are all of its (name, version) pairs, sorted. ``changes`` are (name, version in the round before or "",
    version now or ""), sorted; the first round has none.
    """

    versions: tuple[NamedVersion, ...]
    changes: tuple[tuple[str, str, str], ...] = ()


class BuildStarted(NamedTuple):
    """A build of *name* begins; ``kind`` is "metadata", "wheel" or "requires"; ``log_path`` is "" before there is one.

    ``against`` are the (name, version) pairs of the build environment, those that must match first. It begins ``again``
    where what the backend asked for, when it had begun, is there now.
    """

    name: str
    version: str
    against: tuple[NamedVersion, ...] = ()
    kind: str = "wheel"
    log_path: str = ""
    again: bool = False


class BuildFinished(NamedTuple):
    """A build ended well; ``said`` are the requirements that the metadata states."""

    name: str
    version: str
    seconds: float
    said: tuple[str, ...] = ()
    kind: str = "wheel"
    log_path: str = ""


class BuildFailed(NamedTuple):
    """A build ended badly and the loop goes on without it; a failure that ends the command is an error instead."""

    name: str
    version: str
    seconds: float
    reason: str
    log_path: str = ""


class BuildRetried(NamedTuple):
    """A failed build is tried again with build requirements as of *time* (ISO 8601)."""

    name: str
    version: str
    time: str
    reason: str


class BuildReused(NamedTuple):
    """A wheel with the very same build inputs was in the store."""

    name: str
    version: str
    against: tuple[NamedVersion, ...] = ()


class DownloadProgress(NamedTuple):
    """*done* of *total* bytes of *label* are here; a *total* of 0 is unknown; ``done == total`` says it has ended."""

    label: str
    done: int
    total: int


class WaitingForLock(NamedTuple):
    """Another process holds *what* (an environment, a cache)."""

    what: str


class Recovered(NamedTuple):
    """What an earlier command left half done was finished or undone; *text* says which and what."""

    text: str


class Matched(NamedTuple):
    """Why *source* was, or wasn't, matched with *library*; ``sentence`` is the whole of it in words."""

    source: str
    library: str
    version: str
    evidence: str
    policy: str
    sentence: str


class Note(NamedTuple):
    """Something worth knowing in any case."""

    text: str


class Warned(NamedTuple):
    """Something that may hurt later, though the command goes on."""

    text: str


Event: TypeAlias = (
    RoundStarted
    | Resolved
    | BuildStarted
    | BuildFinished
    | BuildFailed
    | BuildRetried
    | BuildReused
    | DownloadProgress
    | WaitingForLock
    | Recovered
    | Matched
    | Note
    | Warned
)


class Story(Protocol):
    """Takes events, from any thread."""

    def tell(self, event: Event) -> None:
        """Take *event*; never raises, never waits for long."""
        ...


class Silent:
    """A story that nobody hears."""

    def tell(self, event: Event) -> None:
        """Forget *event*."""
