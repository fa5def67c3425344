"""Explanations as a user of Python packages reads them: each text in full."""

import pytest
from core.fakes import World, requirements

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.policies import Policy, PolicyBook
from pybuildsync.core.provider import ROOT, PackagingProvider
from pybuildsync.core.resolution import NoSolution
from pybuildsync.core.variants import Facts
from pybuildsync.core.wording import PackagingWords


def libraries(*versions: str, name: str = "lib") -> World:
    """Return a world with wheels of these versions."""
    world = World()
    for version in versions:
        world.wheel(name, version)
    return world


def told(world: World, goal: Goal) -> str:
    """Return the explanation that the loop ends with."""
    with pytest.raises(NoSolution) as caught:
        world.settle(goal)
    return caught.value.why


def test_a_project_that_is_nowhere() -> None:
    """Asked for, or required."""
    assert told(World(), World().goal("a")) == (
        "Because you asked for a (there is no version of a), there is no solution."
    )
    world = World().wheel("b", "1", 'c; extra == "x"')
    assert told(world, world.goal("b[x]")) == (
        "Because you asked for b[x] and b[x] 1 requires c (there is no version of c), there is no solution."
    )


def test_requirements_that_exclude_each_other() -> None:
    """The classic."""
    world = libraries("1", "2").wheel("a", "1", "lib<2").wheel("b", "1", "lib>=2")
    assert told(world, world.goal("a", "b")) == (
        "Because b 1 requires lib>=2 and a 1 requires lib<2, b is incompatible with a.\n"
        "And because you asked for a, b can't be used.\n"
        "So, because you asked for b, there is no solution."
    )


def test_constraints() -> None:
    """Of what runs, and of what builds."""
    world = libraries("1", "2").sdist("a", "1", static=(), build=("lib>=2",))
    assert told(world, world.goal("lib>1", constraints=requirements("lib<2"))) == (
        "Because you asked for lib>1 and a constraint says lib<2, there is no solution."
    )
    assert told(world, world.goal("a", build_constraints=requirements("lib<2"))) == (
        "Because a 1 needs lib>=2 to be built and a build constraint says lib<2, a can't be used.\n"
        "So, because you asked for a, there is no solution."
    )


def test_releases_that_cannot_be_had() -> None:
    """Each reason once, with those that it is about."""
    world = World().wheel("a", "1", python=">=3.12").wheel("a", "2", python=">=3.13")
    assert told(world, world.goal("a")) == (
        "Because you asked for a, and a 1 needs Python >=3.12 and a 2 needs Python >=3.13, there is no solution."
    )


def test_what_must_match() -> None:
    """Exactly, or as a policy has it."""
    world = libraries("1", "2").sdist("a", "1", "lib", build=("lib<2",))
    assert told(world, world.goal("a", "lib>=2")) == (
        "Because a 1 needs lib<2 to be built, and a 1 must run with the lib that it is built with "
        "(required to build and to run), a is incompatible with lib 2.\n"
        "And because you asked for a, lib 2 can't be used.\n"
        "So, because you asked for lib>=2, there is no solution."
    )
    book = PolicyBook(libraries=(("lib", Policy(("minor", "at-least"), "configuration")),))
    assert (
        "a 1 must run with the lib that it is built with or one that is the same in its first number and newer "
        "(configured)"
    ) in told(world, world.goal("a", "lib>=2", policies=book))


def test_a_policy_that_depends_on_what_is_built_with() -> None:
    """Where several hold, none of them is told for all."""
    world = libraries("1", "2").sdist("a", "1", "lib", build=("lib<2",))
    book = PolicyBook(promises=((("lib", "2"), Policy(("any",))),))
    assert (
        "a 1 must run with the lib that it is built with or one that goes with that (required to build and to run)"
        in told(world, world.goal("a", "lib>=2", policies=book))
    )
    world = World().sdist("a", "1", "lib", build=("lib",))
    assert "a 1 needs lib to be built (there is no version of lib" in told(world, world.goal("a"))


def test_what_was_built() -> None:
    """Variants are told by what they were built against, and each combination that was tried is a reason."""
    world = libraries("1", "2", "3").sdist("a", "1", static=(), build=("lib>=2",), links=("lib",))
    assert told(world, world.goal("a", "lib<2")) == (
        "Because a 1 needs lib>=2 to be built and a 1 has been built against lib 3 already, a 1 requires lib 2 "
        "(to build a 1).\n"
        "And because a 1 has been built against lib 2 already, a 1 can't be used.\n"
        "And because a 1, built against lib 2, must run with lib 2 (linked), a 1 is incompatible with lib 1 or 3.\n"
        "And because a 1, built against lib 3, must run with lib 3 (linked), a is incompatible with lib 1.\n"
        "And because you asked for a, lib 1 can't be used.\n"
        "So, because you asked for lib<2, there is no solution."
    )


def test_what_was_built_against_nothing_that_matters() -> None:
    """Its one variant is all there is."""
    world = World().sdist("a", "1", "b", build=(), built=lambda _: ("b>1",)).wheel("b", "1")
    assert told(world, world.goal("a")) == (
        "Because you asked for a and a 1, as built, requires b>1 (no version of b meets that), a 1 is required.\n"
        "So, because a 1 has been built already, there is no solution."
    )


def test_a_wheel_that_contradicts_itself() -> None:
    """It says itself what it was built against."""
    world = libraries("2").sdist("p", "1", "lib", build=("lib",), built=lambda _: ("lib==1",))
    assert told(world, world.goal("p")) == (
        "Because p 1 needs lib to be built and p 1 has been built against lib 2 already, p 1 can't be used.\n"
        "And because p 1 requires lib==1, which excludes what it was built against: lib 2, p can't be used.\n"
        "So, because you asked for p, there is no solution."
    )


def test_a_date_of_build_tools() -> None:
    """As a day."""
    world = World().wheel("tool", "1", time="2021-01-01T00:00:00Z").sdist("a", "1", static=(), build=("tool",))
    assert told(world, world.goal("a", build_date="2020-05-01T00:00:00Z")) == (
        "Because a 1 needs tool to be built and a is built with tools from 2020-05-01 or before, a can't be used.\n"
        "So, because you asked for a, there is no solution."
    )


def test_a_source_that_needs_itself() -> None:
    """With the chain."""
    world = World().sdist("a", "1", static=(), build=("a",))
    assert told(world, world.goal("a")) == (
        "Because a 1 needs a to be built and a is needed to build itself (a 1 -> a), a can't be used.\n"
        "So, because you asked for a, there is no solution."
    )


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", "lib"),
        ("==3", "lib 3"),
        (">=3", "lib >=3"),
        ("<=2", "lib <=2"),
        (">=2,<=4", "lib >=2,<=4"),
        ("!=3", "lib <=2 or >=4"),
        ("!=2,!=4,!=6", "lib (6 releases from 1 to 9)"),
        ("!=2,!=4", "lib 1 or 3 or >=5"),
    ],
)
def test_sets_of_versions(specifier: str, expected: str) -> None:
    """Few runs are told one by one."""
    world = libraries(*"123456789")
    provider = PackagingProvider(world.goal("lib"), world, Facts())
    package = ((), "lib", "")
    mask = provider.shelf(package).mask(specifier)
    assert PackagingWords(provider).versions(package, mask) == expected


def test_names_of_packages() -> None:
    """With their extra, and for whose build."""
    words = PackagingWords(PackagingProvider(World().goal("a"), World(), Facts()))
    assert words.package(ROOT) == words.versions(ROOT, 2) == "your request"
    assert words.package(((), "a", "x")) == "a[x]"
    assert words.package(((("a", "1"), ("b", "2")), "tool", "")) == "tool (to build b 2)"
    assert words.reason("of another kind", "a") is None


def test_one_version_that_is_all_there_is_has_its_number() -> None:
    """As it is, or as it is installed."""
    world = libraries("1")
    there = Installed("lib", "1", Metadata("lib", "1"))
    words = PackagingWords(PackagingProvider(world.goal("lib", installed=(there,)), world, Facts()))
    assert words.versions(((), "lib", ""), 0b110) == "lib 1"
    assert words.versions(((), "lib", ""), 0b10) == "lib 1 (installed)"
