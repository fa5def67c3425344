"""Laws of the solver, on random worlds small enough to try everything."""

from dataclasses import replace

from core.solver.worlds import (
    ROOT,
    Answer,
    PlainWords,
    World,
    derivations,
    excludes,
    follows,
    mask,
    related,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pybuildsync.core.solver.explain import explain
from pybuildsync.core.solver.facts import Fact, gather
from pybuildsync.core.solver.outcome import Failure, Solution
from pybuildsync.core.solver.problem import Dependencies, Dependency, Nogood, Tie, Unavailable
from pybuildsync.core.solver.shrink import shrink

NAMES = "abcd"
MOST = 3
MANY = settings().max_examples


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to four packages of up to three versions, with everything a version can state, and nogoods."""
    counts = {name: draw(st.integers(0, MOST)) for name in NAMES[: draw(st.integers(1, len(NAMES)))]}
    names = st.sampled_from(sorted(counts))
    whole = st.booleans()

    def states(package: str) -> int:
        chosen = draw(st.integers(0, (2 << counts[package]) - 1))
        return chosen & ~1 if draw(whole) else chosen

    def dependency() -> Dependency[str]:
        package = draw(names)
        return Dependency(package, states(package), draw(st.sampled_from([None, "says so"])))

    def tie() -> Tie[str]:
        left, right = draw(names), draw(names)
        every = [(one, two) for one in range(counts[left] + 1) for two in range(counts[right] + 1)]
        return related(left, right, frozenset(pair for pair in every if draw(st.integers(0, 3))))

    answers: dict[tuple[str, int], Answer] = {}
    for package, count in {ROOT: 1, **counts}.items():
        for version in range(1, count + 1):
            if package != ROOT and draw(st.integers(0, 9)) == 0:
                answers[package, version] = Unavailable(draw(st.sampled_from(["is yanked", None])))
            else:
                answers[package, version] = Dependencies(
                    tuple(dependency() for _ in range(draw(st.integers(0, 3)))),
                    tuple(tie() for _ in range(max(0, draw(st.integers(-2, 2))))),
                )
    nogoods = tuple(
        Nogood(tuple((package, states(package)) for package in draw(st.lists(names, min_size=1, max_size=3))))
        for _ in range(draw(st.integers(0, 2)))
    )
    return World(counts, answers, nogoods)


@settings(max_examples=4 * MANY)
@given(worlds())
def test_it_finds_a_solution_if_and_only_if_there_is_one(world: World) -> None:
    """Against trying everything; what it finds satisfies all that is stated."""
    outcome = world.solve()
    if isinstance(outcome, Solution):
        assert world.holds({ROOT: 1, **{package: outcome.selected.get(package, 0) for package in world.counts}})
    else:
        assert next(world.solutions(), None) is None


@settings(max_examples=2 * MANY)
@given(worlds())
def test_every_step_of_a_proof_follows(world: World) -> None:
    """Each derived incompatibility follows from its causes, as found and as shrunk; the last one has no terms."""
    outcome = world.solve()
    if isinstance(outcome, Failure):
        for proof in (outcome, shrink(outcome)):
            assert proof.incompatibility.terms == ()
            assert all(follows(derived, outcome.universe) for derived in derivations(proof))


@settings(max_examples=2 * MANY)
@given(worlds())
def test_merged_facts_follow_from_what_was_stated(world: World) -> None:
    """What the explanation says of several versions holds by what each of them says."""
    outcome = world.solve()
    if isinstance(outcome, Failure):
        stated = [fact.terms for fact in gather(outcome)]
        for leaf in gather(shrink(outcome)):
            ((fact, _),) = leaf.reasons
            assert isinstance(fact, Fact)
            assert excludes(stated, fact.terms, outcome.universe)


@given(worlds())
def test_equal_questions_take_equal_steps(world: World) -> None:
    """The outcome, its statistics and its explanation are the same every time."""
    first, second = world.solve(), world.solve()
    assert first.statistics == second.statistics
    if isinstance(first, Failure):
        assert isinstance(second, Failure)
        words = PlainWords(world.counts)
        explanation = explain(first, words)
        assert explanation == explain(second, words)
        assert explanation.endswith("there is no solution.")
    else:
        assert first == second


@given(worlds())
def test_a_version_is_asked_about_once_and_before_it_is_selected(world: World) -> None:
    """Only versions that exist are visited, each once, and every selected one is."""
    outcome = world.solve()
    visited = outcome.statistics.visited
    assert len(set(visited)) == len(visited)
    assert all(0 < version <= world.count(package) for package, version in visited)
    if isinstance(outcome, Solution):
        assert set(outcome.selected.items()) <= set(visited)


@settings(max_examples=2 * MANY)
@given(worlds(), st.sampled_from(NAMES))
def test_what_comes_first_gets_the_best_version_it_can_have(world: World, first: str) -> None:
    """A needed package of the lowest rank is selected in the most preferred version that any solution has."""
    if first not in world.counts:
        return
    root = world.answers[ROOT, 1]
    assert isinstance(root, Dependencies)
    wanted = Dependency(first, mask(*range(1, world.counts[first] + 1)))
    asked = root._replace(requires=(wanted, *root.requires))
    world = replace(world, answers={**world.answers, (ROOT, 1): asked})
    outcome = world.solve(rank=[ROOT, first])
    best = max((states[first] for states in world.solutions()), default=None)
    assert (outcome.selected[first] if isinstance(outcome, Solution) else None) == best
