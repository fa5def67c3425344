"""A backend whose wheel requires another version than the metadata it has prepared."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib

tiny = importlib.import_module("tiny_backend")
prepare_metadata_for_build_wheel = tiny.prepare_metadata_for_build_wheel


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Build with a requirement more."""
    return str(tiny.write_wheel(wheel_directory, tiny.read_metadata() + "Requires-Dist: library==2\n"))
