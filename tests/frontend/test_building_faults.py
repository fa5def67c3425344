"""Builds whose folders or interpreter the machine doesn't give."""

from pathlib import Path

import pytest
from frontend.build_worlds import THIS_PYTHON, build_job

from pybuildsync.errors import EnvironmentFault
from pybuildsync.frontend.build_job import BuildPython
from pybuildsync.frontend.building import run_build


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    """It is the environment's fault, and named."""
    with pytest.raises(EnvironmentFault, match="can't be copied"):
        run_build(build_job(tmp_path, "sound", source=str(tmp_path / "nowhere")))


@pytest.mark.parametrize("field", ["work", "log_path", "output"])
def test_folders_that_cannot_be_made(tmp_path: Path, field: str) -> None:
    """A file where a folder should be: the error names it and the option that helps."""
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="--cache-dir"):
        run_build(build_job(tmp_path, "sound", **{field: str(tmp_path / "file" / "below")}))


def test_an_environment_that_cannot_be_made(tmp_path: Path) -> None:
    """The error names the folder."""
    python = BuildPython(executable=THIS_PYTHON.executable, version="3/x")
    with pytest.raises(EnvironmentFault, match="no build environment can be made"):
        run_build(build_job(tmp_path, "sound", python=python))
