"""From the last clause of a search to the failure that it means: what it rests on, with packages by their keys."""

from pybuildsync.core.solver.clause import Clause
from pybuildsync.core.solver.knowledge import Knowledge
from pybuildsync.core.solver.outcome import Cause, Derived, Failure, Incompatibility, Stated, Statistics
from pybuildsync.core.solver.problem import Nogood, P


def make_failure(knowledge: Knowledge[P], last: Clause[P], statistics: Statistics[P]) -> Failure[P]:
    """Return the failure that *last*, a clause without terms, means, with everything that it follows from."""
    found = {last.serial: last}
    waiting = [last]
    while waiting:
        for other in waiting.pop().causes:
            if other.serial not in found:
                found[other.serial] = other
                waiting.append(other)
    keys = [record.key for record in knowledge.packages]
    made: dict[int, Incompatibility[P]] = {}
    for serial in sorted(found):  # causes first
        clause = found[serial]
        cause: Cause[P]
        if clause.origin is None:
            cause = Derived(
                causes=tuple(made[below.serial] for below in clause.causes),
                pivots=tuple(keys[package] for package in clause.pivots),
            )
        elif isinstance(clause.origin, Nogood):
            cause = clause.origin
        else:
            cause = Stated(package=keys[clause.package], versions=clause.versions, statement=clause.origin)
        terms = tuple((keys[package], mask) for package, mask in clause.terms)
        made[serial] = Incompatibility(terms=terms, cause=cause)
    return Failure(
        root=keys[0],
        incompatibility=made[last.serial],
        universe=dict(zip(keys, knowledge.solution.universe, strict=True)),
        statistics=statistics,
    )
