"""Records of which the beginning is read, and parts of the rest."""

import os
import time
from pathlib import Path

import pytest

from pybuildsync.store import Store
from pybuildsync.store.long_records import read_long_record, write_long_record
from pybuildsync.store.records import read_record, record_path, write_record

REST = bytes(range(256)) * 400


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(str(tmp_path))


@pytest.mark.parametrize("head", [b"", b"head", b"h" * 50_000])
@pytest.mark.parametrize("rest", [b"", b"rest", REST])
def test_head_and_parts_come_back(store: Store, head: bytes, rest: bytes) -> None:
    """However long they are; it is a record like others."""
    write_long_record(store, "listings", "a", head, [rest])
    record = read_long_record(store, "listings", "a")
    assert record is not None
    assert (record.head, record.rest()) == (head, rest)
    half = len(rest) // 2
    assert (record.part(0, half), record.part(half, half)) == (rest[:half], rest[half:])
    assert (read_record(store, "listings", "a") or b"").endswith(head + rest)
    assert read_long_record(store, "listings", "b") is None


@pytest.mark.parametrize("keep", [0, 3, 14, 20, 1000, 20_000, -1])
def test_half_a_record_is_none(store: Store, keep: int) -> None:
    """Cut off anywhere, as after a power cut, or overwritten with zeros."""
    write_long_record(store, "listings", "a", b"h" * 100, [REST])
    path = Path(record_path(store, "listings", "a"))
    whole = path.read_bytes()
    for broken in (whole[:keep], whole[:keep].ljust(len(whole), b"\0")):
        path.unlink()
        path.write_bytes(broken)
        assert read_long_record(store, "listings", "a") is None


def test_a_record_of_another_kind_is_none(store: Store) -> None:
    """One whose head would be longer than itself."""
    write_record(store, "listings", "a", b"\xff" * 100)
    assert read_long_record(store, "listings", "a") is None
    write_record(store, "listings", "a", b"")
    assert read_long_record(store, "listings", "a") is None


def test_a_part_is_of_the_file_whose_head_was_read(store: Store) -> None:
    """A file that took its place, or that has gone, gives none."""
    write_long_record(store, "listings", "a", b"head", [REST])
    record = read_long_record(store, "listings", "a")
    assert record is not None
    write_long_record(store, "listings", "a", b"head", [REST])
    assert record.part(len(REST) - 5, 5) is None
    os.unlink(record.path)
    assert record.rest() is None
    assert record.part(0, 5) == REST[:5]  # that was read along with the head


def test_using_a_record_is_noted_once_a_day(store: Store) -> None:
    """As with all records, so that pruning knows; its parts stay readable."""
    write_long_record(store, "listings", "a", b"head", [REST])
    path = record_path(store, "listings", "a")
    old = time.time() - 3 * 24 * 60 * 60
    os.utime(path, (old, old))
    record = read_long_record(store, "listings", "a")
    assert os.stat(path).st_mtime > old + 1000
    assert record is not None
    assert record.rest() == REST
