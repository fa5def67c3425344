"""Where an installed distribution came from, as its ``direct_url.json`` tells (PEP 610)."""

from collections.abc import Mapping
from typing import Any

from pybuildsync.environments.installed import InstalledDistribution, direct_url


def origin_of(distribution: InstalledDistribution) -> tuple[str, bool]:
    """Return the direct reference that gives *distribution* again, "" for what came from an index.

    And whether it is an editable installation: then the reference is to its folder.
    """
    origin = direct_url(distribution)
    if origin is None:
        return "", False
    folder = origin.get("dir_info")
    return reference_of(origin), isinstance(folder, dict) and folder.get("editable") is True


def reference_of(origin: Mapping[str, Any]) -> str:
    """Return the URL of PEP 508 for the contents of ``direct_url.json``."""
    url = str(origin.get("url", ""))
    checkout, archive = origin.get("vcs_info"), origin.get("archive_info")
    if isinstance(checkout, dict):
        url = f"{checkout.get('vcs', 'git')}+{url}@{checkout.get('commit_id', '')}"
    fragments = []
    if isinstance(archive, dict):
        hashes = archive.get("hashes")
        if isinstance(hashes, dict) and hashes:
            fragments = [f"{algorithm}={digest}" for algorithm, digest in sorted(hashes.items())][:1]
        elif archive.get("hash"):
            fragments = [str(archive["hash"])]
    if origin.get("subdirectory"):
        fragments.append(f"subdirectory={origin['subdirectory']}")
    return url + ("#" + "&".join(fragments) if fragments else "")
