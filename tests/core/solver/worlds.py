"""Worlds of packages with numbered versions, for the solver: a provider that is a table, and plain words."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pybuildsync.core.solver.explain import explain
from pybuildsync.core.solver.outcome import Derived, Failure, Incompatibility, Solution
from pybuildsync.core.solver.problem import Dependencies, Dependency, Nogood, Tie, Unavailable
from pybuildsync.core.solver.solve import solve

ROOT = "root"

Answer = Dependencies[str] | Unavailable
Terms = Sequence[tuple[str, int]]
Answers = dict[tuple[str, int] | str, Unavailable | Sequence[Dependency[str] | Tie[str]]]


def mask(*versions: int) -> int:
    """Return the mask of *versions*."""
    return sum(1 << version for version in set(versions))


def span(lowest: int, highest: int) -> int:
    """Return the mask of the versions from *lowest* to *highest*."""
    return (2 << highest) - (1 << lowest)


def need(package: str, *versions: int, reason: object = None) -> Dependency[str]:
    """Return a dependency that needs one of *versions*."""
    return Dependency(package, mask(*versions), reason)


def limit(package: str, *versions: int, reason: object = None) -> Dependency[str]:
    """Return a dependency that needs nothing, but takes only *versions*."""
    return Dependency(package, mask(0, *versions), reason)


def same(left: str, right: str, reason: object = None) -> Tie[str]:
    """Return the tie that gives both the same version, if both are selected."""

    def image(states: int) -> int:
        return -1 if states & 1 else states | 1

    return Tie(left, right, image, image, reason)


def related(left: str, right: str, pairs: frozenset[tuple[int, int]], reason: object = None) -> Tie[str]:
    """Return the tie that allows the states of *pairs* only."""
    return Tie(
        left,
        right,
        lambda states: mask(*(two for one, two in pairs if states >> one & 1)),
        lambda states: mask(*(one for one, two in pairs if states >> two & 1)),
        reason,
    )


def dependencies(*stated: Dependency[str] | Tie[str]) -> Dependencies[str]:
    """Return *stated* as an answer."""
    return Dependencies(
        requires=tuple(statement for statement in stated if isinstance(statement, Dependency)),
        ties=tuple(statement for statement in stated if isinstance(statement, Tie)),
    )


def latest(allowed: int) -> int:
    """Prefer the highest version."""
    return allowed.bit_length() - 1


@dataclass(frozen=True, slots=True)
class World:
    """Packages with the number of their versions, what versions entail, and what can't hold; prefers high versions."""

    counts: Mapping[str, int]
    answers: Mapping[tuple[str, int], Answer]
    nogoods: tuple[Nogood[str], ...] = ()
    prefer: Callable[[int], int] = latest
    asked: list[tuple[str, int]] = field(default_factory=list)

    def count(self, package: str) -> int:
        """Return what the table says; the root has one version."""
        return 1 if package == ROOT else self.counts[package]

    def choose(self, _package: str, allowed: int, _decided: Callable[[str], int]) -> int:
        """Return the preferred version; it is never asked for nothing."""
        assert allowed > 0
        assert not allowed & 1
        return self.prefer(allowed)

    def dependencies(self, package: str, version: int) -> Answer:
        """Return what the table says; it is never asked twice."""
        assert (package, version) not in self.asked
        self.asked.append((package, version))
        return self.answers.get((package, version), Dependencies())

    def solve(self, rank: Sequence[str] = ()) -> Solution[str] | Failure[str]:
        """Solve it, anew, with the packages of *rank* decided first, in that order."""
        self.asked.clear()
        ranks = {package: position for position, package in enumerate(rank)}
        return solve(self, ROOT, nogoods=self.nogoods, rank=lambda package: ranks.get(package, len(ranks)))

    def selected(self) -> dict[str, int]:
        """Return the versions that are selected besides the root, of a world that has a solution."""
        solution = self.solve()
        assert isinstance(solution, Solution)
        return {package: version for package, version in solution.selected.items() if package != ROOT}

    def failure(self) -> Failure[str]:
        """Return why there is no solution, of a world that has none."""
        failure = self.solve()
        assert isinstance(failure, Failure)
        return failure

    def explanation(self) -> list[str]:
        """Return why there is no solution, line by line."""
        return explain(self.failure(), PlainWords(self.counts)).splitlines()

    def holds(self, states: Mapping[str, int]) -> bool:
        """Return whether *states*, one for each package, satisfy everything that is stated."""
        for package, version in states.items():
            answer = self.answers.get((package, version), Dependencies())
            if isinstance(answer, Unavailable):
                return False
            if not all(requirement.allowed >> states[requirement.package] & 1 for requirement in answer.requires):
                return False
            for tie in answer.ties:
                left, right = states[tie.left], states[tie.right]
                if not (tie.image(1 << left) >> right & 1 and tie.preimage(1 << right) >> left & 1):
                    return False
        return not any(all(allowed >> states[key] & 1 for key, allowed in nogood.terms) for nogood in self.nogoods)

    def solutions(self) -> Iterator[dict[str, int]]:
        """Yield everything that could be selected, by trying all."""
        for versions in itertools.product(*(range(count + 1) for count in self.counts.values())):
            states = {ROOT: 1, **dict(zip(self.counts, versions, strict=True))}
            if self.holds(states):
                yield states


def world(
    counts: Mapping[str, int],
    answers: Answers,
    nogoods: Sequence[Nogood[str]] = (),
) -> World:
    """Return the world in which *answers* are given; under a mere name they are those of all its versions."""
    table: dict[tuple[str, int], Answer] = {}
    for key, stated in answers.items():
        answer = stated if isinstance(stated, Unavailable) else dependencies(*stated)
        if isinstance(key, tuple):
            table[key] = answer
        else:
            table |= {(key, version): answer for version in range(1, counts.get(key, 1) + 1)}
    return World(counts, table, tuple(nogoods))


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Ranges of version numbers; a reason that is a text follows its subject, any other is left to the usual words."""

    counts: Mapping[str, int]

    def package(self, package: str) -> str:
        """Return the name."""
        return "your project" if package == ROOT else package

    def versions(self, package: str, mask: int) -> str:
        """Return a range."""
        assert mask
        assert not mask & 1
        versions = [version for version in range(1, self.counts[package] + 1) if mask >> version & 1]
        if len(versions) == self.counts[package]:
            return f"every version of {package}"
        if len(versions) == 1:
            return f"{package} {versions[0]}"
        if versions != list(range(versions[0], versions[-1] + 1)):
            return f"{package} {' or '.join(map(str, versions))}"
        below = f"<{versions[-1] + 1}" if versions[-1] < self.counts[package] else ""
        above = f">={versions[0]}" if versions[0] > 1 else ""
        return f"{package} {','.join(filter(None, [above, below]))}"

    def reason(self, reason: object, subject: str) -> str | None:
        """Return the text after its subject."""
        return f"{subject} {reason}" if isinstance(reason, str) else None


def derivations(failure: Failure[str]) -> list[Incompatibility[str]]:
    """Return all derived incompatibilities of a proof."""
    found: dict[int, Incompatibility[str]] = {}
    waiting = [failure.incompatibility]
    while waiting:
        incompatibility = waiting.pop()
        if id(incompatibility) not in found and isinstance(incompatibility.cause, Derived):
            found[id(incompatibility)] = incompatibility
            waiting += incompatibility.cause.causes
    return list(found.values())


def follows(incompatibility: Incompatibility[str], universe: Mapping[str, int]) -> bool:
    """Return whether a derived incompatibility follows from its causes."""
    assert isinstance(incompatibility.cause, Derived)
    return excludes([cause.terms for cause in incompatibility.cause.causes], incompatibility.terms, universe)


def excludes(stated: Sequence[Terms], terms: Terms, universe: Mapping[str, int]) -> bool:
    """Return whether *terms* can't all hold if none of *stated* may, by trying all states."""
    keys = sorted({package for some in (terms, *stated) for package, _ in some})
    ranges = [[state for state in range(universe[key].bit_length()) if universe[key] >> state & 1] for key in keys]
    for versions in itertools.product(*ranges):
        states = dict(zip(keys, versions, strict=True))
        if _hold(terms, states) and not any(_hold(some, states) for some in stated):
            return False
    return True


def _hold(terms: Terms, states: Mapping[str, int]) -> bool:
    return all(allowed >> states[package] & 1 for package, allowed in terms)
