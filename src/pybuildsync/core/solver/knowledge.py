"""What is known to hold whatever is selected: clauses and ties, filed by the packages they speak of.

It only grows. Nothing is propagated here; what is new, or was new at a level that has been left, waits in ``pending``
until propagation looks at it (docs/solver.md, section 4).
"""

from collections.abc import Callable
from typing import Generic

from pybuildsync.core.solver.clause import Clause, Terms, can_hold, make_terms
from pybuildsync.core.solver.partial_solution import PartialSolution
from pybuildsync.core.solver.problem import Dependency, Nogood, P, Provider, Tie, Unavailable


class ActiveTie(Generic[P]):
    """A tie that ``package`` states in the version of the mask ``versions``; clauses are drawn from it when needed."""

    __slots__ = ("package", "sides", "tie", "versions")

    def __init__(self, package: int, versions: int, left: int, right: int, tie: Tie[P]) -> None:
        self.package = package
        self.versions = versions
        self.tie = tie
        self.sides: tuple[tuple[int, int, Callable[[int], int], Callable[[int], int]], ...] = (
            (left, right, tie.image, tie.preimage),
            (right, left, tie.preimage, tie.image),
        )


class Use(Generic[P]):
    """What ``versions`` of ``package`` state of another one: ``clauses``, each with the mask of that other in it."""

    __slots__ = ("clauses", "package", "versions")

    def __init__(self, package: int) -> None:
        self.package = package
        self.versions = 0
        self.clauses: list[tuple[int, Clause[P]]] = []


class Package(Generic[P]):
    """A package and what is filed under it.

    ``visited`` is the mask of the versions whose dependencies are known ("not selected" has none). ``mentions`` are
    clauses with this package's mask in them, as pairs, dependencies apart. ``stated`` are those that a version of it
    states, by the mask of that version, ``uses`` those that others state of it, by who states them. ``late`` counts
    how often it gave way (``order``).
    """

    __slots__ = ("conflicts", "key", "late", "mentions", "rank", "stated", "statements", "ties", "uses", "visited")

    def __init__(self, key: P, rank: int) -> None:
        self.key = key
        self.rank = rank
        self.conflicts = 0
        self.late = 0
        self.visited = 1
        self.mentions: list[tuple[int, Clause[P]]] = []
        self.stated: dict[int, list[Clause[P]]] = {}
        self.statements: dict[object, Clause[P]] = {}
        self.uses: dict[int, Use[P]] = {}
        self.ties: list[ActiveTie[P]] = []


class Knowledge(Generic[P]):
    """All packages, clauses and ties. Knows the partial solution only to add new packages to it.

    ``fresh`` has, by decision level, what was added there: on the way back to a lower level that must be looked at once
    more, as what it implied there has never been said. ``asked`` has what was asked of the provider, in order.
    """

    __slots__ = ("_numbers", "_rank", "asked", "clauses", "fresh", "packages", "pending", "provider", "solution")

    def __init__(self, provider: Provider[P], solution: PartialSolution[P], rank: Callable[[P], int]) -> None:
        self.provider = provider
        self._rank = rank
        self.solution = solution
        self.packages: list[Package[P]] = []
        self._numbers: dict[P, int] = {}
        self.asked: list[tuple[P, int]] = []
        self.clauses = 0
        self.pending: list[Clause[P] | ActiveTie[P]] = []
        self.fresh: list[list[Clause[P] | ActiveTie[P]]] = [[]]

    def number(self, key: P) -> int:
        """Return the int that stands for the package *key*, after asking for its versions if it is new."""
        number = self._numbers.get(key)
        if number is None:
            return self.add_package(key, (2 << self.provider.count(key)) - 1)
        return number

    def decided(self, key: P) -> int:
        """Return the version that *key* is down to, 0 if it isn't selected or there are several."""
        number = self._numbers.get(key)
        state = 0 if number is None else self.solution.states[number]
        return 0 if state & (state - 1) else max(state.bit_length() - 1, 0)

    def add_package(self, key: P, universe: int) -> int:
        """Add the package *key*, which may be in any state of *universe*; return its number."""
        number = self._numbers[key] = len(self.packages)
        self.packages.append(Package(key, self._rank(key)))
        self.solution.add(universe)
        return number

    def add_nogood(self, nogood: Nogood[P]) -> None:
        """Add *nogood*, unless it can't come true anyway."""
        terms = make_terms(((self.number(key), mask) for key, mask in nogood.terms), self.solution.universe)
        if can_hold(terms):
            self.add(Clause(terms, origin=nogood))

    def visit(self, package: int, state: int) -> None:
        """Ask for what selecting the version of the mask *state* of *package* entails, unless that is known."""
        record = self.packages[package]
        if state & record.visited:
            return
        record.visited |= state
        record.stated[state] = []
        version = state.bit_length() - 1
        self.asked.append((record.key, version))
        answer = self.provider.dependencies(record.key, version)
        if isinstance(answer, Unavailable):
            self._state(package, state, make_terms(((package, state),), self.solution.universe), answer)
            return
        for dependency in answer.requires:
            self._add_dependency(package, state, dependency)
        for tie in answer.ties:
            self._add_tie(package, state, tie)

    def _add_dependency(self, package: int, bit: int, dependency: Dependency[P]) -> None:
        target = self.number(dependency.package)
        universe = self.solution.universe
        terms = make_terms(((package, bit), (target, universe[target] & ~dependency.allowed)), universe)
        if can_hold(terms):
            self._state(package, bit, terms, dependency)

    def _state(self, package: int, bit: int, terms: Terms, origin: Dependency[P] | Unavailable) -> None:
        """Add the dependency clause *terms*, or join the one in which other versions state the same."""
        record = self.packages[package]
        clause = record.statements.get(origin)
        if clause is None:
            clause = record.statements[origin] = Clause(terms, origin=origin, package=package, versions=bit)
            self._count(clause)
            for target, mask in terms:
                if target != package:
                    self._use(package, target).clauses.append((mask, clause))
        elif clause.versions & bit:
            return  # stated twice by one version
        else:
            clause.join(bit)
        record.stated[bit].append(clause)
        for target, _ in clause.terms:
            if target != package:
                self._use(package, target).versions |= bit
        self.renew(clause)

    def _use(self, package: int, target: int) -> Use[P]:
        uses = self.packages[target].uses
        use = uses.get(package)
        if use is None:
            use = uses[package] = Use(package)
        return use

    def _add_tie(self, package: int, bit: int, tie: Tie[P]) -> None:
        left, right = self.number(tie.left), self.number(tie.right)
        active = ActiveTie(package, bit, left, right, tie)
        for number in dict.fromkeys((package, left, right)):
            self.packages[number].ties.append(active)
        self.renew(active)

    def add(self, clause: Clause[P]) -> None:
        """File *clause* under each of its packages."""
        self._count(clause)
        for package, mask in clause.terms:
            self.packages[package].mentions.append((mask, clause))
        self.renew(clause)

    def _count(self, clause: Clause[P]) -> None:
        self.clauses += 1
        clause.serial = self.clauses

    def renew(self, news: "Clause[P] | ActiveTie[P]") -> None:
        """Have *news* looked at, now and when the current level is left."""
        self.pending.append(news)
        self.fresh[-1].append(news)

    def enter(self) -> None:
        """Begin a level."""
        self.fresh.append([])

    def leave(self, level: int) -> None:
        """Have all that was added above *level* looked at there."""
        for news in self.fresh[level + 1 :]:
            self.pending += news
            self.fresh[level] += news
        del self.fresh[level + 1 :]
