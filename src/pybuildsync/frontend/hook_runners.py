"""The processes that hooks run in; what ``pyproject_hooks`` calls a runner.

Two ways with the same outcome. Where forking is safe, one server a build has imported the backend and forks for each
hook (``hook_server``): three hooks of a setuptools build cost one import. On macOS, whose frameworks don't survive a
fork, and on Windows, a process for each hook.

Output goes straight to the log file, so no amount of it blocks. A runner never reads what a hook answers.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

_SERVER: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook_server.py")
_GRACE: Final = 0.1  # seconds between asking and killing: compilers remove their temporary files
_ANSWER_BYTES: Final = 4096
_TASKKILL: Final = os.path.join(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "taskkill.exe")


class HookTimeout(Exception):
    """The time of the build is over; its processes were ended."""


class HookRunner(Protocol):
    """Runs hooks of one backend until it is stopped. ``log_path`` and ``deadline`` may be set between two hooks."""

    log_path: str
    deadline: float | None

    def begin(self, module: str, cwd: str) -> None:
        """Say, before the first hook, where the source tree is, and which module to import now ("" for none)."""
        ...

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Run the hook that *cmd* calls and wait for it.

        Raises:
            HookTimeout: ``deadline`` (of ``time.monotonic``) was reached.
            subprocess.CalledProcessError: the hook ended with another status than 0.

        """
        ...

    def stop(self, *, gently: bool = False) -> None:
        """End every process of the build; *gently* gives them a moment to clean up. May be called from any thread."""
        ...


class ForkingRunner:
    """One process that has imported the backend and forks for each hook."""

    def __init__(self, *, python: str, environ: Mapping[str, str], cwd: str, log_path: str) -> None:
        self.log_path = log_path
        self.deadline: float | None = None
        self._socket, theirs = socket.socketpair()
        with theirs, open(log_path, "ab") as log:
            self._process = subprocess.Popen(
                [python, _SERVER, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env=environ,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._ending = threading.Lock()

    def begin(self, module: str, cwd: str) -> None:
        """Have *module* imported (see :class:`HookRunner`)."""
        with contextlib.suppress(OSError):  # stopped by another thread, or ended: the first hook tells
            self._socket.sendall(json.dumps({"cwd": cwd, "module": module}).encode() + b"\n")

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Run the hook that *cmd* calls (see :class:`HookRunner`)."""
        request = {
            "script": cmd[1],
            "arguments": list(cmd[2:]),
            "cwd": cwd or os.getcwd(),
            "environ": dict(extra_environ or {}),
            "log": self.log_path,
        }
        try:
            self._socket.settimeout(None if self.deadline is None else max(self.deadline - time.monotonic(), 0.001))
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            answer = self._socket.recv(_ANSWER_BYTES)
        except TimeoutError:
            self.stop(gently=True)
            raise HookTimeout from None
        except OSError:  # stopped by another thread
            answer = b""
        if not answer:  # the server ended, with a backend that ends more than itself
            self.stop()
        status = json.loads(answer)["status"] if answer else self._process.returncode or 1
        if status:
            raise subprocess.CalledProcessError(status, list(cmd))
        _note_warnings(cmd[-1], self.log_path)

    def stop(self, *, gently: bool = False) -> None:
        """End every process of the build (see :class:`HookRunner`)."""
        with self._ending:
            _end(self._process, gently=gently)
            self._socket.close()


class ProcessRunner:
    """A new process for each hook."""

    def __init__(self, *, environ: Mapping[str, str], log_path: str) -> None:
        self.log_path = log_path
        self.deadline: float | None = None
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._ending = threading.Lock()

    def begin(self, module: str, cwd: str) -> None:
        """Do nothing: each hook's process imports what it needs."""

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Run the hook that *cmd* calls (see :class:`HookRunner`)."""
        with self._ending, open(self.log_path, "ab") as log:
            if self._stopped:
                raise subprocess.CalledProcessError(1, list(cmd))
            process = self._process = subprocess.Popen(
                list(cmd),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env={**self._environ, **(extra_environ or {})},
                start_new_session=True,
            )
        try:
            status = process.wait(None if self.deadline is None else max(self.deadline - time.monotonic(), 0.001))
        except subprocess.TimeoutExpired:
            self.stop(gently=True)
            raise HookTimeout from None
        if status:
            raise subprocess.CalledProcessError(status, list(cmd))
        _note_warnings(cmd[-1], self.log_path)

    def stop(self, *, gently: bool = False) -> None:
        """End every process of the build (see :class:`HookRunner`)."""
        with self._ending:
            self._stopped = True
            if self._process is not None:
                _end(self._process, gently=gently)


def start_runner(*, python: str, environ: Mapping[str, str], cwd: str, log_path: str, forking: bool) -> HookRunner:
    """Return a runner; its interpreter starts in the folder *cwd*, which needn't be the source tree."""
    if forking:
        return ForkingRunner(python=python, environ=environ, cwd=cwd, log_path=log_path)
    return ProcessRunner(environ=environ, log_path=log_path)


def can_fork() -> bool:
    """Whether forking is safe here: not on macOS, whose frameworks don't survive it, and not on Windows."""
    return sys.platform not in ("darwin", "win32") and hasattr(os, "fork")


def _end(process: "subprocess.Popen[bytes]", *, gently: bool) -> None:
    if process.returncode is not None:
        return
    # The group is signalled before its leader is waited for, so its number can't be another's by then.
    if sys.platform == "win32":
        subprocess.run([_TASKKILL, "/T", "/F", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        if gently:
            _signal_group(process.pid, signal.SIGTERM)
            time.sleep(_GRACE)
        _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _note_warnings(control: str, log_path: str) -> None:
    """Move the warnings that a hook has given from its answer to the log, where all it says stands."""
    path = os.path.join(control, "output.json")
    with open(path, encoding="utf-8") as stream:
        answer = json.load(stream)
    if not answer.get("warnings"):
        return
    with open(log_path, "a", encoding="utf-8", errors="replace") as log:
        log.writelines(
            f"{warning['filename']}:{warning['lineno']}: {warning['message']}\n" for warning in answer.pop("warnings")
        )
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
