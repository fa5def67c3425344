"""A backend that leaves without an answer, and says that all is well."""
# ruff: noqa: ARG001, the standard names the parameters

import os


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Leave."""
    os._exit(0)
