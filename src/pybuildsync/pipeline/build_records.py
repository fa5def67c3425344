"""Build records: from a finished build to the record in its wheel, and from an installed record back to a variant."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import AT_SOURCE, Goal
from pybuildsync.core.policies import ANY, Policy, PolicyBook
from pybuildsync.core.variants import Ingredient, Match, Source, Variant
from pybuildsync.frontend.build_job import BuildResult
from pybuildsync.frontend.build_variables import is_secret
from pybuildsync.pipeline.orders import BuildSettings, Order
from pybuildsync.pipeline.trees import tree_digest

if TYPE_CHECKING:
    from pybuildsync_hooks import record


def record_of(
    order: Order,
    goal: Goal,
    variant: Variant,
    *,
    prepared: Metadata | None,
    result: BuildResult,
    settings: BuildSettings,
) -> dict[str, Any]:
    """Return the build record (docs/build-records.md) of the build of *order* that gave *variant*."""
    from pybuildsync_hooks import record

    source = order.source
    is_tree = os.path.isdir(order.path)
    target = goal.target
    build_time, as_of = _build_time(order, goal)
    return record.make_record(
        name=source.name,
        version=source.version,
        source=record.Source(
            kind="vcs" if source.vcs else "directory" if is_tree else "sdist",
            filename=_filename(order, is_tree=is_tree),
            sha256=tree_digest(order.path) if source.editable else order.digest,
            subdirectory=source.subdirectory,
            commit=source.commit,
        ),
        backend=order.stated.backend,
        build_requires=[str(each) for each in order.stated.build_requires],
        hook_requires=list(result.requires),
        environment=[record.Ingredient(e.name, e.version, e.sha256, e.key) for e in order.against],
        implementation=target.implementation,
        python=target.full_version,
        platform=target.platform,
        tags=_tags(result.wheel_path or ""),
        prepared_requires=None if prepared is None else [str(each) for each in prepared.requires],
        built_requires=[str(each) for each in variant.metadata.requires],
        matches=_matches(variant),
        links=[record.Link(module, library, owner, path) for module, library, owner, path, _ in variant.links],
        config_settings={key: value for key, value in settings.config_settings(source.name) if not is_secret(key)},
        variables={name: value for name, value in settings.variables(source.name) if not is_secret(name)},
        build_time=build_time,
        as_of=as_of,
        build_key=order.key,
    )


def is_record_of(record: Mapping[str, Any], variant: Variant) -> bool:
    """Whether *record*, of the build key of *variant*, says the same of what must match, and why."""
    told = [(each["name"], each["version"], each["evidence"], each["policy"]) for each in record["matches"]]
    return told == sorted((each.name, each.built, each.evidence, str(each.policy)) for each in variant.matches)


def with_matches(record: Mapping[str, Any], variant: Variant) -> dict[str, Any]:
    """Return *record* with what *variant* must match."""
    from pybuildsync_hooks.record import matches_field

    return {**record, "matches": matches_field(_matches(variant))}


def _matches(variant: Variant) -> "list[record.Match]":
    from pybuildsync_hooks import record

    return [record.Match(m.name, m.built, m.evidence, str(m.policy), m.sentence) for m in variant.matches]


def _filename(order: Order, *, is_tree: bool) -> str:
    source = order.source
    if source.vcs and not source.editable:  # the folder of a checkout says nothing
        return source.name
    return os.path.basename(order.path) if is_tree or source.file is None else source.file.filename


def _build_time(order: Order, goal: Goal) -> tuple[str, str]:
    """Return which rule dated the build tools of *order*, and the date."""
    if order.date:
        return "retry", order.date
    if goal.build_date == AT_SOURCE:
        time = order.source.file.upload_time if order.source.file else ""
        return ("source", time) if time else ("latest", "")
    return ("date", goal.build_date) if goal.build_date else ("latest", "")


def _tags(wheel_path: str) -> list[str]:
    from pybuildsync.core.wheel_choice import expand_tags

    stem = os.path.basename(wheel_path).removesuffix(".whl")
    return list(expand_tags("-".join(stem.split("-")[-3:])))


def variant_of(record: Mapping[str, Any] | None, metadata: Metadata, policies: PolicyBook) -> Variant | None:
    """Return the variant that an installed distribution is, as its build record tells; None without a valid record.

    What must match is judged by the policies of today: configuration may have changed since.
    """
    if record is None:
        return None
    from pybuildsync_hooks.record import check_record

    if check_record(record):
        return None
    name = record["name"]
    matches = tuple(_match(name, each, policies) for each in record["matches"])
    # A run path may lead to the file: who has it elsewhere is taken not to have it.
    links = tuple((e["module"], e["library"], e["distribution"], e["path"], True) for e in record["links"])
    return Variant(
        source=Source(name, metadata.version, record["source"]["sha256"]),
        key=record["build_key"],
        metadata=metadata,
        ingredients=tuple(
            Ingredient(e["name"], e["version"], e["sha256"], e["build_key"]) for e in record["environment"]
        ),
        matches=matches,
        coupled=tuple((match.name, match.built) for match in matches),
        wheel="installed",
        build_time=record["build_time"]["as_of"],
        links=links,
    )


def _match(project: str, match: Mapping[str, Any], policies: PolicyBook) -> Match:
    """Return a match of a record, under the policy that is configured today, promised, recorded, or in today's table.

    A promise is that of the version built against, which may be gone meanwhile: so what was recorded beside "exact",
    which is what holds where nobody says anything, stays. What was baked is kept by the wheel's own requirement, and by
    a policy that only somebody since has named.
    """
    library, built, evidence = match["name"], match["version"], match["evidence"]
    recorded = Policy(tuple(match["policy"].split("+")), "the build record")
    configured = policies.configured(project, library)
    said = configured or policies.promised(library, built)
    if evidence == "baked":
        said = said or policies.documented(library, built)
        if said is None or said.is_any:
            return Match(library, built, evidence, ANY, match["reason"])
        evidence = "configured" if configured else "required twice"
    elif said is None and evidence != "configured" and recorded.is_exact:
        said = policies.policy(project, library, built)
    return Match(library, built, evidence, said or recorded, match["reason"])
