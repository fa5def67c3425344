"""Conflict analysis: what to learn from a violated clause, and how far to go back.

It undoes the trail entry by entry, and resolves the clause with the cause of each entry that made one of its terms
hold, until a single term is left that the last level is to blame for (docs/solver.md, section 4).
"""

from pybuildsync.core.solver.clause import Clause, resolve
from pybuildsync.core.solver.partial_solution import PartialSolution
from pybuildsync.core.solver.problem import P


def analyse(solution: PartialSolution[P], conflict: Clause[P]) -> tuple[Clause[P], int]:
    """Return the clause learnt from *conflict* and the level to go back to, where it rules something out at once.

    Takes back at least the entries that the conflict rests on. A clause without terms means that there is no solution.
    """
    terms = dict(conflict.terms)
    causes = [conflict]
    pivots: list[int] = []
    level = 0
    while terms:
        package, before, cause, at = solution.undo()
        mask = terms.get(package)
        if mask is None or before & mask == before:
            continue  # the terms held without this entry
        others = [(other, held) for other, held in terms.items() if other != package]
        if cause is None or (at and all(solution.held_at(other, held, at) for other, held in others)):
            level = at - 1
            break
        resolve(terms, cause.terms, package, solution.universe[package])
        causes.append(cause)
        pivots.append(package)
    if not pivots:
        return conflict, level
    return Clause(tuple(terms.items()), causes=causes, pivots=pivots), level
