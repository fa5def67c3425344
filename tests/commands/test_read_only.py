"""An environment that can't be written is looked at: where nothing has to change, an install has nothing to refuse."""

from pathlib import Path

import pytest
from commands.worlds import make_environment
from pipeline.worlds import Place, fill

from pybuildsync.commands import install
from pybuildsync.commands.options import AskedOptions, IndexOptions, InstallOptions, StoreOptions
from pybuildsync.commands.results import InstallResult
from pybuildsync.core.story import Silent
from pybuildsync.environments.schemes import JOURNAL_FOLDER
from pybuildsync.errors import EnvironmentFault


def look(place: Place, *requirements: str, root: Path | None = None, only_deps: bool = False) -> InstallResult:
    """Install *requirements* where no folder can be written; every file stays as it is."""
    root = root or place.environment.root
    options = InstallOptions(
        asked=AskedOptions(requirements=requirements, only_deps=only_deps),
        python=str(root),
        indexes=IndexOptions(index_url=place.index.url),
        store=StoreOptions(cache_dir=str(place.cache)),
    )
    return options_run(options, root)


def options_run(options: InstallOptions, root: Path) -> InstallResult:
    """Run with *options* where no folder can be written."""
    before = sorted(root.rglob("*"))
    try:
        return install.run(options, Silent(), is_writable=lambda _: False)
    finally:
        assert sorted(root.rglob("*")) == before


def test_what_is_there_is_satisfied(place: Place) -> None:
    """As in pip and uv: no lock is made and none needed; an upgrade to what is there changes nothing either."""
    place.environment.add("lib", "2.0")
    fill(place)
    assert [each.version for each in look(place, "lib").satisfied] == ["2.0"]
    assert place.index.count("/simple/lib") == 0
    options = InstallOptions(
        asked=AskedOptions(requirements=("lib",)),
        upgrade=True,
        python=str(place.environment.root),
        indexes=IndexOptions(index_url=place.index.url),
        store=StoreOptions(cache_dir=str(place.cache)),
    )
    assert [each.kind for each in options_run(options, place.environment.root).changes] == ["keep"]


def test_what_is_not_there_is_refused_at_once(place: Place) -> None:
    """A name without a fitting version means a change: no index is asked for that."""
    place.environment.add("lib", "1.0")
    fill(place)
    for requirement in ("app", "lib>=2"):
        with pytest.raises(EnvironmentFault, match="can't be changed"):
            look(place, requirement)
    assert place.index.count("/simple/") == 0


def test_what_turns_out_to_change_is_refused_then(place: Place) -> None:
    """What is there may lack something, and what is left out may need something; nothing is fetched for it."""
    fill(place)
    place.environment.add("app", "2.0", requires=("lib",))
    with pytest.raises(EnvironmentFault, match="is not writable"):
        look(place, "app")
    place.environment.add("lib", "2.0")
    assert look(place, "more", only_deps=True).changes[0].kind == "keep"


def test_a_remembered_plan_is_refused_as_well(place: Place) -> None:
    """A plan that was carried out in another environment can't be carried out in this one."""
    fill(place)
    place.install("lib")
    other = make_environment(place.root / "other")
    with pytest.raises(EnvironmentFault, match="is not writable"):
        look(place, "lib", root=other.root)


def test_what_was_left_half_changed_is_refused(place: Place) -> None:
    """What is there can't be trusted before it is put right, which is a change."""
    place.environment.add("lib", "2.0")
    (place.site_packages / JOURNAL_FOLDER).mkdir()
    with pytest.raises(EnvironmentFault, match="is not writable"):
        look(place, "lib")
