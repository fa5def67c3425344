"""What a build environment has that is worth keeping is asked for once: when all has gone well and before it goes."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from frontend.build_worlds import build_job

from pybuildsync.frontend.build_job import BuildFailure, BuildJob
from pybuildsync.frontend.building import cancel_all, close_session, close_sessions, run_build


class Seen(NamedTuple):
    """What ``gather`` was called with, and whether the environment was whole then."""

    environment: tuple[str, ...]
    is_whole: bool


def watched(folder: Path, tree: str, **more: object) -> tuple[BuildJob, list[Seen]]:
    """Return a job and the list of what it gathers."""
    seen: list[Seen] = []

    def gather(root: str, environment: tuple[str, ...]) -> None:
        seen.append(Seen(environment, os.path.exists(f"{root}/pyvenv.cfg")))

    return build_job(folder, tree, gather=gather, **more), seen


def test_after_a_build(tmp_path: Path) -> None:
    """The environment is as the build has left it; afterwards it goes."""
    job, seen = watched(tmp_path, "sound")
    run_build(job)
    close_sessions()
    assert seen == [Seen(job.environment, is_whole=True)]
    assert os.listdir(job.work) == []


def test_when_an_open_session_is_closed(tmp_path: Path) -> None:
    """A session that stays open is asked at its end."""
    job, seen = watched(tmp_path, "sound", want=("metadata",), keep_open=True)
    run_build(job)
    assert seen == []
    close_session(job.key)
    close_sessions()
    assert seen == [Seen(job.environment, is_whole=True)]


@pytest.mark.parametrize("tree", ["crash", "killed", "crash_on_import"])
def test_not_after_a_failure(tmp_path: Path, tree: str) -> None:
    """What failed, or was killed, may have left halves."""
    job, seen = watched(tmp_path, tree)
    with pytest.raises(BuildFailure):
        run_build(job)
    close_sessions()
    assert (seen, os.listdir(job.work)) == ([], [])


def test_not_when_the_time_is_over(tmp_path: Path) -> None:
    """Nor what was ended."""
    job, seen = watched(tmp_path, "hang", timeout=0.5)
    with pytest.raises(BuildFailure):
        run_build(job)
    close_sessions()
    assert seen == []


def test_idle_sessions_have_ended_well(tmp_path: Path) -> None:
    """Cancelling ends idle sessions, too: nothing was running in them."""
    job, seen = watched(tmp_path, "sound", want=("metadata",), keep_open=True)
    run_build(job)
    cancel_all()
    assert seen == [Seen(job.environment, is_whole=True)]
