"""Solve: pick versions one at a time, follow up what each entails, and learn from every conflict.

The algorithm is PubGrub (docs/solver.md): conflict-driven clause learning, with dependencies asked for only when their
version is about to be selected. Deterministic: equal questions take equal steps to equal answers.
"""

from collections.abc import Callable, Iterable

from pybuildsync.core.solver.clause import Clause
from pybuildsync.core.solver.conflict import analyse
from pybuildsync.core.solver.knowledge import Knowledge
from pybuildsync.core.solver.order import Order
from pybuildsync.core.solver.outcome import Failure, Solution, Statistics
from pybuildsync.core.solver.partial_solution import PartialSolution
from pybuildsync.core.solver.problem import Nogood, P, Provider
from pybuildsync.core.solver.proof import make_failure
from pybuildsync.core.solver.propagation import propagate
from pybuildsync.errors import InternalError


def _unranked(_package: object) -> int:
    return 0


def solve(
    provider: Provider[P],
    root: P,
    *,
    nogoods: Iterable[Nogood[P]] = (),
    rank: Callable[[P], int] = _unranked,
) -> Solution[P] | Failure[P]:
    """Return versions for *root* and all that it entails, or the proof that there are none.

    *root* has the single version 1. *nogoods* hold besides what versions state. Packages with a lower *rank* are
    decided first; among equals the one with the fewest versions left.

    Raises:
        InternalError: the provider chose a version that isn't allowed.

    """
    solution: PartialSolution[P] = PartialSolution()
    knowledge = Knowledge(provider, solution, rank)
    order = Order(knowledge)
    knowledge.add_package(root, 0b10)
    for nogood in nogoods:
        knowledge.add_nogood(nogood)
    decisions = conflicts = 0
    candidate: tuple[int, int] | None = None
    while True:
        conflict = propagate(knowledge)
        if conflict is not None:
            conflicts += 1
            candidate = None
            learnt, level = analyse(solution, conflict)
            if learnt is not conflict:
                knowledge.add(learnt)
            if not learnt.terms:
                return make_failure(knowledge, learnt, _statistics(knowledge, decisions, conflicts))
            order.blame(learnt)
            _go_back(knowledge, level)
            ruled_out = next(package for package, mask in learnt.terms if solution.states[package] & ~mask)
            _give_way(knowledge, order, ruled_out, learnt)
        elif candidate is None:
            package = order.first()
            if package is None:
                return Solution(selected=_selected(knowledge), statistics=_statistics(knowledge, decisions, conflicts))
            candidate = package, _choose(knowledge, package)
            knowledge.visit(*candidate)
        else:
            decisions += _settle(knowledge, order, *candidate)
            candidate = None


def _give_way(knowledge: Knowledge[P], order: Order[P], package: int, clause: Clause[P]) -> None:
    """Go back once more where *clause* isn't the first that rules out versions of *package* for one decision."""
    level = order.give_way(package, clause)
    if level is not None:
        _go_back(knowledge, level)


def _go_back(knowledge: Knowledge[P], level: int) -> None:
    knowledge.solution.leave(level)
    knowledge.leave(level)


def _settle(knowledge: Knowledge[P], order: Order[P], package: int, state: int) -> bool:
    """Decide for the mask *state* of *package* if it may still be, and tell whether that was a decision.

    If what it entails has ruled it out, go back where *order* says so.
    """
    solution = knowledge.solution
    if not solution.states[package] & state:
        _give_way(knowledge, order, package, solution.last_cause(package))
        return False
    if solution.states[package] == state:
        return False
    knowledge.enter()
    solution.decide(package, state)
    return True


def _selected(knowledge: Knowledge[P]) -> dict[P, int]:
    states = knowledge.solution.states
    return {
        record.key: state.bit_length() - 1
        for record, state in zip(knowledge.packages, states, strict=True)
        if state != 1
    }


def _statistics(knowledge: Knowledge[P], decisions: int, conflicts: int) -> Statistics[P]:
    return Statistics(visited=tuple(knowledge.asked), decisions=decisions, conflicts=conflicts)


def _choose(knowledge: Knowledge[P], package: int) -> int:
    """Return the state that is tried next of those that *package* may be in, as a mask."""
    state = knowledge.solution.states[package]
    if state & 1:
        return 1
    if state & (state - 1) == 0:
        return state
    key = knowledge.packages[package].key
    version = knowledge.provider.choose(key, state, knowledge.decided)
    if version < 1 or not state >> version & 1:
        raise InternalError(
            f"version {version} of {key!r} was chosen, which isn't allowed",
            why=f"allowed are the bits of {state:#b}",
        )
    return 1 << version
