"""Which package comes next: the order in which undecided packages are looked at (docs/solver.md, section 6).

A heap that forgets nothing and checks what it gives: a package is pushed again whenever its key may have changed.
"""

from heapq import heappop, heappush
from typing import Generic, TypeAlias

from pybuildsync.core.solver.clause import Clause
from pybuildsync.core.solver.knowledge import Knowledge
from pybuildsync.core.solver.problem import P

Key: TypeAlias = tuple[int, int, int, int, int, int]

MANY = 16  # versions of one package that another's decision may refuse before that one gives way


class Order(Generic[P]):
    """The open packages: those that must be selected and have more than one version left or an unvisited one.

    After them come the packages that may still be either selected or not, which nobody needs.
    """

    __slots__ = ("_heap", "_knowledge", "_refusals")

    def __init__(self, knowledge: Knowledge[P]) -> None:
        self._knowledge = knowledge
        self._heap: list[Key] = []
        self._refusals: dict[tuple[int, int], int] = {}

    def blame(self, clause: Clause[P]) -> None:
        """Count one more conflict for each package of *clause*, which was learnt from it."""
        for package, _ in clause.terms:
            self._knowledge.packages[package].conflicts += 1
            self._knowledge.solution.touched.append(package)

    def give_way(self, package: int, clause: Clause[P]) -> int | None:
        """Note that *clause*, whose other terms hold, rules out a version of *package*; return the level to go back to.

        None is to go on. Where one decision rules out version after version of a package, deciding that package first
        may spare looking into all the others: the decision is taken back once, and made after everything else
        (docs/solver.md, section 6).
        """
        solution, packages = self._knowledge.solution, self._knowledge.packages
        level = max((solution.level_of(other, mask) for other, mask in clause.terms if other != package), default=0)
        decision = solution.entries[solution.starts[level]] if level else None
        if decision is None or packages[decision.package].rank != packages[package].rank:
            return None
        pair = package, decision.package
        self._refusals[pair] = self._refusals.get(pair, 0) + 1
        if self._refusals[pair] != MANY or (decision.before & ~1).bit_count() == 1:
            return None
        packages[decision.package].late += 1
        return level - 1

    def first(self) -> int | None:
        """Return the open package that comes first, or None when every package is settled."""
        self._refresh()
        heap = self._heap
        while heap:
            package = heap[0][-1]
            if self._open(package) and self._key(package) == heap[0]:
                return package
            heappop(heap)
        return None

    def _refresh(self) -> None:
        touched = self._knowledge.solution.touched
        for package in dict.fromkeys(touched):
            if self._open(package):
                heappush(self._heap, self._key(package))
        touched.clear()

    def _open(self, package: int) -> bool:
        state = self._knowledge.solution.states[package]
        return bool(state & (state - 1)) or not state & self._knowledge.packages[package].visited

    def _key(self, package: int) -> Key:
        state = self._knowledge.solution.states[package]
        if state & 1:
            return (1, 0, 0, 0, 0, package)
        record = self._knowledge.packages[package]
        return (0, record.rank, record.late, state.bit_count(), -record.conflicts, package)
