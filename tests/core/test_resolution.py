"""One resolution for both sides: what runs, and what each source in it is built with."""

import pytest
from core.fakes import World, named_extras, requirements

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.goal import AT_SOURCE, Formats, Goal, Installed, Releases
from pybuildsync.core.metadata_text import InvalidMetadataError
from pybuildsync.core.policies import ANY, Policy, PolicyBook
from pybuildsync.core.resolution import NoSolution, Resolution, resolve
from pybuildsync.core.variants import Facts, Ingredient, Match, Source, Variant

NONE = Facts()


def versions(found: Resolution, *building: tuple[str, str]) -> dict[str, str]:
    """Return what runs, or what is in the build environment at the end of the chain *building*."""
    return {chosen.name: chosen.version for chosen in found.in_scope(building)}


def run(world: World, goal: Goal, facts: Facts = NONE) -> dict[str, str]:
    """Return what runs."""
    return versions(resolve(goal, world, facts))


def built_with(world: World, goal: Goal, facts: Facts = NONE) -> dict[str, str]:
    """Return what `a 1` is built with."""
    return versions(resolve(goal, world, facts), ("a", "1"))


def why(world: World, goal: Goal, facts: Facts = NONE) -> list[str]:
    """Return the explanation of why there is no solution, line by line."""
    with pytest.raises(NoSolution) as caught:
        resolve(goal, world, facts)
    return caught.value.why.splitlines()


def installed(name: str, version: str, *requires: str, variant: Variant | None = None) -> Installed:
    """Return an installed distribution."""
    metadata = Metadata(name, version, requirements(*requires), extras=named_extras(requires))
    return Installed(name, version, metadata, variant)


# What runs


def test_the_newest_that_fits_runs() -> None:
    """With all that it requires."""
    world = World().releases("lib", "1", "2", "3").wheel("a", "1", "lib<3").wheel("a", "2", "lib<2", "lib>2")
    assert run(world, world.goal("a")) == {"a": "1", "lib": "2"}


def test_a_marker_decides_whether_something_is_asked_for() -> None:
    """On the command line and in metadata."""
    world = World().releases("b", "1").wheel("a", "1", 'b; os_name == "nt"')
    assert run(world, world.goal("a", 'b; os_name == "nt"')) == {"a": "1"}


def test_an_extra_brings_what_it_names() -> None:
    """The distribution with an extra and without are the same version; extras of extras count."""
    world = World().wheel("a", "1", 'b[y]; extra == "x"', "c").wheel("a", "2", "b<1")
    world.wheel("b", "1", 'd; extra == "y"').wheel("c", "1").wheel("d", "1").wheel("e", "1", "a<2")
    found = resolve(world.goal("a[x]", "e"), world, NONE)
    assert versions(found) == {"a": "1", "b": "1", "c": "1", "d": "1", "e": "1"}
    assert {chosen.name: chosen.extras for chosen in found.running if chosen.extras} == {"a": ("x",), "b": ("y",)}


def test_an_extra_has_the_version_of_its_distribution() -> None:
    """Also where the distribution was decided before."""
    world = World().wheel("a", "1", 'c; extra == "x"').wheel("a", "2", 'c; extra == "x"').wheel("c", "1")
    world.wheel("b", "1", "a[x]<2").wheel("b", "2", "a[x]<2", "a>1")
    assert run(world, world.goal("a", "b")) == {"a": "1", "b": "1", "c": "1"}


def test_constraints_limit_and_ask_for_nothing() -> None:
    """Those whose marker holds."""
    world = World().releases("lib", "1", "2").wheel("a", "1", "lib")
    constraints = requirements("lib<2", 'lib<1; os_name == "nt"', "nobody==7")
    assert run(world, world.goal("a", constraints=constraints)) == {"a": "1", "lib": "1"}


def test_a_version_for_another_python_is_passed_over() -> None:
    """By its listing, or by its metadata where the listing doesn't say; what is installed already may run."""
    world = World().wheel("a", "1").wheel("a", "2", python=">=3.12")
    world.wheels["https://index.example/a-1-py3-none-any.whl"] = Metadata("a", "1")
    assert run(world, world.goal("a")) == {"a": "1"}
    late = World().wheel("a", "1").wheel("a", "2")
    late.wheels["https://index.example/a-2-py3-none-any.whl"] = Metadata("a", "2", requires_python=">=3.12")
    assert run(late, late.goal("a")) == {"a": "1"}
    kept = Installed("a", "2", Metadata("a", "2", requires_python=">=3.12"))
    assert run(late, late.goal("a", installed=(kept,))) == {"a": "2"}


def test_a_pre_release_that_one_names_counts_for_all() -> None:
    """`b` doesn't name it, but what it accepts includes it (PEP 440)."""
    world = World().releases("lib", "1.0", "2.0rc1").wheel("b", "1", "lib>=1").wheel("c", "1", "lib>=2.0rc1")
    assert run(world, world.goal("b")) == {"b": "1", "lib": "1.0"}
    assert run(world, world.goal("b", "c")) == {"b": "1", "c": "1", "lib": "2.0rc1"}
    assert run(world, world.goal("b", releases=Releases(all_releases=frozenset({":all:"})))) == {
        "b": "1",
        "lib": "2.0rc1",
    }


def test_a_pin_has_what_is_yanked_whoever_says_it() -> None:
    """Found late or early; what nobody that runs pins is taken last (PEP 592)."""
    world = World().wheel("lib", "1").wheel("lib", "2", yanked="").wheel("lib", "3", yanked="")
    world.wheel("a", "1", "lib").wheel("b", "1", "lib==2.0")
    assert run(world, world.goal("a")) == {"a": "1", "lib": "1"}
    assert run(world, world.goal("a", "b")) == {"a": "1", "b": "1", "lib": "2"}
    world.wheel("c", "2", "lib===2", "nobody").wheel("c", "1", "lib")
    assert run(world, world.goal("c")) == {"c": "1", "lib": "1"}


def test_the_explanation_of_a_late_pin_that_helps_nothing() -> None:
    """A yanked release that is admitted can still be wrong."""
    world = World().wheel("lib", "1", yanked="").wheel("a", "1", "lib").wheel("b", "1", "lib==1", "lib!=1")
    assert why(world, world.goal("a", "b"))


def test_what_is_installed_stays_where_it_can() -> None:
    """Also if the index has newer ones, or none; not if it is to be upgraded or doesn't fit."""
    world = World().releases("lib", "1", "3").wheel("a", "1", "lib")
    old, own = installed("lib", "1"), installed("lib", "2")
    assert run(world, world.goal("a", installed=(old,))) == {"a": "1", "lib": "1"}
    assert run(world, world.goal("a", installed=(own,))) == {"a": "1", "lib": "2"}
    assert run(world, world.goal("a", installed=(own,), upgrade=frozenset({"lib"}))) == {"a": "1", "lib": "3"}
    assert run(world, world.goal("a", "lib>2", installed=(own,))) == {"a": "1", "lib": "3"}
    assert run(world, world.goal("a", installed=(own,), reinstall=frozenset({"lib"}))) == {"a": "1", "lib": "3"}
    found = resolve(world.goal("a", installed=(own,)), world, NONE)
    assert [chosen.name for chosen in found.running if chosen.pick.installed] == ["lib"]


def test_an_installed_pre_release_may_stay() -> None:
    """Nobody has to name it again."""
    world = World().releases("lib", "1.0", "2.0rc1")
    assert run(world, world.goal("lib", installed=(installed("lib", "2.0rc1"),))) == {"lib": "2.0rc1"}


def test_an_installed_version_that_no_index_has_cannot_be_had_anew() -> None:
    """Only kept."""
    world = World().wheel("b", "1", "a>1")
    goal = world.goal("b", installed=(installed("a", "1"),))
    assert why(world, goal) == [
        "Because you asked for b and b 1 requires a>1 (no version of a meets that), there is no solution."
    ]


def test_without_dependencies_only_what_is_asked_for_runs() -> None:
    """What is installed of the dependencies stays as it is, unless it is asked for."""
    world = World().releases("lib", "1", "2").wheel("a", "1", "lib>1", "nobody")
    assert run(world, world.goal("a", no_dependencies=True)) == {"a": "1"}
    goal = world.goal("a", no_dependencies=True, installed=(installed("lib", "1"),))
    assert run(world, goal) == {"a": "1", "lib": "1"}
    assert run(world, goal._replace(requirements=requirements("a", "lib==2"))) == {"a": "1", "lib": "2"}


def test_hashes_choose_among_what_runs() -> None:
    """A release without a file that may have one of them is passed over."""
    world = World().sdist("a", "1", static=()).sdist("a", "2", static=())
    assert run(world, world.goal("a", hashes=(("a", ("sha256:a-1",)),))) == {"a": "1"}


# What builds


def test_a_source_has_a_build_environment_of_its_own() -> None:
    """What only builds doesn't run; what runs elsewhere may be another version."""
    world = World().releases("tool", "1", "2").wheel("tool-lib", "1").wheel("b", "1", "tool<2")
    world.wheel("tool", "3", "tool-lib").sdist("a", "1", static=(), build=("tool",))
    found = resolve(world.goal("a"), world, NONE)
    assert versions(found) == {"a": "1"}
    assert versions(found, ("a", "1")) == {"tool": "3", "tool-lib": "1"}
    assert [chosen.name for chosen in found.ready_to_build()] == ["a"]
    assert [chosen.is_settled for chosen in found.chosen] == [False, True, True]


def test_build_requirements_with_markers_and_extras() -> None:
    """Those that hold; the user's own are added, and what the hook asked for."""
    world = World().releases("x", "1").wheel("tool", "1", 'y; extra == "e"').wheel("y", "1").wheel("z", "1")
    world.sdist("a", "1", static=(), build=("tool[e]", 'nobody; os_name == "nt"'))
    goal = world.goal("a", extra_build=(("a", requirements("x")), ("b", requirements("nobody"))))
    facts = NONE.with_hook_requires(Source("a", "1", "a-1"), requirements("z"))
    assert built_with(world, goal, facts) == {"tool": "1", "x": "1", "y": "1", "z": "1"}


def test_build_constraints_limit_only_what_builds() -> None:
    """And constraints only what runs."""
    world = World().releases("tool", "1", "2").sdist("a", "1", static=(), build=("tool",))
    goal = world.goal("a", "tool", build_constraints=requirements("tool<2"))
    assert built_with(world, goal) == {"tool": "1"}
    assert run(world, goal) == {"a": "1", "tool": "2"}
    goal = world.goal("a", "tool", constraints=requirements("tool<2"), build_constraints=requirements("tool>1"))
    assert built_with(world, goal) == {"tool": "2"}


def test_what_is_required_twice_is_tied() -> None:
    """From either side; also if something that builds brings it in."""
    world = (
        World().releases("lib", "1", "2", "3").wheel("helper", "1", "lib<3").sdist("a", "1", "lib", build=("helper",))
    )
    assert run(world, world.goal("a")) == {"a": "1", "lib": "2"}
    goal = world.goal("a", "lib<2")
    assert built_with(world, goal) == {"helper": "1", "lib": "1"}


def test_an_extra_that_is_asked_for_ties_as_well() -> None:
    """What `a[x]` requires to run is what it is built with."""
    world = World().releases("lib", "1", "2").sdist("a", "1", 'lib; extra == "x"', build=("lib",))
    assert built_with(world, world.goal("a", "lib<2", installed=())) == {"lib": "1"}  # merely preferred
    world.sources["a", "1"] = world.sources["a", "1"]._replace(build_requires=requirements("lib<2"))
    assert run(world, world.goal("a[x]")) == {"a": "1", "lib": "1"}
    assert run(world, world.goal("a", "lib")) == {"a": "1", "lib": "2"}


def test_what_builds_prefers_what_runs() -> None:
    """It is never forced to, and never moves it."""
    world = World().releases("lib", "1", "2").wheel("b", "1", "lib<2").sdist("a", "1", static=(), build=("lib",))
    assert built_with(world, world.goal("a", "b")) == {"lib": "1"}
    assert built_with(world, world.goal("a", installed=(installed("lib", "1"),))) == {"lib": "1"}
    world.sources["a", "1"] = world.sources["a", "1"]._replace(build_requires=requirements("lib>1"))
    assert built_with(world, world.goal("a", "b")) == {"lib": "2"}
    assert run(world, world.goal("a", "b")) == {"a": "1", "b": "1", "lib": "1"}


def test_build_tools_are_the_newest_whatever_runs() -> None:
    """Whether they run, or are installed."""
    world = World().releases("setuptools", "70", "82").sdist("a", "1", "setuptools", build=("setuptools",))
    assert built_with(world, world.goal("a", "setuptools<80")) == {"setuptools": "82"}
    assert built_with(world, world.goal("a", installed=(installed("setuptools", "70"),))) == {"setuptools": "82"}


def test_without_dependencies_a_source_is_built_against_what_is_installed() -> None:
    """And its build environment is whole."""
    world = World().releases("lib", "1", "2").wheel("tool", "1", "tool-lib").wheel("tool-lib", "1")
    world.sdist("a", "1", "lib", build=("lib", "tool"))
    goal = world.goal("a", no_dependencies=True, installed=(installed("lib", "1"),))
    assert built_with(world, goal) == {"lib": "1", "tool": "1", "tool-lib": "1"}
    goal = world.goal("a", "lib==1", no_dependencies=True)
    assert built_with(world, goal) == {"lib": "1", "tool": "1", "tool-lib": "1"}


def test_policies_say_how_far_a_tie_goes() -> None:
    """The table's, the user's, a promise that was learnt."""
    micro = Policy(("micro",), "configuration")
    world = World().releases("lib", "1.0", "1.0.1", "1.1").sdist("a", "1", "lib", build=("lib<1.0.1",))
    assert run(world, world.goal("a")) == {"a": "1", "lib": "1.0"}
    for book in (PolicyBook(libraries=(("lib", micro),)), PolicyBook(pairs=((("a", "lib"), micro),))):
        assert run(world, world.goal("a", policies=book)) == {"a": "1", "lib": "1.0.1"}
    promised = NONE.with_promises(((("lib", "1.0"), micro),))
    assert run(world, world.goal("a"), promised) == {"a": "1", "lib": "1.0.1"}
    assert run(world, world.goal("a", policies=PolicyBook(libraries=(("lib", ANY),)))) == {"a": "1", "lib": "1.1"}


def test_what_is_configured_is_tied_without_other_evidence() -> None:
    """By the user or by the source itself; the user's word counts more."""
    exact = Policy(("exact",), "configuration")
    world = World().releases("lib", "1.0", "2.0").sdist("a", "1", static=(), build=("lib<2",))
    assert run(world, world.goal("a", "lib")) == {"a": "1", "lib": "2.0"}
    assert run(world, world.goal("a", "lib", policies=PolicyBook(libraries=(("lib", exact),))))["lib"] == "1.0"
    world.sources["a", "1"] = world.sources["a", "1"]._replace(match_runtime=("lib",))
    assert run(world, world.goal("a", "lib")) == {"a": "1", "lib": "1.0"}
    assert run(world, world.goal("a", "lib", policies=PolicyBook(libraries=(("lib", ANY),))))["lib"] == "2.0"


def test_a_pre_release_that_runs_can_be_built_against() -> None:
    """Named by somebody, or installed."""
    world = World().releases("lib", "1.0", "2.0rc1").sdist("a", "1", "lib", build=("lib",))
    assert built_with(world, world.goal("a", "lib==2.0rc1")) == {"lib": "2.0rc1"}
    assert built_with(world, world.goal("a", installed=(installed("lib", "2.0rc1"),))) == {"lib": "2.0rc1"}


def test_a_yanked_release_that_runs_can_be_built_against() -> None:
    """Pinned, or installed."""
    world = World().wheel("lib", "1").wheel("lib", "2", yanked="").sdist("a", "1", "lib", build=("lib",))
    assert built_with(world, world.goal("a", "lib==2")) == {"lib": "2"}
    assert built_with(world, world.goal("a", installed=(installed("lib", "2"),))) == {"lib": "2"}


@pytest.mark.parametrize(
    ("date", "as_of", "tool"),
    [
        ("", "", "3"),
        ("2021-01-01", "", "1"),
        (AT_SOURCE, "", "2"),
        ("", "2020-06-01", "1"),
        ("2023-01-01", "2020-06-01", "1"),
    ],
)
def test_build_tools_of_a_date(date: str, as_of: str, tool: str) -> None:
    """For all, each source's own, or for one that failed with today's, which counts most; not what must match."""
    world = World().wheel("tool", "1", time="2020-01-01T00:00:00Z").wheel("tool", "2", time="2022-01-01T00:00:00Z")
    world.wheel("tool", "3").wheel("lib", "9", time="2024-01-01T00:00:00Z")
    world.sdist("a", "1", "lib", build=("tool", "lib"), time="2022-05-01T00:00:00Z")
    facts = NONE.with_date(Source("a", "1", "a-1"), as_of) if as_of else NONE
    assert built_with(world, world.goal("a", build_date=date), facts) == {"lib": "9", "tool": tool}


def test_a_build_constraint_is_stronger_than_a_date() -> None:
    """Who pins a build tool means it; a local source has no date of its own."""
    world = World().wheel("tool", "1", time="2020-01-01").wheel("tool", "2", time="2022-01-01")
    world.sdist("a", "1", static=(), build=("tool",))
    goal = world.goal("a", build_date="2021-01-01", build_constraints=requirements("tool>1"))
    assert built_with(world, goal) == {"tool": "2"}
    goal = world.goal("a", build_date=AT_SOURCE)
    assert built_with(world, goal) == {"tool": "2"}


def test_a_source_that_builds_a_source() -> None:
    """Scopes go down; the inner one is built first."""
    world = World().releases("tool", "1").sdist("helper", "1", static=(), build=("tool",))
    world.sdist("a", "1", static=(), build=("helper",))
    found = resolve(world.goal("a"), world, NONE)
    assert [(chosen.scope, chosen.name) for chosen in found.chosen] == [
        ((), "a"), ((("a", "1"),), "helper"), ((("a", "1"), ("helper", "1")), "tool")
    ]  # fmt: skip
    assert [chosen.name for chosen in found.ready_to_build()] == ["helper"]


def test_a_source_never_builds_itself() -> None:
    """Directly or by others: the chain is told. A wheel of it may."""
    world = World().sdist("a", "1", static=(), build=("b",)).sdist("b", "1", static=(), build=("a",))
    assert why(world, world.goal("a"))[0] == (
        "Because b 1 (to build a 1) needs a to be built and a is needed to build itself (a 1 -> b 1 -> a), "
        "b (to build a 1) can't be used."
    )
    world.wheel("a", "0.5")
    assert versions(resolve(world.goal("a==1"), world, NONE), ("a", "1"), ("b", "1")) == {"a": "0.5"}


# Variants


def variant(key: str, lib: str, *requires: str, evidence: str = "required twice", contradiction: str = "") -> Variant:
    """Return `a 1` as it was built against a version of `lib`."""
    return Variant(
        Source("a", "1", "a-1"),
        key,
        Metadata("a", "1", requirements(*requires), origin=Origin.WHEEL),
        (Ingredient("lib", lib, lib),),
        (Match("lib", lib, evidence, Policy(("exact",))),),
        (("lib", lib),),
        contradiction,
        wheel=key,
    )


def known(*variants: Variant) -> Facts:
    """Return the facts that *variants* are, built to run."""
    facts = NONE
    for each in variants:
        facts = facts.with_variant(each).with_place(each.source, (each.source.identity[:2],))
    return facts


def picked(world: World, facts: Facts, *texts: str) -> str:
    """Return the key of the variant of `a` that runs, or "unbuilt"."""
    found = {chosen.name: chosen for chosen in resolve(world.goal(*texts), world, facts).running}
    chosen = found["a"].pick.variant
    return chosen.key if chosen else f"unbuilt with {found['lib'].version}"


def test_a_variant_runs_with_what_it_was_built_with() -> None:
    """Among several the one that fits; else the source is built anew, in a combination that isn't known."""
    world = World().releases("lib", "1", "2", "3").sdist("a", "1", "lib", build=("lib",))
    facts = known(variant("with 3", "3", "lib"), variant("with 1", "1", "lib"))
    assert picked(world, facts, "a") == "with 3"
    assert picked(world, facts, "a", "lib<2") == "with 1"
    assert picked(world, facts, "a", "lib==2") == "unbuilt with 2"


def test_a_variant_is_bound_by_what_its_wheel_requires() -> None:
    """What is baked is said by the wheel's own requirement."""
    world = World().releases("lib", "1", "2").sdist("a", "1", "lib", build=("lib",))
    facts = known(variant("baked", "2", "lib>=1", evidence="baked"))
    assert picked(world, facts, "a", "lib==1") == "baked"
    facts = known(variant("baked", "2", "lib>1", evidence="baked"))
    assert picked(world, facts, "a", "lib==1") == "unbuilt with 1"


def test_a_combination_is_not_built_twice() -> None:
    """Where all of them are known and none fits, there is no solution, and the builds are the reasons."""
    world = World().releases("lib", "1", "2").sdist("a", "1", "lib", build=("lib",))
    facts = known(variant("2", "2", "lib<2", contradiction="is odd"), variant("1", "1", "lib", "nobody"))
    told = why(world, world.goal("a"), facts)
    assert told[0] == (
        "Because a 1 needs lib to be built and a 1 has been built against lib 2 already, a 1 requires lib 1 "
        "(to build a 1)."
    )
    assert told[-1] == "So, because you asked for a, there is no solution."


def test_what_variants_told_of_run_time_ties_the_next_build() -> None:
    """A name that only a wheel mentions is known from then on."""
    world = (
        World()
        .releases("lib", "1", "2")
        .wheel("more", "1")
        .wheel("more", "2")
        .sdist("a", "1", "lib", build=("lib", "more<2"))
    )
    facts = known(variant("2", "2", "lib", "more"))
    assert run(world, world.goal("a", "lib==1"), facts) == {"a": "1", "lib": "1"}
    assert run(world, world.goal("a", "lib==1", "more"), facts)["more"] == "1"


def test_an_installed_variant_must_match_too() -> None:
    """By its record; what it was built against stays, whoever else requires it, or it is built again."""
    world = World().releases("lib", "1", "2").sdist("a", "1", "lib", build=("lib",))
    there = (installed("a", "1", "lib", variant=variant("old", "1", "lib")), installed("lib", "1"))
    assert run(world, world.goal("a", installed=there)) == {"a": "1", "lib": "1"}
    found = resolve(world.goal("a", "lib==2", installed=there), world, NONE)
    assert [(chosen.name, chosen.is_settled) for chosen in found.running] == [("a", False), ("lib", True)]
    gone = (installed("a", "1", variant=variant("old", "1")),)
    assert run(world, world.goal("a", installed=gone)) == {"a": "1"}
    stays = (*gone, installed("lib", "1"))
    assert run(world, world.goal("a", installed=stays)) == {"a": "1", "lib": "1"}


def test_variants_serve_in_build_environments_too() -> None:
    """With all that they must run with, there."""
    world = (
        World()
        .releases("lib", "1", "2")
        .sdist("a", "1", "lib", build=("lib",))
        .sdist("b", "1", static=(), build=("a",))
    )
    facts = known(variant("with 1", "1", "lib"))
    assert versions(resolve(world.goal("b"), world, facts), ("b", "1")) == {"a": "1", "lib": "1"}


# Failures


def test_only_what_may_be_needed_is_looked_into() -> None:
    """Metadata costs a request each."""
    world = World().releases("a", *map(str, range(1, 30)))
    found = resolve(world.goal("a"), world, NONE)
    assert found.visited <= 3
    assert world.asked_metadata == ["a==29"]


def test_formats_hold_for_builds_as_well() -> None:
    """--no-binary names a project wherever it is needed."""
    world = World().wheel("tool", "1").sdist("tool", "1", static=()).sdist("a", "1", static=(), build=("tool",))
    found = resolve(world.goal("a", formats=Formats(no_binary=frozenset({"tool"}))), world, NONE)
    assert [chosen.name for chosen in found.ready_to_build()] == ["tool"]


class Broken(World):
    """A world in which the metadata of `a 2` can't be read."""

    def wheel_metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Raise what reading it raises."""
        if (project, version) == ("a", "2"):
            raise InvalidMetadataError("the metadata of a 2 is invalid", why="Requires-Dist: b>=\nit ends too early")
        return super().wheel_metadata(file, project, version)


def test_a_release_with_invalid_metadata_is_passed_over() -> None:
    """For another one; if there is none, its first line says what is wrong."""
    world = Broken().releases("a", "1", "2")
    assert run(world, world.goal("a")) == {"a": "1"}
    assert why(world, world.goal("a>1")) == [
        "Because you asked for a>1 and a 2 has invalid metadata (Requires-Dist: b>=), there is no solution."
    ]
