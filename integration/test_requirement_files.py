"""Requirement files of five projects, as their sdists have them: pip and we install the same from each, and we faster.

Two with hashes, one with checkouts and an editable tree, one with constraints, one of more than 150 projects. Both
begin with an empty cache, as a job in CI does; where code is hosted isn't reachable from everywhere, so git is told of
repositories made from sdists.
"""

import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pytest

from integration.beside_pip.ground import commit
from integration.command import PATIENCE, Environment, run


class Project(NamedTuple):
    """A project, its version, and what to install in its source tree; how many distributions that are at least.

    ``repositories`` are (name of the repository, project whose sdist stands for it).
    """

    name: str
    version: str
    words: tuple[str, ...]
    least: int
    repositories: tuple[tuple[str, str], ...] = ()


PROJECTS = (
    Project("coverage", "7.16.0", ("-r", "requirements/pytest.pip", "-r", "requirements/mypy.pip"), 18),
    Project("taskcluster-taskgraph", "9.2.1", ("-r", "requirements/test.txt"), 40),
    Project(
        "celery",
        "5.7.0",
        ("-r", "requirements/dev.txt", "-e", "."),
        8,
        (("py-amqp", "amqp==5.4.2"), ("kombu", "kombu==5.7.0"), ("billiard", "billiard==4.3.2")),
    ),
    Project("homeassistant", "2024.3.3", ("-c", "homeassistant/package_constraints.txt", "."), 70),
    Project("salt", "3008.3", ("-r", "requirements/static/ci/py3.11/linux.lock"), 180),
)
_HOST = "https://github.com/celery/"


@pytest.mark.parametrize("project", PROJECTS, ids=[project.name for project in PROJECTS])
@pytest.mark.timeout(900)
def test_the_same_as_pip(project: Project, tmp_path: Path) -> None:
    """Names and versions are the same; what both print at the end is how long it took."""
    tree = _source(f"{project.name}=={project.version}", tmp_path)
    variables = _git(project, tmp_path)
    times: dict[str, float] = {}
    for tool in ("pip", "pybuildsync"):
        environment = Environment.make(tmp_path / tool)
        empty = {f"{tool.upper()}_CACHE_DIR": str(tmp_path / f"{tool} cache")}
        times[tool] = _install(tool, environment, project.words, tree, {**variables, **empty})
    there = {tool: _versions(tmp_path / tool) for tool in times}
    print(f"{project.name}: {len(there['pip'])} distributions, pip {times['pip']:.1f} s, "
          f"pybuildsync {times['pybuildsync']:.1f} s, ratio {times['pybuildsync'] / times['pip']:.2f}")  # fmt: skip
    assert there["pybuildsync"] == there["pip"]
    assert len(there["pip"]) >= project.least
    assert times["pybuildsync"] < times["pip"]


def _source(requirement: str, folder: Path) -> Path:
    """Return the source tree of *requirement*, unpacked from its sdist."""
    taken = folder / requirement.replace("==", "-")
    said = run("download", "-q", "--no-deps", "--no-binary", ":all:", "-d", taken, requirement)
    assert said.returncode == 0, said.stderr
    (archive,) = taken.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(taken, filter="data")
    (tree,) = [path for path in taken.iterdir() if path.is_dir()]
    return tree


def _git(project: Project, folder: Path) -> Mapping[str, str]:
    """Return the variables that have git find the repositories of *project* in *folder*, where they are made."""
    for name, requirement in project.repositories:
        tree = _source(requirement, folder)
        place = folder / "repositories" / f"{name}.git"
        place.parent.mkdir(exist_ok=True)
        tree.rename(place)
        commit(place)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{folder}/repositories/.insteadOf",
        "GIT_CONFIG_VALUE_0": _HOST,
    }


def _install(
    tool: str, environment: Environment, words: tuple[str, ...], tree: Path, variables: Mapping[str, str]
) -> float:
    """Install *words* with *tool*, standing in *tree*; return the seconds it took."""
    program = [sys.executable, "-m", "pybuildsync", "install", "-q", "--python", str(environment.folder)]
    if tool == "pip":
        program = [sys.executable, "-m", "pip", "--python", str(environment.python), "install", "-q", "--no-compile"]
    began = time.monotonic()
    ran = subprocess.run(
        [*program, *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=tree,
        env={**os.environ, **variables},
    )
    assert ran.returncode == 0, f"{tool}: {ran.stderr}"
    return time.monotonic() - began


def _versions(environment: Path) -> dict[str, str]:
    (place,) = environment.glob("lib/*/site-packages")
    return {each.metadata["Name"].lower().replace("_", "-").replace(".", "-"): each.version
            for each in distributions(path=[str(place)])}  # fmt: skip
