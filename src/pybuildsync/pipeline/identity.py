"""Asks the backend of a source tree for name and version, where the tree doesn't state them.

It is the loop, one question long: the build environment is resolved for the tree's build requirements, what these need
is built first, what the hook asks for is added, and then the backend prepares metadata. Only name and version are
taken from it: what the tree requires is learnt again, in the environment that it will be built in.
"""

import os

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.goal import Direct, Goal
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.resolution import Resolution, resolve
from pybuildsync.core.variants import Facts, Scope, Source
from pybuildsync.errors import PackageError
from pybuildsync.frontend.build_job import BuildFailure
from pybuildsync.pipeline.builder import Builds
from pybuildsync.pipeline.builds import submit, wait_for
from pybuildsync.pipeline.learning import go_back
from pybuildsync.pipeline.ordering import make_order
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.writing import remove_tree


def ask_identity(shop: Workshop, goal: Goal, source: Source, *, max_rounds: int) -> Metadata:
    """Return the metadata that the backend of *source*, whose name and version are provisional, tells.

    Of *goal* only target, formats, policies, build constraints and build date count.

    Raises:
        NoSolution: there is no build environment for it.
        PackageError: it can't be built, or still asks for more after *max_rounds* rounds.

    """
    goal = goal._replace(
        requirements=(Requirement(source.name),),
        constraints=(),
        installed=(),
        direct=(Direct(source.name, source.version, source=source),),
        hashes=(),
        no_dependencies=True,
    )
    below = (source.name, source.version)
    facts = Facts()
    for _ in range(max_rounds):
        resolution = resolve(goal, shop.knowledge, facts)
        own = next((each for each in resolution.ready_to_build() if not each.scope), None)
        if own is None:
            facts = _build_what_builds(shop, goal, resolution, facts, below)
            continue
        order = make_order(shop, goal, resolution, facts, own)
        future = submit(shop, order, facts, ("metadata",), is_named=False)
        outcome = wait_for(shop, {future: order})[order.key]
        if isinstance(outcome, BuildFailure):
            facts = go_back(shop, facts, order, outcome)
        elif outcome.unmet:
            facts = facts.with_hook_requires(source, tuple(parse_requirement(text) for text in outcome.unmet))
        else:
            if outcome.wheel_path is not None:  # a backend that prepares nothing builds; with its name it will again
                remove_tree(os.path.dirname(outcome.wheel_path))
            return parse_metadata(outcome.metadata_text, Origin.PREPARED, source=source.path)
    raise PackageError(
        f"{source.path}: its backend still asks for more after {max_rounds} rounds",
        hint="state name and version in [project] of its pyproject.toml",
    )


def _build_what_builds(
    shop: Workshop, goal: Goal, resolution: Resolution, facts: Facts, below: tuple[str, str]
) -> Facts:
    """Build what the tree's build environment needs from source."""
    scope: Scope = (below,)
    nested = resolution._replace(chosen=tuple(each for each in resolution.chosen if each.scope[:1] == scope))
    return Builds(shop).build(goal, nested, facts, prepare=False)
