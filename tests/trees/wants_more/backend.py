"""A backend that asks for more than the table names."""
# ruff: noqa: ARG001, the standard names the parameters

from __future__ import annotations

import importlib

tiny = importlib.import_module("tiny_backend")
build_wheel = tiny.build_wheel


def get_requires_for_build_wheel(config_settings: object = None) -> list[str]:
    """Ask for what is there, what is there in another version, what isn't there, and what isn't needed here."""
    return [
        "tiny-backend",
        "Tiny_Backend>=0.5",
        "tiny-backend>=2",
        "absent-thing",
        "tiny-backend[more]",
        'nowhere-needed; python_version < "3"',
        "absent-thing",
    ]
