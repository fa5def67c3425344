"""The loop, on worlds in memory: the worked examples of docs/matching.md and what follows from them."""

import pytest
from core.fakes import World, versions_of

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Installed
from pybuildsync.core.resolution import NoSolution


def library(world: World, *versions: str, name: str = "lib") -> World:
    for version in versions:
        world.wheel(name, version)
    return world


def test_a_source_is_built_against_what_will_run() -> None:
    """Example A: one build, and what it bakes fits."""
    world = library(World(), "1.0", "2.0").sdist(
        "a", "1.0", "lib", build=("lib", "setuptools"), built=lambda env: (f"lib=={env['lib']}",)
    )
    world.wheel("setuptools", "80").wheel("a", "1.0", "lib<2")
    settled = world.settle(world.goal("a", no_binary="a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "2.0"}
    assert world.builds == ["a==1.0 [lib=2.0 setuptools=80]"]
    assert settled.rounds == 2


def test_a_pinned_library_is_what_the_source_is_built_against() -> None:
    """Example B: the pin reaches the build environment."""
    world = library(World(), "1.0", "2.0").sdist(
        "a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",)
    )
    settled = world.settle(world.goal("a", "lib==1.0", no_binary="a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [lib=1.0]"]


def test_two_sources_and_one_library() -> None:
    """Example C: `a` fits what it was built with, `b` wants an older one; `a` is compiled once."""
    world = (
        library(World(), "1.0", "1.9", "2.0")
        .sdist("a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",))
        .sdist("b", "1.0", "lib", build=("lib",), built=lambda _: ("lib<2",))
    )
    settled = world.settle(world.goal("a", "b"))
    assert versions_of(settled) == {"a": "1.0", "b": "1.0", "lib": "1.9"}
    assert world.prepared == ["a==1.0 [lib=2.0]", "b==1.0 [lib=2.0]", "a==1.0 [lib=1.9]", "b==1.0 [lib=1.9]"]
    assert world.builds == ["a==1.0 [lib=1.9]", "b==1.0 [lib=1.9]"]


def test_a_wheel_that_never_accepts_what_it_was_built_with() -> None:
    """Example D: every version of the library becomes a failed combination, and the error says so."""
    world = library(World(), "1.0", "2.0", "3.0").sdist(
        "p", "1.0", "lib", build=("lib",), built=lambda env: ("lib==1.0",) if env["lib"] != "1.0" else ("lib==2.0",)
    )
    with pytest.raises(NoSolution) as caught:
        world.settle(world.goal("p"))
    assert len(world.builds) == 3
    print(caught.value)


def test_a_helper_that_pins_the_library() -> None:
    """Example E: numpy is required twice, so an older release of the helper is taken before a wrong numpy."""
    world = library(World(), "1.23.2", "1.26.0", "2.1.0", name="numpy")
    world.wheel("oldest-supported-numpy", "2023", "numpy==1.23.2").wheel("oldest-supported-numpy", "0.1", "numpy")
    world.sdist("bottleneck", "1.3.7", "numpy", build=("oldest-supported-numpy",))
    settled = world.settle(world.goal("bottleneck"))
    assert versions_of(settled) == {"bottleneck": "1.3.7", "numpy": "2.1.0"}
    assert world.builds == ["bottleneck==1.3.7 [numpy=2.1.0 oldest-supported-numpy=0.1]"]


def test_a_documented_promise_lets_the_newest_helper_serve() -> None:
    """Example E with numpy<2: built with 1.23, it runs with 1.26, as numpy documents."""
    world = library(World(), "1.23.2", "1.26.0", "2.1.0", name="numpy")
    world.wheel("oldest-supported-numpy", "2023", "numpy==1.23.2").wheel("oldest-supported-numpy", "0.1", "numpy")
    world.sdist("bottleneck", "1.3.7", "numpy", build=("oldest-supported-numpy",))
    settled = world.settle(world.goal("bottleneck", "numpy<2"))
    assert versions_of(settled) == {"bottleneck": "1.3.7", "numpy": "1.26.0"}
    assert world.builds == ["bottleneck==1.3.7 [numpy=1.23.2 oldest-supported-numpy=2023]"]


def test_a_build_requirement_from_source_is_built_first() -> None:
    """One level down: the inner source is built in a round of its own, then serves the outer one."""
    world = World().wheel("backend", "1.0")
    world.sdist("helper", "1.0", build=("backend",), static=()).sdist("a", "1.0", build=("helper",), static=())
    settled = world.settle(world.goal("a"))
    assert versions_of(settled) == {"a": "1.0"}
    assert world.builds == ["helper==1.0 [backend=1.0]", "a==1.0 [helper=1.0]"]
    assert settled.rounds == 3


def test_a_source_that_needs_itself_is_told_with_its_chain() -> None:
    """A package that needs itself to be built gets an error that prints the chain."""
    world = World().sdist("a", "1.0", build=("b",), static=()).sdist("b", "1.0", build=("a",), static=())
    with pytest.raises(NoSolution) as caught:
        world.settle(world.goal("a"))
    print(caught.value)
    assert world.builds == []


def test_the_newest_release_that_can_be_built_is_chosen() -> None:
    """A pin that the newest release's build can't have leads to an older release, without building the newer."""
    world = library(World(), "1.0", "2.0")
    world.sdist("a", "2.0", "lib", build=("lib>=2",), built=lambda env: (f"lib=={env['lib']}",))
    world.sdist("a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",))
    settled = world.settle(world.goal("a", "lib<2", no_binary="a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [lib=1.0]"]


def test_build_tools_never_match() -> None:
    """What a library needs of setuptools at run time says nothing about the build."""
    world = World().wheel("setuptools", "82").wheel("setuptools", "80").wheel("lib", "1.0", "setuptools")
    world.sdist("a", "1.0", "lib", "setuptools", build=("lib", "setuptools<81"))
    settled = world.settle(world.goal("a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0", "setuptools": "82"}
    assert world.builds == ["a==1.0 [lib=1.0 setuptools=80]"]


def test_what_is_only_present_prefers_what_runs_but_never_moves_it() -> None:
    """`lib` is there to build and somebody else runs it: the same version if it can be, else any."""
    world = library(World(), "1.0", "2.0").wheel("other", "1.0", "lib")
    world.sdist("a", "1.0", static=(), build=("lib<2",)).sdist("c", "1.0", static=(), build=("lib",))
    settled = world.settle(world.goal("a", "c", "other", "lib<2.1"))
    assert versions_of(settled)["lib"] == "2.0"
    assert world.builds == ["a==1.0 [lib=1.0]", "c==1.0 [lib=2.0]"]


def test_a_linked_library_must_be_the_same() -> None:
    """An extension module that needs the library's file is tied to the version it was built with."""
    world = library(World(), "1.0", "2.0")
    world.sdist("a", "1.0", build=("lib",), static=(), links=("lib",))
    settled = world.settle(world.goal("a", "lib"))
    (variant,) = settled.facts.variants
    assert [(match.name, match.built, match.evidence) for match in variant.matches] == [("lib", "2.0", "linked")]


def test_the_build_prefers_what_will_run_to_the_newest() -> None:
    """Nothing ties `lib` of the build to `lib` that runs, and yet it is built with that."""
    world = library(World(), "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib",))
    settled = world.settle(world.goal("c", "lib<2"))
    assert versions_of(settled) == {"c": "1.0", "lib": "1.0"}
    assert world.builds == ["c==1.0 [lib=1.0]"]


def test_without_dependencies_a_source_is_built_against_what_is_installed() -> None:
    """--no-deps resolves nothing else, and what is installed is what will run."""
    world = library(World(), "1.0", "2.0").sdist(
        "a", "1.0", "lib", build=("lib", "tool"), built=lambda env: (f"lib=={env['lib']}",)
    )
    world.wheel("tool", "1.0", "helper").wheel("helper", "1.0")
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("a", no_dependencies=True, installed=(installed,)))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [helper=1.0 lib=1.0 tool=1.0]"]


def test_what_is_installed_and_only_present_is_preferred_when_building() -> None:
    """`lib` is installed, nobody in the request needs it, and still it will run beside what is built."""
    world = library(World(), "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib",))
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("c", installed=(installed,)))
    assert world.builds == ["c==1.0 [lib=1.0]"]
    assert versions_of(settled) == {"c": "1.0"}


def test_a_link_to_what_is_installed_keeps_it_or_moves_it_along() -> None:
    """A linked library that is installed belongs to what runs, though no requirement names it."""
    world = library(World(), "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib>=2",), links=("lib",))
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("c", installed=(installed,)))
    assert versions_of(settled) == {"c": "1.0", "lib": "2.0"}
