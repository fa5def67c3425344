"""A backend whose import starts a thread, which does what a hook needs: a fork would not have it."""
# ruff: noqa: ARG001, the standard names the parameters

import importlib
import queue
import threading

tiny = importlib.import_module("tiny_backend")
_asked: "queue.Queue[str]" = queue.Queue()
_answered: "queue.Queue[str]" = queue.Queue()


def _work() -> None:
    while True:
        _answered.put(tiny.write_wheel(_asked.get(), tiny.read_metadata()))


threading.Thread(target=_work, daemon=True).start()


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Let the thread build."""
    _asked.put(wheel_directory)
    return _answered.get(timeout=30)
