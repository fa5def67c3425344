"""The partial solution: what is known of every package so far, and in which order it came to be known.

A trail of narrowings of states (docs/solver.md, section 3). It knows nothing of why clauses narrow anything.
"""

from bisect import bisect_left
from typing import Generic, NamedTuple, cast

from pybuildsync.core.solver.clause import Clause
from pybuildsync.core.solver.problem import P


class Entry(NamedTuple, Generic[P]):
    """One narrowing: ``package`` had the states ``before``. A decision, the first of its level, has no ``cause``."""

    package: int
    before: int
    cause: Clause[P] | None
    level: int


class PartialSolution(Generic[P]):
    """The states that each package may still be in, with the trail that led there.

    ``universe`` and ``states`` are masks by package. ``histories`` are positions on the trail by package. ``starts``
    has the position at which each decision level begins; level 0 holds what no decision led to. ``touched`` collects
    packages whose states changed, for whoever keeps an order of them. ``propagated`` entries have been followed up.
    """

    __slots__ = ("entries", "histories", "propagated", "starts", "states", "touched", "universe")

    def __init__(self) -> None:
        self.universe: list[int] = []
        self.states: list[int] = []
        self.entries: list[Entry[P]] = []
        self.histories: list[list[int]] = []
        self.starts = [0]
        self.touched: list[int] = []
        self.propagated = 0

    def add(self, universe: int) -> None:
        """Add a package that may be in any state of *universe*."""
        self.touched.append(len(self.states))
        self.universe.append(universe)
        self.states.append(universe)
        self.histories.append([])

    def narrow(self, package: int, state: int, cause: Clause[P] | None) -> None:
        """Let *package* be in a state of *state* only, which is a part of what it was."""
        self.histories[package].append(len(self.entries))
        self.entries.append(Entry(package, self.states[package], cause, len(self.starts) - 1))
        self.states[package] = state
        self.touched.append(package)

    def decide(self, package: int, state: int) -> None:
        """Begin a level by assuming *state* of *package*."""
        self.starts.append(len(self.entries))
        self.narrow(package, state, None)

    def undo(self) -> Entry[P]:
        """Take the newest entry back and return it."""
        entry = self.entries.pop()
        self.histories[entry.package].pop()
        self.states[entry.package] = entry.before
        self.touched.append(entry.package)
        return entry

    def leave(self, level: int) -> None:
        """Go back to *level*: take back every entry above it."""
        start = self.starts[level + 1]
        while len(self.entries) > start:
            self.undo()
        del self.starts[level + 1 :]

    def last_cause(self, package: int) -> Clause[P]:
        """Return the clause that narrowed *package*, which nobody has decided for, last."""
        return cast("Clause[P]", self.entries[self.histories[package][-1]].cause)

    def level_of(self, package: int, mask: int) -> int:
        """Return the level since which *package* has been in *mask*, where it is and wasn't always."""
        trail = (self.entries[at] for at in reversed(self.histories[package]))
        return next(entry.level for entry in trail if entry.before & mask != entry.before)

    def held_at(self, package: int, mask: int, level: int) -> bool:
        """Return whether *package* was in *mask* already before the first entry of *level*."""
        history = self.histories[package]
        at = bisect_left(history, self.starts[level])
        state = self.entries[history[at]].before if at < len(history) else self.states[package]
        return state & mask == state
