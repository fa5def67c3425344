"""What was built and has left the cache, between two rounds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from pipeline.worlds import wheel

from pybuildsync.core.facts import Metadata
from pybuildsync.core.offers import Pick
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.variants import Facts, Ingredient, Source, Variant
from pybuildsync.errors import EnvironmentFault, PackageError
from pybuildsync.pipeline.build_environments import FillEnvironment
from pybuildsync.pipeline.ordering import order_again, wheel_of
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.location import Store

METADATA = Metadata("lib", "1.0")
VARIANT = Variant(
    Source("lib", "1.0", "0" * 64), "key", METADATA, (Ingredient("tool", "2.0", "1" * 64),), wheel="2" * 64
)
CHOSEN = Chosen((), "lib", "1.0", (), Pick("1.0", variant=VARIANT), METADATA)


@dataclass(frozen=True, slots=True)
class Shop:
    """The part of a workshop that is looked at."""

    store: Store
    built: StoredWheels
    within: None = None


def make_shop(folder: Path) -> Workshop:
    """Return a workshop with an empty store."""
    store = Store(str(folder / "store"))
    return cast("Workshop", Shop(store, StoredWheels(store)))


def test_a_built_wheel_is_unpacked_again(tmp_path: Path) -> None:
    """What was built is kept as a wheel, so it can be unpacked again; where that has gone too, it is told."""
    shop = make_shop(tmp_path)
    with pytest.raises(PackageError, match=r"lib 1\.0 that was built is no longer in the cache"):
        wheel_of(shop, CHOSEN)
    archive = wheel("lib", "1.0")
    path = tmp_path / archive.filename
    path.write_bytes(archive.data)
    shop.built.save("key", str(path), b"")
    assert (wheel_of(shop, CHOSEN).project, wheel_of(shop, CHOSEN).sha256) == ("lib", archive.sha256)


def test_what_builds_has_left(tmp_path: Path) -> None:
    """A build environment that can't be made again is told by name."""
    nothing = cast("Any", None)
    with pytest.raises(PackageError, match=r"tool 2\.0, needed to build lib, has left the cache meanwhile"):
        order_again(make_shop(tmp_path), nothing, Facts(), CHOSEN, VARIANT)
    with pytest.raises(EnvironmentFault, match="has left the cache meanwhile"):
        FillEnvironment(make_shop(tmp_path).store, nothing)(str(tmp_path), ("/nowhere/0/files",))
