"""Everything that building takes, opened and ready."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

from pybuildsync.core.story import Story
from pybuildsync.frontend.build_job import BuildFailure, BuildPython
from pybuildsync.index.client import IndexClient
from pybuildsync.pipeline.knowledge import IndexKnowledge
from pybuildsync.pipeline.orders import BuildSettings
from pybuildsync.store.built import BuiltWheels
from pybuildsync.store.location import Store


class Workshop(NamedTuple):
    """What builds work with.

    ``failures`` collects those of each source, by identity and build key; ``submitted`` the titles of all builds begun.
    """

    client: IndexClient
    store: Store
    built: BuiltWheels
    knowledge: IndexKnowledge
    executor: Executor
    python: BuildPython
    populate: Callable[[str, tuple[str, ...]], None]
    settings: BuildSettings
    story: Story
    failures: dict[tuple[str, str, str], dict[str, BuildFailure]]
    submitted: list[str]
