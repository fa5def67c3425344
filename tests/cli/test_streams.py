"""The process's own streams, as shells and services start it."""

import errno
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from cli.worlds import Runner, say

from pybuildsync.commands.results import CacheFolder, CacheRemoved, InstallResult, Result, UninstallResult

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


class FullDevice(StringIO):
    """A stream without room."""

    def write(self, _text: str, /) -> int:
        """Fail as a full file system does."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("words", "result", "why"),
    [
        (["install", "a"], InstallResult(), "  install was done; only the answer is lost\n"),
        (["install", "--dry-run", "a"], InstallResult(dry_run=True), ""),
        (["uninstall", "a"], UninstallResult(declined=True), ""),
        (["cache", "prune"], CacheRemoved("/x", 1, 2), "  cache prune was done; only the answer is lost\n"),
        (["cache", "dir"], CacheFolder("/x"), ""),
    ],
)
def test_an_answer_that_cannot_be_written_is_no_fault_of_the_cache(words: list[str], result: Result, why: str) -> None:
    """The error names standard output, and says what was done all the same."""
    said = say(words, Runner(result), stdout=FullDevice())
    assert said.status == 1
    assert said.err == (
        f"error: standard output can't be written: {os.strerror(errno.ENOSPC)}\n{why}"
        "hint: send it to another place, or make room where it goes\n"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.parametrize("words", ["--version", "freeze", "venv made", "cache dir"])
def test_a_full_device_is_told_once(words: str, tmp_path: Path) -> None:
    """Also by what answers before anything is imported; Python has nothing to add when it ends."""
    for _ in range(2):
        done = run(words, ">/dev/full", tmp_path)
        assert done.returncode == 1
        assert done.stderr.count("error: standard output can't be written") == 1
        assert "Exception ignored" not in done.stderr
        shutil.rmtree(tmp_path / "made", ignore_errors=True)
