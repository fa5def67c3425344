"""What a backend asks for through ``get_requires_for_build_*``, held against what the build environment has.

It never resolves: what is missing goes back to the caller.
"""

import os
from collections.abc import Iterable, Mapping

from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import parse_requirement


def unmet_requires(
    requires: Iterable[str], *, resolved: Iterable[str], site_packages: str, markers: Mapping[str, str]
) -> tuple[str, ...]:
    """Return those of *requires* (valid PEP 508 texts) that the environment does not satisfy, in order.

    *resolved* are those it was resolved with, in any spelling: they are met. So is a plain requirement whose
    distribution is in *site_packages* at a fitting version, and one whose marker is false under *markers* (empty: those
    of this interpreter). A requirement with extras or a URL is not met by presence alone.
    """
    from packaging.requirements import Requirement

    known = {parse_requirement(text) for text in resolved}
    present = present_versions(site_packages)
    unmet = []
    for text in requires:
        requirement = Requirement(text)
        environment = {**markers, "extra": ""}
        if parse_requirement(text) in known or (requirement.marker and not requirement.marker.evaluate(environment)):
            continue
        version = present.get(normalize_name(requirement.name))
        if (
            version is None
            or requirement.extras
            or requirement.url
            or not requirement.specifier.contains(version, prereleases=True)
        ):
            unmet.append(text)
    return tuple(dict.fromkeys(unmet))


def present_versions(*folders: str) -> dict[str, str]:
    """Return the versions of the distributions in *folders*, in import order, by normalised name."""
    found = {}
    for folder in reversed(folders):
        for entry in sorted(os.listdir(folder)):
            stem = entry.removesuffix(".dist-info")
            name, separator, version = stem.rpartition("-")
            if separator and stem != entry:
                found[normalize_name(name)] = version.replace("_", "-")
    return found
