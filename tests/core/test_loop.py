"""The loop, on worlds in memory: the worked examples of docs/matching.md and what follows from them."""

import pytest
from core.fakes import World, installed_by, requirements, versions_of

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.loop import settle as run_loop
from pybuildsync.core.policies import Policy, PolicyBook
from pybuildsync.core.resolution import Chosen, NoSolution, Resolution
from pybuildsync.core.story import Resolved, RoundStarted, Silent
from pybuildsync.core.variants import Facts
from pybuildsync.errors import InternalError, PackageError


def test_a_source_is_built_against_what_will_run() -> None:
    """Example A: one build, and what it bakes fits."""
    world = (
        World()
        .releases("lib", "1.0", "2.0")
        .sdist("a", "1.0", "lib", build=("lib", "setuptools"), built=lambda env: (f"lib=={env['lib']}",))
    )
    world.wheel("setuptools", "80").wheel("a", "1.0", "lib<2")
    settled = world.settle(world.goal("a", no_binary="a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "2.0"}
    assert world.builds == ["a==1.0 [lib=2.0 setuptools=80]"]
    assert settled.rounds == 2


def test_a_pinned_library_is_what_the_source_is_built_against() -> None:
    """Example B: the pin reaches the build environment."""
    world = (
        World()
        .releases("lib", "1.0", "2.0")
        .sdist("a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",))
    )
    settled = world.settle(world.goal("a", "lib==1.0", no_binary="a"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [lib=1.0]"]


def test_two_sources_and_one_library() -> None:
    """Example C: `a` fits what it was built with, `b` wants an older one; `a` is compiled once."""
    world = (
        World()
        .releases("lib", "1.0", "1.9", "2.0")
        .sdist("a", "1.0", "lib", build=("lib",), built=lambda env: (f"lib=={env['lib']}",))
        .sdist("b", "1.0", "lib", build=("lib",), built=lambda _: ("lib<2",))
    )
    settled = world.settle(world.goal("a", "b"))
    assert versions_of(settled) == {"a": "1.0", "b": "1.0", "lib": "1.9"}
    assert world.prepared == ["a==1.0 [lib=2.0]", "b==1.0 [lib=2.0]", "a==1.0 [lib=1.9]", "b==1.0 [lib=1.9]"]
    assert world.builds == ["a==1.0 [lib=1.9]", "b==1.0 [lib=1.9]"]


def test_a_wheel_that_never_accepts_what_it_was_built_with() -> None:
    """Example D: every version of the library becomes a failed combination, and the error says so."""
    world = (
        World()
        .releases("lib", "1.0", "2.0", "3.0")
        .sdist(
            "p", "1.0", "lib", build=("lib",), built=lambda env: ("lib==1.0",) if env["lib"] != "1.0" else ("lib==2.0",)
        )
    )
    with pytest.raises(NoSolution) as caught:
        world.settle(world.goal("p"))
    assert len(world.builds) == 3
    told = str(caught.value)
    assert "p 1.0 requires lib==2.0, which excludes what it was built against: lib 1.0" in told
    assert "p 1.0 requires lib==1.0, which excludes what it was built against: lib 3.0" in told


def test_a_helper_that_pins_the_library() -> None:
    """Example E: numpy is required twice, so an older release of the helper is taken before a wrong numpy."""
    world = World().releases("numpy", "1.23.2", "1.26.0", "2.1.0")
    world.wheel("oldest-supported-numpy", "2023", "numpy==1.23.2").wheel("oldest-supported-numpy", "0.1", "numpy")
    world.sdist("bottleneck", "1.3.7", "numpy", build=("oldest-supported-numpy",))
    settled = world.settle(world.goal("bottleneck"))
    assert versions_of(settled) == {"bottleneck": "1.3.7", "numpy": "2.1.0"}
    assert world.builds == ["bottleneck==1.3.7 [numpy=2.1.0 oldest-supported-numpy=0.1]"]


def test_a_documented_promise_lets_the_newest_helper_serve() -> None:
    """Example E with numpy<2: built with 1.23, it runs with 1.26, as numpy documents."""
    world = World().releases("numpy", "1.23.2", "1.26.0", "2.1.0")
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
    assert "a is needed to build itself (a 1.0 -> b 1.0 -> a)" in str(caught.value)
    assert world.builds == []


def test_the_newest_release_that_can_be_built_is_chosen() -> None:
    """A pin that the newest release's build can't have leads to an older release, without building the newer."""
    world = World().releases("lib", "1.0", "2.0")
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
    world = World().releases("lib", "1.0", "2.0").wheel("other", "1.0", "lib")
    world.sdist("a", "1.0", static=(), build=("lib<2",)).sdist("c", "1.0", static=(), build=("lib",))
    settled = world.settle(world.goal("a", "c", "other", "lib<2.1"))
    assert versions_of(settled)["lib"] == "2.0"
    assert world.builds == ["a==1.0 [lib=1.0]", "c==1.0 [lib=2.0]"]


def test_a_linked_library_must_be_the_same() -> None:
    """An extension module that needs the library's file is tied to the version it was built with."""
    world = World().releases("lib", "1.0", "2.0")
    world.sdist("a", "1.0", build=("lib",), static=(), links=("lib",))
    settled = world.settle(world.goal("a", "lib"))
    (variant,) = settled.facts.variants
    assert [(match.name, match.built, match.evidence) for match in variant.matches] == [("lib", "2.0", "linked")]


def linking(*sonames: str, build: str = "lib", **more: object) -> World:
    """Return a world with `lib` 1.0, 1.1, ... that brings these libraries, and a source that links and requires it."""
    world = World().releases("lib", *(f"1.{minor}" for minor in range(len(sonames))))
    world.sonames.update({("lib", f"1.{minor}"): soname for minor, soname in enumerate(sonames)})
    return world.sdist("a", "1.0", "lib", build=(build,), links=("lib",), **more)  # type: ignore[arg-type]  # as it says


@pytest.mark.parametrize(
    ("sonames", "to", "builds", "looked"),
    [
        pytest.param(("lib.so.1", "lib.so.1"), "1.1", 0, ["lib==1.1"], id="the same name"),
        pytest.param(("lib.so.1", "lib.so.2"), "1.1", 1, ["lib==1.1"], id="another name"),
        pytest.param(("lib.so", "lib.so"), "1.1", 1, [], id="a name that tells nothing"),
        pytest.param(("lib.so.1", "lib.so.1", "lib.so.1"), "1.0", 1, [], id="an older version"),
    ],
)
def test_a_library_that_keeps_its_name_has_nothing_rebuilt(
    sonames: tuple[str, ...], to: str, builds: int, looked: list[str]
) -> None:
    """What is linked runs with later versions that bring a library of the very name, if that name has a version."""
    world = linking(*sonames)
    first = world.settle(world.goal("a", "lib==1.0" if to == "1.1" else "lib==1.1"))
    again = world.settle(world.goal("a", f"lib=={to}", installed=installed_by(first)))
    assert versions_of(again) == {"a": "1.0", "lib": to}
    assert (len(world.builds) - 1, world.looked) == (builds, looked)
    assert again.rounds == 1 + builds
    (chosen,) = (chosen for chosen in again.resolution.running if chosen.name == "a")
    assert chosen.pick.installed is (not builds)


def test_what_is_built_in_this_run_is_kept_where_the_library_keeps_its_name() -> None:
    """`b`, once built, excludes the `lib` that `more` wanted first; what `a` loads may be in the next one."""
    for soname, builds in (("lib.so.1", 1), ("lib.so.2", 2)):
        world = linking("lib.so.1", soname).wheel("more", "2", "lib<1.1").wheel("more", "1")
        world.sdist("b", "1.0", "lib", "more", build=(), built=lambda _: ("lib>1", "more<2"))
        settled = world.settle(world.goal("a", "b", "more"))
        assert versions_of(settled) == {"a": "1.0", "b": "1.0", "lib": "1.1", "more": "1"}
        assert len([each for each in world.builds if each.startswith("a==")]) == builds


def test_what_is_baked_and_linked_must_be_there_by_name() -> None:
    """A wide requirement accepts a version whose library has another name: the loader doesn't."""
    for soname, builds in (("lib.so.1", 0), ("lib.so.2", 1)):
        world = linking("lib.so.1", soname, built=lambda _: ("lib>=1,<2",))
        first = world.settle(world.goal("a", "lib==1.0"))
        settled = world.settle(world.goal("a", "lib==1.1", installed=installed_by(first)))
        assert versions_of(settled) == {"a": "1.0", "lib": "1.1"}
        assert len(world.builds) - 1 == builds


def test_what_may_be_there_by_name_is_looked_for_before_giving_up() -> None:
    """It can't be built with what will run; so it must run with what brings the same."""
    for soname, runs in (("lib.so.1", True), ("lib.so.2", False)):
        world = linking("lib.so.1", soname, "lib.so.3", build="lib<1.1", static=())
        goal = world.goal("a", "lib==1.1")
        if runs:
            assert versions_of(world.settle(goal)) == {"a": "1.0", "lib": "1.1"}
        else:
            with pytest.raises(NoSolution) as caught:
                world.settle(goal)
            assert "needs lib.so.1, as lib 1.0 brings" in caught.value.why
        assert (world.builds, world.looked) == (["a==1.0 [lib=1.0]"], ["lib==1.1"])


def test_what_is_installed_tells_itself_what_it_brings() -> None:
    """What an installed variant loads is known of what is installed beside it: nobody looks, it stays or goes."""
    for unlinked, version in (((), "1.1"), ((("lib", "1.1"),), "1.0")):
        world = linking("lib.so.1", "lib.so.1")
        a, _ = installed_by(world.settle(world.goal("a", "lib==1.0")))
        there = (a._replace(unlinked=unlinked), Installed("lib", "1.1", Metadata("lib", "1.1")))
        assert versions_of(world.settle(world.goal("a", installed=there))) == {"a": "1.0", "lib": version}
        assert (len(world.builds), world.looked) == (1, [])


def test_nobody_looks_into_what_is_installed() -> None:
    """A new build that links an older library than the installed one takes the one it was built with."""
    world = linking("lib.so.1", "lib.so.1", build="lib<1.1", static=())
    there = (Installed("lib", "1.1", Metadata("lib", "1.1")),)
    assert versions_of(world.settle(world.goal("a", installed=there))) == {"a": "1.0", "lib": "1.0"}
    with pytest.raises(NoSolution):
        world.settle(world.goal("a", "lib>1", installed=there))
    assert world.looked == []


def test_an_older_release_is_no_better_than_what_may_load_the_library() -> None:
    """`a` 1.0 can't be built with the `lib` that runs, but the wheel from before runs with it; 0.9 is not taken."""
    world = linking("lib.so.1", "lib.so.1", build="lib<1.1", static=()).wheel("a", "0.9")
    settled = world.settle(world.goal("a", "lib==1.1"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.1"}


def test_a_library_is_asked_what_it_promises_before_giving_up() -> None:
    """It can't be built with what will run; only the library can say that it may run. One version is asked."""
    minor = Policy(("minor",), "the library's own promise")
    for promises in ((), ("1.0", "1.1", "1.2")):
        world = World().releases("lib", "1.0", "1.1", "1.2").sdist("a", "1.0", "lib", build=("lib<1.2",))
        world.promises.update({("lib", version): minor for version in promises})
        goal = world.goal("a", "lib==1.2")
        if promises:
            assert versions_of(world.settle(goal)) == {"a": "1.0", "lib": "1.2"}
        else:
            with pytest.raises(NoSolution):
                world.settle(goal)
        assert world.looked == ["lib==1.1"]
        assert len(world.builds) == bool(promises)


def test_nobody_is_asked_what_is_known() -> None:
    """Neither where the user has said how to match, nor where a look could change nothing."""
    exact = Policy(("exact",), "configuration")
    world = World().releases("lib", "1.0", "1.1").sdist("a", "1.0", "lib", build=("lib<1.1",)).wheel("b", "1", "lib<1")
    for goal in (
        world.goal("a", "lib==1.1", policies=PolicyBook(libraries=(("lib", exact),))),
        world.goal("a", "b"),
    ):
        with pytest.raises(NoSolution):
            world.settle(goal)
    assert world.looked == []


def test_the_build_prefers_what_will_run_to_the_newest() -> None:
    """Nothing ties `lib` of the build to `lib` that runs, and yet it is built with that."""
    world = World().releases("lib", "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib",))
    settled = world.settle(world.goal("c", "lib<2"))
    assert versions_of(settled) == {"c": "1.0", "lib": "1.0"}
    assert world.builds == ["c==1.0 [lib=1.0]"]


def test_without_dependencies_a_source_is_built_against_what_is_installed() -> None:
    """--no-deps resolves nothing else, and what is installed is what will run."""
    world = (
        World()
        .releases("lib", "1.0", "2.0")
        .sdist("a", "1.0", "lib", build=("lib", "tool"), built=lambda env: (f"lib=={env['lib']}",))
    )
    world.wheel("tool", "1.0", "helper").wheel("helper", "1.0")
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("a", no_dependencies=True, installed=(installed,)))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [helper=1.0 lib=1.0 tool=1.0]"]


def test_what_is_installed_and_only_present_is_preferred_when_building() -> None:
    """`lib` is installed, nobody in the request needs it, and still it will run beside what is built."""
    world = World().releases("lib", "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib",))
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("c", installed=(installed,)))
    assert world.builds == ["c==1.0 [lib=1.0]"]
    assert versions_of(settled) == {"c": "1.0"}


def test_a_link_to_what_is_installed_keeps_it_or_moves_it_along() -> None:
    """A linked library that is installed belongs to what runs, though no requirement names it."""
    world = World().releases("lib", "1.0", "2.0").sdist("c", "1.0", static=(), build=("lib>=2",), links=("lib",))
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    settled = world.settle(world.goal("c", installed=(installed,)))
    assert versions_of(settled) == {"c": "1.0", "lib": "2.0"}


def test_a_constraint_touches_nothing_that_nobody_needs() -> None:
    """What is installed and not required stays, as with other installers; what takes its place is constrained."""
    installed = Installed("lib", "1.0", Metadata("lib", "1.0"))
    for needed, constraint, runs in (("lib", "lib!=1.0", "1.0"), ("lib>=2", "lib!=3.0", "2.0")):
        world = (
            World().releases("lib", "1.0", "2.0", "3.0").sdist("c", "1.0", static=(), build=(needed,), links=("lib",))
        )
        limits = requirements(constraint)
        settled = world.settle(world.goal("c", installed=(installed,), constraints=limits))
        assert versions_of(settled) == {"c": "1.0", "lib": runs}
        assert world.builds[-1] == f"c==1.0 [lib={runs}]"


def test_what_a_hook_asks_for_is_built_with() -> None:
    """The first build says what else it needs; the next has it."""
    world = World().wheel("backend", "1.0").wheel("more", "1.0").sdist("a", "1.0", static=(), build=("backend",))
    world.hooks["a", "1.0"] = ("more",)
    settled = world.settle(world.goal("a"))
    assert world.builds == ["a==1.0 [backend=1.0 more=1.0]"]
    assert settled.rounds == 3


def test_the_wheel_overrules_what_was_prepared() -> None:
    """Metadata is prepared against 2.0 and fits; the wheel then says otherwise, and the loop goes on with that."""
    world = World().releases("lib", "1.0", "2.0").sdist("b", "1.0", "lib", build=("lib",))
    world.sdist(
        "a", "1.0", "lib", build=("lib",),
        built_by_finish=lambda env: (f"lib=={env['lib']}", "lib<2") if env["lib"] == "1.0" else ("lib<2",),
    )  # fmt: skip
    settled = world.settle(world.goal("a", "b"))
    assert versions_of(settled) == {"a": "1.0", "b": "1.0", "lib": "1.0"}
    assert world.builds == ["a==1.0 [lib=2.0]", "b==1.0 [lib=2.0]", "a==1.0 [lib=1.0]", "b==1.0 [lib=1.0]"]


def test_one_source_is_built_at_once() -> None:
    """To ask for its metadata first would save nothing: its environment is what the resolution wants."""
    world = World().releases("lib", "1.0").sdist("a", "1.0", "lib", build=("lib",)).sdist("b", "1.0", static=())
    world.settle(world.goal("a", "b"))
    assert world.prepared == []


def test_what_builds_others_is_finished_before_them() -> None:
    """`one` and `two` share a library, so they are prepared; `a` is built with the wheel of `one`."""
    world = World().releases("lib", "1.0")
    for name in ("one", "two"):
        world.sdist(name, "1.0", "lib", build=("lib",))
    world.sdist("a", "1.0", static=(), build=("one", "two"))
    world.settle(world.goal("a"))
    assert world.prepared == ["one==1.0 [lib=1.0]", "two==1.0 [lib=1.0]"]
    assert world.builds == ["one==1.0 [lib=1.0]", "two==1.0 [lib=1.0]", "a==1.0 [lib=1.0 one=1.0 two=1.0]"]


def test_one_variant_serves_to_run_and_to_build() -> None:
    """Built once, at whichever place it is needed first."""
    world = (
        World()
        .releases("lib", "1.0")
        .sdist("tool", "1.0", "lib", build=("lib",))
        .sdist("a", "1.0", "tool", build=("tool",))
    )
    settled = world.settle(world.goal("a", "tool"))
    assert versions_of(settled) == {"a": "1.0", "lib": "1.0", "tool": "1.0"}
    assert world.builds == ["tool==1.0 [lib=1.0]", "a==1.0 [lib=1.0 tool=1.0]"]


def test_a_failed_build_is_repeated_with_tools_of_a_date() -> None:
    """The builder notes a date; the next round has the tools of then."""
    world = World().wheel("tool", "1.0", time="2020-01-01").wheel("tool", "2.0", time="2024-01-01")
    world.sdist("a", "1.0", static=(), build=("tool",))
    world.fails["a", "1.0"] = ("tool", "2.0", "2021-01-01")
    world.settle(world.goal("a"))
    assert world.builds == ["a==1.0 [tool=1.0]"]


def test_the_story_of_a_loop() -> None:
    """Each round has a number and a resolution, with what changed since; whoever fetches is told what is coming."""
    world = (
        World()
        .releases("lib", "1.0", "2.0")
        .sdist("a", "1.0", "lib", build=("lib",), built=lambda _: ("lib<2", "more"))
    )
    world.releases("more", "1.0")
    settled = world.settle(world.goal("a"))
    assert settled.rounds == 3
    assert world.told[:4] == [
        RoundStarted(1),
        Resolved((("a", "1.0"), ("lib", "2.0"))),
        RoundStarted(2),
        Resolved((("a", "1.0"), ("lib", "1.0")), (("lib", "2.0", "1.0"),)),
    ]
    assert world.told[5] == Resolved((("a", "1.0"), ("lib", "1.0"), ("more", "1.0")), (("more", "", "1.0"),))
    assert len(world.foreseen) == 3
    assert world.foreseen[-1] == settled.resolution


def test_rounds_are_counted_from_the_first() -> None:
    """A loop that goes on where another ended has its rounds, too."""
    world = World().releases("lib", "1.0")
    assert run_loop(world.goal("lib"), world, world, Facts(), Silent(), max_rounds=7, first=7).rounds == 7
    with pytest.raises(PackageError):
        run_loop(world.goal("lib"), world, world, Facts(), Silent(), max_rounds=7, first=8)


def test_too_many_rounds_name_what_moved_and_what_moved_it() -> None:
    """Versions in the order in which they were tried, and what each build said."""
    world = World().releases("lib", "1.0", "2.0", "3.0", "4.0").sdist("b", "1.0", static=())
    world.sdist("p", "1.0", "lib", "b", build=("lib",), built=lambda env: (f"lib!={env['lib']}", 'x; os_name == "nt"'))
    with pytest.raises(PackageError) as caught:
        world.settle(world.goal("p", "b"), max_rounds=3)
    assert caught.value.what == "no settled result after 3 rounds"
    assert caught.value.why.splitlines() == [
        "these kept moving:",
        "lib: 4.0, 3.0, 2.0",
        "the builds said:",
        "b 1.0, built against nothing that matters, requires nothing",
        "p 1.0, built against lib 4.0, requires lib!=4.0",
        "p 1.0, built against lib 3.0, requires lib!=3.0",
        "p 1.0, built against lib 2.0, requires lib!=2.0",
    ]
    assert "--max-rounds" in caught.value.hint


class Idle(World):
    """A builder that builds nothing."""

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """Return what was known."""
        del goal, resolution, prepare
        return facts

    def finish(self, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
        """Return what was known."""
        del goal, chosen
        return facts


def test_a_loop_that_stands_still_is_our_fault() -> None:
    """It ends, and names what should have been built."""
    world = Idle().sdist("a", "1.0", static=())
    with pytest.raises(InternalError) as caught:
        world.settle(world.goal("a"))
    assert caught.value.why == "a 1.0"


def test_the_second_time_nothing_is_built() -> None:
    """What is installed and matches stays, although nobody remembers the loop."""
    world = World().releases("lib", "1.0", "2.0").sdist("a", "1.0", "lib", build=("lib",))
    first = world.settle(world.goal("a"))
    world.releases("lib", "3.0").wheel("a", "2.0")
    second = world.settle(world.goal("a", installed=installed_by(first)))
    assert [(c.name, c.version, c.pick.installed) for c in second.resolution.running] == [
        ("a", "1.0", True), ("lib", "2.0", True)
    ]  # fmt: skip
    assert (second.rounds, len(world.builds)) == (1, 1)


def test_what_was_built_against_a_library_is_built_again_when_it_moves() -> None:
    """In the same step, from the same release."""
    world = World().releases("lib", "1.0", "2.0").sdist("a", "1.0", "lib", build=("lib",))
    there = installed_by(world.settle(world.goal("a", "lib==1.0")))
    settled = world.settle(world.goal("a", "lib==2.0", installed=there))
    assert versions_of(settled) == {"a": "1.0", "lib": "2.0"}
    assert world.builds == ["a==1.0 [lib=1.0]", "a==1.0 [lib=2.0]"]
