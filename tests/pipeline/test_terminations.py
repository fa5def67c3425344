"""Signals that end a command while it builds."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pybuildsync.pipeline.terminations import ended_by_signals


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send to oneself")
def test_sigterm_is_an_exception_inside_and_what_it_was_outside() -> None:
    """What stands in a finally is done, and the exit status tells the signal."""
    with pytest.raises(SystemExit) as caught, ended_by_signals():
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")
def test_a_build_ends_with_the_command(tmp_path: Path) -> None:
    """SIGTERM while a backend hangs leaves no process of it behind."""
    tree = tmp_path / "tree"
    tree.mkdir()
    note = tmp_path / "note"
    (tree / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n'
        '[project]\nname = "slow"\nversion = "1.0"\n'
    )
    (tree / "slow.py").write_text(
        "import os, time\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    )
    run = [sys.executable, "-m", "pybuildsync"]
    environment = str(tmp_path / "env")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    subprocess.run([*run, "venv", environment, "--python", sys.executable, *cache], check=True, capture_output=True)
    command = subprocess.Popen(
        [*run, "install", "--no-index", "--python", environment, *cache, str(tree)], stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    backend = int(note.read_text())
    command.terminate()
    assert command.wait(30) == 128 + signal.SIGTERM
    assert command.stderr is not None
    command.stderr.close()
    while _is_alive(backend) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_alive(backend)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
