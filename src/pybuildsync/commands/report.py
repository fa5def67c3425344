"""The installation report: what an install brings, as JSON in pip's form.

Version 1 of the format that pip documents as "installation report". Never asks an index: all that it tells is at hand
by then.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pybuildsync.commands.metadata_json import PIP_VERSION, metadata_as_json
from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.resolution import Chosen
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.wheels import UnpackedWheel


class Reported(NamedTuple):
    """One distribution that is installed: what was ``chosen``, its ``wheel``, and ``direct_url.json``'s text or ""."""

    chosen: Chosen
    wheel: UnpackedWheel
    direct_url: str = ""


def make_report(
    reported: Iterable[Reported], requirements: Iterable[Requirement], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return the report on *reported*; *requirements* are the user's, *environment* its PEP 508 marker values."""
    asked: dict[str, set[str]] = {}
    for requirement in requirements:
        asked.setdefault(requirement.name, set()).update(requirement.extras)
    return {
        "version": "1",
        "pip_version": PIP_VERSION,
        "install": [_entry(each, asked.get(each.chosen.name)) for each in reported],
        "environment": dict(environment),
    }


def write_report(report: Mapping[str, Any], path: str) -> str:
    """Write *report* to the file *path*; return it as text where *path* is "-", else "".

    Raises:
        EnvironmentFault: the file can't be written.

    """
    text = json.dumps(report, indent=2, ensure_ascii=False)
    if path == "-":
        return f"{text}\n"
    try:
        with open(os.path.expanduser(path), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise EnvironmentFault(
            f"the report can't be written: {path}",
            why=error.strerror or str(error),
            hint="nothing has been installed; name another file with --report",
        ) from error
    return ""


def _entry(reported: Reported, extras: set[str] | None) -> dict[str, Any]:
    """Return what the report says of one distribution; *extras* are those the user asked for, None if not by him."""
    file = _file(reported.chosen)
    entry: dict[str, Any] = {
        "download_info": json.loads(reported.direct_url) if reported.direct_url else _download_info(reported, file),
        "is_direct": bool(reported.direct_url),
        "is_yanked": file is not None and file.yanked is not None,
        "requested": extras is not None,
        "metadata": metadata_as_json(_metadata_text(reported.wheel)),
    }
    if extras:
        entry["requested_extras"] = sorted(extras)
    return entry


def _file(chosen: Chosen) -> DistributionFile | None:
    """Return the file that *chosen* comes from: for a build, its sdist."""
    variant = chosen.pick.variant
    source = variant.source if variant is not None else chosen.pick.source
    return source.file if source is not None else chosen.pick.file


def _download_info(reported: Reported, file: DistributionFile | None) -> dict[str, Any]:
    """Return what PEP 610 would say of a file from an index or a folder."""
    variant = reported.chosen.pick.variant
    algorithm, digest = "sha256", variant.source.digest if variant is not None else reported.wheel.sha256
    if file is None:  # the very source that an installed distribution was built from, as the store has it
        url = Path(variant.source.path).as_uri() if variant is not None else ""
    else:
        url = file.url
        algorithm, digest = next(_best_first(file), (algorithm, digest))
    if not digest:
        return {"url": url, "archive_info": {}}
    return {"url": url, "archive_info": {"hash": f"{algorithm}={digest}", "hashes": {algorithm: digest}}}


def _best_first(file: DistributionFile) -> Iterator[tuple[str, str]]:
    """Yield the hashes that an index gives for *file*, SHA-256 first."""
    return iter(sorted(file.hashes, key=lambda each: each[0] != "sha256"))


def _metadata_text(wheel: UnpackedWheel) -> str:
    with open(f"{wheel.path}/{wheel.dist_info}/METADATA", encoding="utf-8", errors="replace") as file:
        return file.read()
