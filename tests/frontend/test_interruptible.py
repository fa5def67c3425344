"""Commands that another thread may end."""

import os
import subprocess
import sys
import threading
import time

import pytest

from pybuildsync.frontend.interruptible import Interruptible

NOWHERE = {"cwd": None, "env": dict(os.environ), "stdin": subprocess.DEVNULL, "capture_output": True}


def test_what_a_command_says(tmp_path: os.PathLike[str]) -> None:
    """Its status, its output and what it said beside, as of subprocess.run; where it can't be run, the same error."""
    run = Interruptible()
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = run([sys.executable, "-c", code], **NOWHERE)  # type: ignore[arg-type]  # keywords in a table
    assert (done.returncode, done.stdout.split(), done.stderr.split()) == (3, [b"out"], [b"err"])
    with pytest.raises(FileNotFoundError):
        run([os.path.join(tmp_path, "nothing")], **NOWHERE)  # type: ignore[arg-type]  # keywords in a table


def test_a_command_is_ended_from_outside() -> None:
    """What runs then ends, and nothing is run after it; to end what has ended does nothing."""
    run = Interruptible()
    ended: list[subprocess.CompletedProcess[bytes]] = []

    def work() -> None:
        ended.append(run([sys.executable, "-c", "import time; time.sleep(600)"], **NOWHERE))  # type: ignore[arg-type]  # keywords in a table

    thread = threading.Thread(target=work)
    thread.start()
    while not run.is_busy:
        time.sleep(0.01)
    run.end()
    thread.join(60)
    assert ended[0].returncode != 0
    run.end()
    with pytest.raises(InterruptedError):
        run([sys.executable, "--version"], **NOWHERE)  # type: ignore[arg-type]  # keywords in a table
    Interruptible().end()
