"""What happens on the way to a result, as data: the story that is told on stderr while the result goes to stdout.

Whoever does something that takes time or needs a reason tells a :class:`Story` one frozen event. This module prints
nothing and decides nothing; how an event looks, or whether it shows at all, is the business of the command line.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

NamedVersion: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """The loop begins its round *number*, counted from 1 (docs/matching.md, the loop)."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A round has its resolution.

    ``versions`` are all of its (name, version) pairs, sorted. ``changes`` are (name, version in the round before or "",
    version now or ""), sorted: everything in the first round that differs from nothing is left out.
    """

    versions: tuple[NamedVersion, ...]
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStarted:
    """A build of *name* begins; ``kind`` is "metadata", "wheel" or "requires"; ``log_path`` is "" before there is one.

    ``against`` are the (name, version) pairs of the build environment, those that must match first.
    """

    name: str
    version: str
    against: tuple[NamedVersion, ...] = ()
    kind: str = "wheel"
    log_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFinished:
    """A build ended well; ``said`` are the requirements that the metadata states."""

    name: str
    version: str
    seconds: float
    said: tuple[str, ...] = ()
    kind: str = "wheel"
    log_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFailed:
    """A build ended badly and the loop goes on without it; a failure that ends the command is an error instead."""

    name: str
    version: str
    seconds: float
    reason: str
    log_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRetried:
    """A failed build is tried again with build requirements as of *time* (ISO 8601)."""

    name: str
    version: str
    time: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReused:
    """A wheel with the very same build inputs was in the store."""

    name: str
    version: str
    against: tuple[NamedVersion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadProgress:
    """*done* of *total* bytes of *label* are here; a *total* of 0 is unknown; ``done == total`` says it has ended."""

    label: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class WaitingForLock:
    """Another process holds *what* (an environment, a cache)."""

    what: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an earlier command left half done was finished or undone; *text* says which and what."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Why *source* was, or wasn't, matched with *library*; ``sentence`` is the whole of it in words."""

    source: str
    library: str
    version: str
    evidence: str
    policy: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Warned:
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


@dataclass(frozen=True, slots=True)
class Silent:
    """A story that nobody hears."""

    def tell(self, event: Event) -> None:
        """Forget *event*."""
