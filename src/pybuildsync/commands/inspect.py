"""``inspect``: all that is installed, as pip's inspection report.

Version 1 of the format that pip documents as "pip inspect report", sorted by name. Changes and asks nothing.
"""

import json
from typing import Any

from pybuildsync.commands.metadata_json import PIP_VERSION, metadata_as_json
from pybuildsync.commands.options import InspectOptions
from pybuildsync.commands.results import InspectResult
from pybuildsync.commands.surroundings import Within, editable_folder, look_around
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import (
    InstalledDistribution,
    direct_url,
    installer,
    metadata_text,
    requested,
)
from pybuildsync.index.addresses import path_url


def run(options: InspectOptions, story: Story) -> InspectResult:
    """Return the report; raises EnvironmentFault if there is no such interpreter, RequestError for options."""
    within = Within(local=options.local, user=options.user, paths=options.paths)
    interpreter, found = look_around(options.python, options.store, story, within)
    report = {
        "version": "1",
        "pip_version": PIP_VERSION,
        "installed": [_entry(one) for one in found],
        "environment": dict(interpreter.target.markers),
    }
    return InspectResult(report=json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _entry(distribution: InstalledDistribution) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "metadata": metadata_as_json(metadata_text(distribution)),
        "metadata_location": distribution.dist_info,
    }
    origin = _origin(distribution)
    if origin is not None:
        entry["direct_url"] = origin
    by = installer(distribution)
    if by:
        entry["installer"] = by
    if distribution.kind == "dist-info":
        entry["requested"] = requested(distribution)
    return entry


def _origin(distribution: InstalledDistribution) -> dict[str, Any] | None:
    """Return where it came from (PEP 610); of a link to a source tree what would be said of it today."""
    from packaging.direct_url import DirectUrl, DirectUrlValidationError

    stated = direct_url(distribution)
    if stated is None:
        folder = editable_folder(distribution)
        return {"url": path_url(folder), "dir_info": {"editable": True}} if folder else None
    try:
        return dict(DirectUrl.from_dict(stated).to_dict(generate_legacy_hash=True))
    except DirectUrlValidationError:
        return None
