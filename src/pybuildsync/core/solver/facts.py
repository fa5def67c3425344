"""Facts: the statements that a failure rests on, merged so that sixty versions become one sentence.

What many versions of a package say of the same other package can be said of all of them together: if a 1 needs b 1 and
a 2 needs b 2, then a 1 or 2 needs b 1 or 2. That is weaker, and most often enough (docs/solver.md, section 7).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from pybuildsync.core.solver.outcome import Derived, Failure, Incompatibility
from pybuildsync.core.solver.problem import Dependency, Nogood, P, Statement, Tie


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fact(Generic[P]):
    """States that can't all hold (``terms``), as ``versions`` of ``package`` state it, or as a nogood does.

    ``statement`` is the first that says so; ``reasons`` are the distinct reasons given, None where there was none, each
    with the versions that gave it. A nogood has no ``package``.
    """

    terms: tuple[tuple[P, int], ...]
    package: P | None
    versions: int
    statement: Statement[P] | Nogood[P]
    reasons: tuple[tuple[object, int], ...]


def gather(failure: Failure[P]) -> list[Fact[P]]:
    """Return what *failure* rests on, in the order in which its proof leads there."""
    facts: list[Fact[P]] = []
    seen: set[int] = set()
    waiting: list[Incompatibility[P]] = [failure.incompatibility]
    while waiting:
        incompatibility = waiting.pop()
        if id(incompatibility) in seen:
            continue
        seen.add(id(incompatibility))
        cause = incompatibility.cause
        if isinstance(cause, Derived):
            waiting += reversed(cause.causes)
            continue
        package, versions, statement = (
            (None, 0, cause) if isinstance(cause, Nogood) else (cause.package, cause.versions, cause.statement)
        )
        facts.append(
            Fact(
                terms=incompatibility.terms,
                package=package,
                versions=versions,
                statement=statement,
                reasons=((statement.reason, versions),),
            )
        )
    return facts


def groups(facts: Iterable[Fact[P]]) -> list[list[Fact[P]]]:
    """Return *facts* in groups that speak of the same packages in the same way; a nogood is a group of its own."""
    found: dict[Hashable, list[Fact[P]]] = {}
    for fact in facts:
        statement = fact.statement
        key: Hashable
        if isinstance(statement, Dependency):
            key = (fact.package, statement.package, statement.allowed & 1)
        elif isinstance(statement, Tie):
            key = (fact.package, statement.left, statement.right)
        else:
            key = (fact.package, id(fact) if fact.package is None else None)
        found.setdefault((type(statement), key), []).append(fact)
    return list(found.values())


def merge_equal(group: Sequence[Fact[P]], universe: Mapping[P, int]) -> list[Fact[P]]:
    """Return *group* with those merged that state the same for other versions: nothing is lost by that."""
    found: dict[Hashable, list[Fact[P]]] = {}
    for fact in group:
        others = frozenset(term for term in fact.terms if term[0] != fact.package)
        found.setdefault((others, fact.statement.__class__), []).append(fact)
    return [merge(same, universe) or same[0] for same in found.values()]


def merge(group: Sequence[Fact[P]], universe: Mapping[P, int]) -> Fact[P] | None:
    """Return the one fact that all of *group* amount to, for all their versions at once; None if it says nothing."""
    first = group[0]
    if len(group) == 1:
        return first
    keys = dict.fromkeys(package for fact in group for package, _ in fact.terms)
    terms: list[tuple[P, int]] = []
    for key in keys:
        masks = [dict(fact.terms).get(key, universe[key]) for fact in group]
        mask = masks[0]
        for other in masks[1:]:
            mask = mask | other if key == first.package else mask & other
        if not mask:
            return None
        terms.append((key, mask))
    versions = 0
    reasons: dict[object, int] = {}
    for fact in group:
        versions |= fact.versions
        for reason, mask in fact.reasons:
            reasons[reason] = reasons.get(reason, 0) | mask
    return Fact(
        terms=tuple(terms),
        package=first.package,
        versions=versions,
        statement=first.statement,
        reasons=tuple(reasons.items()),
    )
