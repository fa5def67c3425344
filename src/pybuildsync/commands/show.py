"""``show``: what is known of installed distributions, the build record in words included."""

import os

from pybuildsync.commands.options import ShowOptions
from pybuildsync.commands.records import describe_record
from pybuildsync.commands.results import Described, ShowResult
from pybuildsync.commands.surroundings import editable_folder, look_around, required_by, requires
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Story, Warned
from pybuildsync.environments.installed import (
    InstalledDistribution,
    installer,
    read_build_record,
    read_record_file,
)

# The labels and the order are those of pip's show.
_FIELDS = (
    ("Summary", "summary"),
    ("Home-page", "home-page"),
    ("Author", "author"),
    ("Author-email", "author-email"),
)


def run(options: ShowOptions, story: Story) -> ShowResult:
    """Return what is known of each name, in the order asked for; raises EnvironmentFault without an interpreter."""
    interpreter, found = look_around(options.python, options.store, story)
    markers = dict(interpreter.target.markers)
    by_name = {one.name: one for one in found}
    wanting = required_by(found, markers)
    described: list[Described] = []
    missing: list[str] = []
    for name in dict.fromkeys(map(normalize_name, options.names)):
        if name in by_name:
            one = by_name[name]
            described.append(_describe(one, requires(one, markers), wanting.get(name, ()), files=options.files))
        else:
            missing.append(name)
    if missing:
        story.tell(Warned(f"not installed: {', '.join(missing)}"))
    return ShowResult(distributions=tuple(described), missing=tuple(missing))


def _describe(
    distribution: InstalledDistribution, needs: tuple[str, ...], needed_by: tuple[str, ...], *, files: bool
) -> Described:
    stated = _metadata_fields(distribution)
    fields = [("Name", stated.get("name", distribution.name)), ("Version", distribution.version)]
    fields += [(label, stated.get(key, "")) for label, key in _FIELDS]
    fields += [
        ("License", stated.get("license-expression") or stated.get("license", "").partition("\n")[0]),
        ("Location", distribution.location),
    ]
    fields += [("Editable project location", folder)] if (folder := editable_folder(distribution)) else []
    fields += [
        ("Requires", ", ".join(needs)),
        ("Required-by", ", ".join(needed_by)),
        ("Installer", installer(distribution)),
    ]
    record = read_build_record(distribution)
    return Described(
        name=distribution.name,
        version=distribution.version,
        fields=tuple(fields),
        files=tuple(sorted(row[0] for row in read_record_file(distribution))) if files else None,
        record=record,
        sentences=describe_record(record) if record is not None else (),
    )


def _metadata_fields(distribution: InstalledDistribution) -> dict[str, str]:
    """Return the first value of every field; {} where the metadata can't be read."""
    for filename in ("METADATA", "PKG-INFO", "EGG-INFO/PKG-INFO"):
        try:
            with open(os.path.join(distribution.dist_info, *filename.split("/")), "rb") as file:
                return {name: values[0] for name, values in read_fields(file.read()).items()}
        except OSError:
            continue
    return {}
