"""Processes that unpack wheels while this one downloads: in threads of one process unpacking gets slower, not faster.

A worker is a bare interpreter with our own import path, spoken to by ``marshal`` over its standard streams. What it
can't do it only says; whoever asked then does it itself, and meets the error in its own process. It ends when its
input does, so none outlives a parent that was killed.
"""

import marshal
import os
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Any, NamedTuple, cast

from pybuildsync.store import Store

WORTH_IT = 4 * 1024 * 1024  # bytes of wheels from which on starting processes pays
_MOST = 8
_UNKNOWN_SIZE = 1024 * 1024
_CODE = "import sys; sys.path[:] = sys.argv[2:]; from pybuildsync.index.unpackers import serve; serve(sys.argv[1])"


class _Worker(NamedTuple):
    process: "Popen[bytes]"
    orders: IO[bytes]
    answers: IO[bytes]


class Unpackers:
    """Processes that are started once there is enough to unpack. Safe in threads.

    *worth_it* is in bytes of wheels; *most* is the number of processes, by default that of processors.
    """

    def __init__(self, store: Store, *, worth_it: int = WORTH_IT, most: int = 0) -> None:
        self._store = store
        self._worth_it = worth_it
        self._most = most or min(os.cpu_count() or 1, _MOST)
        self._lock = threading.Lock()
        self._announced = 0
        self.workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()

    def announce(self, size: int) -> None:
        """Say that a wheel of *size* bytes (-1 if unknown) will be unpacked."""
        with self._lock:
            self._announced += size if size >= 0 else _UNKNOWN_SIZE
            if self._announced < self._worth_it or self.workers or self._most == 1 or not sys.executable:
                return
            with suppress(OSError):
                for _ in range(self._most):
                    command = [
                        sys.executable,
                        "-I",
                        "-S",
                        "-c",
                        _CODE,
                        self._store.root,
                        *map(os.path.abspath, sys.path),
                    ]
                    process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
                    worker = _Worker(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
                    self.workers.append(worker)
                    self._idle.put(worker)

    def add_wheel(self, path: str, sha256: str, project: str, version: str, filename: str) -> bool:
        """Have a process call :func:`~pybuildsync.store.wheels.add_wheel`; return whether the wheel is in the store."""
        if not self.workers:
            return False
        worker = self._idle.get()
        try:
            marshal.dump((path, sha256, project, version, filename), worker.orders)
            worker.orders.flush()
            return marshal.load(worker.answers) is True
        except (OSError, EOFError, ValueError):
            return False
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End the processes; each finishes what it is at."""
        with self._lock:
            for worker in self.workers:
                with suppress(OSError):
                    worker.orders.close()
            for worker in self.workers:
                worker.answers.close()
                worker.process.wait()


def serve(root: str) -> None:
    """Do what comes in on the standard input, in the store at *root*, until it ends."""
    import signal

    from pybuildsync.store.wheels import add_wheel

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent knows what to do
    store = Store(root)
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            path, sha256, project, version, filename = marshal.load(source)
        except (EOFError, OSError):
            return
        marshal.dump(
            _done(add_wheel, store, path, sha256, project=project, version=version, filename=filename), answers
        )
        answers.flush()


def _done(function: Any, *arguments: Any, **options: Any) -> bool:  # noqa: ANN401
    try:
        function(*arguments, **options)
    except Exception:  # noqa: BLE001 - who asked meets it again, and tells it
        return False
    return True
