"""A backend that puts what it sees of its process into the log, as a line of JSON."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib
import json
import os
import sys

tiny = importlib.import_module("tiny_backend")
COUNTS = {"calls": 0}


def _report() -> None:
    COUNTS["calls"] += 1
    seen = {
        "argv": sys.argv[1:2],
        "calls": COUNTS["calls"],
        "cwd": os.getcwd(),
        "environ": dict(os.environ),
        "main": sys.modules["__main__"].__name__,
        "path": sys.path,
        "prefix": sys.prefix,
        "stdin": sys.stdin.read(),
        "version": ".".join(map(str, sys.version_info[:2])),
    }
    print("report: " + json.dumps(seen))  # noqa: T201  # goes to the log


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None) -> str:
    """Report, then prepare."""
    _report()
    return str(tiny.prepare_metadata_for_build_wheel(metadata_directory))


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Report, then build."""
    _report()
    return str(tiny.build_wheel(wheel_directory))
