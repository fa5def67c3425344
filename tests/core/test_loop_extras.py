"""The loop, where an extra brings in what must match: it may be asked for by anybody, at any time."""

import pytest
from core.fakes import World, versions_of

from pybuildsync.core.policies import Policy
from pybuildsync.core.resolution import NoSolution


def test_an_extra_comes_up_when_its_project_is_built_already() -> None:
    """What a built wheel asks an extra of must match what the other was built with: that is built again."""
    world = World().wheel("lib", "1.0").wheel("lib", "2.0")
    world.sdist("user", "1.0", "app", built=lambda _: ("app[x]", "lib<2"))
    world.sdist("app", "1.0", "lib; extra == 'x'", build=("lib",), built=lambda _: ("lib; extra == 'x'",))
    settled = world.settle(world.goal("user", "app"))
    assert versions_of(settled) == {"app": "1.0", "lib": "1.0", "user": "1.0"}
    (app,) = (each.pick.variant for each in settled.resolution.running if each.name == "app")
    assert app is not None
    assert [(match.name, match.built, match.evidence) for match in app.matches] == [("lib", "1.0", "required twice")]


@pytest.mark.parametrize("asked", ["user", "app[x]"])
def test_what_an_extra_requires_is_matched_before_it_is_built(asked: str) -> None:
    """Whoever asks for the extra: the helper that pins another version is given up before the first build."""
    world = World().releases("lib", "1.0", "2.0").wheel("helper", "2", "lib<2").wheel("helper", "1", "lib")
    texts = ("lib; extra == 'x'", "setuptools; extra == 'x'")
    world.sdist("app", "1.0", *texts, build=("helper", "setuptools<81"), built=lambda _: texts)
    world.wheel("user", "1.0", "app[x]").wheel("setuptools", "80").wheel("setuptools", "82")
    settled = world.settle(world.goal(asked, "lib"))
    assert world.builds == ["app==1.0 [helper=1 lib=2.0 setuptools=80]"]
    assert versions_of(settled).items() >= {"app": "1.0", "lib": "2.0", "setuptools": "82"}.items()
    settled = world.settle(world.goal("app", "lib"))
    assert world.builds[1:] == ["app==1.0 [helper=2 lib=1.0 setuptools=80]"]


def test_what_an_extra_requires_may_promise_to_run_what_was_built_before() -> None:
    """Nobody but the library can say that it goes with another version; it is asked before anything is built."""
    texts = ("lib; extra == 'x'",)
    for promises, builds in (((), 0), (("1.0", "2.0"), 1)):
        world = World().releases("lib", "1.0", "2.0")
        world.promises.update({("lib", version): Policy(("at-least",), "its own promise") for version in promises})
        world.sdist("app", "1.0", *texts, build=("lib<2",), built=lambda _: texts).wheel("user", "1.0", "app[x]")
        goal = world.goal("user", "lib==2.0")
        if promises:
            assert versions_of(world.settle(goal)) == {"app": "1.0", "lib": "2.0", "user": "1.0"}
        else:
            with pytest.raises(NoSolution):
                world.settle(goal)
        assert (len(world.builds), world.looked) == (builds, ["lib==1.0"])
