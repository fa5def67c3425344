"""What is installed, as the core sees it."""

from pybuildsync.core.goal import Installed
from pybuildsync.core.policies import PolicyBook
from pybuildsync.environments.installed import InstalledDistribution, read_build_record, read_metadata
from pybuildsync.errors import PackageError
from pybuildsync.pipeline.build_records import variant_of


def installed_of(distributions: tuple[InstalledDistribution, ...], policies: PolicyBook) -> tuple[Installed, ...]:
    """Return what the core is told of *distributions*; broken ones count as not installed."""
    found = []
    for distribution in distributions:
        if distribution.broken:
            continue
        try:
            metadata = read_metadata(distribution)
        except PackageError:
            continue
        variant = variant_of(read_build_record(distribution), metadata, policies)
        found.append(Installed(distribution.name, distribution.version, metadata, variant))
    return tuple(found)
