"""``kill -9`` at random moments of an install and of an upgrade: the next command leaves a correct environment.

Times are drawn from a seed and spread over the whole run as it was measured; half of them lie within the transaction,
which is but a small part of it. Everything comes from a folder and a warm store; one source is built each time.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.command import PROGRAM, Environment, differences, run, snapshot
from integration.source_trees import make_links

SEED = 20260101
MOMENTS = 50
PATIENCE = 60
OLD = ("setuptools<82", "pygments<2.19", "lib==1.9", "q")
NEW = ("setuptools>=82", "pygments>=2.19", "lib==2.0", "q")
JOURNAL = "lib/*/site-packages/.pybuildsync/journal"


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands ready: a folder with archives, a warm store without q built, and where the environment will be."""

    links: Path
    warm: Path
    folder: Path

    @property
    def environment(self) -> Environment:
        """The environment, always at the same place: scripts name it."""
        return Environment(self.folder / "environment")

    @property
    def store(self) -> Path:
        """The store of one run."""
        return self.folder / "store"

    def set(self, template: Path) -> None:
        """Put everything as it was: the environment a copy of *template*, the store one of the warm one."""
        for folder in (self.environment.folder, self.store):
            shutil.rmtree(folder, ignore_errors=True)
        for kept, copy in ((template, self.environment.folder), (self.warm, self.store)):
            subprocess.run(["cp", "-al", kept, copy], check=True)  # nobody may write into a file that is there

    def command(self, *requirements: str) -> list[str]:
        """Return the command line that installs *requirements*."""
        where = ["--python", str(self.environment.folder), "--cache-dir", str(self.store)]
        return [*PROGRAM, "install", *where, "--no-index", "--find-links", str(self.links), *requirements]

    def install(self, *requirements: str) -> str:
        """Install undisturbed; return what was told."""
        ran = subprocess.run(self.command(*requirements), check=False, capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, ran.stderr
        return ran.stderr

    def journal(self) -> bool:
        """Say whether a transaction is at work."""
        return any(self.environment.folder.glob(JOURNAL))

    def processes(self) -> list[str]:
        """Return the command lines of processes that still work in this folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(self.folder) in words or str(self.folder) in os.readlink(entry / "cwd"):
                    found.append(f"{entry.name} {words}")
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Fetch the archives, warm the store; nothing of q is in it but the sdist."""
    folder = tmp_path_factory.mktemp("kill")
    links = make_links(folder / "links", "q")
    for wheels in (OLD[:2], NEW[:2]):
        fetched = run("wheel", "-q", "-w", links, *wheels)
        assert fetched.returncode == 0, fetched.stderr
    scene = Scene(links, folder / "warm", folder)
    for requirements in (OLD, NEW):
        made = Environment.make(folder / "warming")
        options = ("--cache-dir", scene.warm, "--no-index", "--find-links", links)
        done = made.command("install", *map(str, options), *requirements)
        assert done.returncode == 0, done.stderr
        shutil.rmtree(made.folder)
    cleaned = run("cache", "clean", "q", "--cache-dir", scene.warm)
    assert cleaned.returncode == 0, cleaned.stderr
    yield scene
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Course:
    """An undisturbed run: seconds until the journal is seen, until it is gone, until the end; the state it leaves."""

    begun: float
    done: float
    end: float
    state: dict[str, str]


def watch(scene: Scene, requirements: tuple[str, ...]) -> Course:
    """Run undisturbed and take the times."""
    started = time.monotonic()
    process = subprocess.Popen(scene.command(*requirements), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = done = 0.0
    while process.poll() is None:
        seen = scene.journal()
        if seen and not begun:
            begun = time.monotonic() - started
        if begun and not seen and not done:
            done = time.monotonic() - started
        time.sleep(0.0005)
    end = time.monotonic() - started
    assert process.returncode == 0
    assert begun, "the journal was never seen"
    return Course(begun, done or end, end, snapshot(scene.environment.folder))


def kill_at(scene: Scene, requirements: tuple[str, ...], moment: float, *, in_transaction: bool) -> bool:
    """Run, and kill -9 *moment* seconds after the start, or after the transaction's; say whether it was still alive."""
    process = subprocess.Popen(scene.command(*requirements), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if in_transaction:
        deadline = time.monotonic() + PATIENCE
        while not scene.journal() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.0002)
    with suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def kill_in_time(scene: Scene, template: Path, moment: float, *, in_transaction: bool) -> bool:
    """Kill at *moment*, or sooner where a run is over by then: the machine may have been slower when it was chosen."""
    for sooner in (1.0, 0.7, 0.4, 0.1):
        scene.set(template)
        if kill_at(scene, NEW, moment * sooner, in_transaction=in_transaction):
            return True
    return False


@pytest.mark.parametrize("job", ["install", "upgrade"])
def test_killed_at_any_moment(scene: Scene, tmp_path: Path, job: str) -> None:
    """After a kill the environment is put right by whatever comes next, and told; nothing is left over."""
    template = tmp_path / "template"
    shutil.rmtree(scene.environment.folder, ignore_errors=True)
    Environment.make(scene.environment.folder)
    if job == "upgrade":
        shutil.copytree(scene.environment.folder, tmp_path / "empty", symlinks=True)
        scene.set(tmp_path / "empty")
        scene.install(*OLD)
    shutil.copytree(scene.environment.folder, template, symlinks=True)
    shutil.rmtree(scene.environment.folder)
    scene.set(template)
    before = snapshot(scene.environment.folder)
    course = watch(scene, NEW)
    assert scene.environment.evaluate("import q, pygments, setuptools; print(q.runs_with())") == "2.0"
    assert scene.environment.findings() == []

    chance = random.Random(f"{SEED} {job}")  # noqa: S311 - moments, no secrets
    length = course.done - course.begun
    whole = [chance.uniform(0, course.end) for _ in range(MOMENTS // 2)]
    within = [chance.uniform(0, length) for _ in range(MOMENTS - MOMENTS // 2)]
    hits, recovered, states = 0, 0, {"old": 0, "new": 0}
    for number, (moment, in_transaction) in enumerate([(m, False) for m in whole] + [(m, True) for m in within]):
        hits += kill_in_time(scene, template, moment, in_transaction=in_transaction)
        label = f"{job}: moment {number} of seed {SEED}, {moment:.4f} s in {('all', 'the transaction')[in_transaction]}"
        if number % 2:  # another command first: it finds the old state or the new one, and nothing in between
            looked = run("list", "--python", scene.environment.folder, "--cache-dir", scene.store, timeout=PATIENCE)
            assert looked.returncode == 0, f"{label}: {looked.stderr}"
            state = snapshot(scene.environment.folder)
            assert state in (before, course.state), f"{label}: {differences(before, state)[:20]}"
            states["old" if state == before else "new"] += 1
            recovered += "an interrupted change" in looked.stderr
        told = scene.install(*NEW)
        recovered += "an interrupted change" in told
        wrong = differences(course.state, snapshot(scene.environment.folder))
        assert wrong == [], f"{label}: {wrong[:20]}"
        deadline = time.monotonic() + 5
        while scene.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert scene.processes() == [], label
    assert hits >= MOMENTS * 0.7, "too many came too late: the moments must be spread over the run"
    assert recovered >= MOMENTS // 5, "too few hit the transaction"
    assert states["old"]
    assert scene.environment.evaluate("import q, pygments, setuptools; print(q.runs_with())") == "2.0"
    assert scene.environment.findings() == []
    pruned = run("cache", "prune", "--cache-dir", scene.store, timeout=PATIENCE)
    assert pruned.returncode == 0, pruned.stderr
    assert not any((scene.store / "unfinished").glob("*"))
