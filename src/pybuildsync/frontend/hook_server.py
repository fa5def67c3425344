"""Runs the hooks of one build backend, each in a forked child of a process that has imported the backend once.

Started inside the target interpreter (CPython or PyPy, Python 3.8 or later, POSIX) as a script; standard library only:

    python hook_server.py CONTROL

CONTROL is the number of an inherited socket's descriptor. Over the socket go lines of JSON. The first, which may come
later, when the source tree is there, names the tree and the backend's module, or "" to import nothing first (in-tree
backends: the source tree's own code runs once for every hook, never before):

    {"cwd": "/tmp/tree", "module": "backend"}

A request names the script that runs a hook (that of ``pyproject_hooks``), its arguments, the folder to run it in, what
to add to the environment, and the file that takes its output:

    {"script": "...", "arguments": ["build_wheel", "/tmp/x"], "cwd": "...", "environ": {...}, "log": "..."}

The answer comes when the child has ended; the status is negative for a signal:

    {"status": 0}

A child is as good as a new process: it runs the script as ``__main__``, with ``sys.path`` and ``sys.argv`` as they
would be, and ends as a process ends. Where importing the backend has started threads, which a fork doesn't copy, the
child begins anew by ``exec``. The end of the socket ends the server.

Where a backend has no byte code yet and there is another processor, a process of low priority writes it meanwhile: what
it has done is what the import and the hooks needn't.

It never judges an answer of a hook, and never writes anything but the log and byte code.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import sys
import warnings
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec

_TESTS = frozenset({"__pycache__", "test", "tests"})  # folders with what no backend imports


def serve(control: int) -> None:
    """Import what the first line from the descriptor *control* says, then answer requests until it is closed."""
    os.set_inheritable(control, False)  # noqa: FBT003  # positional only in Python 3.8
    del sys.path[0]  # this script's folder, which is no business of the backend
    with os.fdopen(os.dup(control), "rb") as requests:
        first = requests.readline()
        if first:
            _begin(json.loads(first), control)
        for line in requests:
            anew = _threads() > 1
            child = os.fork()
            if not child:
                requests.close()
                os.close(control)
                run(json.loads(line), anew=anew)
                return
            os.write(control, json.dumps({"status": _status(os.waitpid(child, 0)[1])}).encode() + b"\n")


def _begin(told: dict[str, str], control: int) -> None:
    own = os.getcwd()
    os.chdir(told["cwd"])
    if not told["module"]:
        return
    with contextlib.suppress(Exception):  # whatever it is, the import meets it again
        _compile_ahead(told["module"].partition(".")[0], own, control)
    gc.disable()  # an import makes no circles to speak of: to look for them takes a twentieth of its time
    with contextlib.suppress(BaseException):  # whatever it is, the hook meets it again, where it is reported
        import_module(told["module"])
    if hasattr(gc, "freeze"):  # not in PyPy; a child then ends 10 ms earlier
        gc.freeze()
    gc.enable()


def _compile_ahead(package: str, own: str, control: int) -> None:
    """Have another process, which lets go of *control*, write the byte code of *package*: where none is there.

    Only in the build's *own* folder, never in an environment that somebody works in; and not where nobody wants any, or
    there is no other processor.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations or os.path.exists(spec.cached or ""):
        return
    if not all(os.path.realpath(each).startswith(own + os.sep) for each in spec.submodule_search_locations):
        return
    server = os.getpid()
    if sys.dont_write_bytecode or (os.cpu_count() or 1) < 2 or os.fork():  # noqa: PLR2004  # another processor
        return
    try:
        os.closerange(3, control + 2)  # with its copy: the end of the socket is the server's to tell
        os.nice(10)
        for path in _sources(list(spec.submodule_search_locations)):
            if os.getppid() != server:
                break
            write_byte_code(path)
    finally:
        os._exit(0)


def _sources(folders: list[str]) -> list[str]:
    """Return the modules in *folders*, the longest first: a whole package takes longer than to import what is used."""
    found = []
    for top in folders:
        for folder, inside, names in os.walk(top):
            inside[:] = [name for name in inside if name not in _TESTS]
            paths = [os.path.join(folder, name) for name in names if name.endswith(".py")]
            found += [(os.path.getsize(path), path) for path in paths]
    return [path for _, path in sorted(found, reverse=True)]


def write_byte_code(path: str) -> None:
    """Write the byte code of the module *path* as importing it would, unless that would say or warn of something."""
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("error")
        SourceFileLoader("module", path).get_code("module")


def run(request: dict[str, object], *, anew: bool) -> None:
    """Become the process that the *request* describes, by exec if *anew*; return when its script has ended."""
    log = os.open(str(request["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.chdir(str(request["cwd"]))
    environ = request["environ"]
    arguments = request["arguments"]
    assert isinstance(environ, dict)  # noqa: S101  # for the type checker
    assert isinstance(arguments, list)  # noqa: S101  # likewise
    os.environ.update(environ)
    script = str(request["script"])
    if anew:
        os.execv(sys.executable, [sys.executable, script] + arguments)  # noqa: RUF005, S606  # Python 3.8; no shell
    sys.argv[:] = [script] + arguments  # noqa: RUF005  # Python 3.8
    sys.path.insert(0, os.path.dirname(script))
    runpy.run_path(script, run_name="__main__")


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        threading = sys.modules.get("threading")
        return threading.active_count() if threading else 1


def _status(status: int) -> int:
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
