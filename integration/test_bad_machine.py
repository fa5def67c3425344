"""A machine that stands in the way, and two commands at once: one clear error, or a wait; nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import make_wheel

from integration.bad_input_world import (
    NOTHING_CONFIGURED,
    WHEEL,
    World,
    judge,
    sdist,
)
from integration.command import PROGRAM, Environment, differences, run, snapshot

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def in_mounts(script: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the shell *script* with mounts of its own, which end with it: needs root."""
    command = ["unshare", "--mount", "sh", "-ec", script, "sh", *map(str, arguments)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **NOTHING_CONFIGURED}
    )


MAY_MOUNT = IS_ROOT and sys.platform == "linux" and in_mounts("mount -t tmpfs none /mnt").returncode == 0
needs_mounts = pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a small or a read-only file system")


def install_command(world: World, *words: str) -> list[str]:
    """Return the command line of an install from the world's folder."""
    where = ["--python", str(world.environment.folder), "--cache-dir", str(world.store)]
    return [*PROGRAM, "install", *where, "--no-index", "--find-links", str(world.links), *words]


@needs_mounts
def test_a_read_only_store(world: World) -> None:
    """A store that can't be written says so, and where else it could be; what is in it can still be installed."""
    world.add(WHEEL, make_wheel("other", "1.0"))
    read_only = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; shift; exec "$@"'
    before = world.state()
    judge(in_mounts(read_only, world.store, *install_command(world, "bad")), [str(world.store), "--cache-dir"])
    assert differences(before, world.state()) == []
    warmed = Environment.make(world.environment.folder.parent / "warmed", *world.environment.options)
    done = warmed.command("install", "--no-index", "--find-links", world.links, "bad", variables=NOTHING_CONFIGURED)
    assert done.returncode == 0, done.stderr
    done = in_mounts(read_only, world.store, *install_command(world, "bad"))
    assert done.returncode == 0, done.stderr
    assert world.environment.versions() == {"bad": "1.0", "kept": "1.0"}


@needs_mounts
def test_a_full_disk_under_the_store(world: World) -> None:
    """No room for the download: said so, with the folder; the environment stays as it was."""
    world.add(make_wheel("bad", "1.0", files={"bad.py": b"x = 1\n", "big.bin": os.urandom(3_000_000)}))
    small = 'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"'
    before = world.state()
    ran = in_mounts(small, world.store, *install_command(world, "bad"))
    judge(ran, [str(world.store), "--cache-dir"])
    assert "space" in ran.stderr
    assert differences(before, world.state()) == []


@needs_mounts
def test_a_full_disk_under_a_build(world: World) -> None:
    """A backend that fills the disk fails with the cause told."""
    world.add(sdist("open(os.path.join(folder, 'x'), 'wb').write(bytes(5_000_000))\nreturn pack(folder)"))
    small = 'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"'
    judge(in_mounts(small, world.store, *install_command(world, "bad")), ["bad", "space"])


@needs_mounts
def test_a_full_disk_under_the_environment(world: World) -> None:
    """No room for the files: all that was written goes again."""
    files = {f"bad/{number}.bin": os.urandom(20_000) for number in range(100)}
    world.add(make_wheel("bad", "1.0", files=files))
    state = 'find . -path "*/__pycache__" -prune -o ! -name .pybuildsync.lock -print | sort'
    script = f"""
    cp -a "$1" "$1.original"; mount -t tmpfs -o size=1m none "$1"; cp -a "$1.original/." "$1"; rm -r "$1.original"
    (cd "$1"; {state}) > "$2/before"; home="$1"; out="$2"; shift 2
    status=0; "$@" || status=$?; (cd "$home"; {state}) > "$out/after"; exit $status
    """
    out = world.environment.folder.parent
    ran = in_mounts(script, world.environment.folder, out, *install_command(world, "bad"))
    judge(ran, [str(world.environment.folder), "space"])
    assert (out / "before").read_text() == (out / "after").read_text()
    done = world.run("bad")
    assert done.returncode == 0, done.stderr


def test_files_that_may_not_grow(world: World) -> None:
    """The other way to no room, for those who can't mount: a limit on the size of files."""
    world.add(make_wheel("bad", "1.0", files={"bad.py": b"x = 1\n", "big.bin": os.urandom(3_000_000)}))
    before = world.state()
    limited = ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", *install_command(world, "bad")]
    environment = {**os.environ, **NOTHING_CONFIGURED}
    ran = subprocess.run(limited, check=False, capture_output=True, text=True, timeout=60, env=environment)
    judge(ran, [str(world.store), "--cache-dir"])
    assert differences(before, world.state()) == []


@needs_mounts
def test_a_read_only_environment(world: World) -> None:
    """An environment that can't be written says so at once."""
    world.add(WHEEL)
    read_only = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; shift; exec "$@"'
    ran = in_mounts(read_only, world.environment.folder, *install_command(world, "bad"))
    judge(ran, [str(world.environment.folder), "pybuildsync venv"])


@pytest.fixture
def managed(tmp_path: Path) -> Path:
    """Make an installation of Python, out of links to the real one, that is managed by another tool (PEP 668)."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    root = tmp_path / "managed"
    (root / "bin").mkdir(parents=True)
    (root / "lib" / version / "site-packages").mkdir(parents=True)
    for entry in (base / "lib" / version).iterdir():
        if entry.name not in ("site-packages", "EXTERNALLY-MANAGED"):
            (root / "lib" / version / entry.name).symlink_to(entry)
    for entry in (base / "lib").glob("libpython*"):
        (root / "lib" / entry.name).symlink_to(entry)
    text = "[externally-managed]\nError=The system's own tool installs here.\n"
    (root / "lib" / version / "EXTERNALLY-MANAGED").write_text(text)
    python = root / "bin" / version
    python.write_bytes(Path(sys.executable).resolve().read_bytes())
    python.chmod(0o755)
    told = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == str(root)
    return python


def test_an_externally_managed_interpreter(world: World, managed: Path) -> None:
    """What another tool manages is left alone, with that tool's words, unless it is asked for."""
    world.add(WHEEL)
    before = snapshot(managed.parent.parent)
    ran = world.run("--python", managed, "bad")
    judge(ran, ["The system's own tool installs here.", "pybuildsync venv"])
    assert differences(before, snapshot(managed.parent.parent)) == []
    options = ("--no-index", "--find-links", world.links, "--cache-dir", world.store)
    done = run("install", "--python", managed, "--break-system-packages", *options, "bad", variables=NOTHING_CONFIGURED)
    assert done.returncode == 0, done.stderr
    ran = run("uninstall", "-y", "--python", managed, "--cache-dir", world.store, "bad")
    judge(ran, ["The system's own tool installs here."])


# Two at once.


def together(*commands: list[str]) -> list["subprocess.CompletedProcess[str]"]:
    """Run *commands* at the same time."""
    environment = {**os.environ, **NOTHING_CONFIGURED}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for command in commands
    ]
    ended = []
    for process in running:
        out, error = process.communicate(timeout=120)
        ended.append(subprocess.CompletedProcess(process.args, process.returncode, out, error))
    return ended


def test_two_on_one_environment(world: World) -> None:
    """The second waits for the first, says so, and then finds what the first has done."""
    world.add(sdist("time.sleep(2)\nreturn pack(folder)"), make_wheel("other", "1.0"), make_wheel("third", "1.0"))
    ended = together(*(install_command(world, *names) for names in (["bad"], ["other"], ["bad", "third"])))
    assert [one.returncode for one in ended] == [0, 0, 0], [one.stderr for one in ended]
    assert any("wait" in one.stderr for one in ended)
    assert world.environment.versions() == dict.fromkeys(("bad", "kept", "other", "third"), "1.0")
    assert world.environment.findings() == []


def test_many_on_one_store(world: World, tmp_path: Path) -> None:
    """Several environments filled at once from one empty store, with the same build, are all right."""
    wheels = [make_wheel(f"w{number}", "1.0", files={f"w{number}/x.py": os.urandom(50_000)}) for number in range(20)]
    world.add(sdist("time.sleep(0.5)\nreturn pack(folder)"), *wheels)
    store = tmp_path / "fresh"
    environments = [Environment.make(tmp_path / f"environment-{number}") for number in range(4)]
    names = ["bad", *(f"w{number}" for number in range(20))]
    options = ["--cache-dir", str(store), "--no-index", "--find-links", str(world.links)]
    ended = together(*([*PROGRAM, "install", "--python", str(one.folder), *options, *names] for one in environments))
    assert [one.returncode for one in ended] == [0] * 4, [one.stderr for one in ended]
    for environment in environments:
        assert environment.versions() == dict.fromkeys(names, "1.0")
        assert environment.findings() == []


def test_interrupted(world: World) -> None:
    """Ctrl-C during a build: the environment is as it was, no process stays, the status says why."""
    marker = f"601.{os.getpid()}"
    world.add(sdist(f"import subprocess\nsubprocess.run(['sleep', '{marker}'])"))
    before = world.state()
    environment = {**os.environ, **NOTHING_CONFIGURED}
    process = subprocess.Popen(
        install_command(world, "bad"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    wait_for(lambda: marker in listing())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    wait_for(lambda: marker not in listing())
    assert differences(before, world.state()) == []


def listing() -> str:
    """Return all processes there are."""
    return subprocess.run(["ps", "axww"], check=True, capture_output=True, text=True).stdout


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds, half a minute at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
