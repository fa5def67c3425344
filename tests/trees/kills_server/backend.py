"""A backend that ends more than itself."""
# ruff: noqa: ARG001, the standard names the parameters

import os
import signal


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """End the process that started it."""
    os.kill(os.getppid(), signal.SIGKILL)
    return ""
