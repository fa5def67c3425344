"""Orders: one build to be done, as data, and how builds are to be done."""

from collections.abc import Callable
from typing import NamedTuple

from pybuildsync.core.facts import SourceMetadata
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.variants import Ingredient, Source
from pybuildsync.frontend.build_job import ConfigSettings
from pybuildsync.store.wheels import UnpackedWheel


class BuildSettings(NamedTuple):
    """How builds run. ``config_settings`` and ``variables`` give a project's, ``timeout`` is in seconds for each build.

    ``retry`` tries a failed build again with build tools of its own time. ``fresh`` asks the store for no wheel.
    ``max_rounds`` is how often what a tree is called is asked for before it counts as unknown.
    """

    config_settings: Callable[[str], ConfigSettings]
    variables: Callable[[str], tuple[tuple[str, str], ...]]
    timeout: float | None = None
    retry: bool = True
    fresh: bool = False
    log_folder: str = ""
    max_rounds: int = 25


class Order(NamedTuple):
    """One build to be done: the source, its environment with the unpacked wheels, and the key of it all.

    ``told`` are the names of the environment's distributions that are worth telling, None for all.
    """

    chosen: Chosen
    source: Source
    stated: SourceMetadata
    against: tuple[Ingredient, ...]
    wheels: tuple[UnpackedWheel, ...]
    path: str
    digest: str
    key: str
    date: str
    told: frozenset[str] | None = None

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """The (name, version) pairs of the build environment, those that are required to run first."""
        needed = {requirement.name for requirement in self.stated.metadata.requires}
        pairs = [(each.name, each.version) for each in self.against if self.told is None or each.name in self.told]
        return tuple(sorted(pairs, key=lambda pair: (pair[0] not in needed, pair[0])))
