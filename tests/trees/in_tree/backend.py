"""A sound backend that lives in the tree it builds, and says so for every import of it."""

import importlib

tiny = importlib.import_module("tiny_backend")
get_requires_for_build_wheel = tiny.get_requires_for_build_wheel
prepare_metadata_for_build_wheel = tiny.prepare_metadata_for_build_wheel
build_wheel = tiny.build_wheel
build_editable = tiny.build_editable

print("the in-tree backend is imported")  # noqa: T201  # goes to the log
