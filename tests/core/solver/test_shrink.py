"""Shrinking a proof: what it keeps, and when it stops."""

import pytest
from core.solver.worlds import Answers, World, derivations, follows, need, world

from pybuildsync.core.solver.facts import gather
from pybuildsync.core.solver.shrink import EFFORT, shrink


@pytest.fixture
def detour() -> World:
    """A world whose search stumbles over more than its failure needs."""
    answers: Answers = {"root": [need("a", 1, 2), need("b", 1, 2), need("c", 1, 2, 3)]}
    answers |= {("a", 2): [need("d", 1)], ("a", 1): [need("d", 2)], ("b", 2): [need("d", 2)], ("b", 1): [need("d", 1)]}
    answers |= {("c", version): [need("e", 1), need("d", 1, 2)] for version in (1, 2, 3)}
    answers |= {("d", 1): [need("e", 2)], ("d", 2): [need("e", 2)]}
    return world({"a": 2, "b": 2, "c": 3, "d": 2, "e": 2}, answers)


@pytest.mark.parametrize(("effort", "most"), [(0, 20), (30, 20), (EFFORT, 4)])
def test_it_stops_when_its_effort_is_used_up(detour: World, effort: int, most: int) -> None:
    """What is left is a proof in any case; with time enough, of no more facts than it takes."""
    failure = detour.failure()
    proof = shrink(failure, effort)
    assert proof.incompatibility.terms == ()
    assert all(follows(derived, failure.universe) for derived in derivations(proof))
    assert len(gather(proof)) <= most


def test_the_facts_that_are_left_are_all_needed(detour: World) -> None:
    """Every version of c needs e 1 and some d, and every d needs e 2."""
    told = {terms for leaf in gather(shrink(detour.failure())) for terms in [leaf.terms]}
    assert {frozenset(package for package, _ in terms) for terms in told} == {
        frozenset({"c"}),
        frozenset({"c", "e"}),
        frozenset({"c", "d"}),
        frozenset({"d", "e"}),
    }
