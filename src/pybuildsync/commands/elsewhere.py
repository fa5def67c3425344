"""The steps of an install into a place of its own (``--target``, ``--prefix``, ``--root``, ``--user``).

The plan is made against what counts as installed; what happens in the place follows from what is there. Decides, and
changes nothing.
"""

import os

from pybuildsync.commands.placing import Surroundings
from pybuildsync.core.install_plan import Kind, Step
from pybuildsync.core.version_sets import order_key
from pybuildsync.environments.destinations import Destination
from pybuildsync.environments.installed import InstalledDistribution, read_record_file


def steps_in_place(steps: tuple[Step, ...], around: Surroundings, *, upgrade: bool) -> tuple[Step, ...]:
    """Return *steps* as they are for the place of *around*.

    What is in a target folder is kept, unless *upgrade*.
    """
    if around.destination == Destination():
        return steps
    there = {each.name: each.version for each in around.there}
    keeps = bool(around.destination.target) and not upgrade
    return tuple(_in_place(step, there.get(step.chosen.name, ""), keeps=keeps) for step in steps)


def left_behind(planned: tuple[Step, ...], steps: tuple[Step, ...], around: Surroundings) -> tuple[str, ...]:
    """Return a sentence for each of *planned* that one of *steps* leaves at another version than it should have."""
    return tuple(
        f"{step.chosen.name} {step.old} stays in {around.scheme.purelib}, where {step.chosen.version} is needed"
        for plan, step in zip(planned, steps, strict=True)
        if step.kind == "keep" and plan.kind != "keep" and step.old != step.chosen.version
    )


def kept_names(steps: tuple[Step, ...], around: Surroundings) -> tuple[str, ...]:
    """Return the paths in a target folder that *steps* leave as they are, sorted, as pip would name them."""
    if not around.destination.target:
        return ()
    there = {each.name: each for each in around.there}
    kept = [step for step in steps if step.kind == "keep" and step.chosen.name in there]
    return tuple(sorted({path for step in kept for path in _names(there[step.chosen.name], step)}))


def _in_place(step: Step, old: str, *, keeps: bool) -> Step:
    if step.kind == "keep":
        return step
    if not old:
        return step._replace(kind="install", old="")
    if keeps:
        return step._replace(kind="keep", old=old)
    before, after = order_key(old), order_key(step.chosen.version)
    same: Kind = "rebuild" if step.kind == "rebuild" else "reinstall"
    kind: Kind = same if before == after else "upgrade" if before < after else "downgrade"
    return step._replace(kind=kind, old=old)


def _names(distribution: InstalledDistribution, step: Step) -> set[str]:
    tops = {path.removeprefix("../../").partition("/")[0] for path, _, _ in read_record_file(distribution)}
    if step.old != step.chosen.version:
        tops.discard(os.path.basename(distribution.dist_info))
    return {os.path.join(distribution.location, top) for top in tops - {"..", ""}}
