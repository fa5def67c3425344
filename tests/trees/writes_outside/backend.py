"""A backend that puts its wheel beside the folder for it, and says so."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib
import os

tiny = importlib.import_module("tiny_backend")


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Build in the parent folder."""
    return os.path.join("..", tiny.write_wheel(os.path.dirname(wheel_directory), tiny.read_metadata()))
