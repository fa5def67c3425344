"""From sources that the core wants built to variants: environments fetched, keys computed, the store asked, jobs run.

One call does one round's builds, in parallel (docs/matching.md, "The loop"). It decides nothing about versions: what to
build against what comes from the resolution, and what the result means is the core's to judge.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from pybuildsync.core.facts import Origin
from pybuildsync.core.goal import Goal
from pybuildsync.core.loop import is_left_out
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.story import (
    BuildFinished,
    BuildStarted,
)
from pybuildsync.core.variants import Facts
from pybuildsync.errors import PybuildsyncError
from pybuildsync.frontend.build_job import BuildFailure, BuildJob, BuildResult, Want
from pybuildsync.pipeline.learning import go_back, import_ahead, is_passing, learn, next_date, recall
from pybuildsync.pipeline.ordering import make_order, order_again
from pybuildsync.pipeline.orders import Order
from pybuildsync.pipeline.promises import promises_of
from pybuildsync.pipeline.terminations import ended_by_signals
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.location import temporary_folder
from pybuildsync.store.writing import new_temporary, remove_tree

if TYPE_CHECKING:
    from concurrent.futures import Future

# Seconds until the processes of builds are at work and leave this interpreter to others.
_STARTING = 0.25


def do_builds(shop: Workshop, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
    """Do what can be built now of *resolution* and return the facts that this adds.

    With *prepare* backends are asked for metadata only, where they can tell it without building; but what another build
    needs is built.

    Raises:
        BuildFailure: a build failed, and trying it with build tools of its own time didn't help or wasn't wanted.

    """
    ready = resolution.ready_to_build()
    running: dict[Future[BuildResult], Order] = {}
    seen: set[str] = set()
    for_builds = {(chosen.name, chosen.version) for chosen in ready if chosen.scope}
    for chosen in ready:
        order = make_order(shop, goal, resolution, facts, chosen)
        facts = facts.with_place(order.source, chosen.inner).with_promises(promises_of(order.wheels))
        if facts.by_key(order.key) is not None or order.key in seen:
            continue
        seen.add(order.key)
        failure = shop.failures.get(order.source.identity, {}).get(order.key)
        if failure is not None:  # other tools of that date would make the same environment
            facts = go_back(shop, facts, order, failure)
            continue
        recalled = None if shop.settings.fresh or is_passing(shop, order) else recall(shop, goal, order, facts)
        if recalled is not None:
            facts = recalled
            continue
        only_metadata = (prepare or is_left_out(goal, chosen)) and (chosen.name, chosen.version) not in for_builds
        want: tuple[Want, ...] = ("metadata",) if only_metadata else ("wheel",)
        running[submit(shop, order, facts, want)] = order
    return _collect(shop, goal, facts, running)


def build_prepared(shop: Workshop, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
    """Build the wheels of *chosen*, variants whose metadata was only prepared; return what this adds."""
    running: dict[Future[BuildResult], Order] = {}
    done: set[str] = set()
    for each in chosen:
        variant = each.pick.variant
        if variant is None or variant.key in done:
            continue
        done.add(variant.key)
        order = order_again(shop, goal, facts, each, variant)
        # Where the metadata come from the store, they are prepared again: the record compares them with the wheel's.
        running[submit(shop, order, facts, ("metadata", "wheel"))] = order
    return _collect(shop, goal, facts, running)


def submit(
    shop: Workshop, order: Order, facts: Facts, want: tuple[Want, ...], *, is_named: bool = True
) -> "Future[BuildResult]":
    """Have *order* built as far as *want* says; unless it *is_named*, its name and version are provisional."""
    from pybuildsync.frontend.building import run_build

    source = order.source
    log = os.path.join(shop.settings.log_folder, f"{source.name}-{source.version}-{order.key[:12]}.log")
    title, kind = f"{source.name}=={source.version}", want[-1]
    shop.story.tell(
        BuildStarted(
            name=source.name,
            version=source.version,
            against=order.named,
            kind=kind,
            log_path=log,
            again=shop.waiting.pop(title, "") == kind,
        )
    )
    shop.begun[order.key] = kind
    asked = dict(facts.hook_requires).get(source.identity, ())
    job = BuildJob(
        key=order.key,
        source=order.path,
        python=shop.python,
        populate=shop.populate,
        gather=shop.gather,
        work=temporary_folder(shop.store),  # one place: compilers write paths into what they make
        output=new_temporary(shop.store),
        log_path=log,
        want=want,
        project=source.name if is_named else "",
        version=source.version if is_named else "",
        sdist=source.file is not None or os.path.isfile(source.path),
        subdirectory=source.subdirectory,
        environment=tuple(wheel.path for wheel in order.wheels),
        resolved=tuple(str(requirement) for requirement in asked),
        config_settings=shop.settings.config_settings(source.name),
        variables=shop.settings.variables(source.name),
        timeout=shop.settings.timeout,
        editable=source.editable,
        keep_open=want[-1] == "metadata",
        within=shop.within and shop.within.environment,
    )
    return shop.executor.submit(run_build, job)


def _collect(shop: Workshop, goal: Goal, facts: Facts, running: "dict[Future[BuildResult], Order]") -> Facts:
    """Wait for the builds in *running* and add what each tells, in the order of the orders, not of their ends."""
    if not running:
        return facts
    try:
        outcomes = wait_for(shop, running)
        for order in running.values():
            outcome = outcomes[order.key]
            if isinstance(outcome, BuildFailure):
                facts = go_back(shop, facts, order, outcome)
            else:
                facts = learn(shop, goal, facts, order, outcome)
    except BaseException:
        _keep(shop, goal, facts, running)
        raise
    return facts


def _keep(shop: Workshop, goal: Goal, facts: Facts, running: "dict[Future[BuildResult], Order]") -> None:
    """Save what builds have given, though the command fails for another reason: it may have taken hours."""
    from concurrent.futures import wait

    wait(running)
    for future, order in running.items():
        if future.cancelled() or future.exception() is not None:
            continue
        result = future.result()
        with suppress(PybuildsyncError):
            if result.wheel_path is None or os.path.exists(result.wheel_path):
                learn(shop, goal, facts, order, result)
        if result.wheel_path is not None:
            remove_tree(os.path.dirname(result.wheel_path))


def wait_for(shop: Workshop, running: "dict[Future[BuildResult], Order]") -> dict[str, BuildResult | BuildFailure]:
    """Return what came of the builds in *running*, by key; the first failure that ends the command ends them all."""
    from concurrent.futures import FIRST_COMPLETED, wait

    outcomes: dict[str, BuildResult | BuildFailure] = {}
    pending = set(running)
    try:
        with ended_by_signals():
            if not wait(pending, _STARTING, FIRST_COMPLETED).done:
                import_ahead()
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes[running[future].key] = _outcome(shop, running[future], future)
    except BaseException:
        from pybuildsync.frontend.building import cancel_all

        for future in pending:
            future.cancel()
        cancel_all()
        raise
    return outcomes


def _outcome(shop: Workshop, order: Order, future: "Future[BuildResult]") -> BuildResult | BuildFailure:
    try:
        result = future.result()
    except BuildFailure as failure:
        if order.chosen.scope:  # nobody asked for this one: for whom it is built
            chain = ", to build ".join(f"{name} {version}" for name, version in reversed(order.chosen.scope))
            failure.why = f"it is needed to build {chain}\n{failure.why}".strip()
        shop.failures.setdefault(order.source.identity, {})[order.key] = failure
        if not next_date(shop, order, failure):
            raise
        return failure
    _tell_finished(shop, order, result)
    return result


def _tell_finished(shop: Workshop, order: Order, result: BuildResult) -> None:
    if result.unmet:
        said, kind = result.unmet, "requires"
        shop.waiting[f"{order.source.name}=={order.source.version}"] = shop.begun.pop(order.key)
    else:
        metadata = parse_metadata(result.metadata_text, Origin.PREPARED)
        said, kind = tuple(str(each) for each in metadata.requires), "wheel" if result.wheel_path else "metadata"
    shop.story.tell(
        BuildFinished(
            name=order.source.name,
            version=order.source.version,
            seconds=result.seconds,
            said=said,
            kind=kind,
            log_path=result.log_path,
        )
    )
