"""Which releases and files count: pre-releases, wheels, Python versions, tags, hashes, what is left out."""

from typing import Any

import pytest
from core.fakes import TARGET, World, requirements, versions_of

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import ALL, Goal, Installed, Releases
from pybuildsync.core.offers import Offers, Pick
from pybuildsync.core.reasons import Barred
from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.variants import Facts, Source, Variant

WINDOWS = "cp311-cp311-win_amd64"
NEWER = TARGET._replace(version="3.12", full_version="3.12.0", tags=(WINDOWS, "py3-none-any"))


def run(world: World, goal: Goal, facts: Facts = Facts()) -> dict[str, str]:  # noqa: B008 - a constant
    """Return what runs."""
    return {chosen.name: chosen.version for chosen in resolve(goal, world, facts).running}


def releases(all_releases: str, only_final: str) -> Releases:
    """Return what two options state."""
    return Releases(frozenset(all_releases.split()), frozenset(only_final.split()))


# Pre-releases


@pytest.mark.parametrize(
    ("all_releases", "only_final", "expected"),
    [
        ("", "", None),
        ("a", "", True),
        ("", "a", False),
        (ALL, "", True),
        ("", ALL, False),
        (ALL, "a", False),
        ("a", ALL, True),
        ("b", "b", None),
    ],
)
def test_whose_pre_releases_count(all_releases: str, only_final: str, *, expected: bool | None) -> None:
    """A project that is named in one beats ":all:" in the other."""
    assert releases(all_releases, only_final).pre_releases("a") is expected


@pytest.mark.parametrize(
    ("asked", "all_releases", "only_final", "expected"),
    [
        ("a", "", "", "1.0"),
        ("a", "a", "", "2.0rc1"),
        ("a", "", "a", "1.0"),
        ("a>=1.0rc1", "", "", "2.0rc1"),
        ("a>=1.0rc1", "", "a", "1.0"),
        ("a>1.0", "", "", "2.0rc1"),
    ],
)
def test_a_choice_by_project_goes_before_specifiers(
    asked: str, all_releases: str, only_final: str, expected: str
) -> None:
    """--all-releases and --only-final, as in pip."""
    world = World().releases("a", "1.0", "2.0rc1")
    assert run(world, world.goal(asked, releases=releases(all_releases, only_final))) == {"a": expected}


def test_only_final_releases_may_leave_nothing() -> None:
    """Where nothing else fits, too."""
    world = World().releases("a", "1.0", "2.0rc1")
    with pytest.raises(NoSolution):
        resolve(world.goal("a>1.0", releases=releases("", ALL)), world, Facts())


@pytest.mark.parametrize(
    "final",
    [
        World().wheel("a", "1.0", tag=WINDOWS),
        World().wheel("a", "1.0", python=">=3.12"),
        World().sdist("a", "1.0"),
    ],
    ids=["tags", "Python", "format"],
)
def test_a_final_release_that_cannot_be_had_does_not_count(final: World) -> None:
    """Then pre-releases do, as pip looks only at files that fit."""
    goal = final.goal("a")
    goal = goal._replace(formats=goal.formats._replace(only_binary=frozenset("a")))
    assert run(final.wheel("a", "2.0rc1"), goal) == {"a": "2.0rc1"}


def test_a_final_release_that_was_yanked_counts() -> None:
    """As with pip: its files fit."""
    world = World().wheel("a", "1.0", yanked="").wheel("a", "2.0rc1")
    with pytest.raises(NoSolution):
        resolve(world.goal("a"), world, Facts())


@pytest.mark.parametrize(
    ("asked", "constraints", "expected"),
    [
        (("a>=1", "a<2"), (), "1.5rc1"),  # no final release is left
        (("a>=1",), ("a<2",), "1.5rc1"),
        (("a>=1.0rc1", "a<3"), (), "2.5rc1"),  # one names one
        (("a>=0", "a<3"), (), "2.0"),
        (("a>=1", "a<2; sys_platform == 'win32'"), (), "3.0"),
        (("a>=1", "a>=1"), ("b<2", "b>1"), "3.0"),
    ],
)
def test_requirements_of_the_user_are_seen_together(
    asked: tuple[str, ...], constraints: tuple[str, ...], expected: str
) -> None:
    """Whether a pre-release counts hangs on all of them (PEP 440)."""
    world = World().releases("a", "0.5", "1.5rc1", "2.0", "2.5rc1", "3.0")
    assert run(world, world.goal(*asked, constraints=requirements(*constraints))) == {"a": expected}


# Wheels before sources


def test_an_older_wheel_is_taken_before_a_newer_source() -> None:
    """--prefer-binary; what is installed needs no build, either."""
    world = World().wheel("a", "1").wheel("a", "2").sdist("a", "3").wheel("a", "4", tag=WINDOWS)
    assert run(world, world.goal("a")) == {"a": "3"}
    assert run(world, world.goal("a", prefer_wheels=True)) == {"a": "2"}
    assert run(world, world.goal("a>2", prefer_wheels=True)) == {"a": "3"}
    there = (Installed("a", "2.5", Metadata("a", "2.5")),)
    upgrade = world.goal("a", prefer_wheels=True, installed=there, upgrade=frozenset("a"))
    assert run(world, upgrade) == {"a": "2.5"}


def test_a_variant_is_built_as_its_source_is() -> None:
    """So an older wheel goes before it."""
    world = World().wheel("a", "1").sdist("a", "2")
    variant = Variant(Source("a", "2", "a-2"), "key", Metadata("a", "2"), (), wheel="key")
    assert run(world, world.goal("a", prefer_wheels=True), Facts(variants=(variant,))) == {"a": "1"}


def test_wheels_are_preferred_for_builds_too() -> None:
    """What builds is chosen as what runs."""
    world = World().sdist("a", "1", build=("tool",)).wheel("tool", "1").sdist("tool", "2")
    found = resolve(world.goal("a", prefer_wheels=True), world, Facts())
    assert [(each.name, each.version) for each in found.in_scope((("a", "1"),))] == [("tool", "1")]


# Python versions and tags


def test_requires_python_is_not_heeded_for_what_runs() -> None:
    """--ignore-requires-python: neither the listing's nor the metadata's; builds run here, so there it counts."""
    world = World().wheel("a", "1", python=">=4").sdist("b", "1", build=("tool",))
    world.wheels["https://index.example/c-1-py3-none-any.whl"] = Metadata("c", "1", requires_python=">=4")
    world.wheel("c", "1")
    world.wheels["https://index.example/c-1-py3-none-any.whl"] = Metadata("c", "1", requires_python=">=4")
    world.wheel("tool", "1").wheel("tool", "2", python=">=4")
    found = resolve(world.goal("a", "b", "c", any_python=True), world, Facts())
    assert [each.name for each in found.running] == ["a", "b", "c"]
    assert [each.version for each in found.in_scope((("b", "1"),))] == ["1"]
    with pytest.raises(NoSolution):
        resolve(world.goal("c"), world, Facts())


def test_what_runs_elsewhere_is_built_here() -> None:
    """--platform and the like say which wheels run, and for which Python."""
    world = World().wheel("a", "1").wheel("a", "2", tag=WINDOWS, python=">=3.12").sdist("b", "1", build=("a",))
    found = resolve(world.goal("a", "b", wheels_for=NEWER), world, Facts())
    assert [(each.name, each.version) for each in found.running] == [("a", "2"), ("b", "1")]
    assert [each.version for each in found.in_scope((("b", "1"),))] == ["1"]
    offers = Offers(world.goal(wheels_for=NEWER), World().wheel("a", "1", tag="py3-none-haiku"), Facts(), frozenset())
    barred = offers.pick("a", 1, building=False)
    assert barred == Barred("has no wheel for Python 3.12 on win_amd64, and no sdist")


@pytest.mark.parametrize(
    ("full", "release"),
    [("3.11.7", "3.11.7"), ("3.14.0rc1", "3.14.0"), ("3.14.0a2+", "3.14.0"), ("3.14.0b1", "3.14.0")],
)
def test_a_python_before_its_release_counts_as_it(full: str, release: str) -> None:
    """As with pip: who tries it out wants what is made for it."""
    target = TARGET._replace(full_version=full)
    assert target.release == release
    offers = Offers(Goal(target, ()), World(), Facts(), frozenset())
    assert offers.python_fits(f">={release}", building=False)


# Hashes


def test_a_file_with_a_given_hash_goes_before_one_of_which_nobody_says() -> None:
    """Even an sdist before a wheel, as with pip."""
    files = [
        DistributionFile("a-1-py3-none-any.whl", "https://index.example/a-1-py3-none-any.whl"),
        DistributionFile("a-1.tar.gz", "https://index.example/a-1.tar.gz", (("sha256", "00"),)),
        DistributionFile("a-1.zip", "https://index.example/a-1.zip", (("sha256", "01"),)),
    ]
    offers = Offers(Goal(TARGET, (), hashes=(("a", ("sha256:00",)),)), World(files={"a": files}), Facts(), frozenset())
    pick = offers.pick("a", 1, building=False)
    assert isinstance(pick, Pick)
    assert pick.source is not None
    assert pick.source.file == files[1]


def variant_of(digest: str) -> Variant:
    """Return `a 1`, built from a source with a SHA-256."""
    return Variant(Source("a", "1", digest), "key", Metadata("a", "1"), ())


@pytest.mark.parametrize(
    ("more", "stays"),
    [
        ({}, True),
        ({"version": "0"}, False),
        ({"origin": "https://x.example/a.zip#sha256=a-1&subdirectory=b"}, True),
        ({"origin": "https://x.example/a.zip#sha256=b"}, False),
        ({"origin": "file:///a"}, False),
        ({"variant": variant_of("a-1")}, True),
        ({"variant": variant_of("b")}, False),
        ({"variant": variant_of("")}, True),
    ],
)
def test_what_is_installed_stays_where_hashes_are_given(more: dict[str, Any], stays: bool) -> None:  # noqa: FBT001 - a table
    """An upgrade to its version changes nothing, as in pip, if nothing tells that it was another file."""
    there = Installed("a", "1", Metadata("a", "1"))._replace(**more)
    world = World().wheel("a", "1").sdist("a", "1")
    goal = world.goal("a", upgrade=frozenset("a"), hashes=(("a", ("sha256:a-1",)),))
    (chosen,) = resolve(goal._replace(installed=(there,)), world, Facts()).running
    assert (chosen.version, chosen.pick.installed) == ("1", stays)
    (chosen,) = resolve(goal, world, Facts()).running
    assert not chosen.pick.installed


# What is left out, and times


def test_what_is_left_out_is_resolved_but_not_built() -> None:
    """--only-deps: its metadata tells what it requires; what builds is built."""
    world = World().wheel("lib", "1").sdist("a", "1", built=lambda _: ("lib",))
    settled = world.settle(world.goal("a", left_out=frozenset("a")))
    assert versions_of(settled) == {"a": "1", "lib": "1"}
    assert (world.prepared, world.builds) == (["a==1 []"], [])
    world = World().sdist("a", "1").sdist("b", "1", build=("a",))
    settled = world.settle(world.goal("a", "b", left_out=frozenset("a")))
    assert versions_of(settled) == {"a": "1", "b": "1"}
    assert world.builds == ["a==1 []", "b==1 [a=1]"]


def test_only_metadata_is_wanted() -> None:
    """What states its metadata isn't asked, nor what builds it looked for; others are asked, and nothing is built."""
    world = World().wheel("lib", "1").sdist("a", "1", build=("nowhere",), static=("lib", "b"))
    world.wheel("tool", "1").sdist("b", "1", build=("tool",), built=lambda _: ("lib",))
    settled = world.settle(world.goal("a", only_metadata=True))
    assert versions_of(settled) == {"a": "1", "b": "1", "lib": "1"}
    assert (world.prepared, world.builds) == (["b==1 [tool=1]"], [])


def test_nothing_from_before_a_time_is_not_nothing_at_all() -> None:
    """The error says what limits it."""
    world = World()
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a", uploaded_before="2024-01-01T00:00:00+00:00"), world, Facts())
    assert caught.value.what == "no index has a file of a from before 2024-01-01T00:00:00+00:00"
    assert caught.value.hint == "take a later time with --uploaded-prior-to"
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a", "b", uploaded_before="2024-01-01T00:00:00+00:00"), world, Facts())
    assert caught.value.why.splitlines()[1] == "b: no index has a file of b from before 2024-01-01T00:00:00+00:00"
    assert caught.value.hint == "take a later time with --uploaded-prior-to"
