"""From sources that the core wants built to variants: environments fetched, keys computed, the store asked, jobs run.

One call does one round's builds, in parallel (docs/matching.md, "The loop"). It decides nothing about versions: what to
build against what comes from the resolution, and what the result means is the core's to judge.
"""

import marshal
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, NamedTuple

from pybuildsync.core.build_key import BuildInputs, build_key
from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.goal import Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import judge
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.story import (
    BuildFinished,
    BuildRetried,
    BuildReused,
    BuildStarted,
    Matched,
    Story,
    Warned,
)
from pybuildsync.core.variants import Facts, Ingredient, LinkParts, Source, Variant
from pybuildsync.errors import PackageError
from pybuildsync.frontend.build_job import BuildFailure, BuildJob, BuildPython, BuildResult, ConfigSettings, Want
from pybuildsync.index.client import IndexClient
from pybuildsync.pipeline.build_records import record_of
from pybuildsync.pipeline.knowledge import IndexKnowledge
from pybuildsync.pipeline.linked_libraries import libraries_of
from pybuildsync.store.built import BuiltWheel, BuiltWheels
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, find_wheel
from pybuildsync.store.writing import new_temporary, remove_tree

_FORMAT = 1


class BuildSettings(NamedTuple):
    """How builds run. ``config_settings`` and ``variables`` give a project's, ``timeout`` is in seconds for each build.

    ``retry`` tries a failed build once more with build tools of the source's own time. ``fresh`` asks the store for none.
    """

    config_settings: Callable[[str], ConfigSettings]
    variables: Callable[[str], tuple[tuple[str, str], ...]]
    timeout: float | None = None
    retry: bool = True
    fresh: bool = False
    log_folder: str = ""


@dataclass(slots=True)
class Workshop:
    """Everything that building takes. ``failures`` are those of each source, by identity and build key."""

    index: IndexClient
    store: Store
    built: BuiltWheels
    knowledge: IndexKnowledge
    executor: Executor
    python: BuildPython
    populate: Callable[[str, tuple[str, ...]], None]
    settings: BuildSettings
    story: Story
    failures: dict[tuple[str, str, str], dict[str, BuildFailure]]
    builds: int = 0

    def foresee(self, resolution: Resolution) -> None:
        """Start to download the wheels that will run, if there are builds to wait for."""
        ready = resolution.ready_to_build()
        scopes = [(), *((*chosen.scope, (chosen.name, chosen.version)) for chosen in ready)] if ready else []
        for scope in scopes:
            for chosen in resolution.in_scope(scope):
                if chosen.pick.file is not None:
                    self.index.start_wheel(chosen.pick.file, chosen.name, chosen.version)

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """See :func:`do_builds`."""
        return do_builds(self, goal, resolution, facts, prepare=prepare)

    def finish(self, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
        """See :func:`build_prepared`."""
        return build_prepared(self, goal, chosen, facts)


class Order(NamedTuple):
    """One build to be done: the source, its environment with the unpacked wheels, and the key of it all."""

    chosen: Chosen
    source: Source
    stated: SourceMetadata
    against: tuple[Ingredient, ...]
    wheels: tuple[UnpackedWheel, ...]
    path: str
    digest: str
    key: str
    date: str

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """The (name, version) pairs of the build environment, those that are required to run first."""
        needed = {requirement.name for requirement in self.stated.metadata.requires}
        pairs = [(each.name, each.version) for each in self.against]
        return tuple(sorted(pairs, key=lambda pair: (pair[0] not in needed, pair[0])))


def wheel_of(shop: Workshop, chosen: Chosen) -> UnpackedWheel:
    """Return the unpacked wheel of *chosen*, a wheel of an index or a variant that was built."""
    pick = chosen.pick
    if pick.variant is not None:
        kept = find_wheel(shop.store, pick.variant.wheel)
        if kept is not None:
            return kept
        built = shop.built.find(pick.variant.key)
        if built is None:
            raise PackageError(
                f"the wheel of {chosen.name} {chosen.version} that was built is no longer in the cache",
                hint="run the command again: it will be built again",
            )
        return add_wheel(shop.store, built.wheel_path, built.sha256, project=chosen.name, version=chosen.version)
    if pick.file is None:
        raise AssertionError(chosen)
    return shop.index.download_wheel(pick.file, chosen.name, chosen.version)


def fetch_wheels(shop: Workshop, chosen: Iterable[Chosen]) -> tuple[UnpackedWheel, ...]:
    """Return the unpacked wheels of *chosen*, in their order, downloading several at once."""
    everything = tuple(chosen)
    started = {
        each.pick.file.url: shop.index.start_wheel(each.pick.file, each.name, each.version)
        for each in everything
        if each.pick.file is not None
    }
    return tuple(
        started[each.pick.file.url].result() if each.pick.file is not None else wheel_of(shop, each)
        for each in everything
    )


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
        order = _order(shop, goal, resolution, facts, chosen)
        facts = facts.with_place(order.source, chosen.scope)
        if facts.by_key(order.key) is not None or order.key in seen:
            continue
        seen.add(order.key)
        failure = shop.failures.get(order.source.identity, {}).get(order.key)
        if failure is not None:  # other tools of that date would make the same environment
            facts = _retry(shop, facts, order, failure)
            continue
        recalled = None if shop.settings.fresh else _recall(shop, goal, order, facts)
        if recalled is not None:
            facts = recalled
            continue
        only_metadata = prepare and (chosen.name, chosen.version) not in for_builds
        want: tuple[Want, ...] = ("metadata",) if only_metadata else ("wheel",)
        running[_submit(shop, order, facts, want)] = order
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
        order = _order_again(shop, goal, facts, each, variant)
        running[_submit(shop, order, facts, ("wheel",))] = order
    return _collect(shop, goal, facts, running)


def _order(shop: Workshop, goal: Goal, resolution: Resolution, facts: Facts, chosen: Chosen) -> Order:
    source = chosen.pick.source
    if source is None:
        raise AssertionError(chosen)
    environment = resolution.in_scope((*chosen.scope, (chosen.name, chosen.version)))
    wheels = fetch_wheels(shop, environment)
    keys = {each.name: each.pick.variant.key for each in environment if each.pick.variant is not None}
    against = tuple(Ingredient(w.project, w.version, w.sha256, keys.get(w.project, "")) for w in wheels)
    return _make_order(shop, goal, facts, chosen, source, against, wheels)


def _order_again(shop: Workshop, goal: Goal, facts: Facts, chosen: Chosen, variant: Variant) -> Order:
    wheels = []
    for ingredient in variant.ingredients:
        wheel = find_wheel(shop.store, ingredient.sha256)
        if wheel is None:
            raise PackageError(
                f"{ingredient.name} {ingredient.version}, needed to build {chosen.name}, has left the cache meanwhile",
                hint="run the command again",
            )
        wheels.append(wheel)
    return _make_order(shop, goal, facts, chosen, variant.source, variant.ingredients, tuple(wheels))


def _make_order(
    shop: Workshop,
    goal: Goal,
    facts: Facts,
    chosen: Chosen,
    source: Source,
    against: tuple[Ingredient, ...],
    wheels: tuple[UnpackedWheel, ...],
) -> Order:
    path, digest = _material(shop, source)
    key = build_key(
        BuildInputs(
            source=digest,
            subdirectory=source.subdirectory,
            environment=against,
            target=goal.target,
            config_settings=shop.settings.config_settings(source.name),
            variables=shop.settings.variables(source.name),
        )
    )
    return Order(
        chosen=chosen,
        source=source,
        stated=shop.knowledge.source_metadata(source),
        against=against,
        wheels=wheels,
        path=path,
        digest=digest,
        key=key,
        date=dict(facts.as_of).get(source.identity, ""),
    )


def _material(shop: Workshop, source: Source) -> tuple[str, str]:
    """Return the path and the SHA-256 digest of what *source* is built from."""
    if source.path:
        return source.path, source.digest
    if source.file is None:
        raise AssertionError(source)
    archive = shop.index.download(source.file)
    return archive.path, archive.sha256


def _submit(shop: Workshop, order: Order, facts: Facts, want: tuple[Want, ...]) -> "Future[BuildResult]":
    from pybuildsync.frontend.building import run_build

    source = order.source
    log = os.path.join(shop.settings.log_folder, f"{source.name}-{source.version}-{order.key[:12]}.log")
    shop.story.tell(
        BuildStarted(name=source.name, version=source.version, against=order.named, kind=want[-1], log_path=log)
    )
    shop.builds += 1
    asked = dict(facts.hook_requires).get(source.identity, ())
    job = BuildJob(
        key=order.key,
        source=order.path,
        python=shop.python,
        populate=shop.populate,
        work=new_temporary(shop.store),
        output=new_temporary(shop.store),
        log_path=log,
        want=want,
        project=source.name,
        version=source.version,
        sdist=source.file is not None or os.path.isfile(source.path),
        subdirectory=source.subdirectory,
        environment=tuple(wheel.path for wheel in order.wheels),
        resolved=tuple(str(requirement) for requirement in asked),
        config_settings=shop.settings.config_settings(source.name),
        variables=shop.settings.variables(source.name),
        timeout=shop.settings.timeout,
        keep_open=want[-1] == "metadata",
    )
    return shop.executor.submit(run_build, job)


def _collect(shop: Workshop, goal: Goal, facts: Facts, running: "dict[Future[BuildResult], Order]") -> Facts:
    """Wait for the builds in *running* and add what each tells, in the order of the orders, not of their ends."""
    outcomes: dict[str, BuildResult | BuildFailure] = {}
    pending = set(running)
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                order = running[future]
                try:
                    result = future.result()
                except BuildFailure as failure:
                    outcomes[order.key] = failure
                    shop.failures.setdefault(order.source.identity, {})[order.key] = failure
                    if not _next_date(shop, order, failure):
                        raise
                else:
                    outcomes[order.key] = result
                    _tell_finished(shop, order, result)
    except BaseException:
        from pybuildsync.frontend.building import cancel_all

        for future in pending:
            future.cancel()
        cancel_all()
        raise
    for order in running.values():
        outcome = outcomes[order.key]
        if isinstance(outcome, BuildFailure):
            facts = _retry(shop, facts, order, outcome)
        else:
            facts = _learn(shop, goal, facts, order, outcome)
    return facts


def _tell_finished(shop: Workshop, order: Order, result: BuildResult) -> None:
    if result.unmet:
        said, kind = result.unmet, "requires"
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


# Failures (docs/matching.md, "Build environments that worked when the source was released")


def _next_date(shop: Workshop, order: Order, failure: BuildFailure) -> str:
    """Return the date whose build tools are tried next, "" for none.

    First the source's own time; then, going back, the times of the libraries that it must match: one that is older
    than the source may need older tools still.
    """
    if not shop.settings.retry or failure.cancelled or failure.timed_out:
        return ""
    own = shop.knowledge.upload_time(order.source)
    if not own:
        return ""
    needed = {requirement.name for requirement in order.stated.metadata.requires}
    dates = {own, *(shop.knowledge.release_time(e.name, e.version) for e in order.against if e.name in needed)}
    return max((date for date in dates if date and date <= own and (not order.date or date < order.date)), default="")


def _retry(shop: Workshop, facts: Facts, order: Order, failure: BuildFailure) -> Facts:
    date = _next_date(shop, order, failure)
    if not date:
        raise failure
    shop.knowledge.with_times = True
    reason = failure.cause or failure.what
    shop.story.tell(BuildRetried(name=order.source.name, version=order.source.version, time=date[:10], reason=reason))
    return facts.with_date(order.source, date)


# What a build told


def _learn(shop: Workshop, goal: Goal, facts: Facts, order: Order, result: BuildResult) -> Facts:
    source = order.source
    if result.unmet:
        _remember(shop, order.key, {"requires": result.unmet})
        return facts.with_hook_requires(source, tuple(parse_requirement(text) for text in result.unmet))
    if result.wheel_path is None:
        metadata = parse_metadata(result.metadata_text, Origin.PREPARED)
        return facts.with_variant(_variant(goal, order, metadata, (), ""))
    prepared = parse_metadata(result.prepared_text, Origin.PREPARED) if result.prepared_text else None
    built = parse_metadata(result.metadata_text, Origin.WHEEL)
    links = libraries_of(shop.store, result.wheel_path, order.wheels)
    for module, folder in links.leaving:
        text = f"{source.name} {source.version}: {module} looks for libraries in {folder}, which goes with the build"
        shop.story.tell(Warned(text))
    variant = _variant(goal, order, built, links.parts, "")
    record = record_of(order, goal, variant, prepared=prepared, result=result, settings=shop.settings)
    wheel_path = _with_record(shop, result.wheel_path, record)
    told = marshal.dumps(
        (_FORMAT, links.parts, order.date, tuple(str(r) for r in prepared.requires) if prepared else None)
    )
    kept = shop.built.save(order.key, wheel_path, told)
    unpacked = add_wheel(shop.store, kept.wheel_path, kept.sha256, project=source.name, version=source.version)
    remove_tree(os.path.dirname(result.wheel_path))
    for failed_key in shop.failures.pop(source.identity, {}):
        _remember(shop, failed_key, {"date": order.date})
    return _add(shop, facts, variant._replace(wheel=unpacked.sha256))


def _add(shop: Workshop, facts: Facts, variant: Variant) -> Facts:
    source = variant.source
    for match in variant.matches:
        shop.story.tell(
            Matched(
                source=f"{source.name} {source.version}",
                library=match.name,
                version=match.built,
                evidence=match.evidence,
                policy=str(match.policy),
                sentence=f"{source.name} {source.version} matches {match.name} {match.built}: {match.sentence}",
            )
        )
    return facts.with_variant(variant)


def _variant(goal: Goal, order: Order, metadata: Metadata, links: tuple[LinkParts, ...], wheel: str) -> Variant:
    verdict = judge(
        order.source.name,
        static_requires=order.stated.static_requires,
        built=metadata,
        ingredients=order.against,
        links=[(distribution, library) for _, library, distribution, _, _ in links],
        match_runtime=order.stated.match_runtime,
        policies=goal.policies,
        markers=MarkerAnswers(goal.target),
    )
    return Variant(
        source=order.source,
        key=order.key,
        metadata=metadata,
        ingredients=order.against,
        matches=verdict.matches,
        coupled=verdict.coupled,
        contradiction=verdict.contradiction,
        wheel=wheel,
        build_time=order.date,
        links=links,
    )


def _with_record(shop: Workshop, wheel_path: str, record: dict[str, object]) -> str:
    from pybuildsync_hooks.record import write_record as write_build_record

    folder = os.path.join(os.path.dirname(wheel_path), "recorded")
    os.makedirs(folder, exist_ok=True)
    return write_build_record(wheel_path, record, folder)


def _recall(shop: Workshop, goal: Goal, order: Order, facts: Facts) -> Facts | None:
    """Return the facts that the store has under the order's key, or None: only what this loop would build is asked."""
    kept = shop.built.find(order.key)
    if kept is not None:
        variant = _from_store(shop, goal, order, kept)
        if variant is not None:
            source = order.source
            shop.story.tell(BuildReused(name=source.name, version=source.version, against=order.named))
            return _add(shop, facts, variant)
    note = _remembered(shop, order.key)
    if note is None:
        return None
    if "requires" in note:
        return facts.with_hook_requires(order.source, tuple(parse_requirement(text) for text in note["requires"]))
    if not shop.settings.retry or (order.date and note["date"] >= order.date):
        return None
    shop.knowledge.with_times = True
    return facts.with_date(order.source, note["date"])


def _from_store(shop: Workshop, goal: Goal, order: Order, kept: BuiltWheel) -> Variant | None:
    told = marshal.loads(kept.result)
    if told[0] != _FORMAT:
        return None
    unpacked = find_wheel(shop.store, kept.sha256) or add_wheel(
        shop.store, kept.wheel_path, kept.sha256, project=order.source.name, version=order.source.version
    )
    return _variant(goal, order, unpacked.metadata, told[1], kept.sha256)


def _remember(shop: Workshop, key: str, note: dict[str, object]) -> None:
    write_record(shop.store, "builds", key, marshal.dumps((_FORMAT, time.time_ns() // 10**9, note)))


def _remembered(shop: Workshop, key: str) -> dict[str, Any] | None:
    kept = read_record(shop.store, "builds", key)
    if kept is None:
        return None
    told = marshal.loads(kept)
    note: dict[str, Any] = told[2]
    return note if told[0] == _FORMAT else None
