"""The processes that hooks run in: both kinds of runner, and the server from inside."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from frontend.build_worlds import THIS_PYTHON, TREES, is_alive
from pyproject_hooks import BuildBackendHookCaller

from pybuildsync.frontend import hook_server
from pybuildsync.frontend.hook_runners import ForkingRunner, HookRunner, HookTimeout, can_fork, start_runner

ENVIRON = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TREES / "tiny_backend")}


def runner_of(folder: Path, *, forking: bool, cwd: str = "", module: str = "") -> HookRunner:
    """Start a runner that logs into *folder*."""
    runner = start_runner(
        python=THIS_PYTHON.executable,
        environ=ENVIRON,
        cwd=str(folder),
        log_path=str(folder / "log"),
        forking=forking,
    )
    runner.begin(module, cwd or str(folder))
    return runner


def build(folder: Path, tree: str, runner: HookRunner, settings: Mapping[str, str] | None = None) -> str:
    """Build the wheel of *tree* with *runner*."""
    hooks = BuildBackendHookCaller(
        str(TREES / tree), "backend", ["."], runner=runner, python_executable=THIS_PYTHON.executable
    )
    return hooks.build_wheel(str(folder), settings)


FORKING = pytest.mark.parametrize("forking", [True, False], ids=["forking", "a-process-each"])


@FORKING
def test_both_kinds_give_the_same(tmp_path: Path, *, forking: bool) -> None:
    """The answer is the hook's, its output and its warnings are in the log."""
    runner = runner_of(tmp_path, forking=forking)
    assert build(tmp_path, "warns", runner) == "warns-1.0-py3-none-any.whl"
    runner.log_path = str(tmp_path / "second")
    assert build(tmp_path, "loud", runner) == "loud-1.0-py3-none-any.whl"
    runner.stop()
    assert "this tree is old" in (tmp_path / "log").read_text()
    assert (tmp_path / "second").stat().st_size > 5_000_000


@FORKING
def test_both_kinds_tell_a_failure(tmp_path: Path, *, forking: bool) -> None:
    """The exit status is in the error, and the next hook runs."""
    runner = runner_of(tmp_path, forking=forking)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, "crash", runner)
    assert caught.value.returncode == 1
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, "killed", runner)
    assert caught.value.returncode == -9
    assert build(tmp_path, "in_tree", runner)
    runner.stop()


@FORKING
def test_both_kinds_end_what_takes_too_long(tmp_path: Path, *, forking: bool) -> None:
    """The hook's process and what it has started are gone."""
    runner = runner_of(tmp_path, forking=forking)
    runner.deadline = time.monotonic() + 1.5
    with pytest.raises(HookTimeout):
        build(tmp_path, "hang", runner, {"ids": str(tmp_path / "ids")})
    processes = [int(number) for number in (tmp_path / "ids").read_text().split()]
    until = time.monotonic() + 5
    while any(map(is_alive, processes)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(is_alive, processes))


@FORKING
def test_both_kinds_can_be_stopped_from_another_thread(tmp_path: Path, *, forking: bool) -> None:
    """What runs them sees a failure; stopping again does nothing; a stopped runner runs nothing more."""
    runner = runner_of(tmp_path, forking=forking)
    timer = threading.Timer(0.5, runner.stop, kwargs={"gently": True})
    timer.start()
    with pytest.raises(subprocess.CalledProcessError):
        build(tmp_path, "hang", runner, {"ids": str(tmp_path / "ids")})
    timer.join()
    runner.stop(gently=True)
    runner.stop()
    with pytest.raises(subprocess.CalledProcessError):
        build(tmp_path, "in_tree", runner)


def test_a_runner_that_ran_nothing_can_be_stopped(tmp_path: Path) -> None:
    """There may have been no hook."""
    runner_of(tmp_path, forking=False).stop()
    runner = runner_of(tmp_path, forking=can_fork())
    runner.stop()
    assert isinstance(runner, ForkingRunner) == (sys.platform == "linux")


@pytest.mark.parametrize("said", [b"", b'{"cwd": "/", "module": "no_such_module"}\n'])
def test_the_server_ends_with_its_socket(tmp_path: Path, said: bytes) -> None:
    """A front-end that is killed leaves no server behind, whether it had begun or not."""
    ours, theirs = os.pipe()
    process = subprocess.Popen([sys.executable, hook_server.__file__, str(ours)], pass_fds=[ours], cwd=tmp_path)
    os.close(ours)
    os.write(theirs, said)
    os.close(theirs)
    assert process.wait(30) == 0


def test_the_server_serves_until_the_end_of_requests(tmp_path: Path) -> None:
    """From inside: the module is imported in the tree; a request is run in a child, whose status is the answer.

    The child looks for circles of objects as every process does, though not among what was imported.
    """
    script = tmp_path / "script.py"
    script.write_text(
        "import gc, sys, os\n"
        "print(sys.argv[1:], os.environ['MARK'], gc.isenabled(), gc.get_freeze_count() > 0)\n"
        "sys.exit(3)\n"
    )
    code = (
        "import os, sys\n"
        f"sys.path.insert(0, {os.path.dirname(hook_server.__file__)!r})\n"
        "import hook_server, socket\n"
        "ours, theirs = socket.socketpair()\n"
        "ours.sendall(open('request', 'rb').read()); ours.shutdown(socket.SHUT_WR)\n"
        "hook_server.serve(theirs.fileno())\n"
        "print(ours.recv(100).decode(), 'wave' in sys.modules, os.getcwd())\n"
    )
    request = {"script": str(script), "arguments": ["a"], "cwd": "/", "environ": {"MARK": "m"}, "log": "log"}
    request["log"] = str(tmp_path / "log")
    first = {"cwd": str(tmp_path / "tree"), "module": "wave"}
    (tmp_path / "tree").mkdir()
    (tmp_path / "request").write_text(f"{json.dumps(first)}\n{json.dumps(request)}\n")
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout == f'{{"status": 3}}\n True {tmp_path}/tree\n'
    assert (tmp_path / "log").read_text() == "['a'] m True True\n"


def test_byte_code_is_written_as_an_import_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what compiles in silence; the rest is left to the import, which warns or fails."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sources = {"sound": "x = 1\n", "odd": "x = '\\d'\n", "broken": "x =\n"}
    for name, text in sources.items():
        (tmp_path / f"{name}.py").write_text(text)
        hook_server.write_byte_code(str(tmp_path / f"{name}.py"))
    written = tmp_path / "__pycache__" / f"sound.{sys.implementation.cache_tag}.pyc"
    assert list((tmp_path / "__pycache__").iterdir()) == [written]
    found = written.read_bytes()
    written.unlink()
    subprocess.run([sys.executable, "-c", "import sound"], cwd=tmp_path, env=ENVIRON, check=True)
    assert written.read_bytes() == found


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="nothing is compiled ahead where there is one processor")
@pytest.mark.parametrize(
    ("variables", "cwd", "compiled"),
    [({}, ".", ["__init__", "rarely"]), ({"PYTHONDONTWRITEBYTECODE": "1"}, ".", []), ({}, "work", ["__init__"])],
    ids=["wanted", "unwanted", "somebody's environment"],
)
def test_what_a_backend_has_not_imported_yet_is_compiled_ahead(
    tmp_path: Path, variables: dict[str, str], cwd: str, compiled: list[str]
) -> None:
    """All modules of its package but its tests, while it is imported: in the build's folder, where it is wanted."""
    (tmp_path / cwd).mkdir(exist_ok=True)
    package = tmp_path / "site" / "ahead"
    (package / "tests").mkdir(parents=True)
    for name in ("__init__", "rarely", "tests/test_it"):
        (package / f"{name}.py").write_text("import time\ntime.sleep(0.5)\n")
    runner = start_runner(
        python=THIS_PYTHON.executable,
        environ={**ENVIRON, "PYTHONPATH": str(tmp_path / "site"), **variables},
        cwd=str(tmp_path / cwd),
        log_path=str(tmp_path / "log"),
        forking=True,
    )
    runner.begin("ahead", str(tmp_path))
    (tmp_path / "script.py").write_text("")
    answer = tmp_path / "answer"
    answer.mkdir()
    (answer / "output.json").write_text("{}")
    runner([THIS_PYTHON.executable, str(tmp_path / "script.py"), "hook", str(answer)])
    runner.stop()
    found = sorted(path.name for path in package.rglob("*.pyc"))
    assert found == [f"{name}.{sys.implementation.cache_tag}.pyc" for name in compiled]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="nothing is compiled ahead where there is one processor")
def test_a_server_that_ends_is_noticed_though_its_backend_is_being_compiled(tmp_path: Path) -> None:
    """The other process hasn't the socket, whatever the number of its descriptor is: many may be open."""
    package = tmp_path / "ends"
    package.mkdir()
    (package / "__init__.py").write_text("import os, time\ntime.sleep(0.5)\nos._exit(7)\n")
    os.mkfifo(package / "endless.py")
    ours, theirs = socket.socketpair()
    control = os.dup2(theirs.fileno(), 200)
    theirs.close()
    command = [sys.executable, hook_server.__file__, str(control)]
    process = subprocess.Popen(command, pass_fds=[control], env={**ENVIRON, "PYTHONPATH": str(tmp_path)})
    os.close(control)
    ours.settimeout(5)
    ours.sendall(json.dumps({"cwd": str(tmp_path), "module": "ends"}).encode() + b"\n")
    try:
        assert ours.recv(1) == b""
    finally:
        ours.close()
        os.close(os.open(package / "endless.py", os.O_RDWR))  # who reads it goes on, and ends
    assert process.wait(30) == 7
