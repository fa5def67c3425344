"""What holds for every test here: the real registry as this machine is configured for it, and a store of its own.

Tests here need the network, a C compiler, and minutes rather than seconds. They go through the command line that users
have (``program``), in environments of their own.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

for _name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "SOURCE_DATE_EPOCH"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all tests of a process: downloads are shared, and nothing comes from the user's."""
    folder = tmp_path_factory.getbasetemp().parent / "integration-store"
    os.environ["PYBUILDSYNC_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def program() -> Run:
    """Run ``pybuildsync ARGUMENTS``; text is captured, the exit status is the test's to judge."""

    def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pybuildsync", *arguments]
        environment = {**os.environ, **{name: str(value) for name, value in options.items()}}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    return run


@pytest.fixture
def environment(tmp_path: Path, program: Run) -> Path:
    """Return the folder of a new, empty environment."""
    folder = tmp_path / "environment"
    made = program("venv", str(folder))
    assert made.returncode == 0, made.stderr
    return folder
