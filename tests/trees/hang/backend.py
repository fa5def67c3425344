"""A backend that never ends, and neither does what it has started; the file named in its settings gets the ids."""
# ruff: noqa: ARG001, the standard names the parameters

from __future__ import annotations

import os
import subprocess
import sys
import time


def build_wheel(
    wheel_directory: str, config_settings: dict[str, str] | None = None, metadata_directory: object = None
) -> str:
    """Start another process and wait."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("waiting for better days", flush=True)  # noqa: T201  # goes to the log
    path = (config_settings or {})["ids"]
    with open(path + ".part", "w", encoding="utf-8") as stream:
        stream.write(f"{os.getpid()} {child.pid}")
    os.rename(path + ".part", path)
    time.sleep(600)
    return ""
