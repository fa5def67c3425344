"""The build key: the digest of everything that goes into a build, and the only cache key of a built wheel.

Build inputs are the source, the exact build environment, the target interpreter, config settings and build variables
(docs/matching.md, "Terms"). Two builds with the same key are the same build.
"""

from typing import NamedTuple

from pybuildsync.core.targets import Target
from pybuildsync.core.variants import Ingredient

FORMAT = "1"
_OF_THE_KERNEL = ("platform_release", "platform_version")  # an update of the machine is no other build


class BuildInputs(NamedTuple):
    """What a build is made from.

    ``source`` is the digest of the archive or tree, ``subdirectory`` the place of the project in it. The order of
    ``environment``, ``config_settings`` and ``variables``, each named once, doesn't matter; that of one setting's
    values does. What isn't ``isolated`` is built with all that is installed.
    """

    source: str
    subdirectory: str
    environment: tuple[Ingredient, ...]
    target: Target
    config_settings: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    editable: bool = False
    isolated: bool = True


def build_key(inputs: BuildInputs) -> str:
    """Return the build key of *inputs*: 64 hex digits."""
    target = inputs.target
    markers = tuple(pair for pair in target.markers if pair[0] not in _OF_THE_KERNEL)
    parts = (
        FORMAT,
        inputs.source,
        inputs.subdirectory,
        tuple(sorted((each.name, each.version, each.sha256) for each in inputs.environment)),
        (target.implementation, target.full_version, target.tags[:3], markers),
        tuple(sorted(inputs.config_settings)),
        tuple(sorted(inputs.variables)),
        inputs.editable,
        *(() if inputs.isolated else ("with what is installed",)),
    )
    import hashlib

    return hashlib.sha256(repr(parts).encode()).hexdigest()
