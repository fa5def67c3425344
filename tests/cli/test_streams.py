"""The process's own streams, as shells and services start it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = "import sys; sys.path[:] = {path!r}; from pybuildsync.__main__ import run; sys.exit(run())"


def run(words: str, redirected: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run pybuildsync with *words* and the streams that *redirected* says to a shell."""
    path = [str(Path(__file__).resolve().parents[2] / "src"), *sys.path]
    command = f'exec "$0" -I -c "$1" {words} {redirected}'
    environ = {"HOME": str(folder), "PYBUILDSYNC_CACHE_DIR": str(folder / "cache"), "VIRTUAL_ENV": sys.prefix}
    return subprocess.run(
        ["sh", "-c", command, sys.executable, CODE.format(path=path)],
        env=environ, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="the shell's words are POSIX's")
@pytest.mark.parametrize("redirected", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize(("words", "status"), [("freeze", 0), ("install --no-index nobody-has-this", 1)])
def test_a_stream_that_was_never_open_leads_nowhere(words: str, status: int, redirected: str, tmp_path: Path) -> None:
    """A service or a shell may close any; the work and its exit status are the same, and nothing is said there."""
    done = run(words, redirected, tmp_path)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "itself failed" not in done.stderr
    assert bool(done.stdout) == (words == "freeze" and not redirected.startswith(">"))
