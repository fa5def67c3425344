"""A backend that is killed, as where memory runs out."""
# ruff: noqa: ARG001, the standard names the parameters

import os
import signal


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Be killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return ""
