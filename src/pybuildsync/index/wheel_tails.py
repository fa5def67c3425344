"""METADATA out of a wheel of which only the end is at hand (zip, APPNOTE 6.3). Pure but for the reader given.

Wheels keep their ``.dist-info`` last, as the binary distribution format recommends, so the end of the archive mostly
holds the central directory and the member itself: one request. Nothing here is verified but the checksum of the member;
the hash of the whole wheel is, once it is downloaded.
"""

import zlib
from collections.abc import Callable
from struct import Struct
from typing import TypeAlias

from pybuildsync.core.names import normalize_name

ReadRange: TypeAlias = Callable[[int, int], bytes]

LARGEST_METADATA = 16 * 1024 * 1024
_END = Struct("<4s4H2LH")
_END64_LOCATOR = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_ENTRY = Struct("<4s6H3L5H2L")
_HEADER = Struct("<4s5H3L2H")
_WIDE, _MANY = 0xFFFFFFFF, 0xFFFF  # stand for a value in the 64-bit record
_AHEAD = 16 * 1024  # read before the central directory as well: the member is mostly there
_SLACK = 256  # a member's own header may have more extra fields than the directory says
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 1


class UnsuitableArchiveError(Exception):
    """The archive can't be read from its end: not a zip, damaged, or packed in an uncommon way."""


def read_metadata_member(tail: bytes, size: int, read: ReadRange, project: str) -> bytes:
    """Return METADATA of *project* (normalised) from a wheel of *size* bytes whose last bytes are *tail*.

    *read* returns the bytes from one position up to, not including, another.

    Raises:
        UnsuitableArchiveError: the whole wheel is needed to say more.

    """
    start = size - len(tail)
    count, length, offset = _find_directory(tail, start, read)
    if offset + length > size or offset < 0:
        raise UnsuitableArchiveError
    if offset < start:
        first = max(0, offset - _AHEAD)
        tail = read(first, start) + tail
        start = first
    compression, checksum, packed, unpacked, at, extra = _find_member(
        tail[offset - start : offset - start + length], count, project
    )
    stop = min(at + _HEADER.size + extra + packed + _SLACK, size)
    piece = tail[at - start : stop - start] if at >= start else read(at, stop)
    if len(piece) < _HEADER.size or piece[:4] != b"PK\3\4":
        raise UnsuitableArchiveError
    names = _HEADER.unpack_from(piece)[-2:]
    begin = _HEADER.size + sum(names)
    data = piece[begin : begin + packed]
    if len(data) < packed and at + begin + packed <= size:
        data = read(at + begin, at + begin + packed)
    return _unpack(data, compression, checksum, unpacked)


def _find_directory(tail: bytes, start: int, read: ReadRange) -> tuple[int, int, int]:
    """Return how many entries the central directory has, its length and its position."""
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        raise UnsuitableArchiveError
    _, _, _, _, count, length, offset, _ = _END.unpack_from(tail, at)
    if _WIDE in (offset, length) or count == _MANY:
        if at < _END64_LOCATOR.size:
            raise UnsuitableArchiveError
        mark, _, position, _ = _END64_LOCATOR.unpack_from(tail, at - _END64_LOCATOR.size)
        if mark != b"PK\6\7":
            raise UnsuitableArchiveError
        inside = position >= start
        record = tail[position - start :][: _END64.size] if inside else read(position, position + _END64.size)
        if len(record) < _END64.size or record[:4] != b"PK\6\6":
            raise UnsuitableArchiveError
        count, length, offset = _END64.unpack(record)[-3:]
    return count, length, offset


def _find_member(directory: bytes, count: int, project: str) -> tuple[int, int, int, int, int, int]:
    """Return compression, checksum, packed and unpacked size, position, and length of names and extras of METADATA."""
    found = []
    at = 0
    for _ in range(count):
        if at + _ENTRY.size > len(directory):
            raise UnsuitableArchiveError
        entry = _ENTRY.unpack_from(directory, at)
        mark, _, _, flags, compression, _, _, checksum, packed, unpacked, name_length, extra, comment = entry[:13]
        if mark != b"PK\1\2":
            raise UnsuitableArchiveError
        name = directory[at + _ENTRY.size : at + _ENTRY.size + name_length]
        if name.endswith(b".dist-info/METADATA") and name.count(b"/") == 1:
            owner = name.decode("utf-8", "replace").partition("-")[0]
            if normalize_name(owner) == project:
                if flags & _ENCRYPTED or _WIDE in (packed, unpacked, entry[-1]):
                    raise UnsuitableArchiveError
                found.append((compression, checksum, packed, unpacked, entry[-1], name_length + extra))
        at += _ENTRY.size + name_length + extra + comment
    if len(found) != 1:
        raise UnsuitableArchiveError
    return found[0]


def _unpack(data: bytes, compression: int, checksum: int, unpacked: int) -> bytes:
    if unpacked > LARGEST_METADATA or compression not in (_STORED, _DEFLATED):
        raise UnsuitableArchiveError
    if compression == _DEFLATED:
        try:
            data = zlib.decompressobj(-15).decompress(data, unpacked + 1)
        except zlib.error as error:
            raise UnsuitableArchiveError from error
    if len(data) != unpacked or zlib.crc32(data) != checksum:
        raise UnsuitableArchiveError
    return data
