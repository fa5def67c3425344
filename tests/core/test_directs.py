"""Direct references in a resolution: places that a project comes from if somebody asks for it by that URL."""

from collections.abc import Mapping

import pytest
from core.fakes import TARGET, Direct, World, requirements, versions_of

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.loop import settle
from pybuildsync.core.resolution import NoSolution, Resolution, resolve
from pybuildsync.core.variants import Facts, Source

URL = "https://index.example/lib.zip"
OTHER = "https://index.example/other.zip"


class Places(World):
    """A world in which URLs lead to versions of their projects; ``fetched`` are those that somebody went to."""

    def __init__(self, places: Mapping[str, str] = {}) -> None:
        super().__init__()
        self.places = dict(places)
        self.fetched: list[str] = []

    def fetch(self, name: str, url: str) -> Direct:
        """Return the wheel that *url* leads to."""
        self.fetched.append(url)
        version = self.places[url]
        away = World().wheel(name, version)
        self.wheels[away.files[name][0].url] = Metadata(name, version)
        return Direct(name, version, file=away.files[name][0], url=url)

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """Fetch before anything is built."""
        if not resolution.to_fetch():
            return super().build(goal, resolution, facts, prepare=prepare)
        for name, url in resolution.to_fetch():
            facts = facts.with_direct(self.fetch(name, url))
        return facts


def run(world: Places, goal: Goal) -> dict[str, str]:
    """Return what runs in the end."""
    return versions_of(settle(goal, world, world, Facts(), world, max_rounds=10))


def why(world: Places, goal: Goal) -> str:
    """Return why there is no solution."""
    with pytest.raises(NoSolution) as caught:
        settle(goal, world, world, Facts(), world, max_rounds=10)
    return caught.value.why


def installed(name: str, version: str, *requires: str, editable: bool = False) -> Installed:
    """Return something that is installed."""
    return Installed(name, version, Metadata(name, version, requirements(*requires)), editable=editable)


def test_a_url_that_a_distribution_requires() -> None:
    """It is fetched between two resolutions, and counts for everybody; the index's releases don't."""
    world = Places({URL: "5"})
    world.wheel("lib", "9").wheel("app", "1", f"lib @ {URL}", "more").wheel("more", "1", "lib>4")
    assert run(world, world.goal("app")) == {"app": "1", "lib": "5", "more": "1"}
    assert world.fetched == [URL]


def test_resolving_fetches_nothing() -> None:
    """What isn't fetched is part of a resolution, of which nothing is known."""
    world = Places()
    world.wheel("app", "1", f"lib[x] @ {URL}").wheel("more", "1", "lib<4")
    resolution = resolve(world.goal("app", "more"), world, Facts())
    assert resolution.to_fetch() == (("lib", URL),)
    assert [(each.name, each.is_settled) for each in resolution.running] == [
        ("app", True), ("lib", False), ("more", True)
    ]  # fmt: skip
    assert resolution.ready_to_build() == ()


def test_what_the_url_leads_to_must_fit_the_others() -> None:
    """The error names both sides."""
    world = Places({URL: "5"})
    world.wheel("lib", "9").wheel("app", "1", f"lib @ {URL}").wheel("more", "1", "lib>5")
    told = why(world, world.goal("app", "more"))
    assert f"app 1 requires lib @ {URL}" in told
    assert "more 1 requires lib>5" in told


def test_two_urls_of_one_project_exclude_each_other() -> None:
    """Both are named; another release of what requires one of them may help."""
    world = Places({URL: "5", OTHER: "5"})
    world.wheel("app", "1", f"lib @ {URL}").wheel("more", "1", "lib").wheel("more", "2", f"lib @ {OTHER}")
    assert run(world, world.goal("app", "more")) == {"app": "1", "lib": "5", "more": "1"}
    told = why(world, world.goal("app", "more==2"))
    assert f"lib @ {URL}" in told
    assert f"lib @ {OTHER}" in told


def test_the_same_url_in_two_spellings() -> None:
    """Credentials and egg don't count."""
    world = Places({URL: "5", "https://u:p@index.example/lib.zip#egg=lib": "5"})
    world.wheel("app", "1", f"lib @ {URL}").wheel("more", "1", "lib @ https://u:p@index.example/lib.zip#egg=lib")
    assert run(world, world.goal("app", "more")) == {"app": "1", "lib": "5", "more": "1"}
    assert len(world.fetched) == 1


def test_a_url_that_only_another_release_asks_for_serves_nobody() -> None:
    """What isn't chosen has no say in where something comes from."""
    world = Places({URL: "5"})
    world.wheel("app", "2", f"lib @ {URL}", "gone").wheel("app", "1", "lib").wheel("lib", "1")
    assert run(world, world.goal("app")) == {"app": "1", "lib": "1"}
    assert world.fetched == []


def test_a_place_that_only_another_release_asks_for_is_no_way_out() -> None:
    """Though it might fit, and nothing else does."""
    world = Places({URL: "5"})
    world.wheel("app", "2", f"lib @ {URL}", "gone").wheel("app", "1", "lib>4").wheel("lib", "1")
    assert "app 1 requires lib>4" in why(world, world.goal("app"))
    assert world.fetched == []


def test_a_place_of_its_own_is_left_where_an_index_serves() -> None:
    """Though the place is known, and newer, nobody in the end asks for it."""
    world = Places({URL: "5"})
    world.wheel("lib", "1").wheel("app", "2", f"lib @ {URL}", "lib<5").wheel("app", "1", "lib")
    assert run(world, world.goal("app")) == {"app": "1", "lib": "1"}


def test_what_is_built_with_a_url() -> None:
    """Build requirements as well; what runs is another matter."""
    world = Places({URL: "5"})
    world.wheel("lib", "9").sdist("app", "1", static=(), build=(f"lib @ {URL}",))
    assert run(world, world.goal("app", "lib")) == {"app": "1", "lib": "9"}
    assert world.builds == ["app==1 [lib=5]"]


def test_tied_to_what_a_url_leads_to() -> None:
    """What is needed to build and to run comes from one place for both, and is the same."""
    world = Places({URL: "5"})
    world.wheel("lib", "9").sdist("app", "1", "lib", build=("lib",), built=lambda there: (f"lib=={there['lib']}",))
    world.wheel("more", "1", f"lib @ {URL}")
    place = World().wheel("lib", "5").files["lib"][0]
    world.files["lib"].append(place)  # the index has that version, too
    world.wheels[place.url] = Metadata("lib", "5")
    assert run(world, world.goal("app", "more")) == {"app": "1", "lib": "5", "more": "1"}


class Twins(Places):
    """A world in which URLs lead to sources of `lib` 1; the index may have another of that name and version."""

    def fetch(self, name: str, url: str) -> Direct:
        """Return the source at *url*, which was put here as `away`."""
        self.fetched.append(url)
        self.twins["away"] = ("away", "1")
        return Direct(name, "1", source=Source(name, "1", "away", path="/away"), url=url)


def test_what_was_built_of_a_url_serves_nobody_else() -> None:
    """Though it has the name and version that the index has, too: nobody in the end asks for it."""
    world = Twins()
    world.sdist("away", "1", static=()).sdist("lib", "1", static=())
    world.sdist("late", "1", built=lambda _: ("gone",))
    world.wheel("app", "2", f"lib @ {URL}", "late").wheel("app", "1", "lib")
    assert run(world, world.goal("app")) == {"app": "1", "lib": "1"}
    assert world.builds == ["late==1 []", "away==1 []", "lib==1 []"]


def test_to_build_from_a_url_is_not_to_build_from_an_index() -> None:
    """The one excludes what is asked for; the other, of the same name and version, is yet to be built."""
    world = Twins()
    world.sdist("away", "1", "more", built=lambda _: ("more<2",)).sdist("lib", "1", "more").sdist("lib", "0.9")
    world.wheel("more", "1").wheel("more", "2")
    world.wheel("app", "2", f"lib @ {URL}").wheel("app", "1", "lib")
    assert run(world, world.goal("app", "more>=2")) == {"app": "1", "lib": "1", "more": "2"}
    assert world.builds == ["away==1 []", "lib==1 []"]


def test_each_source_is_built_with_what_it_takes() -> None:
    """What must match for one of two that have a name and a version in common says nothing of the other."""
    world = Twins()
    world.wheel("more", "1").wheel("more", "2").wheel("helper", "2", "more<2").wheel("helper", "1", "more")
    for version in ("1", "2", "3"):  # so that the helper is looked into first
        world.wheel("tool", version, "helper>2")
    world.sdist("away", "1", static=(), build=("helper", "tool")).sdist("lib", "1", "more", build=("helper",))
    world.wheel("app", "2", f"lib @ {URL}").wheel("app", "1", "lib")
    assert run(world, world.goal("app", "more")) == {"app": "1", "lib": "1", "more": "2"}
    assert world.builds == ["lib==1 [helper=1 more=2]"]
    assert f"(to build lib 1 at {URL})" in why(world, world.goal("app==2", "more"))


def test_a_constraint_says_where_a_project_comes_from() -> None:
    """If something requires it; else it is left alone."""
    world = Places({URL: "5"})
    world.wheel("app", "1", "lib").wheel("none", "1")
    limits = requirements(f"lib @ {URL}")
    assert run(world, world.goal("app", constraints=limits)) == {"app": "1", "lib": "5"}
    assert set(world.listed) == {"app"}
    assert run(world, world.goal("none", constraints=limits)) == {"none": "1"}
    assert world.fetched == [URL]


def test_what_the_user_gives_serves_whoever_requires_it_from_there_or_anywhere() -> None:
    """From a path it serves for every URL; from a URL only for that."""
    world = Places({URL: "5"})
    world.wheel("lib", "1").wheel("app", "1", f"lib @ {URL}")
    given = world.fetch("lib", URL)
    assert run(world, world.goal("app", "lib", direct=(given,))) == {"app": "1", "lib": "5"}
    at_path = given._replace(url="file:///lib.whl")
    assert run(world, world.goal("app", "lib", direct=(at_path,))) == {"app": "1", "lib": "5"}
    told = why(world, world.goal("app", f"lib @ {OTHER}", direct=(given._replace(url=OTHER),)))
    assert f"you asked for lib @ {OTHER}" in told
    assert f"app 1 requires lib @ {URL}" in told


@pytest.mark.parametrize(
    ("there", "given", "stays"),
    [
        (installed("lib", "5"), Direct("lib", "5", url=URL), True),
        (installed("lib", "4"), Direct("lib", "5", url=URL), False),
        (installed("lib", "5", editable=True), Direct("lib", "5", url=URL), False),
        (installed("lib", "5"), Direct("lib", "5", url="file:///lib-5-py3-none-any.whl"), True),
    ],
)
def test_what_is_installed_stays_if_the_url_leads_to_its_version(there: Installed, given: Direct, stays: bool) -> None:  # noqa: FBT001
    """As pip has it: whatever it came from, and though an upgrade is asked for; editable installations give way."""
    world = Places()
    file = world.wheel("lib", "5").files["lib"][0]
    goal = world.goal(f"lib @ {given.url}", direct=(given._replace(file=file),), installed=(there,))
    for upgrade in (frozenset[str](), frozenset({"lib"})):
        (lib,) = resolve(goal._replace(upgrade=upgrade), world, Facts()).running
        assert (lib.version, lib.pick.installed) == ("5", stays)


def test_a_local_source_always_comes_anew() -> None:
    """It may have changed; so may an editable one, wherever it was checked out from."""
    assert Direct("lib", "5", source=Source("lib", "5", path="/lib"), url="file:///lib").comes_anew
    assert Direct("lib", "5", source=Source("lib", "5", path="/src/lib", editable=True), url=f"git+{URL}").comes_anew
    assert not Direct("lib", "5", source=Source("lib", "5", path="/kept"), url=f"git+{URL}").comes_anew
    world = Places().sdist("lib", "5", static=())
    given = Direct("lib", "5", source=Source("lib", "5", path="/lib"), url="file:///lib")
    goal = Goal(TARGET, requirements("lib @ file:///lib"), direct=(given,), installed=(installed("lib", "5"),))
    (lib,) = resolve(goal, world, Facts()).running
    assert lib.pick.source is not None


def test_what_is_installed_and_requires_a_url() -> None:
    """What is installed of that project is enough, wherever it came from; else it is fetched."""
    world = Places({URL: "5"})
    app = installed("app", "1", f"lib @ {URL}")
    assert run(world, world.goal("app", installed=(app, installed("lib", "3")))) == {"app": "1", "lib": "3"}
    assert world.fetched == []
    assert run(world, world.goal("app", installed=(app,))) == {"app": "1", "lib": "5"}


def test_identity_of_an_editable_source() -> None:
    """By its place: its content may change at any time."""
    plain = Source("lib", "5", "digest", path="/lib")
    assert plain.identity == ("lib", "5", "digest")
    assert plain._replace(editable=True).identity == ("lib", "5", "editable /lib/")


def test_a_wheel_is_nothing_to_build_from() -> None:
    """What was installed from a wheel's path or URL is built again from the source that its record names."""
    where = {
        "https://index.example/a-1.tar.gz#sha256=0": True,
        "git+https://git.example/a@1": True,
        "file:///wheels/a-1-py3-none-any.whl#sha256=0": False,
        "https://index.example/a-1-py3-none-any.whl?x=1": False,
        "": False,
    }
    for origin, builds in where.items():
        there = Installed("a", "1", Metadata("a", "1"), origin=origin)
        assert there.source_origin == (origin if builds else "")
