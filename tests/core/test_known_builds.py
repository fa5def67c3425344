"""Build tools that wheels require as they were built: the loop finds the build that goes with what runs."""

import pytest
from core.fakes import World, installed_by, versions_of

from pybuildsync.core.policies import Policy, PolicyBook
from pybuildsync.core.resolution import NoSolution


def tools(world: World, *versions: str) -> World:
    """Put releases of a build tool on the index."""
    return world.releases("setuptools", *versions)


def as_built(env: dict[str, str]) -> tuple[str, ...]:
    """Require the build tool in the version that was built with."""
    return (f"setuptools=={env['setuptools']}",)


def test_a_wheel_that_requires_the_tool_that_built_it_is_built_again_with_what_runs() -> None:
    """Nobody knows before; once it is known, the version that will run is the one to build with."""
    world = tools(World(), "70", "72", "75", "80").sdist("a", "1.0", build=("setuptools",), built=as_built)
    settled = world.settle(world.goal("a", "setuptools<75"))
    assert versions_of(settled) == {"a": "1.0", "setuptools": "72"}
    assert world.builds == ["a==1.0 [setuptools=80]", "a==1.0 [setuptools=72]"]
    assert settled.rounds == 3
    settled = world.settle(world.goal("a"))
    assert versions_of(settled) == {"a": "1.0", "setuptools": "80"}
    assert len(world.builds) == 3


def test_what_needs_no_match_by_configuration_is_built_again_as_well() -> None:
    """To call a library free says nothing of what a wheel requires of it."""
    world = (
        World()
        .releases("lib", "1.0", "2.0", "3.0", "4.0")
        .sdist("a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",))
    )
    free = PolicyBook(libraries=(("lib", Policy(("any",), "configuration")),))
    settled = world.settle(world.goal("a", "lib<2", policies=free))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [lib=4.0]", "a==1.0 [lib=1.0]"]


def test_a_build_tool_that_the_wheel_requires_is_the_one_that_runs_one_level_down() -> None:
    """What builds others, too, agrees with what runs beside it there."""
    world = tools(World(), "70", "80").sdist("helper", "1.0", build=("setuptools",), built=as_built)
    world.sdist("a", "1.0", build=("helper", "setuptools<80"), static=())
    world.settle(world.goal("a"))
    assert world.builds == [
        "helper==1.0 [setuptools=80]", "helper==1.0 [setuptools=70]", "a==1.0 [helper=1.0 setuptools=70]"
    ]  # fmt: skip


def test_a_requirement_that_was_always_there_builds_nothing_again() -> None:
    """Another build would say the same: an older release is taken, or the error says what contradicts what."""
    world = tools(World(), "70", "80").sdist("a", "2.0", build=("setuptools",), built=lambda _: ("setuptools>=75",))
    with pytest.raises(NoSolution):
        world.settle(world.goal("a", "setuptools<75"))
    world.wheel("a", "1.0")
    assert versions_of(world.settle(world.goal("a", "setuptools<75"))) == {"a": "1.0", "setuptools": "70"}
    assert world.builds == ["a==2.0 [setuptools=80]"] * 2


def test_only_what_is_required_of_the_tool_is_taken_to_change() -> None:
    """What else a wheel requires would stay, whichever tool builds it: so no tool is tried for it."""
    world = tools(World().releases("lib", "1.0", "2.0"), "60", "70", "80").sdist(
        "a", "2.0", build=("setuptools",), built=lambda env: (*as_built(env), "lib<2")
    )
    with pytest.raises(NoSolution) as caught:
        world.settle(world.goal("a", "lib>=2"))
    assert "a 2.0 requires lib<2, whichever setuptools it is built with" in caught.value.why
    assert world.builds == ["a==2.0 [setuptools=80]"]
    world.wheel("a", "1.0")
    assert versions_of(world.settle(world.goal("a", "lib>=2"))) == {"a": "1.0", "lib": "2.0"}
    settled = world.settle(world.goal("a", "lib", "setuptools<75"))
    assert versions_of(settled) == {"a": "2.0", "lib": "1.0", "setuptools": "70"}


def test_a_wheel_that_asks_for_another_tool_each_time() -> None:
    """One that requires what it wasn't built with has nothing to follow: the search ends there."""
    fixed = {"80": "80", "70": "60", "60": "70"}
    world = tools(World(), "50", "60", "70", "80").sdist(
        "a", "1.0", build=("setuptools",), built=lambda env: (f"setuptools=={fixed[env['setuptools']]}",)
    )
    with pytest.raises(NoSolution):
        world.settle(world.goal("a", "setuptools==70"))
    assert world.builds == ["a==1.0 [setuptools=80]", "a==1.0 [setuptools=70]"]
    assert versions_of(world.settle(world.goal("a", "setuptools<75"))) == {"a": "1.0", "setuptools": "60"}


def test_a_wheel_that_contradicts_itself_is_built_with_no_other_tool() -> None:
    """What it says of its library has nothing to do with the tool."""
    world = tools(World().releases("lib", "1.0", "2.0"), "70", "80").sdist(
        "a", "1.0", "lib", build=("lib", "setuptools"), built=lambda env: (*as_built(env), f"lib!={env['lib']}")
    )
    with pytest.raises(NoSolution):
        world.settle(world.goal("a"))
    assert world.builds == ["a==1.0 [lib=2.0 setuptools=80]", "a==1.0 [lib=1.0 setuptools=80]"]


def test_a_wheel_that_runs_with_later_tools_may_be_built_with_an_earlier_one() -> None:
    """Built with 80 it says ">=80", and so it would again: the 82 that runs need not be what builds it."""
    world = tools(World().releases("lib", "1.0", "2.0"), "80", "82").sdist(
        "a", "1.0", "lib", build=("lib", "setuptools<81"), built=lambda env: ("lib", f"setuptools>={env['setuptools']}")
    )
    world.sdist("b", "1.0", "lib", built=lambda _: ("lib<2",))
    settled = world.settle(world.goal("a", "b", "setuptools==82"))
    assert versions_of(settled) == {"a": "1.0", "b": "1.0", "lib": "1.0", "setuptools": "82"}
    assert world.builds[-1] == "a==1.0 [lib=1.0 setuptools=80]"


def test_what_builds_must_be_what_runs_and_cannot() -> None:
    """The explanation has the tie and why it is there."""
    world = tools(World(), "70", "78", "80").sdist("a", "1.0", build=("setuptools>75",), built=as_built)
    with pytest.raises(NoSolution) as caught:
        world.settle(world.goal("a", "setuptools==70"))
    assert "a 1.0 must run with the setuptools that it is built with (its wheel says so)" in caught.value.why
    assert (world.builds, world.looked) == (["a==1.0 [setuptools=80]"], [])


def test_what_an_installed_wheel_requires_of_its_tool_is_known_before_it_is_built_again() -> None:
    """Its build record has told: one build, not two."""
    world = tools(World(), "70", "75", "80").sdist("a", "1.0", build=("setuptools",), built=as_built)
    there = installed_by(world.settle(world.goal("a", "setuptools==70")))
    del world.builds[:]
    goal = world.goal("a", "setuptools==75", installed=there, reinstall=frozenset({"a"}))
    assert versions_of(world.settle(goal)) == {"a": "1.0", "setuptools": "75"}
    assert world.builds == ["a==1.0 [setuptools=75]"]
