"""Builds with what is installed instead of environments of their own (``--no-build-isolation``): what a source needs.

All that is installed can be seen by such a build. Only what its build requirements name, with all that these bring in,
counts as required to build, as it would in an environment of its own.
"""

from collections.abc import Iterable

from pybuildsync.core.goal import Installed
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.requirements import Requirement


def needed_of(
    installed: Iterable[Installed], requirements: Iterable[Requirement], markers: MarkerAnswers
) -> tuple[Installed, ...]:
    """Return which of *installed*, in any version, *requirements* ask for and bring in, sorted by name."""
    known = {each.name: each for each in installed}
    waiting = [(requirement, "") for requirement in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        each = known.get(requirement.name)
        if each is None or not markers.hold(requirement.marker, extra):
            continue
        for asked in ("", *requirement.extras):
            if (each.name, asked) not in seen:
                seen.add((each.name, asked))
                waiting += [(r, asked) for r in each.metadata.requires if bool(asked) == ("extra" in r.marker)]
    return tuple(known[name] for name in sorted({name for name, _ in seen}))
