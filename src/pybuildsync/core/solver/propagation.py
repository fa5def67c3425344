"""Unit propagation: what must follow from what is known, without assuming anything.

A clause of which all terms but one hold rules that one out; a clause of which all hold is a conflict. Ties are asked
what they imply at that moment, and the answer becomes a clause (docs/solver.md, sections 3 and 5).
"""

from collections.abc import Iterator

from pybuildsync.core.solver.clause import Clause, make_terms
from pybuildsync.core.solver.knowledge import ActiveTie, Knowledge, Use
from pybuildsync.core.solver.partial_solution import PartialSolution
from pybuildsync.core.solver.problem import P


def propagate(knowledge: Knowledge[P]) -> Clause[P] | None:
    """Narrow states until nothing follows any more; return the clause that turned out to be violated, or None.

    After a conflict at a level the level must be left: what was still pending is then looked at again.
    """
    solution = knowledge.solution
    entries, pending = solution.entries, knowledge.pending
    solution.propagated = min(solution.propagated, len(entries))
    conflict = None
    while conflict is None and (pending or solution.propagated < len(entries)):
        if pending:
            news = pending.pop()
            conflict = _draw(knowledge, news) if isinstance(news, ActiveTie) else _examine(solution, news)
        else:
            position = solution.propagated
            solution.propagated += 1
            package = entries[position].package
            if solution.histories[package][-1] == position:  # else a later entry says more
                conflict = _follow(knowledge, package)
    pending.clear()
    return conflict


def _follow(knowledge: Knowledge[P], package: int) -> Clause[P] | None:
    """Look at everything that the state of *package* may have made to matter."""
    for clause in _concerned(knowledge, package):
        conflict = _examine(knowledge.solution, clause)
        if conflict is not None:
            return conflict
    for tie in knowledge.packages[package].ties:
        conflict = _draw(knowledge, tie)
        if conflict is not None:
            return conflict
    return None


def _concerned(knowledge: Knowledge[P], package: int) -> Iterator[Clause[P]]:
    """Yield the clauses whose term for *package* holds now: what was learnt first, the newest before the others."""
    state = knowledge.solution.states[package]
    record = knowledge.packages[package]
    for mask, clause in reversed(record.mentions):
        if state & mask == state:
            yield clause
    for use in record.uses.values():
        yield from _relevant(knowledge, use, state)
    yield from record.stated.get(state & -state, ())  # what holds for all states left holds for the lowest


def _relevant(knowledge: Knowledge[P], use: Use[P], state: int) -> list[Clause[P]]:
    """Return the clauses of *use* that may rule something out now that the package they speak of is in *state*.

    Of a thousand versions that were looked at most are ruled out again; then it is quicker to go by the others.
    """
    alive = knowledge.solution.states[use.package] & use.versions
    if not alive:
        return []
    if len(use.clauses) <= alive.bit_count() * 8:  # measured
        return [clause for mask, clause in use.clauses if state & mask == state and clause.versions & alive]
    clauses: list[Clause[P]] = []
    stated = knowledge.packages[use.package].stated
    while alive:
        lowest = alive & -alive
        clauses += stated[lowest]
        alive ^= lowest
    return clauses


def _examine(solution: PartialSolution[P], clause: Clause[P]) -> Clause[P] | None:
    """Rule out the only term of *clause* that doesn't hold; return the clause if all hold."""
    states = solution.states
    left = -1
    rest = 0
    for package, mask in clause.terms:
        state = states[package]
        hit = state & mask
        if hit != state:
            if left >= 0 or not hit:
                return None
            left = package
            rest = state ^ hit
    if left < 0:
        return clause
    solution.narrow(left, rest, clause)
    return None


def _draw(knowledge: Knowledge[P], active: ActiveTie[P]) -> Clause[P] | None:
    """Draw from a tie the clauses that say something new now, and rule out what they do; return a violated one."""
    solution = knowledge.solution
    states, universe = solution.states, solution.universe
    for source, target, image, preimage in active.sides:
        stating = states[active.package]
        if not stating & active.versions:
            return None
        excluded = universe[target] & ~image(states[source])
        hit = states[target] & excluded
        if hit and (stating == active.versions or hit == states[target]):
            sources = states[source] | (universe[source] & ~preimage(excluded))
            terms = make_terms(((active.package, active.versions), (source, sources), (target, excluded)), universe)
            clause = Clause(terms, origin=active.tie, package=active.package, versions=active.versions)
            knowledge.add(clause)
            conflict = _examine(solution, clause)
            if conflict is not None:
                return conflict
    return None
