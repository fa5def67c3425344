"""Shelves: what the solver sees of a project's versions."""

import pytest
from core.fakes import World

from pybuildsync.core.facts import Metadata
from pybuildsync.core.goal import Direct, Installed
from pybuildsync.core.shelves import Shelf, may_stay
from pybuildsync.core.variants import Source, Variant

SOURCE = Source("lib", "1.0", "lib-1.0")  # as a world has it
VARIANT = Variant(SOURCE, "key", Metadata("lib", "1.0"), ())
OTHER = VARIANT._replace(key="other")


def shelf(*versions: str, **more: object) -> Shelf:
    """Return the shelf of a project with wheels and sdists of *versions*."""
    world = World()
    for version in versions:
        world.wheel("lib", version).sdist("lib", version)
    return Shelf(world.listing("lib"), **more)  # type: ignore[arg-type]  # whatever a test says


def installed(version: str) -> Installed:
    """Return an installed `lib`."""
    return Installed("lib", version, Metadata("lib", version))


def entries(of: Shelf) -> list[tuple[str, Variant | None, bool]]:
    """Return all entries with their versions."""
    return [(of.version(bit), of.entry(bit).variant, of.entry(bit).installed) for bit in range(1, of.count + 1)]


def test_a_plain_shelf_has_one_entry_a_version_newest_first() -> None:
    """Bit 1 is the newest; bit 0 is "not selected"."""
    plain = shelf("1.0", "2.0")
    assert entries(plain) == [("2.0", None, False), ("1.0", None, False)]
    assert plain.everything == 0b111
    assert plain.mask("") == 0b110
    assert plain.mask("<2") == 0b100
    assert plain.mask(">2") == 0


def test_known_variants_stand_before_their_version() -> None:
    """What is built is taken before what must be built, in the order in which it was learnt."""
    built = shelf("1.0", "2.0", variants=(VARIANT, OTHER))
    assert entries(built) == [
        ("2.0", None, False),
        ("1.0", VARIANT, False),
        ("1.0", OTHER, False),
        ("1.0", None, False),
    ]
    assert built.mask("==1.0") == 0b11100
    assert built.of_version("2.0") == 0b10
    assert built.versions_in(0b11100) == ("1.0",)


def test_a_source_is_told_from_others_of_its_name_and_version() -> None:
    """What was built of one stands for no other; the same archive, listed and at a URL, is one."""
    away = Direct("lib", "1.0", source=Source("lib", "1.0", "away"), url="https://index.example/lib.zip")
    elsewhere = VARIANT._replace(source=SOURCE._replace(digest="away"))
    nowhere = VARIANT._replace(source=SOURCE._replace(digest="nowhere"))
    twins = shelf("1.0", variants=(VARIANT, elsewhere, nowhere), directs=(away,))
    assert entries(twins) == [
        ("1.0", VARIANT, False), ("1.0", None, False), ("1.0", elsewhere, False), ("1.0", None, False)
    ]  # fmt: skip
    found = [twins.unbuilt(each.source.identity) for each in (VARIANT, elsewhere, nowhere)]
    assert found == [0b100, 0b10000, 0]
    same = shelf("1.0", variants=(VARIANT,), directs=(away._replace(source=SOURCE),))
    assert [variant for _, variant, _ in entries(same)] == [VARIANT, None, VARIANT, None]
    assert same.unbuilt(SOURCE.identity) == 0b10100


def test_a_version_may_be_spelled_in_several_ways() -> None:
    """1.0 is 1.0.0: what is installed, was built with, or may stay is found by either."""
    spelled = shelf("2.0", "1.0", installed=installed("1.0.0"), kept="1.0.0")
    assert entries(spelled) == [("2.0", None, False), ("1.0", None, True), ("1.0", None, False)]
    assert spelled.of_version("1.0.0") == spelled.of_version("1.0") == 0b1100
    assert spelled.pinned == {"1.0"}
    assert shelf("2.0", "1.0").of_version("2") == 0b10
    assert shelf("2.0", "1.0").of_version("1.5") == shelf("2.0", "1.0").of_version("0.5") == 0
    assert shelf("1.0b0", "1.0a1", kept="1.0alpha1").mask(">0") == 0b100
    direct = Direct("lib", "1.0", file=World().wheel("lib", "1.0").files["lib"][0], url="https://lib.example/1.0")
    assert may_stay(installed("1"), direct)


def test_variants_of_versions_that_are_not_offered_have_no_entry() -> None:
    """A listing may lose a release; the shelf has what the listing has."""
    assert entries(shelf("2.0", variants=(VARIANT,))) == [("2.0", None, False)]


def test_what_is_installed_stands_first_among_its_version() -> None:
    """The index's release of that version is another entry."""
    assert entries(shelf("1.0", installed=installed("1.0"))) == [("1.0", None, True), ("1.0", None, False)]


def test_what_is_installed_is_offered_even_if_no_index_has_it() -> None:
    """It takes its place among the versions."""
    found = shelf("1.0", "3.0", installed=installed("2.0"))
    assert entries(found) == [
        ("3.0", None, False), ("2.0", None, True), ("2.0", None, False), ("1.0", None, False)
    ]  # fmt: skip
    assert found.files(1) == ()


def test_what_is_given_directly_is_all_there_is() -> None:
    """A path or URL replaces the listing, and what is installed."""
    direct = Direct("lib", "5.0", source=Source("lib", "5.0", path="/lib"))
    found = shelf(directs=(direct,))
    assert entries(found) == [("5.0", None, False)]
    assert found.files(0) == ()


def test_a_wheel_given_directly_is_its_only_file() -> None:
    """Its version may be a pre-release: it was asked for by path."""
    file = World().wheel("lib", "5.0rc1").files["lib"][0]
    found = shelf(directs=(Direct("lib", "5.0rc1", file=file),))
    assert found.files(0) == (file,)
    assert found.mask(">=1") == 0b10


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        (">=1", ("1.0",)),
        ("", ("1.0",)),
        (">=2.0rc1", ("2.0rc1",)),
        (">=1.0rc1", ("2.0rc1", "1.0")),
        ("!=1.0", ("2.0rc1",)),
        ("!=2.0rc1", ("1.0",)),
    ],
)
def test_pre_releases_count_only_where_named_or_where_nothing_else_fits(
    specifier: str, expected: tuple[str, ...]
) -> None:
    """PEP 440, "Handling of pre-releases"."""
    found = shelf("1.0", "2.0rc1")
    assert found.versions_in(found.mask(specifier)) == expected


def test_pre_releases_count_where_all_are_admitted() -> None:
    """--pre, or another requirement that names one."""
    found = shelf("1.0", "2.0rc1", pre_releases=True)
    assert found.mask(">=1") == 0b110


def test_a_kept_pre_release_counts() -> None:
    """What is installed may stay, and be built against."""
    found = shelf("1.0", "2.0rc1", kept="2.0rc1")
    assert found.mask(">=1") == 0b110


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("==1.0", {"1.0.0", "1.0.0+local"}), ("==1.0.*", set()), (">=1", set()), ("===1.0.0", {"1.0.0"}),
        (">=1,===1.0.0", {"1.0.0"}), ("===no-version", set()), ("==1.0,>2", set()),
    ],
)  # fmt: skip
def test_pins_are_remembered_as_the_versions_that_they_accept(specifier: str, expected: set[str]) -> None:
    """However a pin spells its version: yanked releases may be had by it (PEP 592)."""
    found = shelf("1.0.0", "1.0.0+local", "2.0")
    found.mask(specifier)
    assert found.pinned == expected


def test_related_versions() -> None:
    """Policies relate the versions of two shelves."""
    mine, theirs = shelf("1.0", "2.0", variants=(VARIANT,)), shelf("1.0", "2.0", "3.0")
    assert theirs.accepted(lambda built, running: built <= running, "2.0") == 0b110
    assert mine.reach(mine.of_version("1.0"), theirs, lambda own, other: own == other) == theirs.of_version("1.0")
    assert mine.reach(0, theirs, lambda own, other: own == other) == 0


def test_versions_as_of_a_date_have_a_file_from_before() -> None:
    """A release without any upload time is not known to be that old."""
    world = World()
    world.wheel("lib", "3.0").wheel("lib", "2.0", time="2024-05-01T00:00:00Z").wheel("lib", "1.0", time="2020-01-01")
    found = Shelf(world.listing("lib"))
    assert found.versions_in(found.as_of("2024-05-01T00:00:00Z")) == ("2.0", "1.0")
    assert found.versions_in(found.as_of("2023-01-01")) == ("1.0",)
