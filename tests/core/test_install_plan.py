"""Plans: a resolution against what is installed, and whom it would disturb."""

import pytest
from core.fakes import TARGET, World, named_extras, requirements

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.install_plan import (
    broken_matches,
    broken_requirements,
    extras_in_use,
    find_disturbed,
    is_satisfied,
    is_unmet,
    make_plan,
)
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.offers import Pick
from pybuildsync.core.policies import Policy
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.variants import Ingredient, Match, Source, Variant

MARKERS = MarkerAnswers(TARGET)
EXACT, MINOR = Policy(("exact",)), Policy(("minor",))


def variant(key: str = "key", *matches: Match, **coupled: str) -> Variant:
    """Return a built `a 1`."""
    return Variant(
        Source("a", "1"), key, Metadata("a", "1"), (), matches=matches, coupled=tuple(coupled.items()), wheel=key
    )


def installed(name: str, version: str, *requires: str, built: Variant | None = None) -> Installed:
    """Return what is installed."""
    metadata = Metadata(name, version, requirements(*requires), extras=named_extras(requires))
    return Installed(name, version, metadata, built)


def chosen(name: str, version: str, pick: Pick | None = None) -> Chosen:
    """Return what will run."""
    return Chosen((), name, version, (), pick or Pick(version), Metadata(name, version))


@pytest.mark.parametrize(
    ("now", "old", "kind", "was"),
    [
        (chosen("a", "2"), None, "install", ""),
        (chosen("a", "2"), installed("a", "1"), "upgrade", "1"),
        (chosen("a", "1.9"), installed("a", "1.10"), "downgrade", "1.10"),
        (chosen("a", "1"), installed("a", "1"), "reinstall", "1"),
        (chosen("a", "1.0.0"), installed("a", "1.0"), "reinstall", "1.0"),
        (chosen("a", "1", Pick("1", installed=True)), installed("a", "1"), "keep", "1"),
        (chosen("a", "1", Pick("1", variant=variant())), installed("a", "1", built=variant()), "keep", "1"),
        (chosen("a", "1", Pick("1", variant=variant())), installed("a", "1", built=variant("other")), "rebuild", "1"),
        (chosen("a", "1", Pick("1", variant=variant())), installed("a", "1"), "rebuild", "1"),
        (chosen("a", "2", Pick("2", variant=variant())), installed("a", "1", built=variant()), "upgrade", "1"),
        (chosen("again", "1", Pick("1", variant=variant())), installed("again", "1", built=variant()), "rebuild", "1"),
    ],
)
def test_a_step_for_each_distribution(now: Chosen, old: Installed | None, kind: str, was: str) -> None:
    """What happens to it, and what was there before."""
    (step,) = make_plan(Resolution((now,)), (old,) if old else (), frozenset({"again"}))
    assert (step.kind, step.chosen, step.old, step.reason) == (kind, now, was, "")


def test_what_builds_is_no_step() -> None:
    """Only what runs is installed."""
    inner = chosen("tool", "1")._replace(scope=(("a", "1"),))
    assert [step.chosen.name for step in make_plan(Resolution((chosen("a", "1"), inner)), (), frozenset())] == ["a"]


def test_a_rebuild_names_what_moved() -> None:
    """The libraries that it was, and is, built against."""
    old = installed("a", "1", built=variant("old", lib="1", same="1", gone="1"))
    now = chosen("a", "1", Pick("1", variant=variant("new", lib="2", same="1", fresh="3")))
    (step,) = make_plan(Resolution((now,)), (old,), frozenset())
    assert (step.kind, step.reason) == ("rebuild", "lib 1 -> 2")


def matched(name: str, built: str, evidence: str = "required twice", policy: Policy = EXACT) -> Match:
    """Return a match."""
    return Match(name, built, evidence, policy)


def test_a_broken_match_says_what_was_there_and_what_is() -> None:
    """With its evidence and policy, as a record has them."""
    each = installed("a", "1", built=variant("key", matched("lib", "1.0"), matched("more", "2.1", "linked", MINOR)))
    assert broken_matches(each, {"lib": "1.0", "more": "2.9"}) == ()
    (lib, more) = broken_matches(each, {"lib": "1.1", "more": "3.0"})
    assert lib.text == "a 1 was built against lib 1.0, and lib 1.1 is there (required to build and to run: exact)"
    assert more.text == "a 1 was built against more 2.1, and more 3.0 is there (linked: minor)"
    assert (lib.library, lib.match, lib.missing) == ("lib", matched("lib", "1.0"), False)


def test_a_library_that_is_missing_breaks_a_match() -> None:
    """A version that the policy accepts, but that doesn't bring what the modules need."""
    built = variant("key", matched("lib", "1.0", "linked", Policy(("at-least",))), lib="1.0")
    built = built._replace(links=(("a.so", "lib.so.1", "lib", "lib.so.1", True),))
    each = installed("a", "1", built=built)._replace(unlinked=(("lib", "2.0"),))
    assert broken_matches(each, {"lib": "1.1"}) == ()
    (lib,) = broken_matches(each, {"lib": "2.0"})
    assert lib.text == "a 1 needs lib.so.1 as lib 1.0 brings, and lib 2.0 is there"
    assert not is_satisfied(goal("a", there=(each, installed("lib", "2.0"))), MARKERS)
    assert is_satisfied(goal("a", there=(each._replace(unlinked=()), installed("lib", "2.0"))), MARKERS)


def test_no_match_is_broken_by_a_library_that_is_gone() -> None:
    """That is a requirement's matter, as is what is baked; without a record there is no match."""
    each = installed("a", "1", built=variant("key", matched("lib", "1.0"), matched("more", "2", "baked")))
    assert broken_matches(each, {"more": "3"}) == ()
    assert broken_matches(installed("a", "1"), {"lib": "1"}) == ()


def test_a_broken_requirement_says_what_is_required() -> None:
    """Missing or at another version; what was built against it is told, for then rebuilding may help."""
    requires = ("gone", 'nobody; os_name == "nt"', "there>=1", "free", "old>2", "baked==1", 'x; extra == "e"')
    each = installed("a", "1", *requires, built=variant("key", matched("baked", "1", "baked")))
    found = broken_requirements(each, {"there": "1", "free": "7", "old": "2", "baked": "2"}, MARKERS)
    assert [(one.library, one.text, one.missing, one.match is not None) for one in found] == [
        ("gone", "a 1 requires gone, which is not installed", True, False),
        ("old", "a 1 requires old>2, and old 2 is there", False, False),
        ("baked", "a 1 requires baked==1, and baked 2 is there (a was built against baked 1)", False, True),
    ]
    assert broken_requirements(installed("b", "1", "old>1"), {"old": "2"}, MARKERS) == ()


def test_the_first_trouble_of_each_that_is_disturbed() -> None:
    """Sorted by name, matches before requirements; those that are replaced anyway don't count."""
    broken = installed("b", "1", "gone", built=variant("key", matched("lib", "1.0")))
    others = (installed("c", "1", "gone"), broken, installed("a", "1"), installed("d", "1", "gone"))
    before = {"lib": "1.0", "gone": "1"}
    found = find_disturbed(before, {"lib": "2.0"}, others, MARKERS, but=frozenset("d"))
    assert [(each.installed.name, each.match is not None) for each in found] == [("b", True), ("c", False)]


def test_what_was_broken_before_hides_nothing_and_is_nobodys_fault() -> None:
    """Of several broken requirements the first counts that the change breaks; a broken match always does."""
    each = installed("a", "1", "gone", "lib<2")
    (found,) = find_disturbed({"lib": "1"}, {"lib": "2"}, (each,), MARKERS, but=frozenset())
    assert found.library == "lib"
    assert not found.was_broken
    assert find_disturbed({"lib": "2"}, {"lib": "2"}, (each,), MARKERS, but=frozenset()) == ()
    built = installed("b", "1", built=variant("key", matched("lib", "1")))
    (found,) = find_disturbed({"lib": "2"}, {"lib": "2"}, (built,), MARKERS, but=frozenset())
    assert found.match is not None


@pytest.mark.parametrize(
    ("before", "after", "again", "told"),
    [
        ({"lib": "2"}, {"lib": "3"}, "", "a 1 requires lib<2, and lib 3 is there"),
        ({}, {"lib": "2"}, "", "a 1 requires lib<2, and lib 2 is there"),
        ({"lib": "2"}, {"lib": "2"}, "lib", "a 1 requires lib<2, and lib 2 is there"),
        ({"lib": "2"}, {"lib": "2", "gone": "1"}, "", ""),
        ({"lib": "2", "gone": "1"}, {"lib": "3"}, "", "a 1 requires gone, which is not installed"),
    ],
)
def test_what_stays_broken_by_what_is_installed(
    before: dict[str, str], after: dict[str, str], again: str, told: str
) -> None:
    """What was broken before counts where the change touches it; what the change has newly broken goes before it."""
    each = installed("a", "1", "lib<2", "gone")
    found = find_disturbed(before, after, (each,), MARKERS, but=frozenset(), again=frozenset({again}))
    assert [one.text for one in found] == ([told] if told else [])
    assert all(one.was_broken is ("gone" not in before) for one in found)


SATISFIED = (
    installed("a", "1", "lib>=1", 'e; extra == "x"', 'nobody; os_name == "nt"'),
    installed("lib", "2", "a"),
    installed("e", "1", "gone"),
)


def goal(*texts: str, there: tuple[Installed, ...] = SATISFIED) -> Goal:
    """Return a goal, with something installed."""
    return World().goal(*texts)._replace(installed=there)


@pytest.mark.parametrize("texts", [(), ("a",), ("a==1", "lib"), ('nobody; os_name == "nt"',), ("lib>1",)])
def test_what_is_installed_may_be_all_that_is_asked_for(texts: tuple[str, ...]) -> None:
    """With all that it requires, and no index is asked."""
    assert is_satisfied(goal(*texts), MARKERS)


@pytest.mark.parametrize("texts", [("b",), ("a>1",), ("a[x]",), ("lib", "e")])
def test_what_is_installed_may_not_be_enough(texts: tuple[str, ...]) -> None:
    """Missing, at another version, or not whole; an extra counts where it is asked for."""
    assert not is_satisfied(goal(*texts), MARKERS)
    assert is_satisfied(goal("a[x]", "e")._replace(no_dependencies=True), MARKERS)


@pytest.mark.parametrize(
    ("texts", "unmet"),
    [(("a", "lib>1"), False), (("a>1",), True), (("b",), True), (("a[x]",), False), (('b; os_name == "nt"',), False)],
)
def test_what_is_named_and_not_there_means_a_change(texts: tuple[str, ...], unmet: bool) -> None:  # noqa: FBT001
    """By names and versions alone; what is left out needn't be there."""
    assert is_unmet(goal(*texts), MARKERS) is unmet
    assert not is_unmet(goal(*texts)._replace(left_out=frozenset({"a", "b"})), MARKERS)


def test_constraints_count_for_what_is_installed() -> None:
    """Those that hold here, of what is there."""
    met = requirements("lib<3", "lib", "nobody<1", 'lib<1; os_name == "nt"')
    assert is_satisfied(goal("a")._replace(constraints=met), MARKERS)
    assert not is_satisfied(goal("a")._replace(constraints=requirements("lib<2")), MARKERS)


def test_an_installed_variant_that_no_longer_matches_is_not_enough() -> None:
    """It is built again."""
    there = (installed("a", "1", "lib", built=variant("key", matched("lib", "1"))), installed("lib", "2"))
    assert not is_satisfied(goal("a", there=there), MARKERS)


def test_an_extra_may_ask_for_what_an_installed_variant_was_built_with() -> None:
    """Without the extra it may run with another version; with it, it must match."""
    built = installed("a", "1", 'lib; extra == "x"', built=variant())
    there = built._replace(
        variant=variant()._replace(metadata=built.metadata, ingredients=(Ingredient("lib", "1.0", "digest"),))
    )
    others = (there, installed("lib", "2.0"))
    assert is_satisfied(goal("a", there=others), MARKERS)
    assert not is_satisfied(goal("a[x]", there=others), MARKERS)
    assert is_satisfied(goal("a[x]", there=(there, installed("lib", "1.0"))), MARKERS)


def test_extras_that_are_in_use() -> None:
    """A record tells of one by what it matches only for it; it must all be there, and be asked for nowhere else."""
    requires = ('lib; extra == "x"', 'more; extra == "x"', 'lib; extra == "y"', 'gone; extra == "y"', "plain")
    each = installed(
        "a", "1", *requires, 'plain; extra == "z"', built=variant("key", matched("lib", "1.0"), matched("plain", "1"))
    )
    running = {"lib": "2.0", "more": "1", "plain": "1"}
    assert extras_in_use(each, running, MARKERS) == ("x",)
    assert extras_in_use(each._replace(variant=None), running, MARKERS) == ()
