"""How much work the solver takes on worlds of the shapes and sizes that are met, in steps, not in seconds."""

import random

import pytest
from core.solver.worlds import Answers, World, mask, need, span, world

from pybuildsync.core.solver.outcome import Solution, Statistics
from pybuildsync.core.solver.problem import Dependencies, Dependency


def statistics(some: World) -> Statistics[str]:
    """Return what solving *some* world, which has a solution, takes."""
    solution = some.solve()
    assert isinstance(solution, Solution)
    return solution.statistics


def test_a_large_world_without_conflicts() -> None:
    """1500 packages of 20 versions with lower bounds only: one version of each is looked at."""
    count, versions = 1500, 20
    chance = random.Random(5)  # noqa: S311  nothing secret
    answers: Answers = {"root": [Dependency(f"p{number}", span(1, versions)) for number in range(10)]}
    for number in range(count):
        users = [other for other in (2 * number + 1, 2 * number + 2, number + 7) if other < count]
        for version in range(1, versions + 1):
            lows = [chance.randint(1, versions // 2) for _ in users]
            answers[f"p{number}", version] = [
                Dependency(f"p{other}", span(low, versions)) for other, low in zip(users, lows, strict=True)
            ]
    large = statistics(world({f"p{number}": versions for number in range(count)}, answers))
    assert (len(large.visited), large.conflicts) == (count + 1, 0)
    assert large.decisions <= count


@pytest.mark.parametrize("cap", [1500, 750, 30])
def test_long_release_lines_in_lockstep(cap: int) -> None:
    """Three projects of 1500 releases that pin one another: each is looked at once at most, conflicts are few."""
    count = 1500
    answers: Answers = {
        "root": [
            Dependency("sdk", span(1, count)),
            Dependency("tool", span(1, count)),
            Dependency("core", span(1, cap)),
        ]
    }
    for version in range(1, count + 1):
        answers["sdk", version] = [Dependency("core", span(version, min(count, version + 20)))]
        answers["tool", version] = [Dependency("core", mask(max(1, version - 40))), need("shared", 1 + version % 3)]
        answers["core", version] = [need("shared", 1, 2, 3)]
    lockstep = statistics(world({"sdk": count, "tool": count, "core": count, "shared": 3}, answers))
    assert len(lockstep.visited) <= 2 * count + 10
    assert lockstep.conflicts <= 10


@pytest.mark.parametrize("width", [40, 0])
def test_a_choice_that_refuses_a_whole_release_line_gives_way(width: int) -> None:
    """`dates` is decided first, having the fewest versions, and its newest refuses a long release line one by one."""
    count = 1500
    answers: Answers = {"root": [need("dates", 1, 2, 3), Dependency("sdk", span(1, count))]}
    for version in range(1, count + 1):
        answers["sdk", version] = [Dependency("core", span(max(1, version - width), version))]
        answers["core", version] = [need("dates", 1, 2)]
    taken = statistics(world({"dates": 3, "sdk": count, "core": count}, answers))
    assert len(taken.visited) <= 40


@pytest.mark.parametrize("seed", range(6))
def test_a_tangle(seed: int) -> None:
    """60 packages of 20 versions, each within a range of others: it looks at under half of the versions."""
    count, versions = 60, 20
    chance = random.Random(seed)  # noqa: S311  nothing secret

    def ranges(package: int) -> Dependencies[str]:
        middles = {other: chance.randint(1, versions) for other in range(count) if chance.random() < 0.05}
        middles.pop(package, None)
        return Dependencies(
            tuple(
                Dependency(f"p{other}", span(max(1, middle - 3), min(versions, middle + 3)))
                for other, middle in middles.items()
            )
        )

    answers = {(f"p{number}", version): ranges(number) for number in range(count) for version in range(1, versions + 1)}
    answers["root", 1] = Dependencies(tuple(Dependency(f"p{number}", span(1, versions)) for number in range(5)))
    tangle = statistics(World({f"p{number}": versions for number in range(count)}, answers))
    assert len(tangle.visited) < count * versions // 2 + 200
    assert tangle.conflicts < 1000
