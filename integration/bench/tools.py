"""The commands of the tools side by side, and what each needs so that all do the same work.

Nobody compiles byte code (uv doesn't unless told to), everybody gets requirements on the command line, and a fresh
environment has been seen once, outside the timing, by tools that remember interpreters by path.
"""

import glob
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

INTERPRETER = os.path.realpath(sys.executable)
VERSIONS = {"pip": "26.3", "uv": "0.13.8"}


@dataclass(frozen=True, slots=True)
class Job:
    """What a tool is to do: where, from which index, with which cache, and the requirements with their options."""

    index: str
    cache: str
    environment: str
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One contestant: fields that give commands, of which ``look`` is run before the timing, if there is any.

    ``forget_builds(cache, sdist)`` removes what was built, ``forget_byte_code(cache)`` the byte code of build tools.
    """

    name: str
    install: Callable[[Job], list[str]]
    resolve: Callable[[Job], list[str]]
    venv: Callable[[Job], list[str]] | None
    version: Callable[[Job], list[str]]
    look: Callable[[Job], list[str]] | None
    forget_builds: Callable[[str, str], None]
    forget_byte_code: Callable[[str], None] = lambda _: None


def _python(environment: str) -> str:
    return os.path.join(environment, "bin", "python")


def pip(site: str) -> Tool:
    """Return pip, run by the environment's own interpreter in one process, as if it were installed there."""
    runner = os.path.join(site, "pip", "__pip-runner__.py")

    def install(job: Job, *options: str) -> list[str]:
        where = ["--index-url", job.index, "--cache-dir", job.cache]
        return [_python(job.environment), runner, "install", "--no-compile", *options, *where, *job.requirements]

    def forget(cache: str, _: str) -> None:
        shutil.rmtree(os.path.join(cache, "wheels"), ignore_errors=True)

    return Tool(
        name="pip",
        install=install,
        resolve=lambda job: install(job, "--dry-run"),
        venv=None,
        version=lambda job: [_python(job.environment), runner, "--version"],
        look=None,
        forget_builds=forget,
    )


def uv(program: str) -> Tool:
    """Return uv."""

    def install(job: Job, *options: str) -> list[str]:
        where = ["--index-url", job.index, "--cache-dir", job.cache, "--python", job.environment]
        return [program, "pip", "install", *options, *where, *job.requirements]

    def forget(cache: str, sdist: str) -> None:
        """Leave of every sdist what uv downloads and unpacks; its builds happen inside the unpacked tree."""
        for source in glob.glob(os.path.join(cache, "sdists-*", "index", "*", "*", "*", "*", "src")):
            revision = os.path.dirname(source)
            shutil.rmtree(revision)
            with tarfile.open(sdist) as archive:
                archive.extractall(revision, filter="data")
            (unpacked,) = os.listdir(revision)
            os.rename(os.path.join(revision, unpacked), source)

    return Tool(
        name="uv",
        install=install,
        resolve=lambda job: install(job, "--dry-run"),
        venv=lambda job: [program, "venv", "--python", INTERPRETER, "--cache-dir", job.cache, job.environment],
        version=lambda _: [program, "--version"],
        look=lambda job: [program, "pip", "freeze", "--python", job.environment, "--cache-dir", job.cache],
        forget_builds=forget,
    )


def pybuildsync(program: str) -> Tool:
    """Return ourselves."""

    def install(job: Job, *options: str) -> list[str]:
        where = ["--index-url", job.index, "--cache-dir", job.cache, "--python", job.environment]
        return [program, "install", *options, *where, *job.requirements]

    def forget(cache: str, _: str) -> None:
        """Forget what was built, what was learnt from it, and the plans and recipes that place it."""
        for kind in ("built", "builds", "plans", "recipes", "answers"):
            for folder in glob.glob(os.path.join(cache, f"{kind}-*")):
                shutil.rmtree(folder)

    def forget_byte_code(cache: str) -> None:
        for folder in glob.glob(os.path.join(cache, "wheels-*", "*", "gathered")):
            shutil.rmtree(folder)

    return Tool(
        name="pybuildsync",
        install=install,
        resolve=lambda job: install(job, "--dry-run"),
        venv=lambda job: [program, "venv", "--python", INTERPRETER, "--cache-dir", job.cache, job.environment],
        version=lambda _: [program, "--version"],
        look=lambda job: [program, "list", "--python", job.environment, "--cache-dir", job.cache],
        forget_builds=forget,
        forget_byte_code=forget_byte_code,
    )


def _pip_install(folder: str, *what: str) -> None:
    python = _python(folder)
    if not os.path.exists(python):
        subprocess.run([INTERPRETER, "-m", "venv", "--without-pip", folder], check=True)
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *what], check=True)


def set_up(folder: str, project: str, wanted: Sequence[str]) -> tuple[Tool, ...]:
    """Install the tools, each into an environment without any ``.pth`` file, and return those that are wanted.

    Ourselves are installed anew each time, as a wheel: an editable installation starts 20 ms later.
    """
    peers, ours = os.path.join(folder, "peers"), os.path.join(folder, "ours")
    _pip_install(peers, *(f"{name}=={version}" for name, version in sorted(VERSIONS.items())))
    (site,) = glob.glob(os.path.join(peers, "lib", "python*", "site-packages"))
    tools = {"uv": uv(os.path.join(peers, "bin", "uv")), "pip": pip(site)}
    if "pybuildsync" in wanted:
        own = [os.path.join(project, "hooks"), project]
        _pip_install(ours, *own)
        _pip_install(ours, "--force-reinstall", "--no-deps", *own)
        tools = {"pybuildsync": pybuildsync(os.path.join(ours, "bin", "pybuildsync")), **tools}
    return tuple(tool for name, tool in tools.items() if name in wanted)
