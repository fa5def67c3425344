"""Everything that building takes, opened and ready."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pybuildsync.core.goal import Direct, Goal
from pybuildsync.core.story import Story
from pybuildsync.frontend.build_job import BuildFailure, BuildJob, BuildPython, BuildResult
from pybuildsync.index.client import IndexClient
from pybuildsync.pipeline.installed_builds import Within
from pybuildsync.pipeline.knowledge import IndexKnowledge
from pybuildsync.pipeline.orders import BuildSettings
from pybuildsync.store.built import BuiltWheels
from pybuildsync.store.location import Store

if TYPE_CHECKING:
    from concurrent.futures import Future


class Submits(Protocol):
    """The part of :class:`concurrent.futures.Executor` that builds use: a cluster's can take its place."""

    def submit(self, function: Callable[[BuildJob], BuildResult], job: BuildJob, /) -> "Future[BuildResult]":
        """Have *function* called with *job*, somewhere, some time."""
        ...


class Fetches(Protocol):
    """Fetches what a direct reference leads to."""

    def __call__(self, shop: "Workshop", goal: Goal, name: str, url: str, /, *, editable: bool = False) -> Direct:
        """Return what *url* leads to, which is to be the project *name*."""
        ...


class Workshop(NamedTuple):
    """What builds work with.

    ``fetch`` fetches what a URL leads to that something requires (:func:`pybuildsync.pipeline.direct.fetch_named`).
    Without isolation builds run ``within`` an environment that is there; then ``built`` lasts as long as the command.
    ``verified`` are the SHA-256 of wheels whose unpacked files were looked at, None where they are simply believed.
    ``begun`` says of each build begun what it is for, by its key; but for those whose backend asked for more first:
    until they begin anew they are in ``waiting``, by their title. ``failures`` collects those of each source, by
    identity and build key.
    """

    client: IndexClient
    store: Store
    built: BuiltWheels
    knowledge: IndexKnowledge
    executor: Submits
    python: BuildPython
    populate: Callable[[str, tuple[str, ...]], None]
    gather: Callable[[str, tuple[str, ...]], None]
    settings: BuildSettings
    story: Story
    failures: dict[tuple[str, str, str], dict[str, BuildFailure]]
    begun: dict[str, str]
    waiting: dict[str, str]
    fetch: Fetches
    within: Within | None = None
    verified: set[str] | None = None

    @property
    def builds(self) -> int:
        """How many wheels were to be built so far: one for each build key, whatever was asked of its backend."""
        return list(self.begun.values()).count("wheel")
