"""What is installed, as the core sees it."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pybuildsync.core.goal import Installed
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.variants import Variant
from pybuildsync.environments.installed import (
    InstalledDistribution,
    read_build_record,
    read_metadata,
    read_record_file,
)
from pybuildsync.errors import PackageError
from pybuildsync.pipeline.build_records import variant_of
from pybuildsync.pipeline.origins import origin_of
from pybuildsync.pipeline.promises import Promise, promise_in

if TYPE_CHECKING:
    from pybuildsync.core.facts import Metadata


def installed_of(distributions: tuple[InstalledDistribution, ...], policies: PolicyBook) -> tuple[Installed, ...]:
    """Return what the core is told of *distributions*; broken ones count as not installed."""
    read: list[tuple[InstalledDistribution, Metadata, dict[str, Any] | None]] = []
    for distribution in distributions:
        if distribution.broken:
            continue
        try:
            read.append((distribution, read_metadata(distribution), read_build_record(distribution)))
        except PackageError:
            continue
    if any(record is not None for _, _, record in read):
        policies = policies.with_promises(installed_promises(each for each, _, _ in read))
    there = {each.name: each for each, _, _ in read}
    found = []
    for each, metadata, record in read:
        variant = variant_of(record, metadata, policies)
        unlinked = _unlinked(variant, there) if variant is not None and variant.links else ()
        origin, is_editable = origin_of(each)
        found.append(Installed(each.name, each.version, metadata, variant, unlinked, origin, is_editable))
    return tuple(found)


def _unlinked(variant: Variant, there: Mapping[str, InstalledDistribution]) -> tuple[tuple[str, str], ...]:
    """Return the libraries *there*, in other versions than *variant* was built with, that lack what it loads."""
    from pybuildsync.pipeline.looking import missing_links

    found = []
    for library, built in variant.linked:
        other = there.get(library)
        if other is not None and other.version != built:
            files = [path for path, _, _ in read_record_file(other)]
            if missing_links(variant.links, library, files):
                found.append((library, other.version))
    return tuple(found)


def installed_promises(distributions: Iterable[InstalledDistribution]) -> tuple[Promise, ...]:
    """Return what installed *distributions* promise of themselves."""
    found = []
    for each in distributions:
        try:
            with open(os.path.join(each.dist_info, "entry_points.txt"), encoding="utf-8", errors="replace") as file:
                policy = promise_in(file.read())
        except OSError:
            continue
        if policy is not None:
            found.append(((each.name, each.version), policy))
    return tuple(found)
