"""The solver, on worlds that show one rule each."""

from collections.abc import Callable

import pytest
from core.solver.worlds import ROOT, Answers, World, limit, mask, need, related, same, span, world

from pybuildsync.core.solver.outcome import Solution
from pybuildsync.core.solver.problem import Dependency, Nogood, Unavailable
from pybuildsync.core.solver.solve import solve
from pybuildsync.errors import InternalError


def test_the_preferred_version_of_everything_that_is_needed() -> None:
    """What nobody needs isn't selected, and the root comes first."""
    solution = world(
        {"a": 3, "b": 2, "c": 9}, {"root": [need("a", 1, 2), limit("c", 1)], "a": [need("b", 1, 2)]}
    ).solve()
    assert isinstance(solution, Solution)
    assert list(solution.selected.items()) == [(ROOT, 1), ("a", 2), ("b", 2)]


def test_the_provider_prefers() -> None:
    """The lowest bit is as good as the highest: the order of versions means nothing to the solver."""
    lowest = World(
        {"a": 3},
        world({"a": 3}, {"root": [need("a", 1, 2, 3)]}).answers,
        prefer=lambda allowed: (allowed & -allowed).bit_length() - 1,
    )
    assert lowest.selected() == {"a": 1}


def test_a_limit_selects_nothing() -> None:
    """A dependency that allows "not selected" holds for a package that another one needs."""
    answers: Answers = {"root": [need("a", 1), limit("b", 1)], "a": [need("b", 1, 2)]}
    assert world({"a": 1, "b": 2}, answers).selected() == {"a": 1, "b": 1}


def test_a_version_that_contradicts_what_is_known_is_skipped_without_a_decision() -> None:
    """Its dependencies are compared with what is known before it is decided for; no conflict is counted."""
    answers: Answers = {"root": [need("a", *range(1, 6)), need("b", 1)]}
    answers |= {("a", version): [need("b", version)] for version in range(1, 6)}
    solution = world({"a": 5, "b": 5}, answers).solve()
    assert isinstance(solution, Solution)
    assert solution.selected == {ROOT: 1, "a": 1, "b": 1}
    assert (solution.statistics.conflicts, solution.statistics.decisions) == (0, 0)
    assert solution.statistics.visited == ((ROOT, 1), ("b", 1), ("a", 5), ("a", 4), ("a", 3), ("a", 2), ("a", 1))


def test_an_older_version_when_the_newest_leads_nowhere() -> None:
    """The decision that is to blame is taken back."""
    answers: Answers = {"root": [need("a", 1, 2), need("b", 1, 2, 3)], ("a", 2): [need("c", 1)], "b": [need("c", 2)]}
    assert world({"a": 2, "b": 3, "c": 2}, answers).selected() == {"a": 1, "b": 3, "c": 2}


def test_decisions_that_are_not_to_blame_stand() -> None:
    """Only what is above the blamed decision is taken back: nothing is asked twice, few versions are looked at."""
    others = [f"x{number}" for number in range(30)]
    answers: Answers = {
        "root": [*(need(other, 1, 2) for other in others), need("a", 1, 2, 3)],
        "a": [need("b", 1, 2, 3, 4)],
        "b": [need("c", 1)],
        ("a", 3): [need("b", 1, 2, 3, 4), need("c", 2)],
    }
    solution = world({**dict.fromkeys(others, 2), "a": 3, "b": 4, "c": 2}, answers).solve()
    assert isinstance(solution, Solution)
    assert solution.selected["a"] == 2
    assert solution.statistics.decisions <= 35
    assert len(solution.statistics.visited) <= 40


def test_unavailable_versions_are_passed_over() -> None:
    """A version that can't be selected is never in a solution."""
    answers: Answers = {"root": [need("a", 1, 2, 3)], ("a", 3): Unavailable("yanked"), ("a", 2): Unavailable("yanked")}
    assert world({"a": 3}, answers).selected() == {"a": 1}


def test_a_package_without_versions_can_be_limited_but_not_needed() -> None:
    """Nothing can be selected of a project that nobody has."""
    assert world({"a": 0}, {"root": [limit("a", 1, 2)]}).selected() == {}
    assert world({"a": 0}, {"root": [need("a", 1)]}).failure().incompatibility.terms == ()


def test_a_root_that_is_unavailable_has_no_solution() -> None:
    """The root must be selected."""
    assert world({}, {"root": Unavailable("broken")}).failure().incompatibility.terms == ()


def test_nogoods_exclude_combinations() -> None:
    """Of states that can't all hold, one doesn't; packages that nothing else mentions aren't selected."""
    answers: Answers = {"root": [need("a", 1, 2), need("b", 1, 2)]}
    nogoods = [
        Nogood((("a", mask(2)), ("b", mask(1, 2)))),
        Nogood((("a", mask(1)), ("b", mask(2)), ("elsewhere", mask(0, 1, 2, 3)))),
        Nogood((("a", mask(1)), ("elsewhere", mask(3)))),
        Nogood((("a", mask(1)), ("a", mask(2)))),
    ]
    assert world({"a": 2, "b": 2, "elsewhere": 3}, answers, nogoods).selected() == {"a": 1, "b": 1}


def test_a_nogood_may_demand_a_package() -> None:
    """Not both unselected: one is selected, though no version needs it."""
    assert world({"a": 2, "b": 2}, {}, [Nogood((("a", 1), ("b", 1)))]).selected() == {"b": 2}


def test_a_nogood_that_always_holds_is_a_failure() -> None:
    """No terms, or none that could be avoided."""
    assert world({}, {}, [Nogood(())]).failure().statistics.visited == ()
    assert world({"a": 1}, {}, [Nogood(((ROOT, mask(1)), ("a", mask(0, 1))))]).failure().incompatibility.terms == ()


def test_what_a_version_needs_of_itself() -> None:
    """It holds or rules the version out; a statement made twice is one."""
    answers: Answers = {"root": [need("a", 1, 2), need("a", 1, 2)], ("a", 2): [need("a", 1)], ("a", 1): [need("a", 1)]}
    assert world({"a": 2}, answers).selected() == {"a": 1}


def test_a_tie_makes_two_packages_agree() -> None:
    """Equality as a set: 1500 versions on either side, of which only the selected ones are looked at."""
    count = 1500
    answers: Answers = {
        "root": [need("a", 1), Dependency("lib", span(1, count))],
        "a": [Dependency("lib", span(1, count)), need("tool", 1), same("lib", "lib for a")],
        "tool": [Dependency("lib for a", span(700, 900))],
    }
    solution = world({"a": 1, "tool": 1, "lib": count, "lib for a": count}, answers).solve()
    assert isinstance(solution, Solution)
    assert solution.selected == {ROOT: 1, "a": 1, "tool": 1, "lib": 900, "lib for a": 900}
    assert len(solution.statistics.visited) == 5


def test_a_tie_binds_only_while_its_version_is_selected() -> None:
    """An older version without the tie serves where the tie can't be kept, and the version with it is never decided."""
    answers: Answers = {
        "root": [need("a", 1, 2), need("x", 1), need("y", 2)],
        ("a", 2): [same("x", "y")],
    }
    solution = world({"a": 2, "x": 2, "y": 2}, answers).solve()
    assert isinstance(solution, Solution)
    assert solution.selected == {ROOT: 1, "a": 1, "x": 1, "y": 2}
    assert solution.statistics.conflicts == 0


def test_a_tie_may_speak_of_the_package_that_states_it() -> None:
    """And of one package on both sides: then only states that are related to themselves are left."""
    answers: Answers = {"root": [need("a", 1, 2), need("b", 1, 2)], ("a", 2): [same("a", "b")]}
    assert world({"a": 2, "b": 2}, answers).selected() == {"a": 2, "b": 2}
    odd = related("b", "b", frozenset({(0, 0), (1, 1), (2, 1), (3, 2)}))
    assert world({"b": 3}, {"root": [need("b", 1, 2, 3), odd]}).selected() == {"b": 1}


def test_a_tie_may_need_a_package() -> None:
    """Where the image of a version lacks "not selected", its partner is selected."""
    both = related("a", "b", frozenset({(0, 0), (1, 1), (2, 2)}))
    assert world({"a": 2, "b": 2}, {"root": [need("a", 1, 2), both]}).selected() == {"a": 2, "b": 2}


def test_a_tie_between_what_is_known_already_is_a_conflict() -> None:
    """Whoever states it can't be selected; if it must be, there is no solution."""
    counts = {"a": 1, "b": 2, "c": 2}
    assert world(counts, {"root": [need("b", 1), need("c", 2), same("b", "c")]}).failure().statistics.conflicts == 1
    later: Answers = {"root": [need("b", 1, 2), need("c", 1, 2), same("b", "c")]}
    later |= {("b", 1): [need("c", 2)], ("b", 2): [need("c", 1)]}
    assert world(counts, later).failure().incompatibility.terms == ()


def test_the_rank_comes_before_the_number_of_versions() -> None:
    """Packages of a lower rank are decided first; among equals the one with the fewest versions left."""
    answers: Answers = {"root": [need("a", 1, 2, 3), need("b", 1, 2)], "a": [need("c", 1, 2)], "b": [need("c", 1, 2)]}
    answers |= {("a", 3): [need("c", 1)], ("b", 2): [need("c", 2)]}
    few_first = world({"a": 3, "b": 2, "c": 2}, answers)
    assert few_first.selected() == {"a": 2, "b": 2, "c": 2}
    ranked = few_first.solve(rank=["a"])
    assert isinstance(ranked, Solution)
    assert ranked.selected == {ROOT: 1, "a": 3, "b": 1, "c": 1}


def test_many_reasons_against_a_package_become_one() -> None:
    """A hundred versions with a hundred different demands are learnt as one clause, so its user fails once."""
    count = 100
    answers: Answers = {
        "root": [Dependency("user", span(1, 50)), need("lib", 1)],
        "user": [Dependency("a", span(1, count))],
    }
    answers |= {("a", version): [need("lib", version)] for version in range(2, count + 1)}
    answers |= {("a", 1): Unavailable("broken")}
    failure = world({"user": 50, "a": count, "lib": count}, answers).failure()
    assert failure.statistics.conflicts <= 2
    assert len(failure.statistics.visited) <= count + 55


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_choice_that_is_not_allowed_is_our_own_fault(version: int) -> None:
    """The provider belongs to us: its mistakes are internal errors."""
    careless = World({"a": 4}, world({"a": 4}, {"root": [need("a", 2, 4)]}).answers)
    with pytest.raises(InternalError, match="which isn't allowed"):
        solve(_Choosing(careless, version), ROOT)


class _Choosing:
    """A provider that always chooses the same version."""

    def __init__(self, world: World, version: int) -> None:
        self.count = world.count
        self.dependencies = world.dependencies
        self._version = version

    def choose(self, _package: str, _allowed: int, _decided: Callable[[str], int]) -> int:
        return self._version
