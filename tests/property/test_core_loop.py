"""Laws of the loop, on random small worlds: it ends, what it gives holds, and where it gives up there is nothing."""

import os
import subprocess
import sys
from pathlib import Path

from core.fakes import World, versions_of
from core.random_worlds import (
    LIBRARIES,
    Need,
    Plan,
    faults,
    goal_of,
    has_solution,
    match_faults,
    needs_of,
    open_world,
    plans,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from pybuildsync.core.goal import Installed
from pybuildsync.core.loop import Settled
from pybuildsync.core.resolution import NoSolution

ENOUGH = 200  # rounds: more than the builds that any of these worlds allows


def run(plan: Plan) -> tuple[World, Settled | None]:
    """Return the world of *plan* and what the loop makes of it, None for no solution."""
    world = open_world(plan)
    try:
        return world, world.settle(goal_of(plan, world), max_rounds=ENOUGH)
    except NoSolution:
        return world, None


@given(plans())
def test_it_settles_if_and_only_if_there_is_a_solution(plan: Plan) -> None:
    """Every settled result meets the conditions, and where there is none no versions and no builds would."""
    _, settled = run(plan)
    if settled is None:
        assert not has_solution(plan)
    else:
        assert faults(plan, settled) == []


@given(plans(), st.sampled_from(LIBRARIES))
def test_what_needs_no_match_agrees_in_the_end(plan: Plan, free: str) -> None:
    """What a wheel requires of it holds; and where it can be built with what runs, there is a result.

    Only of what it requires of that library itself, it is taken that it may change with that library.
    """
    assume(all((free, "growing") not in sdist.bakes for sdist in plan.sdists))
    plan = plan._replace(free=(free,), at_least=tuple(name for name in plan.at_least if name != free))
    _, settled = run(plan)
    if settled is None:
        assert not has_solution(plan)
    else:
        assert faults(plan, settled) == []


@given(plans(nested=True))
def test_sources_that_build_sources_settle_as_well(plan: Plan) -> None:
    """The conditions hold one level down, too."""
    _, settled = run(plan)
    if settled is not None:
        assert faults(plan, settled) == []


@given(plans(nested=True))
def test_nothing_is_built_twice(plan: Plan) -> None:
    """No build key is built twice, nor asked for its metadata twice."""
    world, _ = run(plan)
    assert len(set(world.built_keys)) == len(world.built_keys)
    assert len(set(world.prepared_keys)) == len(world.prepared_keys)


@given(plans(nested=True))
def test_equal_worlds_take_equal_steps(plan: Plan) -> None:
    """The same question gives the same answer by the same builds in the same order."""
    one, first = run(plan)
    two, second = run(plan)
    assert (one.builds, one.prepared, one.told) == (two.builds, two.prepared, two.told)
    assert first == second
    assert (first and versions_of(first)) == (second and versions_of(second))


@given(plans(nested=True))
def test_what_is_installed_and_holds_stays(plan: Plan) -> None:
    """The same request once more, with its result installed, changes nothing and builds nothing."""
    world, settled = run(plan)
    if settled is None:
        return
    there = tuple(Installed(c.name, c.version, c.metadata, c.pick.variant) for c in settled.resolution.running)
    builds = len(world.builds)
    again = world.settle(goal_of(plan, world)._replace(installed=there))
    assert [(c.name, c.version, c.pick.installed) for c in again.resolution.running] == [
        (each.name, each.version, True) for each in there
    ]
    assert (again.rounds, len(world.builds)) == (1, builds)


@given(plans(), st.dictionaries(st.sampled_from(LIBRARIES), st.integers(1, 4)))
def test_what_is_installed_before_changes_no_condition(plan: Plan, before: dict[str, int]) -> None:
    """Whatever libraries are installed, it settles if there is a solution, and what it gives holds beside them."""
    world = open_world(plan)
    there = tuple(
        Installed(each.name, str(each.version), world.metadata_of(each.name, str(each.version)))
        for each in plan.releases
        if before.get(each.name) == each.version
    )
    try:
        settled = world.settle(goal_of(plan, world)._replace(installed=there), max_rounds=ENOUGH)
    except NoSolution:
        assert not has_solution(plan)
    else:
        assert faults(plan, settled, {each.name: int(each.version) for each in there}) == []


@given(plans(), st.lists(needs_of(LIBRARIES), min_size=1, max_size=2))
def test_nothing_is_built_without_need(plan: Plan, more: list[Need]) -> None:
    """With its result installed, and something else asked for beside, what still holds stays as it was built."""
    world, settled = run(plan)
    if settled is None:
        return
    there = tuple(Installed(c.name, c.version, c.metadata, c.pick.variant) for c in settled.resolution.running)
    goal = goal_of(plan._replace(asked=(*plan.asked, *more)), world)._replace(installed=there)
    try:
        again = world.settle(goal, max_rounds=ENOUGH)
    except NoSolution:
        return
    now = {chosen.name: int(chosen.version) for chosen in again.resolution.running}
    kept = {chosen.name for chosen in again.resolution.running if chosen.pick.installed}
    sdists = {(each.name, str(each.version)): each for each in plan.sdists}
    for each in there:
        if each.variant is None:
            continue
        sdist = sdists[each.name, each.version]
        environment = {one.name: int(one.version) for one in each.variant.ingredients}
        stays = not match_faults(plan, sdist, environment, now)
        stays = stays and all(need.met(now) for need in sdist.says(environment))
        assert (each.name in kept) >= stays, each.name


_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from core.fakes import World
world = World()
for version in ("1.0", "2.0", "3.0"):
    for name in ("lib", "other", "more"):
        world.wheel(name, version)
for name in ("a", "b", "c"):
    world.sdist(
        name, "1.0", "lib", "other", build=("lib", "other", "more"),
        built=lambda env: (f"lib<={env['lib']}", f"other!={env['other']}" if env["other"] == "3.0" else "other"),
    )
settled = world.settle(world.goal("a[x,y,z]", "b", "c", "lib<3"))
print(world.told, world.builds, world.prepared, settled.resolution)
"""


def test_hashes_of_text_decide_nothing() -> None:
    """Another process, with other hashes of text, takes the same steps: no set is iterated over into anything."""
    tests = Path(__file__).parent.parent
    told = [
        subprocess.run(
            [sys.executable, "-c", _SCRIPT, tests], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]  # fmt: skip
    assert told[0]
    assert told[1:] == told[:1] * 2
