"""The answer: a selection of versions, or a proof that there is none.

A proof is a graph of incompatibilities: those that were stated, and those derived from others (docs/solver.md,
sections 4 and 7). :mod:`pybuildsync.core.solver.explain` turns it into sentences.
"""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeAlias

from pybuildsync.core.solver.problem import Nogood, P, Statement


class Statistics(NamedTuple, Generic[P]):
    """What the search took. ``visited`` are the (package, version) whose dependencies were asked for, in order."""

    visited: tuple[tuple[P, int], ...]
    decisions: int
    conflicts: int


class Solution(NamedTuple, Generic[P]):
    """The version of every selected package, the root first, then in the order in which packages were mentioned."""

    selected: dict[P, int]
    statistics: Statistics[P]


class Stated(Generic[P]):
    """``package`` in any of ``versions`` states this dependency, tie or unavailability (reasons are equal)."""

    __slots__ = ("package", "statement", "versions")

    def __init__(self, *, package: P, versions: int, statement: Statement[P]) -> None:
        self.package = package
        self.versions = versions
        self.statement = statement


class Derived(Generic[P]):
    """It follows from ``causes``: the first, resolved with each further one on the package of the same rank."""

    __slots__ = ("causes", "pivots")

    def __init__(self, *, causes: "tuple[Incompatibility[P], ...]", pivots: tuple[P, ...]) -> None:
        self.causes = causes
        self.pivots = pivots


Cause: TypeAlias = Stated[P] | Nogood[P] | Derived[P]


class Incompatibility(Generic[P]):
    """States that can't all hold, and why: one ``package in mask`` for each of ``terms``, none of them always true."""

    __slots__ = ("cause", "terms")

    def __init__(self, *, terms: tuple[tuple[P, int], ...], cause: Cause[P]) -> None:
        self.terms = terms
        self.cause = cause


class Failure(NamedTuple, Generic[P]):
    """There is no solution: ``incompatibility`` has no terms, so it can't be avoided.

    ``universe`` gives, for each package of the proof, the mask of all its states; the root's has no bit 0.
    """

    root: P
    incompatibility: Incompatibility[P]
    universe: Mapping[P, int]
    statistics: Statistics[P]
