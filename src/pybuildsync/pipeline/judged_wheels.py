"""Built wheels whose record tells what this command has found that they must match (docs/matching.md, "Build records").

A wheel in the store has the record of the command that built it, which may have had another configuration, or asked
for other extras. All else in a record follows from the build key.
"""

import json
import os

from pybuildsync.core.variants import Variant
from pybuildsync.pipeline.build_records import is_record_of, with_matches
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.built import BuiltWheel
from pybuildsync.store.wheels import UnpackedWheel, add_wheel
from pybuildsync.store.writing import new_temporary, remove_tree


def judged_wheel(shop: Workshop, variant: Variant, wheel: UnpackedWheel) -> UnpackedWheel:
    """Return *wheel*, that of *variant*, with the record of this command; as it is if no archive of it is kept."""
    try:
        with open(f"{wheel.path}/{wheel.dist_info}/pybuildsync.json", "rb") as file:
            is_own = is_record_of(json.load(file), variant)
    except FileNotFoundError:
        return wheel
    built = None if is_own else shop.built.find(variant.key)
    if built is None:
        return wheel
    import hashlib

    folder = new_temporary(shop.store)
    try:
        path = judged_archive(variant, built, folder)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return add_wheel(shop.store, path, digest, project=wheel.project, version=wheel.version)
    finally:
        remove_tree(folder)


def judged_archive(variant: Variant, built: BuiltWheel, folder: str) -> str:
    """Return the path of the archive of *variant* with the record of this command: *built*, or a copy in *folder*."""
    from pybuildsync_hooks.record import read_record, write_record

    record = read_record(built.wheel_path)
    if record is None or is_record_of(record, variant):
        return built.wheel_path
    os.makedirs(folder, exist_ok=True)
    return write_record(built.wheel_path, with_matches(record, variant), folder)
