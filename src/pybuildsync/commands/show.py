"""``show``: what is known of installed distributions, the build record in words included."""

import os
import re
import string
from typing import Any

from pybuildsync.commands.metadata_json import metadata_as_json
from pybuildsync.commands.options import ShowOptions
from pybuildsync.commands.records import describe_record
from pybuildsync.commands.results import Described, ShowResult
from pybuildsync.commands.surroundings import editable_folder, look_around, required_by, stated, stated_requires
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story, Warned
from pybuildsync.environments.installed import (
    InstalledDistribution,
    installer,
    list_of_files,
    metadata_text,
    read_build_record,
    read_record_file,
    read_text,
)

_LICENSE_EXPRESSION = (2, 4)  # the version of the core metadata that brought it
_NUMBER = re.compile(r"[0-9]{1,4}\Z")
_UNPUNCTUATED = str.maketrans("", "", string.punctuation + string.whitespace)


def run(options: ShowOptions, story: Story) -> ShowResult:
    """Return what is known of each name, in the order asked for; raises EnvironmentFault without an interpreter."""
    interpreter, found = look_around(options.python, options.store, story)
    markers = dict(interpreter.target.markers)
    by_name = {one.name: one for one in found}
    titles = {one.name: stated(one)[0] for one in found}
    wanting = required_by(found, markers)
    described: list[Described] = []
    missing: list[str] = []
    for text in options.names:
        one = by_name.get(normalize_name(text))
        if one is None:
            missing.append(text)
            continue
        needed_by = sorted((titles[name] for name in wanting.get(one.name, ())), key=str.lower)
        described.append(_describe(one, stated_requires(one, markers), needed_by, files=options.files))
    if missing:
        story.tell(Warned(f"Package(s) not found: {', '.join(sorted(missing))}"))
    return ShowResult(distributions=tuple(described), missing=tuple(missing))


def _describe(
    distribution: InstalledDistribution, needs: tuple[str, ...], needed_by: list[str], *, files: bool
) -> Described:
    """Return what is known; labels and order are those of pip's show."""
    said = metadata_as_json(metadata_text(distribution))
    fields = [
        ("Name", said.get("name", distribution.name)),
        ("Version", said.get("version", distribution.version)),
        ("Summary", said.get("summary", "")),
        ("Home-page", said.get("home_page") or _home_page(said.get("project_url", []))),
        ("Author", said.get("author", "")),
        ("Author-email", said.get("author_email", "")),
        _license(said),
        ("Location", distribution.location),
    ]
    fields += [("Editable project location", folder)] if (folder := editable_folder(distribution)) else []
    fields += [("Requires", ", ".join(needs)), ("Required-by", ", ".join(needed_by))]
    record = read_build_record(distribution)
    return Described(
        name=distribution.name,
        version=distribution.version,
        fields=tuple(fields),
        details=(
            ("Metadata-Version", said.get("metadata_version", "")),
            ("Installer", installer(distribution)),
        ),
        lists=(
            ("Classifiers", tuple(said.get("classifier", ()))),
            ("Entry-points", tuple(read_text(distribution, "entry_points.txt").splitlines())),
            ("Project-URLs", tuple(said.get("project_url", ()))),
        ),
        files=_files(distribution) if files else None,
        record=record,
        sentences=describe_record(record) if record is not None else (),
    )


def _license(said: dict[str, Any]) -> tuple[str, str]:
    if said.get("license_expression") and _numbers(said.get("metadata_version", "")) >= _LICENSE_EXPRESSION:
        return "License-Expression", said["license_expression"]
    return "License", said.get("license", "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if _NUMBER.match(part))


def _home_page(project_urls: list[str]) -> str:
    """Return the URL that is labelled as the home page (the specification of well-known project URLs)."""
    for text in project_urls:
        label, _, url = text.partition(",")
        if label.translate(_UNPUNCTUATED).lower() == "homepage":
            return url.strip()
    return ""


def _files(distribution: InstalledDistribution) -> tuple[str, ...]:
    """Return the files that it lists, sorted; () where it has no list."""
    if not os.path.exists(list_of_files(distribution)):
        return ()
    return tuple(sorted(row[0] for row in read_record_file(distribution)))
