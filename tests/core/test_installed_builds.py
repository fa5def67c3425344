"""Builds with what is installed: what counts as needed, and what follows for what runs."""

import pytest
from core.fakes import TARGET, World, requirements

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Installed
from pybuildsync.core.installed_builds import needed_of
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.policies import Policy, PolicyBook
from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.variants import Facts, Ingredient, Match, Source, Variant


def there(name: str, version: str, *requires: str) -> Installed:
    """Return an installed distribution."""
    return Installed(name, version, Metadata(name, version, requirements(*requires)))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (["a>5"], "abc"),
        (["d"], "d"),
        (["d[x]"], "abcd"),
        (['a; os_name == "none"', "nobody"], ""),
    ],
)
def test_what_is_needed(asked: list[str], names: str) -> None:
    """In whatever version, with all that it brings in, by extras and where markers hold; what isn't there is not."""
    installed = (
        there("a", "1", "b", 'd; os_name == "none"'),
        there("b", "1", "c", "a"),
        there("c", "1"),
        there("d", "1", 'b; extra == "x"'),
        there("e", "1"),
    )
    found = needed_of(installed, requirements(*asked), MarkerAnswers(TARGET))
    assert "".join(each.name for each in found) == names


def world() -> World:
    """Return a world with a library in three versions, and a source that needs it twice and a tool that nobody has."""
    found = World()
    for version in ("1.0", "1.1", "2.0"):
        found.wheel("lib", version)
    return found.sdist("a", "1", "lib", build=("lib", "tool"))


def test_what_an_extra_requires_runs_as_it_is_built_with() -> None:
    """Whoever asks for the extra; and only then."""
    found = World().releases("lib", "1.0", "1.1").wheel("user", "1", "a[x]").wheel("plain", "1", "a")
    found.sdist("a", "1", "lib; extra == 'x'", "setuptools; extra == 'x'", build=("lib", "setuptools"))
    found.releases("setuptools", "70", "80")
    place = (there("lib", "1.0"), there("setuptools", "70"))
    for asked, versions in (("user", {"lib": "1.0", "setuptools": "80"}), ("plain", {"lib": "1.1"})):
        goal = found.goal(asked, *versions, builds_with=place)
        running = {each.name: each.version for each in resolve(goal, found, Facts()).running}
        assert running == {asked: "1", "a": "1", **versions}


def test_what_it_will_be_built_with_runs() -> None:
    """Nothing is resolved for the build; of what is needed twice the version that is there runs, or one that goes."""
    place = (there("lib", "1.0"),)
    found = resolve(world().goal("a", builds_with=place), world(), Facts())
    assert [(each.scope, each.name, each.version) for each in found.chosen] == [((), "a", "1"), ((), "lib", "1.0")]
    assert [each.name for each in found.ready_to_build()] == ["a"]
    minor = PolicyBook(libraries=(("lib", Policy(("minor",), "configuration")),))
    found = resolve(world().goal("a", builds_with=place, policies=minor), world(), Facts())
    assert [each.version for each in found.running] == ["1", "1.1"]


def test_why_there_is_no_solution() -> None:
    """The error tells what it is built with, and what to do."""
    with pytest.raises(NoSolution) as caught:
        resolve(world().goal("a", "lib>1", builds_with=(there("lib", "1.0"),)), world(), Facts())
    assert "a 1 must run with lib 1.0 (required to build and to run)" in caught.value.why
    assert caught.value.hint.endswith("without --no-build-isolation sources are built against what will run")


def test_without_the_library_nothing_is_tied() -> None:
    """It isn't there to be built against."""
    found = resolve(world().goal("a", builds_with=()), world(), Facts())
    assert [each.version for each in found.running] == ["1", "2.0"]


def test_a_source_is_built_once() -> None:
    """There is but one environment to build it in."""
    source = Source("a", "1", "a-1")
    exact = Match("lib", "1.0", "required twice", Policy(("exact",)))
    variant = Variant(
        source,
        "key",
        Metadata("a", "1", requirements("lib")),
        (Ingredient("lib", "1.0", ""),),
        (exact,),
        (("lib", "1.0"),),
        wheel="wheel",
    )
    facts = Facts().with_place(source, ()).with_variant(variant)
    found = resolve(world().goal("a", builds_with=()), world(), facts)
    assert [each.version for each in found.running] == ["1", "1.0"]
    assert found.ready_to_build() == ()
    with pytest.raises(NoSolution, match="no set of versions fits") as caught:
        resolve(world().goal("a", "lib>1", builds_with=()), world(), facts)
    assert "a 1 has been built against lib 1.0 already" in caught.value.why
