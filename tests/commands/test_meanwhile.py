"""What others change while an install runs, or what isn't seen at first sight, makes no answer stay that is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.worlds import Environment, make_environment
from pipeline.worlds import Place, wheel

from pybuildsync.commands import install
from pybuildsync.commands.options import AskedOptions, IndexOptions, InstallOptions, StoreOptions
from pybuildsync.commands.results import InstallResult
from pybuildsync.commands.watched import signature
from pybuildsync.core.story import Event, Resolved, Warned

LIB = AskedOptions(requirements=("lib",))


@dataclass(frozen=True, slots=True)
class Meddling:
    """A story in which somebody else does something as soon as an event of *kind* is told."""

    kind: type[Event]
    act: Callable[[], object]

    def tell(self, event: Event) -> None:
        """Act."""
        if isinstance(event, self.kind):
            self.act()


def run(place: Place, environment: Environment, story: Meddling, asked: AskedOptions) -> InstallResult:
    """Install into *environment*."""
    options = InstallOptions(
        asked=asked,
        python=str(environment.root),
        indexes=IndexOptions(index_url=place.index.url),
        store=StoreOptions(cache_dir=str(place.cache)),
    )
    return install.run(options, story)


def nothing() -> None:
    """Do nothing."""


def fill(place: Place) -> None:
    """Fill the index."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))


def installed(environment: Environment) -> list[str]:
    """Return what is installed."""
    return sorted(path.name.removesuffix(".dist-info") for path in environment.site_packages.glob("*.dist-info"))


def test_a_requirement_file_that_is_edited_meanwhile(place: Place) -> None:
    """The plan is for what it said before: the next install doesn't take it for the file's as it is now."""
    fill(place)
    file = place.root / "requirements.txt"
    file.write_text("lib<2\n")
    asked = AskedOptions(requirement_files=(str(file),))
    edit = Meddling(Resolved, lambda: file.write_text("lib>1\n"))
    run(place, place.environment, edit, asked)
    assert installed(place.environment) == ["lib-1.0"]
    other = make_environment(place.root / "other")
    run(place, other, Meddling(Warned, nothing), asked)
    assert installed(other) == ["lib-2.0"]


def test_what_older_tools_installed_is_part_of_the_question(place: Place) -> None:
    """Two environments with the same versions of it, which require different things, have different plans."""
    fill(place)
    quiet = Meddling(Warned, nothing)
    for name, requires, expected in (("first", "lib<2\n", ["lib-1.0"]), ("second", "", ["lib-2.0"])):
        environment = make_environment(place.root / name)
        egg_info = environment.site_packages / "old-1.0.egg-info"
        egg_info.mkdir()
        (egg_info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: old\nVersion: 1.0\n")
        (egg_info / "requires.txt").write_text(requires)
        run(place, environment, quiet, AskedOptions(requirements=("lib", "old")))
        assert installed(environment) == expected


def add_by_another(environment: Environment) -> Callable[[], Path]:
    """Return what installs another distribution."""
    return lambda: environment.add("other", "1.0")


def test_another_installer_between_reading_and_answering(place: Place) -> None:
    """It doesn't heed our lock: what is watched is how the environment was before it was read."""
    environment = place.environment
    environment.add("lib", "1.0")
    (environment.site_packages / "~ib-0.9.dist-info").mkdir()  # which is told as soon as the environment has been read
    quiet = run(place, environment, Meddling(Resolved, nothing), LIB)
    assert [path for path, seen in quiet.watched if signature(path) != seen] == []
    result = run(place, environment, Meddling(Warned, add_by_another(environment)), LIB)
    changed = [path for path, seen in result.watched if signature(path) != seen]
    assert changed == [str(environment.site_packages)]
