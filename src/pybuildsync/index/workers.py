"""Threads that fetch in the background, and the table of what was asked for already.

``concurrent.futures.ThreadPoolExecutor`` would join its threads when the interpreter ends: a Ctrl-C would wait for the
slowest server. These are daemons; whatever they write into the store appears there whole or not at all.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Job(Generic[T]):
    """Work that is done once, by whoever claims it first; what comes of it is in ``future``."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._claim = threading.Lock()

    def run(self) -> None:
        """Do the work, unless somebody else does or has done it."""
        if not self._claim.acquire(blocking=False):
            return
        try:
            result = self._work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the future
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def result(self) -> T:
        """Return what came of the work, doing it here and now if nobody has begun."""
        self.run()
        return self.future.result()


class Workers:
    """At most *count* threads, started as they are needed, that take jobs in the order they came."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._changed = threading.Condition()
        self._waiting: deque[Job[Any]] = deque()
        self._idle = 0
        self._started = 0
        self._busy = 0
        self._closed = False

    def add(self, job: Job[Any]) -> None:
        """Have *job* done."""
        with self._changed:
            self._waiting.append(job)
            if self._idle < len(self._waiting) and self._started < self._count:
                self._started += 1
                threading.Thread(target=self._run, name=f"{self._name}-{self._started}", daemon=True).start()
            else:
                self._changed.notify()

    def close(self, patience: float = 0.0) -> None:
        """Give up what hasn't begun; wait for what has for at most *patience* seconds, then leave it to its thread."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy, patience)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not self._waiting and not self._closed:
                    self._changed.wait()
                self._idle -= 1
                if self._closed:
                    return
                job = self._waiting.popleft()
                self._busy += 1
            job.run()
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


class Jobs(Generic[T]):
    """Jobs by key: whatever is asked for twice is done once."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._known: dict[Hashable, Job[T]] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what *work* gives. What no thread has begun is done here: need never waits behind expectation."""
        return self._find(key, work)[0].result()

    def start(self, key: Hashable, work: Callable[[], T]) -> "Future[T]":
        """Have *work* done in the background."""
        job, is_new = self._find(key, work)
        if is_new:
            self._workers.add(job)
        return job.future

    def knows(self, key: Hashable) -> bool:
        """Whether *key* was asked for before."""
        with self._lock:
            return key in self._known

    def _find(self, key: Hashable, work: Callable[[], T]) -> tuple[Job[T], bool]:
        with self._lock:
            job = self._known.get(key)
            if job is None:
                job = self._known[key] = Job(work)
                return job, True
            return job, False
