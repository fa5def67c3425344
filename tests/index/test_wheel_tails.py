"""METADATA out of the end of a wheel."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import make_wheel

from pybuildsync.index.wheel_tails import UnsuitableArchiveError, read_metadata_member

TEXT = b"Name: lib\nVersion: 1.0\n"
WHEEL = make_wheel("lib", "1.0", metadata=TEXT).data


def read(data: bytes, tail: int, project: str = "lib") -> bytes:
    """Return METADATA, beginning with the last *tail* bytes."""
    return read_metadata_member(
        data[max(len(data) - tail, 0) :], len(data), lambda start, stop: data[start:stop], project
    )


def archive(*members: tuple[str, bytes]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return buffer.getvalue()


@given(st.integers(min_value=22, max_value=len(WHEEL) + 10), st.binary(max_size=300))
def test_any_piece_that_holds_the_end_will_do(tail: int, noise: bytes) -> None:
    """The rest is read as it is needed."""
    data = make_wheel("lib", "1.0", metadata=TEXT, files={"a": noise}, dist_info_first=len(noise) % 2 == 0).data
    assert read(data, tail) == TEXT


@given(
    st.integers(min_value=0, max_value=len(WHEEL) - 1), st.integers(min_value=0, max_value=255), st.integers(22, 2000)
)
def test_a_damaged_archive_is_told_or_read_right(position: int, value: int, tail: int) -> None:
    """Whatever is changed, nothing but the right text or the error comes out."""
    data = WHEEL[:position] + bytes([value]) + WHEEL[position + 1 :]
    with suppress(UnsuitableArchiveError):
        assert read(data, tail) == TEXT


@given(st.integers(min_value=0, max_value=len(WHEEL) - 1))
def test_a_cut_archive_is_told(length: int) -> None:
    """The end is missing."""
    with pytest.raises(UnsuitableArchiveError):
        read(WHEEL[:length], 1000)


def test_names_are_compared_in_normal_form() -> None:
    """The folder is spelled as the project likes; others in the archive don't count."""
    data = archive(
        ("other-1.0.dist-info/METADATA", b"no"),
        ("Some.Lib-1.0.dist-info/METADATA", TEXT),
        ("vendored/some_lib-1.0.dist-info/METADATA", b"no"),
    )
    assert read(data, 50, "some-lib") == TEXT


@pytest.mark.parametrize("members", [[], [("lib-1.0.dist-info/METADATA", TEXT), ("LIB-2.dist-info/METADATA", TEXT)]])
def test_there_must_be_one(members: list[tuple[str, bytes]]) -> None:
    """None or two: the whole wheel has to be looked at."""
    with pytest.raises(UnsuitableArchiveError):
        read(archive(*members), 1000)


def test_uncommon_compression_is_left_to_others() -> None:
    """As is what claims to be huge."""
    with pytest.raises(UnsuitableArchiveError):
        read(make_wheel("lib", "1.0", compression=zipfile.ZIP_BZIP2).data, 1000)
    at = WHEEL.find(b"lib-1.0.dist-info/METADATA", WHEEL.find(b"PK\1\2")) - 46
    huge = WHEEL[: at + 24] + struct.pack("<L", 1 << 30) + WHEEL[at + 28 :]
    with pytest.raises(UnsuitableArchiveError):
        read(huge, 1000)
    locked = WHEEL[: at + 8] + b"\1\0" + WHEEL[at + 10 :]
    with pytest.raises(UnsuitableArchiveError):
        read(locked, 1000)


def wide(data: bytes, *, mark: bytes = b"PK\6\6", locator: bytes = b"PK\6\7") -> bytes:
    """Return the archive with its end in 64 bits (APPNOTE 4.3.14)."""
    end = data.rfind(b"PK\5\6")
    count, length, offset = struct.unpack_from("<HLL", data, end + 10)
    record = struct.pack("<4sQ2H2L4Q", mark, 44, 45, 45, 0, 0, count, count, length, offset)
    place = struct.pack("<4sLQL", locator, 0, end, 1)
    return (
        data[:end] + record + place + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    )


@pytest.mark.parametrize("tail", [22 + 20, 22 + 20 + 56, 10_000])
def test_large_archives_have_a_wider_end(tail: int) -> None:
    """Zip64, as wheels beyond 4 GB or 65535 files have."""
    assert read(wide(WHEEL), tail) == TEXT


@pytest.mark.parametrize("data", [wide(WHEEL, mark=b"nope"), wide(WHEEL, locator=b"nope"), wide(WHEEL)[-22:]])
def test_a_wider_end_that_isnt_there(data: bytes) -> None:
    """It is told."""
    with pytest.raises(UnsuitableArchiveError):
        read(data, 10_000)
