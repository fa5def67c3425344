"""How many versions three real requests look into, on a replica of what an index told of them."""

import json
from pathlib import Path

import pytest
from core.fakes import World

from pybuildsync.core.goal import Goal
from pybuildsync.core.resolution import Resolution, resolve
from pybuildsync.core.variants import Facts

HERE = Path(__file__).with_name("backtracking")
MOST = {"boto3": 323, "fastapi": 188, "sphinx": 80}


def replica(name: str) -> tuple[World, Goal, dict[str, str]]:
    """Return the world, the goal and the resolution that were recorded; what nobody looked into requires nothing."""
    recorded = json.loads(HERE.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    world = World()
    for project, groups in recorded["projects"].items():
        for requires, versions in groups.items():
            for version in versions.split():
                world.wheel(project, version, *filter(None, requires.strip("?").split("|")))
    return world, world.goal(*recorded["asked"]), recorded["chosen"]


@pytest.mark.parametrize("name", sorted(MOST))
def test_backtracking_looks_into_few_versions(name: str) -> None:
    """A request that needs backtracking visits no more versions than it did, and finds what it found."""
    world, goal, chosen = replica(name)
    resolution: Resolution = resolve(goal, world, Facts())
    assert {each.name: each.version for each in resolution.running} == chosen
    assert resolution.visited <= MOST[name]
