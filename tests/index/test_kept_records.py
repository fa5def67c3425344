"""Records of listings and metadata: what is foreign or broken counts as absent."""

import marshal
from pathlib import Path

import pytest

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.facts import Metadata
from pybuildsync.core.requirements import Requirement
from pybuildsync.index.kept_listings import (
    KeptListing,
    PageState,
    read_listing,
    read_times,
    write_listing,
    write_times,
)
from pybuildsync.index.kept_metadata import metadata_key, read_metadata, write_metadata
from pybuildsync.store import Store
from pybuildsync.store.records import write_record

KEPT = KeptListing((PageState("", 5.0, '"1"', "", found=True), PageState("1 2 3")), Listing("lib", ("1",), (b"x",)))
PLACES = ("index a", "links b")
METADATA = Metadata("lib", "1", (Requirement("other", ("x",), ">=1", 'extra == "y"'),), ">=3.8", ("y",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(str(tmp_path))


def test_what_is_kept_comes_back(store: Store) -> None:
    """Listings by project and locations, metadata by key, times by project and address."""
    write_listing(store, KEPT, PLACES)
    assert read_listing(store, "lib", PLACES) == KEPT
    assert read_listing(store, "lib", PLACES[:1]) is None
    assert read_listing(store, "other", PLACES) is None
    write_metadata(store, "key", METADATA)
    assert read_metadata(store, "key") == METADATA
    assert read_metadata(store, "other") is None
    write_times(store, "lib", "https://index.example/pypi/lib/json", 5.0, {"a": "b"})
    assert read_times(store, "lib", "https://index.example/pypi/lib/json") == (5.0, {"a": "b"})


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", marshal.dumps((0, ())), marshal.dumps((0, PLACES, 1, 2, 3)), marshal.dumps(5)]
)
def test_what_is_broken_or_of_another_format_is_absent(store: Store, data: bytes) -> None:
    """Another release may have written it."""
    write_listing(store, KEPT, PLACES)
    (path,) = (Path(store.root) / "listings-1").iterdir()
    key = path.name.strip("=").replace("%2f", "/")
    write_record(store, "listings", key, data)
    assert read_listing(store, "lib", PLACES) is None
    write_record(store, "metadata", "key", data)
    assert read_metadata(store, "key") is None
    write_record(store, "metadata", "key", marshal.dumps((0, 1, 2, 3, 4, 5)))
    assert read_metadata(store, "key") is None
    write_record(store, "listings", "times url/lib", data)
    assert read_times(store, "lib", "url") is None


def test_metadata_is_kept_by_the_best_hash() -> None:
    """SHA-256 before others, MD5 last; without any by address, size and state."""
    hashes = (("md5", "1"), ("sha512", "2"), ("sha256", "3"))
    assert metadata_key(DistributionFile("a", "u", hashes)) == "sha256=3"
    assert metadata_key(DistributionFile("a", "u", hashes[:2])) == "sha512=2"
    assert metadata_key(DistributionFile("a", "u", size=7), "s") == "u 7 s"
