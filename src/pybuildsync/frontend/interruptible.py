"""Commands that are run for their output, and that another thread may end."""

import subprocess
import threading
from collections.abc import Mapping, Sequence


class Interruptible:
    """Runs commands one after the other, as ``subprocess.run`` does with ``capture_output``, until it is ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._ended = False

    def __call__(
        self, words: Sequence[str], *, cwd: str | None, env: Mapping[str, str], stdin: int, capture_output: bool
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run the command line *words*.

        Raises:
            OSError: it can't be run.
            InterruptedError: this was ended.

        """
        pipe = subprocess.PIPE if capture_output else None
        with self._lock:
            if self._ended:
                raise InterruptedError
            process = subprocess.Popen(words, cwd=cwd, env=env, stdin=stdin, stdout=pipe, stderr=pipe)
            self._running = process
        with process:
            try:
                output, errors = process.communicate()
            except BaseException:  # Ctrl-C, most likely
                process.kill()
                raise
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    @property
    def is_busy(self) -> bool:
        """Whether a command runs."""
        return self._running is not None and self._running.returncode is None

    def end(self) -> None:
        """End what runs, and run nothing more."""
        with self._lock:
            self._ended = True
            if self._running is not None and self.is_busy:
                self._running.terminate()
