"""What is asked for and no version meets."""

from collections.abc import Iterable

import pytest
from core.fakes import World

from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.variants import Facts

NONE = Facts()


def wheels(name: str, *versions: str, world: World | None = None) -> World:
    """Return *world*, or a new one, with wheels of *name* that require nothing."""
    world = world or World()
    for version in versions:
        world.wheel(name, version)
    return world


@pytest.mark.parametrize(
    ("texts", "what", "hint"),
    [
        (("nobody",), "no index has a project called nobody", "check the spelling, or name the index that has it"),
        (("a>=10",), "no version fits a>=10", "a has 9, 8, 7, 6, 5, 4, 3, 2, ..."),
        (("lib>=2",), "no version fits lib>=2", "lib has 1"),
        (('nobody; os_name == "nt"', "a<5", "a>5"), "no set of versions fits", "loosen one of the requirements above"),
    ],
)
def test_what_is_plain_is_said_first(texts: Iterable[str], what: str, hint: str) -> None:
    """A project or version that isn't there; the rest is for the explanation."""
    world = wheels("a", *"123456789").wheel("lib", "1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal(*texts), world, NONE)
    assert caught.value.what == what
    assert caught.value.hint.startswith(hint)


def test_title_explanation_and_hint_are_about_the_same() -> None:
    """Whatever else can't be, and whichever the search met first."""
    world = wheels("lib", "1", world=wheels("a", "1")).wheel("b", "1", "a>1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("b", "lib==2", "a"), world, NONE)
    assert caught.value.what == "no version fits lib==2"
    assert caught.value.why == "Because you asked for lib==2 (no version of lib meets that), there is no solution."
    assert caught.value.hint == "lib has 1"


def test_all_that_no_version_meets_is_told_at_once() -> None:
    """A file of pins is corrected once; as pip has it, its words are about the first."""
    world = wheels("a", *"123456789").wheel("lib", "1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("lib==2", "a", "nobody", "a==10", "lib==2"), world, NONE)
    assert caught.value.what == "no version fits lib==2, nobody and a==10"
    assert caught.value.why.splitlines() == [
        "lib==2: lib has 1",
        "nobody: no index has a project called nobody",
        "a==10: a has 9, 8, 7, 6, 5, 4, 3, 2, ...",
    ]
    assert caught.value.hint == "ask for what there is, or name the index that has the rest with --extra-index-url"
    assert caught.value.pip[1] == "No matching distribution found for lib==2"
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("lib==2", "lib==3", "lib==4", "lib==5"), world, NONE)
    assert caught.value.what == "no version fits lib==2, lib==3 and 2 others"
