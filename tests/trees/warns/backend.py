"""A backend that warns, in the way that hooks have for it."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib
import warnings

tiny = importlib.import_module("tiny_backend")


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Warn, then build."""
    warnings.warn("this tree is old", UserWarning, stacklevel=1)
    return str(tiny.build_wheel(wheel_directory))
