"""From what a build told, or the store remembers, to facts."""

import os
from collections.abc import Iterable
from typing import Any

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.goal import Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import events_of, judge
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.story import (
    BuildRetried,
    BuildReused,
    Warned,
)
from pybuildsync.core.variants import Facts, LinkParts, Source, Variant
from pybuildsync.core.wheel_choice import TagRanks
from pybuildsync.errors import PackageError
from pybuildsync.frontend.build_job import BuildFailure, BuildResult
from pybuildsync.pipeline.build_notes import Note, read_note, write_note
from pybuildsync.pipeline.build_records import record_of
from pybuildsync.pipeline.installed_builds import files_of, needed_names
from pybuildsync.pipeline.orders import Order
from pybuildsync.pipeline.promises import promises_of
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.built import BuiltWheel
from pybuildsync.store.sealing import decode_value, encode_value
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, find_wheel
from pybuildsync.store.writing import remove_tree

_FORMAT = 1
_AT_THE_END = (
    "packaging.utils",
    "pybuildsync.native.providers",
    "pybuildsync.pipeline.linked_libraries",
    "pybuildsync.store.unpacking",
    "pybuildsync_hooks.record",
    "zipfile",
)


def next_date(shop: Workshop, order: Order, failure: BuildFailure) -> str:
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


def go_back(shop: Workshop, facts: Facts, order: Order, failure: BuildFailure) -> Facts:
    """Return *facts* with the date of whose build tools *order* is tried next.

    Raises:
        BuildFailure: *failure* itself, if there is no further date to try.

    """
    date = next_date(shop, order, failure)
    if not date:
        raise failure
    shop.knowledge.with_times = True
    said = failure.what.partition(": ")[2] or failure.what
    reason = failure.cause or f"{said}; the whole log: {failure.log_path}"
    shop.story.tell(BuildRetried(name=order.source.name, version=order.source.version, time=date[:10], reason=reason))
    return facts.with_date(order.source, date)


def learn(shop: Workshop, goal: Goal, facts: Facts, order: Order, result: BuildResult) -> Facts:
    """Return *facts* with what the build of *order* told; a wheel gets its record and goes to the store."""
    from pybuildsync.pipeline.linked_libraries import libraries_of

    source = order.source
    if result.unmet:
        _remember(shop, order, Note(requires=result.unmet))
        return facts.with_hook_requires(source, tuple(parse_requirement(text) for text in result.unmet))
    if result.wheel_path is None:
        _remember(shop, order, Note(metadata=result.metadata_text))
        metadata = parse_metadata(result.metadata_text, Origin.PREPARED)
        return facts.with_variant(_variant(goal, order, metadata, (), result.requires))
    _check_tags(goal, source, os.path.basename(result.wheel_path))
    prepared = parse_metadata(result.prepared_text, Origin.PREPARED) if result.prepared_text else None
    built = parse_metadata(result.metadata_text, Origin.WHEEL)
    tree = os.path.join(order.path, source.subdirectory) if source.editable else ""
    links = libraries_of(shop.store, result.wheel_path, _files(shop, goal, order, built, result.requires), tree)
    for module, folder in links.leaving:
        text = f"{source.name} {source.version}: {module} looks for libraries in {folder}, which goes with the build"
        shop.story.tell(Warned(text))
    variant = _variant(goal, order, built, links.parts, result.requires)
    if links.leaving:  # of no use once the build's folder is gone: neither kept for another time nor recorded
        unpacked = _unpack(shop, source, result.wheel_path)
        return _add(shop, facts, variant._replace(wheel=unpacked.sha256))
    record = record_of(order, goal, variant, prepared=prepared, result=result, settings=shop.settings)
    wheel_path = _with_record(result.wheel_path, record)
    if source.editable:  # what its tree holds now is nothing to keep
        unpacked = _unpack(shop, source, wheel_path)
        remove_tree(os.path.dirname(result.wheel_path))
        return _add(shop, facts, variant._replace(wheel=unpacked.sha256))
    told = encode_value(
        (_FORMAT, links.parts, order.date, tuple(str(r) for r in prepared.requires) if prepared else None)
    )
    kept = shop.built.save(order.key, wheel_path, told)
    unpacked = add_wheel(shop.store, kept.wheel_path, kept.sha256, project=source.name, version=source.version)
    remove_tree(os.path.dirname(result.wheel_path))
    for failed_key in shop.failures.pop(source.identity, {}):
        write_note(shop.store, failed_key, Note(date=order.date))
    return _add(shop, facts, variant._replace(wheel=unpacked.sha256))


def import_ahead() -> None:
    """Import what the end of a build takes: 40 ms that cost nothing while builds are waited for."""
    from importlib import import_module

    for name in _AT_THE_END:
        import_module(name)


def _check_tags(goal: Goal, source: Source, filename: str) -> None:
    """Raise PackageError if the wheel of that name isn't for the interpreter that it was built with."""
    if TagRanks(goal.target).rank(filename) < 0:
        raise PackageError(
            f"{source.name}=={source.version} was built for another platform or another Python",
            why=f"its build backend gave {filename}, for Python {goal.target.version} on {goal.target.platform}",
            hint="see that no setting or variable of the build names a platform, or tell its authors",
        )


def _unpack(shop: Workshop, source: Source, wheel_path: str) -> UnpackedWheel:
    """Return the wheel at *wheel_path*, which goes, unpacked."""
    import hashlib

    with open(wheel_path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    unpacked = add_wheel(shop.store, wheel_path, digest, project=source.name, version=source.version)
    remove_tree(os.path.dirname(wheel_path))
    return unpacked


def _add(shop: Workshop, facts: Facts, variant: Variant) -> Facts:
    for event in events_of(variant, variant.matches):
        shop.story.tell(event)
    return facts.with_variant(variant)


def is_passing(shop: Workshop, order: Order) -> bool:
    """Whether the same order may give something else at another time: then nothing of it is kept."""
    return order.source.editable or shop.within is not None


def _files(
    shop: Workshop, goal: Goal, order: Order, built: Metadata, asked: tuple[str, ...]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Return the files of what the wheel of *order*, with the metadata *built*, may link to, by distribution.

    Without isolation that isn't all that is installed, which has many a file of the same name, but what is required.
    """
    from pybuildsync.pipeline.linked_libraries import installed_files

    if shop.within is None:
        return ((wheel.project, installed_files(wheel)) for wheel in order.wheels)
    requirements = (*_needed_to_build(order, asked), *built.requires)
    return files_of(shop.within, needed_names(goal, requirements))


def _needed_to_build(order: Order, asked: tuple[str, ...]) -> tuple[Requirement, ...]:
    return (*order.stated.build_requires, *map(parse_requirement, asked))


def _variant(
    goal: Goal, order: Order, metadata: Metadata, links: tuple[LinkParts, ...], asked: tuple[str, ...]
) -> Variant:
    """Return what *order* gave; *asked* are the requirements that the backend's hook has asked for."""
    against = order.against
    if goal.builds_with is not None:
        names = needed_names(goal, _needed_to_build(order, asked)) | {owner for _, _, owner, _, _ in links}
        against = tuple(each for each in against if each.name in names)
    verdict = judge(
        order.source.name,
        static_requires=order.stated.static_requires,
        built=metadata,
        ingredients=against,
        links=[(distribution, library) for _, library, distribution, _, _ in links],
        match_runtime=order.stated.match_runtime,
        policies=goal.policies.with_promises(promises_of(order.wheels)),
        markers=MarkerAnswers(goal.target),
        extras=order.chosen.extras,
    )
    return Variant(
        source=order.source,
        key=order.key,
        metadata=metadata,
        ingredients=order.against,
        matches=verdict.matches,
        coupled=verdict.coupled,
        contradiction=verdict.contradiction,
        build_time=order.date,
        links=links,
    )


def _with_record(wheel_path: str, record: dict[str, object]) -> str:
    from pybuildsync_hooks.record import write_record as write_build_record

    folder = os.path.join(os.path.dirname(wheel_path), "recorded")
    os.makedirs(folder, exist_ok=True)
    return write_build_record(wheel_path, record, folder)


def recall(shop: Workshop, goal: Goal, order: Order, facts: Facts) -> Facts | None:
    """Return the facts that the store has under the order's key, or None: only what this loop would build is asked."""
    kept = shop.built.find(order.key)
    if kept is not None:
        variant = _from_store(shop, goal, order, kept)
        if variant is not None:
            source = order.source
            shop.story.tell(BuildReused(name=source.name, version=source.version, against=order.named))
            return _add(shop, facts, variant)
    note = read_note(shop.store, order.key)
    if note is None:
        return None
    if note.requires:
        return facts.with_hook_requires(order.source, tuple(parse_requirement(text) for text in note.requires))
    if note.metadata:
        return facts.with_variant(_variant(goal, order, parse_metadata(note.metadata, Origin.PREPARED), (), ()))
    if not shop.settings.retry or (order.date and note.date >= order.date):
        return None
    shop.knowledge.with_times = True
    return facts.with_date(order.source, note.date)


def _from_store(shop: Workshop, goal: Goal, order: Order, kept: BuiltWheel) -> Variant | None:
    links = decode_value(kept.result, read_links)
    if links is None:
        return None
    unpacked = find_wheel(shop.store, kept.sha256) or add_wheel(
        shop.store, kept.wheel_path, kept.sha256, project=order.source.name, version=order.source.version
    )
    return _variant(goal, order, unpacked.metadata, links, ())._replace(wheel=kept.sha256)


def read_links(told: tuple[Any, ...]) -> tuple[LinkParts, ...] | None:
    """Return the libraries that a wheel needs, from what is kept along with it; None if that is of another format."""
    form, links, _, _ = told
    if form != _FORMAT:
        return None
    return tuple((module, library, distribution, path, is_led) for module, library, distribution, path, is_led in links)


def _remember(shop: Workshop, order: Order, note: Note) -> None:
    if not is_passing(shop, order):
        write_note(shop.store, order.key, note)
