"""The solver beside another one: nab-resolver, on plain dependencies among some thirty packages."""

import random
from collections.abc import Mapping

from core.solver.worlds import ROOT, Answer, World, span
from hypothesis import given
from hypothesis import strategies as st
from nab_resolver.errors import ResolutionError
from nab_resolver.ranges import Range
from nab_resolver.resolver import BaseProvider, Resolver
from nab_resolver.types import RangeProtocol

from pybuildsync.core.solver.outcome import Solution
from pybuildsync.core.solver.problem import Dependencies, Dependency


class Oracle(BaseProvider[str, int]):
    """The same world, as nab-resolver asks for it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def versions(self, dependency: Dependency[str]) -> RangeProtocol[int]:
        """Return a dependency's versions as a range."""
        return Range.from_versions(
            version
            for version in range(1, self._world.count(dependency.package) + 1)
            if dependency.allowed >> version & 1
        )

    def choose_version(self, package: str, version_range: RangeProtocol[int]) -> int | None:
        """Return the highest version."""
        return next((v for v in range(self._world.count(package), 0, -1) if v in version_range), None)

    def has_satisfying_version(self, package: str, version_range: RangeProtocol[int]) -> bool:
        """Return whether there is a version."""
        return self.choose_version(package, version_range) is not None

    def get_dependencies(self, package: str, version: int) -> dict[str, RangeProtocol[int]]:
        """Return what the world says."""
        answer = self._world.answers[package, version]
        assert isinstance(answer, Dependencies)
        return {dependency.package: self.versions(dependency) for dependency in answer.requires}

    def prioritize(
        self,
        package: str,
        version_range: RangeProtocol[int],
        conflict_counts: Mapping[str, int],
        culprit_counts: Mapping[str, int] | None = None,
    ) -> tuple[int, str]:
        """Return the number of versions left."""
        del conflict_counts, culprit_counts
        return sum(version in version_range for version in range(1, self._world.count(package) + 1)), package

    def widen_decision(self, package: str, version: int) -> None:
        """Return nothing."""
        del package, version


def random_world(seed: int) -> World:
    """Return packages that depend on few others, each in a range around a random version."""
    chance = random.Random(seed)  # noqa: S311  nothing secret
    versions = chance.randint(3, 6)
    width = chance.randint(0, 2)
    names = [f"p{number}" for number in range(chance.randint(20, 32))]

    def ranges(package: str, share: float) -> Dependencies[str]:
        requires = []
        for other in names:
            if other != package and chance.random() < share:
                middle = chance.randint(1, versions)
                requires.append(Dependency(other, span(max(1, middle - width), min(versions, middle + width))))
        return Dependencies(tuple(requires))

    share = chance.uniform(0.04, 0.12)
    answers: dict[tuple[str, int], Answer] = {
        (name, version): ranges(name, share) for name in names for version in range(1, versions + 1)
    }
    answers[ROOT, 1] = Dependencies(tuple(Dependency(name, span(1, versions)) for name in names[:4]))
    return World(dict.fromkeys(names, versions), answers)


@given(st.integers(0, 2**32))
def test_another_solver_agrees(seed: int) -> None:
    """Both find a solution, or neither does; and ours holds."""
    world = random_world(seed)
    oracle = Oracle(world)
    root = world.answers[ROOT, 1]
    assert isinstance(root, Dependencies)
    try:
        resolver: Resolver[str, int] = Resolver(oracle)
        resolver.resolve({dependency.package: oracle.versions(dependency) for dependency in root.requires})
    except ResolutionError:
        expected = False
    else:
        expected = True
    outcome = world.solve()
    assert isinstance(outcome, Solution) is expected
    if isinstance(outcome, Solution):
        assert world.holds({**dict.fromkeys(world.counts, 0), **outcome.selected})
