"""What an entry stands for, and why it can't be had."""

import pytest
from core.fakes import TARGET, World, requirements

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Direct, Formats, Goal, Installed
from pybuildsync.core.offers import Offers, Pick
from pybuildsync.core.reasons import Barred
from pybuildsync.core.variants import Facts, Source, Variant

GOAL = Goal(TARGET, ())
NO_BINARY, ONLY_BINARY = Formats(no_binary=frozenset("a")), Formats(only_binary=frozenset("a"))
WINDOWS = "cp311-cp311-win_amd64"


def offers(world: World, goal: Goal = GOAL, facts: Facts = Facts()) -> Offers:  # noqa: B008 - a constant
    """Return what *world* offers."""
    return Offers(goal, world, facts, frozenset())


def pick(world: World, goal: Goal = GOAL) -> Pick | Barred:
    """Return what the newest entry of `a` stands for."""
    return offers(world, goal).pick("a", 1, building=False)


def said(found: Pick | Barred) -> str:
    """Return why something can't be had."""
    assert isinstance(found, Barred)
    return found.text


def filename(found: Pick | Barred) -> str:
    """Return the name of the file that was picked."""
    assert isinstance(found, Pick)
    file = found.file or (found.source.file if found.source else None)
    return file.filename if file else ""


def test_a_wheel_is_taken_before_a_source() -> None:
    """Building takes time."""
    world = World().sdist("a", "1.0").wheel("a", "1.0", tag=WINDOWS).wheel("a", "1.0")
    assert filename(pick(world)) == "a-1.0-py3-none-any.whl"


def test_a_source_is_taken_where_no_wheel_fits_or_none_is_allowed() -> None:
    """Its digest is the index's."""
    world = World().sdist("a", "1.0").wheel("a", "1.0", tag=WINDOWS)
    assert filename(pick(world)) == "a-1.0.tar.gz"
    found = pick(world.wheel("a", "1.0"), GOAL._replace(formats=NO_BINARY))
    assert isinstance(found, Pick)
    assert found.source == Source("a", "1.0", "a-1.0", world.files["a"][0])


def test_an_sdist_is_a_tar_before_a_zip() -> None:
    """PEP 527: a release has one sdist; old ones have two."""
    files = [
        DistributionFile(f"a-1.0{suffix}", f"https://index.example/a-1.0{suffix}") for suffix in (".zip", ".tar.gz")
    ]
    assert filename(pick(World(files={"a": files}))) == "a-1.0.tar.gz"
    assert filename(pick(World(files={"a": files[:1]}))) == "a-1.0.zip"


@pytest.mark.parametrize(
    ("world", "goal", "expected"),
    [
        (World().wheel("a", "1", yanked=""), GOAL, "was yanked"),
        (World().wheel("a", "1", yanked="broken"), GOAL, "was yanked (broken)"),
        (World().wheel("a", "1", python=">=3.12"), GOAL, "needs Python >=3.12"),
        (
            World().wheel("a", "1", tag=WINDOWS),
            GOAL,
            "has no wheel for Python 3.11 on manylinux_2_17_x86_64, and no sdist",
        ),
        (
            World().wheel("a", "1"),
            GOAL._replace(formats=NO_BINARY),
            "has no sdist, and wheels of it are refused (--no-binary)",
        ),
        (
            World().sdist("a", "1"),
            GOAL._replace(formats=ONLY_BINARY),
            "has no wheel for this Python and platform, and building it is refused (--only-binary)",
        ),
        (
            World().sdist("a", "1"),
            GOAL._replace(hashes=(("a", ("sha256:00",)),)),
            "has no file with a hash that was given (--hash)",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_why_a_release_cannot_be_had(world: World, goal: Goal, expected: str) -> None:
    """One clause, which follows the name and version."""
    assert said(pick(world, goal)) == expected


def test_what_is_yanked_is_left_out_where_others_are_left() -> None:
    """Files are yanked one by one (PEP 592)."""
    world = World().wheel("a", "1", yanked="").sdist("a", "1")
    assert filename(pick(world)) == "a-1.tar.gz"


def test_a_pin_has_what_is_yanked() -> None:
    """Whichever shelf has seen it; what could be had by a pin is known, to be taken last."""
    world = World().wheel("a", "1", yanked="").wheel("a", "2").wheel("a", "3", yanked="")
    found = offers(world)
    shelf = found.shelf("a", building=False)
    shelf.mask("==1.0")
    assert isinstance(found.pick("a", 3, building=False), Pick)
    assert isinstance(found.pick("a", 3, building=True), Pick)
    assert isinstance(found.pick("a", 1, building=False), Barred)
    assert found.yanked(shelf, building=False) == shelf.of_version("1")


def test_a_pin_that_comes_too_late_is_remembered() -> None:
    """Another resolution admits it."""
    world = World().wheel("a", "1", yanked="").wheel("a", "2", yanked="")
    found = offers(world)
    assert isinstance(found.pick("a", 1, building=False), Barred)
    assert isinstance(found.pick("a", 2, building=False), Barred)
    found.shelf("a", building=True).mask("==1")
    assert found.late_pins() == {"a==1"}
    again = Offers(Goal(TARGET, ()), world, Facts(), frozenset({"a==1"}))
    assert isinstance(again.pick("a", 2, building=False), Pick)


def test_what_is_installed_may_stay_although_it_was_yanked() -> None:
    """And what is built beside it may use it."""
    installed = (Installed("a", "1", Metadata("a", "1")),)
    found = offers(World().wheel("a", "1", yanked=""), GOAL._replace(installed=installed))
    assert found.pick("a", 1, building=False) == Pick("1", installed=True)
    assert isinstance(found.pick("a", 1, building=True), Pick)


def test_what_is_installed_and_nowhere_else_can_only_stay() -> None:
    """Neither reinstalled nor built with."""
    found = offers(World(), GOAL._replace(installed=(Installed("a", "1", Metadata("a", "1")),)))
    assert said(found.pick("a", 2, building=False)) == "is installed here, and no index has it"
    assert found.shelf("a", building=True).count == 0


def test_what_is_to_be_reinstalled_does_not_count_as_installed() -> None:
    """Only the index's release is left."""
    installed = (Installed("a", "1", Metadata("a", "1")),)
    found = offers(World().wheel("a", "1"), GOAL._replace(installed=installed, reinstall=frozenset("a")))
    assert found.shelf("a", building=False).count == 1
    assert found.installed_version("a") == ""
    assert found.installed_variant("a") is None


def test_variants_stand_for_themselves() -> None:
    """One that contradicts itself can't be had."""
    world = World().sdist("a", "1.0")
    good = Variant(Source("a", "1.0", "a-1.0"), "good", Metadata("a", "1.0"), ())
    bad = good._replace(key="bad", contradiction="requires lib==1, which excludes what it was built against: lib 2")
    found = offers(world, facts=Facts(variants=(bad, good)))
    assert said(found.pick("a", 1, building=False)) == bad.contradiction
    picked = found.pick("a", 2, building=False)
    assert picked == Pick("1.0", variant=good)
    assert isinstance(picked, Pick)
    assert found.metadata("a", picked) == good.metadata


def test_what_is_given_directly_needs_no_index() -> None:
    """A tree or a wheel; of known variants only the tree's own; a wheel may be refused nobody."""
    world = World()
    tree = Source("a", "1.0", "tree", path="/a")
    mine = Variant(tree, "mine", Metadata("a", "1.0"), ())
    other = mine._replace(source=tree._replace(digest="else"), key="else")
    found = offers(world, GOAL._replace(direct=(Direct("a", "1.0", source=tree),)), Facts(variants=(other, mine)))
    assert [found.pick("a", bit, building=False) for bit in (1, 2)] == [
        Pick("1.0", variant=mine), Pick("1.0", source=tree)
    ]  # fmt: skip
    file = World().wheel("a", "1.0").files["a"][0]
    found = offers(
        world, GOAL._replace(direct=(Direct("a", "1.0", file=file),), formats=NO_BINARY), Facts(variants=(mine,))
    )
    assert [found.pick("a", bit, building=False) for bit in range(1, found.shelf("a", building=False).count + 1)] == [
        Pick("1.0", file=file)
    ]
    assert world.listed == []


def test_hashes_limit_what_runs_and_not_what_builds() -> None:
    """As far as the index says which hashes a file has."""
    world = World().sdist("a", "1.0").wheel("a", "1.0")  # the wheel's hash is unknown
    found = offers(world, GOAL._replace(hashes=(("a", ("sha256:other",)),)))
    assert filename(found.pick("a", 1, building=False)) == "a-1.0-py3-none-any.whl"
    found = offers(world, GOAL._replace(hashes=(("a", ("sha256:a-1.0",)),), formats=NO_BINARY))
    assert filename(found.pick("a", 1, building=False)) == "a-1.0.tar.gz"
    found = offers(World().sdist("a", "1.0"), GOAL._replace(hashes=(("a", ("sha256:other",)),)))
    assert filename(found.pick("a", 1, building=True)) == "a-1.0.tar.gz"


def test_python_versions() -> None:
    """Text that is no specifier counts as none, as in pip; answers are remembered."""
    found = offers(World())
    assert [found.python_fits(text, building=False) for text in ("", ">=3.11", ">=3.12", ">=2.7.*,", ">=3.12")] == [
        True, True, False, True, False
    ]  # fmt: skip


def test_requirements_with_and_without_an_extra() -> None:
    """An extra adds those that name it; the rest comes with the distribution itself."""
    texts = ("b", 'c; extra == "x"', 'd; os_name == "nt"', 'e; extra == "y"', "f; os_name != 'nt'")
    metadata = Metadata("a", "1", requirements(*texts), extras=("x",))
    found = offers(World())
    assert [r.name for r in found.requirements(metadata, "")] == ["b", "f"]
    assert [r.name for r in found.requirements(metadata, "x")] == ["c"]
    assert list(found.requirements(metadata, "y")) == [], "an extra that isn't declared adds nothing"
