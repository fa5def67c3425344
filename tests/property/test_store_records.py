"""Laws of records: what is read is what somebody wrote, whole."""

import tempfile
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.store import Store
from pybuildsync.store.location import RECORDS, end_of_key, file_name
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import seal, unseal

_keys = st.text(max_size=300)


@given(st.lists(st.tuples(st.sampled_from(RECORDS), _keys, st.binary(max_size=2000)), min_size=1, max_size=20))
def test_the_last_writer_wins(writes: list[tuple[str, str, bytes]]) -> None:
    """Records behave as a dictionary by kind and key."""
    expected = {(kind, key): data for kind, key, data in writes}
    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        for kind, key, data in writes:
            write_record(store, kind, key, data)
        assert {pair: read_record(store, *pair) for pair in expected} == expected


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=5000)), min_size=2, max_size=16))
def test_writers_at_once_never_mix(writes: list[tuple[str, bytes]]) -> None:
    """Whoever reads while others write gets nothing yet, or the whole of what one of them wrote."""
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(4) as pool:
        store = Store(root)
        futures = [pool.submit(write_record, store, "listings", key, data) for key, data in writes]
        reads = [pool.submit(read_record, store, "listings", key) for key, _ in writes]
        for future in futures:
            future.result()
        for (key, _), read in zip(writes, reads, strict=True):
            written = [data for other, data in writes if other == key]
            assert read.result() in [None, *written]
            assert read_record(store, "listings", key) in written


@given(st.sets(_keys, min_size=2, max_size=2))
def test_keys_never_share_a_file(keys: set[str]) -> None:
    """Different keys have different files, also where case doesn't count."""
    assert len({file_name(key).casefold() for key in keys}) == 2


@given(_keys, st.from_regex(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?", fullmatch=True))
def test_the_project_of_a_listing_is_found(start: str, project: str) -> None:
    """Whatever comes before the last slash of a key."""
    assert end_of_key(file_name(f"{start}/{project}")) == project


@given(st.binary(max_size=200), st.data())
def test_a_seal_shows_what_is_missing(content: bytes, data: st.DataObject) -> None:
    """A sealed file gives its content; cut off, or with zeros from anywhere to its end, it gives nothing."""
    blob = seal(content)
    assert unseal(blob) == content
    at = data.draw(st.integers(0, len(blob) - 1))
    assert unseal(blob[:at]) is None
    assert unseal(blob[:at] + bytes(len(blob) - at)) is None
