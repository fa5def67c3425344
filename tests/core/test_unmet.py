"""What is asked for and no version meets."""

from collections.abc import Iterable

import pytest
from core.fakes import World

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Installed
from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.variants import Facts

NONE = Facts()


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
    world = World().releases("a", *"123456789").wheel("lib", "1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal(*texts), world, NONE)
    assert caught.value.what == what
    assert caught.value.hint.startswith(hint)


def test_title_explanation_and_hint_are_about_the_same() -> None:
    """Whatever else can't be, and whichever the search met first."""
    world = World().releases("a", "1").releases("lib", "1").wheel("b", "1", "a>1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("b", "lib==2", "a"), world, NONE)
    assert caught.value.what == "no version fits lib==2"
    assert caught.value.why == "Because you asked for lib==2 (no version of lib meets that), there is no solution."
    assert caught.value.hint == "lib has 1"


def test_all_that_no_version_meets_is_told_at_once() -> None:
    """A file of pins is corrected once; as pip has it, its words are about the first."""
    world = World().releases("a", *"123456789").wheel("lib", "1")
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


def hashed(**hashes: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the hash that each project must have."""
    return tuple((name, (f"sha256:{digest}",)) for name, digest in hashes.items())


def test_wrong_hashes_are_told_with_those_that_there_are() -> None:
    """Nothing is to be loosened: the file is another one."""
    world = World().sdist("a", "1").sdist("b", "1").sdist("b", "2")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a==1", 'a; os_name == "nt"', "b", hashes=hashed(a="00", b="b-2")), world, NONE)
    assert caught.value.what == "none of the files of a 1 has a hash that was given"
    assert caught.value.why.splitlines() == ["expected sha256:00", "got      a-1.tar.gz sha256:a-1"]
    assert caught.value.hint.startswith("somebody changed the file, or the requirement file is of another")
    assert caught.value.pip == ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE: a 1",)


def test_hashes_of_another_version() -> None:
    """Nobody has changed a file: the hint says which version they are of."""
    world = World().sdist("a", "1").sdist("a", "2")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a==1", hashes=hashed(a="a-2")), world, NONE)
    assert caught.value.hint == "the hashes are of a 2: ask for that, or give the hashes of what is asked for"


def test_all_wrong_hashes_are_told_at_once() -> None:
    """Of each the newest version that was asked for."""
    world = World().sdist("a", "1").sdist("b", "1").sdist("b", "2").sdist("c", "1").sdist("d", "1")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a", "b", "b<3", hashes=hashed(a="00", b="11")), world, NONE)
    assert caught.value.what == "none of the files of a 1 and b 2 has a hash that was given"
    assert caught.value.why.splitlines() == [
        "a 1:", "expected sha256:00", "got      a-1.tar.gz sha256:a-1",
        "b 2:", "expected sha256:11", "got      b-2.tar.gz sha256:b-2",
    ]  # fmt: skip
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a", "b", "c", "d", hashes=hashed(a="00", b="11", c="22", d="33")), world, NONE)
    assert caught.value.what == "none of the files of a 1, b 2 and 2 others has a hash that was given"


def test_only_hashes_that_the_index_gives_by_the_same_algorithm_are_told() -> None:
    """Others prove nothing."""
    world = World().sdist("a", "1")
    (file,) = world.files["a"]
    world.files["a"] = [file._replace(hashes=(("md5", "1"), ("sha256", "a-1")))]
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("a", hashes=hashed(a="00")), world, NONE)
    assert caught.value.why.splitlines() == ["expected sha256:00", "got      a-1.tar.gz sha256:a-1"]


def test_what_has_no_solution_for_another_reason_is_told_as_that() -> None:
    """A release that nobody could have in any case isn't the fault of a hash; nor is what is installed."""
    world = World().sdist("a", "1").sdist("a", "2", python=">=99").sdist("b", "1", build=("nobody",))
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("b", "a==2", hashes=hashed(a="00", b="b-1")), world, NONE)
    assert "hash that was given" not in caught.value.what
    there = Installed("a", "1", Metadata("a", "1"))
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal("b", "a==1", hashes=hashed(a="00"), installed=(there,)), world, NONE)
    assert "hash that was given" not in caught.value.what


def test_nobody_has_asked_for_what_stays() -> None:
    """An installed project that no index has any more is none that the user asked for."""
    world = World().releases("lib", "1", "2").wheel("app", "2", "lib<2")
    goal = world.goal("gone==1", "lib==2", "app==2")
    with pytest.raises(NoSolution) as caught:
        resolve(goal._replace(staying=frozenset(goal.requirements[:1])), world, NONE)
    assert "no version fits gone" not in caught.value.what
    with pytest.raises(NoSolution) as caught:
        resolve(goal, world, NONE)
    assert "gone" in caught.value.what


def test_what_stays_has_no_wrong_hash() -> None:
    """A hash beside a constraint may rule out that it is built again: that is explained, and nobody else is blamed."""
    world = World().sdist("app", "1").wheel("lib", "2")
    goal = world.goal("lib", "app==1", hashes=hashed(app="00"))
    with pytest.raises(NoSolution) as caught:
        resolve(goal._replace(staying=frozenset(goal.requirements[1:])), world, NONE)
    assert caught.value.what == "no set of versions fits"
    assert caught.value.why.startswith("Because app==1 is installed and app 1 has no file with a hash that was given")
    assert caught.value.pip[0].startswith("Cannot install lib because")
    with pytest.raises(NoSolution) as caught:
        resolve(goal, world, NONE)
    assert caught.value.what == "none of the files of app 1 has a hash that was given"
