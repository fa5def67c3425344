"""Build records of what stays installed, amended: what it must match for an extra that is asked for only now.

It was built without, so its record says nothing of what only the extra requires. From now on that must match: whoever
changes it later has to know (docs/matching.md, "After the install").
"""

import os
from collections.abc import Iterable

from pybuildsync.core.goal import Installed
from pybuildsync.core.matching import events_of
from pybuildsync.core.story import Story
from pybuildsync.environments.installed import InstalledDistribution, read_build_record, read_record_file
from pybuildsync.environments.layouts import Generated
from pybuildsync.environments.planning import Rewritten
from pybuildsync.environments.records import content_hash, record_text
from pybuildsync.environments.schemes import Scheme, real_path, unwritable_folder
from pybuildsync.pipeline.build_records import with_matches

_NAME = "pybuildsync.json"


def amended_records(
    amended: Iterable[Installed], distributions: Iterable[InstalledDistribution], scheme: Scheme, story: Story
) -> tuple[Rewritten, ...]:
    """Return what to write so that the records of *distributions* tell what the *amended* ones among them must match.

    Only in *scheme*, if that can be changed: what is elsewhere stays as it is. *story* is told what must match.
    """
    if scheme.unchangeable or unwritable_folder(scheme):
        return ()
    there = {each.name: each for each in distributions}
    roots = {real_path(folder): folder for folder in (scheme.purelib, scheme.platlib)}
    found = []
    for each in amended:
        distribution = there[each.name]
        root = roots.get(real_path(distribution.location))
        if root is not None:
            found.append(Rewritten(distribution, _files(each, distribution, root, story)))
    return tuple(found)


def _files(
    amended: Installed, distribution: InstalledDistribution, root: str, story: Story
) -> tuple[Generated, Generated]:
    """Return the record of *distribution*, in the folder *root*, and its RECORD."""
    from pybuildsync_hooks.record import dump_record

    record, variant = read_build_record(distribution), amended.variant
    if record is None or variant is None:
        raise AssertionError(distribution)
    known = {match["name"] for match in record["matches"]}
    for event in events_of(variant, (match for match in variant.matches if match.name not in known)):
        story.tell(event)
    folder = os.path.basename(distribution.dist_info)
    name = f"{folder}/{_NAME}"
    rows = read_record_file(distribution)
    content = dump_record(with_matches(record, variant))
    own = (name, content_hash(content), len(content))
    text = record_text([own if row[0] == name else row for row in rows])
    return Generated(f"{root}/{name}", content), Generated(f"{root}/{folder}/RECORD", text)
