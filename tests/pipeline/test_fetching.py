"""Several direct references of one request: fetched at once, told in the order of the request."""

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands.repositories import make_repository
from loopback import LoopbackIndex
from loopback.faults import Fault
from pipeline.worlds import Place, make_place, sdist, tree_files, wheel

AWAY = "/away/"
STATED = '[project]\nname = "{0}"\nversion = "1.0"\n'


class Together(LoopbackIndex):
    """A server that answers none of *count* requests for what is away before all of them are there."""

    def __init__(self, count: int) -> None:
        super().__init__(form="json")
        self.barrier = threading.Barrier(count)

    def _find(self, path: str, headers: dict[str, str]):  # type: ignore[no-untyped-def]  # noqa: ANN202 - its own
        if path.startswith(AWAY):
            self.barrier.wait(30)
        return super()._find(path, headers)


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Place]:
    """Give a place whose index gives three files at once or none."""
    with Together(3) as index:
        yield make_place(tmp_path, index)


def put(place: Place) -> list[str]:
    """Put two sdists and a wheel where no index lists them; return how they are asked for."""
    archives = [sdist("one", "1.0"), wheel("two", "1.0"), sdist("three", "1.0")]
    for archive in archives:
        place.index.pages[f"{AWAY}{archive.filename}"] = ("application/zip", archive.data)
    return [f"{place.index.root}{AWAY}{archive.filename}" for archive in archives]


def repositories(place: Place, *names: str) -> list[str]:
    """Return the URLs of new repositories, each with a project."""
    for name in names:
        make_repository(place.root / name, tree_files(name, "1.0", pyproject=STATED.format(name)))
    return [f"git+file://{place.root / name}" for name in names]


def with_git(place: Place, script: str) -> dict[str, str]:
    """Return the environment in which `git clone` does what the shell *script* says before it clones."""
    folder = place.root / "bin"
    folder.mkdir()
    command = folder / "git"
    command.write_text(f'#!/bin/sh\nif [ "$1" = clone ]; then\n{script}\nfi\nexec {shutil.which("git")} "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PIP_CONFIG_FILE": os.devnull, "VIRTUAL_ENV": str(place.environment.root)}


def install(place: Place, environ: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """Install in a process of its own, as what is on PATH counts for all of one."""
    command = [sys.executable, "-m", "pybuildsync", "install", "--cache-dir", str(place.cache)]
    options = ["--python", str(place.environment.root), "--index-url", place.index.url]
    return subprocess.run([*command, *options, *words], env=environ, capture_output=True, text=True, check=False)


def test_archives_come_at_once(together: Place) -> None:
    """None waits for another."""
    together.install(*put(together))
    assert together.versions() == {"one": "1.0", "three": "1.0", "two": "1.0"}


def test_what_is_required_by_url_comes_at_once(together: Place) -> None:
    """As well as what is asked for."""
    one, two, three = put(together)
    together.index.add(wheel("app", "1.0", f"one @ {one}", f"two @ {two}", f"three @ {three}"))
    together.install("app")
    assert together.versions() == {"app": "1.0", "one": "1.0", "three": "1.0", "two": "1.0"}


def test_repositories_come_at_once(place: Place) -> None:
    """What is begun is told in the order of the request."""
    urls = repositories(place, "one", "two", "three")
    there = place.root / "there"
    there.mkdir()
    wait = f'touch "{there}/$$"; for i in $(seq 600); do [ $(ls "{there}" | wc -l) -ge 3 ] && break; sleep 0.05; done'
    environ = with_git(place, f'{wait}\n[ $(ls "{there}" | wc -l) -ge 3 ] || exit 7')
    said = install(place, environ, *urls[:2], "-e", f"{urls[2]}#egg=three")
    assert said.returncode == 0, said.stderr
    assert place.versions() == {"one": "1.0", "three": "1.0", "two": "1.0"}
    told = [line for line in said.stderr.splitlines() if line.startswith("checking out")]
    assert [line.partition(" into ")[0] for line in told] == [
        f"checking out {url.removeprefix('git+')}" for url in urls
    ]


def test_the_first_that_fails_is_told(place: Place) -> None:
    """In the order of the request, however long it took."""
    one, two, three = put(place)
    place.index.fail(Fault(one.removeprefix(place.index.root), times=-1, delay=0.5, status=404))
    place.index.fail(Fault(three.removeprefix(place.index.root), times=-1, status=404))
    assert "one-1.0.tar.gz" in place.refused(two, one, three)
    assert "three-1.0.tar.gz" in place.refused(two, three, one)
    assert "no version" in place.refused(two, f"{place.index.root}{AWAY}x-y-py3-none-any.whl", one)
    assert "no name of a wheel" in place.refused(two, f"{place.index.root}{AWAY}x.whl", one)


def test_a_checkout_that_nobody_waits_for_is_ended(place: Place) -> None:
    """Its command doesn't outlive ours."""
    (one,) = repositories(place, "one")
    pid = place.root / "pid"
    environ = with_git(place, f'echo $$ > "{pid}.new"; mv "{pid}.new" "{pid}"; exec sleep 600')
    place.index.fail(Fault(f"{AWAY}x-1.0.tar.gz", times=-1, delay=1.0, status=404))
    said = install(place, environ, f"{place.index.root}{AWAY}x-1.0.tar.gz", one)
    assert said.returncode == 1
    assert "x-1.0.tar.gz" in said.stderr
    for _ in range(600):
        try:
            os.kill(int(pid.read_text()), 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("git still runs")


def test_commits_that_are_kept_are_not_checked_out_again(place: Place) -> None:
    """Nor told."""
    urls = repositories(place, "one", "two")
    place.install(*urls)
    frozen = place.run("freeze").out.splitlines()
    assert "checking out" in place.install("--force-reinstall", *frozen).err
    assert "checking out" not in place.install("--force-reinstall", *frozen).err


def test_two_checkouts_for_one_folder(place: Place) -> None:
    """One at a time: the second finds the first there."""
    one, two = repositories(place, "one", "two")
    error = place.refused("-e", f"{one}#egg=one", "-e", f"{two}#egg=one", "-e", f"{two}")
    assert f"it is a checkout of {one.removeprefix('git+')}" in error
    assert "doesn't say what it is called" in place.refused("-e", two, "-e", f"{one}#egg=one")
