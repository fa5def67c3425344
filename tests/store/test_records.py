"""Records are kept whole, and their absence is no error."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pybuildsync.store import Store
from pybuildsync.store.location import RECORDS, file_name, kind_folder
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import read_sealed, seal, unseal

_DAY = 24 * 60 * 60


def path_of(store: Store, kind: str, key: str) -> Path:
    """Return the file of a record."""
    return Path(kind_folder(store, kind), file_name(key))


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_reads_as_written(tmp_path: Path, kind: str) -> None:
    """Every kind keeps what it is given, the last one, under its own key."""
    store = Store(str(tmp_path / "s"))
    write_record(store, kind, "k", b"first")
    write_record(store, kind, "k", b"second")
    write_record(store, kind, "K", b"")
    assert (read_record(store, kind, "k"), read_record(store, kind, "K")) == (b"second", b"")


def test_what_was_never_written_is_none(tmp_path: Path) -> None:
    """Neither a store that doesn't exist nor another kind has the record."""
    store = Store(str(tmp_path / "s"))
    assert read_record(store, "listings", "k") is None
    write_record(store, "listings", "k", b"x")
    assert read_record(store, "metadata", "k") is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda blob: blob[:0], id="empty"),
        pytest.param(lambda blob: blob[:-1], id="short"),
        pytest.param(lambda blob: blob[:9] + bytes(len(blob) - 9), id="zeros-at-the-end"),
        pytest.param(lambda blob: b"foreign" + blob, id="foreign"),
        pytest.param(lambda blob: blob[:4] + b"\xff" + blob[5:], id="other-length"),
        pytest.param(lambda blob: bytes(len(blob)), id="zeros"),
    ],
)
def test_a_damaged_record_is_none(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """What a power cut or another program leaves there is not believed, and writing mends it."""
    store = Store(str(tmp_path / "s"))
    write_record(store, "listings", "k", b"content")
    path = path_of(store, "listings", "k")
    path.write_bytes(damage(path.read_bytes()))
    assert read_record(store, "listings", "k") is None
    write_record(store, "listings", "k", b"again")
    assert read_record(store, "listings", "k") == b"again"


def test_a_folder_in_the_place_of_a_record_is_none(tmp_path: Path) -> None:
    """Something that can't be read is not there, and writing doesn't fail on it."""
    store = Store(str(tmp_path / "s"))
    path_of(store, "listings", "k").mkdir(parents=True)
    write_record(store, "listings", "k", b"x")
    assert read_record(store, "listings", "k") is None
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []


def test_a_store_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    """A record is a convenience: where none can be kept, nobody's command fails."""
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / "s"))
    write_record(store, "listings", "k", b"x")
    assert read_record(store, "listings", "k") is None


def test_reading_notes_the_use_once_a_day(tmp_path: Path) -> None:
    """The modification time is the day of last use, so that prune knows; reading twice writes once."""
    store = Store(str(tmp_path / "s"))
    write_record(store, "listings", "k", b"x")
    path = path_of(store, "listings", "k")
    written = path.stat().st_mtime
    os.utime(path, (written - 1000, written - 1000))
    read_record(store, "listings", "k")
    assert path.stat().st_mtime == written - 1000
    os.utime(path, (written - 2 * _DAY, written - 2 * _DAY))
    read_record(store, "listings", "k")
    assert path.stat().st_mtime >= written - 1


def test_the_store_is_tagged_as_a_cache(tmp_path: Path) -> None:
    """Backups pass by a folder with the tag of the cache directory specification."""
    write_record(Store(str(tmp_path / "s")), "listings", "k", b"x")
    assert (tmp_path / "s" / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_a_seal_holds_any_bytes() -> None:
    """Sealing and unsealing gives the same, also of what looks like a seal."""
    for data in (b"", b"x", seal(b"x"), bytes(1000)):
        assert unseal(seal(data)) == data


def test_a_folder_is_no_sealed_file(tmp_path: Path) -> None:
    """It opens like a file on POSIX and can't be read as one."""
    assert read_sealed(str(tmp_path)) is None
