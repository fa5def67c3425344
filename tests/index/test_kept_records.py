"""Records of listings and metadata: what is foreign or broken counts as absent."""

import marshal
from pathlib import Path

import pytest

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import EnvironmentFault
from pybuildsync.index.kept_listings import (
    PageState,
    keep_what_was_read,
    listing_path,
    read_listing,
    read_times,
    renew_listing,
    write_listing,
    write_times,
)
from pybuildsync.index.kept_metadata import metadata_key, read_metadata, write_metadata
from pybuildsync.index.pages import Origin, Page
from pybuildsync.index.releases import as_listing, merge
from pybuildsync.store import Store
from pybuildsync.store.records import write_record
from pybuildsync.store.sealing import seal, unseal
from pybuildsync.store.upkeep import clean

STATES = (PageState("", 5.0, '"1"', "", found=True), PageState("1 2 3"))
PLACES = ("index a", "links b")
METADATA = Metadata("lib", "1", (Requirement("other", ("x",), ">=1", 'extra == "y"'),), ">=3.8", ("y",))


def page(*versions: str, padding: int = 0) -> Page:
    """Return a page of sdists of lib, each with an attribute of *padding* characters."""
    names = [f"lib-{version}.tar.gz" for version in versions]
    return Page(Origin("html", "https://f.example/", "https://i.example/"), names,
                [f'href="{name}" data-x="{"x" * padding}"' for name in names])  # fmt: skip


def keep(store: Store, *versions: str, padding: int = 0) -> None:
    """Keep the listing of such a page."""
    merged = merge("lib", [page(*versions, padding=padding)], once=False)
    write_listing(store, STATES, as_listing("lib", merged), merged, PLACES)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(str(tmp_path))


def test_what_is_kept_comes_back(store: Store) -> None:
    """Listings by project and locations, metadata by key, times by project and address."""
    keep(store, "2", "1")
    kept = read_listing(store, "lib", PLACES)
    assert kept is not None
    assert (kept.pages, kept.listing.versions) == (STATES, ("2", "1"))
    assert [[file.url for file in kept.listing.files(at)] for at in (0, 1)] == [
        ["https://f.example/lib-2.tar.gz"], ["https://f.example/lib-1.tar.gz"],
    ]  # fmt: skip
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
    keep(store, "1")
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


@pytest.mark.parametrize("release", [None, (), ((7, ("a",)),), ((0, ("a", "b")),)])
def test_a_release_that_is_none(store: Store, release: tuple[tuple[int, tuple[str, ...]], ...] | None) -> None:
    """It is only read when somebody looks at it; how to be rid of it is said then."""
    keep(store, "2", "1")
    path = Path(listing_path(store, "lib", PLACES))
    inside = unseal(path.read_bytes()) or b""
    length = int.from_bytes(inside[:4], "little")
    *parts, lengths = marshal.loads(inside[4 : 4 + length])
    damaged = marshal.dumps(release)
    head = marshal.dumps((*parts, (lengths[0], len(damaged))))
    path.write_bytes(seal(len(head).to_bytes(4, "little"), head, inside[4 + length :][: lengths[0]], damaged))
    kept = read_listing(store, "lib", PLACES)
    assert kept is not None
    assert kept.listing.files(0)[0].filename == "lib-2.tar.gz"
    with pytest.raises(EnvironmentFault, match=r"of lib 1 is damaged") as caught:
        kept.listing.files(1)
    assert caught.value.hint == "pybuildsync cache clean lib"
    clean(store, ("lib",))
    assert read_listing(store, "lib", PLACES) is None


def test_metadata_is_kept_by_the_best_hash() -> None:
    """SHA-256 before others, MD5 last; without any by address, size and state."""
    hashes = (("md5", "1"), ("sha512", "2"), ("sha256", "3"))
    assert metadata_key(DistributionFile("a", "u", hashes)) == "sha256=3"
    assert metadata_key(DistributionFile("a", "u", hashes[:2])) == "sha512=2"
    assert metadata_key(DistributionFile("a", "u", size=7), "s") == "u 7 s"


MANY = tuple(f"{number}.0" for number in range(40, 0, -1))


def test_of_a_long_record_a_release_is_read_when_it_is_looked_at(store: Store) -> None:
    """Renewing it keeps what it holds, and the releases that were looked at as they were read."""
    keep(store, "41rc1", *MANY, padding=2000)
    kept = read_listing(store, "lib", PLACES)
    assert kept is not None
    assert [kept.listing.files(at)[0].filename for at in (1, 30, 0)] == [
        "lib-40.0.tar.gz", "lib-11.0.tar.gz", "lib-41rc1.tar.gz",
    ]  # fmt: skip
    assert sorted(kept.read) == [0, 30]  # the newest final release was read before it was kept
    renewed = renew_listing(store, kept, STATES[:1], PLACES)
    assert renewed.pages == STATES[:1]
    for at in range(41):
        assert renewed.listing.files(at) == kept.listing.files(at)
    assert sorted(renewed.read) == [at for at in range(41) if at not in (0, 1, 30)]
    assert renew_listing(store, kept, STATES, PLACES) is kept  # another command was first


def test_what_was_looked_at_is_kept_as_it_was_read(store: Store) -> None:
    """So it is read from a page once; where nothing was, the record stays as it is."""
    keep(store, *MANY)
    left = []
    for looks in (10, 20, 40, 40):
        kept = read_listing(store, "lib", PLACES)
        assert kept is not None
        for at in range(looks):
            assert kept.listing.files(at)[0].filename == f"lib-{MANY[at]}.tar.gz"
        left.append(len(kept.read))
        keep_what_was_read(store, kept, PLACES)
        keep_what_was_read(store, kept, PLACES)
    assert left == [9, 10, 20, 0]  # the newest was read before it was kept


def test_a_record_may_be_replaced_while_it_is_in_use(store: Store) -> None:
    """Then a version that the new one has, too, is read from there; else that is said."""
    keep(store, *MANY, padding=2000)
    kept = read_listing(store, "lib", PLACES)
    assert kept is not None
    keep(store, "50.0", *MANY[:-1], padding=1999)
    assert kept.listing.files(20)[0].filename == "lib-20.0.tar.gz"
    with pytest.raises(EnvironmentFault, match=r"of lib 1\.0 has gone"):
        kept.listing.files(39)
    Path(listing_path(store, "lib", PLACES)).unlink()
    with pytest.raises(EnvironmentFault, match=r"of lib 19\.0 has gone"):
        kept.listing.files(21)
