"""A backend that says five million characters."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib
import os
import sys

tiny = importlib.import_module("tiny_backend")


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Talk, then build."""
    for _ in range(50):
        sys.stdout.write("o" * 50_000 + "\n")
        os.write(2, b"e" * 50_000 + b"\n")
    return str(tiny.build_wheel(wheel_directory))
