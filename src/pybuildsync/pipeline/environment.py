"""What is installed, as the core sees it."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pybuildsync.core.goal import Installed
from pybuildsync.core.policies import PolicyBook
from pybuildsync.environments.installed import InstalledDistribution, read_build_record, read_metadata
from pybuildsync.errors import PackageError
from pybuildsync.pipeline.build_records import variant_of
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
        policies = policies.with_promises(_promises(each for each, _, _ in read))
    return tuple(
        Installed(each.name, each.version, metadata, variant_of(record, metadata, policies))
        for each, metadata, record in read
    )


def _promises(distributions: Iterable[InstalledDistribution]) -> tuple[Promise, ...]:
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
