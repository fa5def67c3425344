"""Rounds of a case: everything that must stand ready is made ready, then the clock starts.

Tools take turns within a round, in another order each time. pip, which copies where the others link, has rounds of its
own after theirs: what it writes slows the file system down for everybody for seconds. Every round has folders of its
own; nothing is deleted before the end, since ext4 is slow for a while after large deletions.
"""

import fnmatch
import glob
import marshal
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from integration.bench.cases import HERE, Case
from integration.bench.measuring import Sample, Stopwatch
from integration.bench.recording import Recording
from integration.bench.tools import INTERPRETER, Job, Tool

FLOOR = "floor"
HEAVY = ("pip",)
FEWER = 5  # rounds are enough for a tool that is many times slower
BARE = [INTERPRETER, "-I", "-S"]
Command = list[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run takes place: its folder (deleted afterwards), the index, the recording, and the stopwatch."""

    folder: str
    index: str
    recording: Recording
    watch: Stopwatch

    def path(self, *parts: str) -> str:
        """Return a path in the folder of this run, with its parents made."""
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path


def _fill(ground: Ground, environment: str, requirements: Sequence[str]) -> None:
    """Install into *environment* by the pip that runs us, out of the timing, from the index of this run."""
    python = os.path.join(environment, "bin", "python")
    runner = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *requirements]
    subprocess.run(runner, check=True, env={**ground.watch.environment, "PIP_INDEX_URL": ground.index})


def _environment(ground: Ground, path: str, present: Sequence[str] = ()) -> str:
    """Make an environment at *path*: a copy, by links, of one that the standard library made and pip filled."""
    template = ground.path("templates", str(len(present)))
    if not os.path.exists(template):
        subprocess.run([INTERPRETER, "-m", "venv", "--without-pip", template], check=True)
        if present:
            _fill(ground, template, present)
    return str(shutil.copytree(template, path, symlinks=True, copy_function=os.link))


def _contestant(ground: Ground, case: Case, tool: Tool) -> Callable[[str], Command]:
    """Do the case's job once, so that caches are warm, and return what makes a round ready and gives its command."""
    verb = getattr(tool, case.verb)
    root = os.path.join(case.name, tool.name)
    first = Job(
        ground.index,
        ground.path(root, "cache"),
        _environment(ground, ground.path(root, "first"), case.present),
        case.requirements,
    )
    if case.verb in ("install", "resolve"):
        ground.watch.run(verb(first))

    def ready(number: str) -> Command:
        environment = ground.path(root, number)
        if case.verb == "version" or case.place == "full":
            environment = first.environment
        elif case.place == "fresh":
            _environment(ground, environment, case.present)
        if case.cache == "cold":
            return list(verb(Job(ground.index, ground.path(root, f"cache-{number}"), environment, case.requirements)))
        if case.cache in ("unbuilt", "tools"):
            tool.forget_builds(first.cache, ground.recording.file(case.sdist + ".tar.gz"))
        if case.cache == "unbuilt":
            tool.forget_byte_code(first.cache)
        job = Job(ground.index, first.cache, environment, case.requirements)
        if tool.look and case.place == "fresh":
            ground.watch.run(tool.look(job))
        return list(verb(job))

    return ready


def _wheels(ground: Ground, case: Case) -> list[str]:
    """Return the recorded wheels of a case's requirements."""
    found = []
    for requirement in case.requirements:
        name, _, version = requirement.partition("==")
        pattern = name.replace("-", "[-_.]").replace("_", "[-_.]") + f"-{version}-*.whl"
        files = {os.path.basename(path).lower(): path for path in glob.glob(ground.recording.file("*.whl"))}
        found += [path for key, path in sorted(files.items()) if fnmatch.fnmatch(key, pattern)][:1]
    return found


def _bare(_ground: Ground, _case: Case, _root: str) -> Callable[[str], Command]:
    return lambda _: [*BARE, "-c", "pass"]


def _link(ground: Ground, case: Case, root: str) -> Callable[[str], Command]:
    source = ground.path(root, "tree")
    for wheel in _wheels(ground, case):
        shutil.unpack_archive(wheel, source, "zip")
    folders, files = [], []
    for folder, _, names in os.walk(source):
        inside = os.path.relpath(folder, source)
        folders += [inside] if inside != "." else []
        files += [os.path.normpath(os.path.join(inside, name)) for name in names]
    manifest = ground.path(root, "manifest")
    with open(manifest, "wb") as file:
        marshal.dump((folders, files), file)
    script = os.path.join(HERE, "floors", "link.py")
    return lambda number: [*BARE, script, manifest, source, ground.path(root, number)]


def _unzip(ground: Ground, case: Case, root: str) -> Callable[[str], Command]:
    script, wheels = os.path.join(HERE, "floors", "unzip.py"), _wheels(ground, case)
    return lambda number: [*BARE, script, ground.path(root, number), *wheels]


def _hooks(ground: Ground, case: Case, root: str) -> Callable[[str], Command]:
    """The environment of the build is made once, from the requirements that the sdist states."""
    with tarfile.open(ground.recording.file(case.sdist + ".tar.gz")) as archive:
        archive.extractall(ground.path(root, "sdist"), filter="data")
    source = ground.path(root, "sdist", case.sdist)
    with open(os.path.join(source, "pyproject.toml"), "rb") as file:
        system = tomllib.load(file)["build-system"]
    environment = _environment(ground, ground.path(root, "backend"))
    _fill(ground, environment, system["requires"])
    script, backend = os.path.join(HERE, "floors", "hooks.py"), system["build-backend"]

    def ready(number: str) -> Command:
        fresh, wheel = ground.path(root, number, "source"), ground.path(root, number, "wheel")
        shutil.copytree(source, fresh)
        os.mkdir(wheel)
        return [os.path.join(environment, "bin", "python"), script, fresh, wheel, backend]

    return ready


FLOORS: Mapping[str, Callable[[Ground, Case, str], Callable[[str], Command]]] = {
    "interpreter": _bare,
    "link": _link,
    "unzip": _unzip,
    "hooks": _hooks,
}


def rounds(
    ground: Ground, case: Case, tools: Sequence[Tool], *, settle: int, count: int, told: Callable[[str], None]
) -> dict[str, list[Sample]]:
    """Return *count* samples for each of *tools* and the floor of a case, after *settle* rounds that don't count."""
    entrants = {tool.name: _contestant(ground, case, tool) for tool in tools if tool.name in case.tools}
    entrants[FLOOR] = FLOORS[case.floor](ground, case, os.path.join(case.name, FLOOR))
    samples: dict[str, list[Sample]] = {name: [] for name in entrants}
    light = [name for name in entrants if name not in HEAVY]
    heavy = [name for name in entrants if name in HEAVY]
    for names, least, most in ((light, settle, count), (heavy, min(1, settle), min(FEWER, count))):
        for number in range(least + most if names else 0):
            told(f"{case.name}: round {number + 1} of {least + most} of {', '.join(names)}")
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                command = entrants[name](f"round-{number}")
                os.sync()
                sample = ground.watch.run(command)
                if number >= least:
                    samples[name].append(sample)
    return samples
