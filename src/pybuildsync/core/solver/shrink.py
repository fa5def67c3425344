"""Shrink: from all that a search stumbled over to the few facts that already contradict each other.

A search that fails has seen more than its failure needs. Whether fewer, or weaker, facts still contradict each other is
asked of the solver itself, which gets them as nogoods (docs/solver.md, section 7). The number of questions is bounded.
"""

from collections.abc import Callable, Sequence
from typing import Generic, cast

from pybuildsync.core.solver.facts import Fact, gather, groups, merge, merge_equal
from pybuildsync.core.solver.outcome import Failure, Solution
from pybuildsync.core.solver.problem import Dependencies, Nogood, P
from pybuildsync.core.solver.solve import solve

EFFORT = 20_000  # facts that may be put to the solver in all, a conflict on the way counting for ten
FEW = 2  # facts of a group that are told one by one


def shrink(failure: Failure[P], effort: int = EFFORT) -> Failure[P]:
    """Return a failure with a small proof, in which every cause that isn't derived is a nogood.

    Its reason is a :class:`pybuildsync.core.solver.facts.Fact`. The facts are among what *failure* rests on, or say of
    several versions together what it says of each. When *effort* is used up, the proof stays as small as it is then.
    """
    trial = _Trial(failure, effort)
    facts = [fact for group in groups(gather(failure)) for fact in merge_equal(group, failure.universe)]
    facts = trial.contradiction(facts)
    facts = _merge_groups(trial, facts)
    facts = _drop(trial, facts)
    return cast("Failure[P]", trial.solve(facts))  # for they contradict each other


class _Trial(Generic[P]):
    """Asks the solver about facts, and is the provider that knows nothing besides them."""

    def __init__(self, failure: Failure[P], effort: int) -> None:
        self.universe = failure.universe
        self.root = failure.root
        self.effort = effort

    def solve(self, facts: Sequence[Fact[P]]) -> Solution[P] | Failure[P]:
        """Return what comes of *facts*."""
        self.effort -= len(facts)
        return solve(self, self.root, nogoods=[Nogood(fact.terms, fact) for fact in facts])

    def contradiction(self, facts: Sequence[Fact[P]]) -> list[Fact[P]]:
        """Return those of *facts* that a proof of their contradiction uses, or nothing if they can all hold."""
        answer = self.solve(facts)
        if isinstance(answer, Solution):
            return []
        self.effort -= 10 * answer.statistics.conflicts
        used = {id(reason) for leaf in gather(answer) for reason, _ in leaf.reasons}
        return [fact for fact in facts if id(fact) in used]

    def count(self, package: P) -> int:
        """Return the number of versions of *package*."""
        return self.universe[package].bit_length() - 1

    def choose(self, _package: P, allowed: int, _decided: Callable[[P], int]) -> int:
        """Return any version."""
        return allowed.bit_length() - 1

    def dependencies(self, _package: P, _version: int) -> Dependencies[P]:
        """Return nothing: all is said by nogoods."""
        return Dependencies()


def _merge_groups(trial: _Trial[P], facts: list[Fact[P]]) -> list[Fact[P]]:
    """Return *facts* with groups of them told as one where that still contradicts the rest; halves of a group too."""
    for group in groups(facts):
        waiting = [group]
        while waiting and trial.effort > 0:
            here = {id(fact) for fact in facts}
            part = [fact for fact in waiting.pop() if id(fact) in here]
            if len(part) <= FEW:
                continue
            apart = {id(fact) for fact in part}
            whole = merge(part, trial.universe)
            better = whole and trial.contradiction([whole, *(fact for fact in facts if id(fact) not in apart)])
            if better:
                facts = better
            else:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
    return facts


def _drop(trial: _Trial[P], facts: list[Fact[P]]) -> list[Fact[P]]:
    """Return *facts* without those that the others can do without."""
    for fact in reversed(facts):
        if trial.effort > 0 and any(other is fact for other in facts):
            facts = trial.contradiction([other for other in facts if other is not fact]) or facts
    return facts
