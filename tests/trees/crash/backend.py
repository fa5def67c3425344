"""A backend that fails while it builds."""
# ruff: noqa: ARG001, the standard names the parameters


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Fail."""
    raise ModuleNotFoundError("No module named 'absent_helper'", name="absent_helper")
