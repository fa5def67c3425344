"""Zip archives entry by entry, as bytes: what lets a wheel change while its other files keep every byte.

``zipfile`` finds the entries and checks the archive; this module cuts and joins. An entry's block is everything from
its local header to the next one's; its central record is moved by changing the one number that says where the block is.
So compression, permission bits, names and extra fields stay as they were, even those that ``zipfile`` wouldn't write.
Layouts are those of PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3 (zip64).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, List, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

if TYPE_CHECKING:
    from typing import BinaryIO, Sequence

_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_ZIP64_END = struct.Struct("<4sQ2H2I4Q")
_ZIP64_LOCATOR = struct.Struct("<4sIQI")
_CENTRAL_SIGNATURE, _LOCAL_SIGNATURE = b"PK\1\2", b"PK\3\4"
_END_SIGNATURE, _ZIP64_END_SIGNATURE, _ZIP64_LOCATOR_SIGNATURE = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_OFFSET_AT = 42  # in a central record
_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF  # "see the zip64 field"
_ZIP64_TAG = 1
_NEEDS_DEFLATE, _NEEDS_ZIP64 = 20, 45  # versions needed to extract
_UTF8 = 0x800
_CHUNK = 1 << 20


class Entry(NamedTuple):
    """One file of an archive: where its block is, and its central record as it stands."""

    info: ZipInfo
    offset: int
    size: int
    central: bytes


def read_entries(file: BinaryIO, archive: ZipFile) -> List[Entry]:
    """Return the entries of *archive*, which is open on *file*, in the order of its central directory.

    Raises:
        BadZipFile: the central directory is damaged.

    """
    infos = archive.infolist()
    starts = sorted({info.header_offset for info in infos})
    ends = dict(zip(starts, [*starts[1:], archive.start_dir]))
    file.seek(archive.start_dir)
    entries = []
    for info in infos:
        fixed = file.read(_CENTRAL.size)
        name, extra, comment = struct.unpack_from("<3H", fixed, 28)
        central = fixed + file.read(name + extra + comment)
        entries.append(Entry(info, info.header_offset, ends[info.header_offset] - info.header_offset, central))
    return entries


def copy_block(entry: Entry, source: BinaryIO, destination: BinaryIO) -> bytes:
    """Append the block of *entry* to *destination*; return its central record for its new place.

    Raises:
        BadZipFile: *source* ends before the block does.

    """
    central = moved(entry.central, destination.tell())
    source.seek(entry.offset)
    left = entry.size
    while left > 0:
        chunk = source.read(min(left, _CHUNK))
        if not chunk:
            raise BadZipFile("{} is cut off".format(entry.info.filename))
        destination.write(chunk)
        left -= len(chunk)
    return central


def moved(central: bytes, offset: int) -> bytes:
    """Return the central record *central* with its block at *offset*, never later than where it was."""
    fields = _CENTRAL.unpack_from(central)
    sizes, name, extra, old = fields[8:10], fields[10], fields[11], fields[16]
    result = bytearray(central)
    if old != _FULL:
        struct.pack_into("<I", result, _OFFSET_AT, offset)
        return bytes(result)
    at, end = _CENTRAL.size + name, _CENTRAL.size + name + extra
    while at + 4 <= end:
        tag, length = struct.unpack_from("<2H", central, at)
        if tag == _ZIP64_TAG:
            struct.pack_into("<Q", result, at + 4 + 8 * sizes.count(_FULL), offset)
            return bytes(result)
        at += 4 + length
    raise BadZipFile("a zip64 entry has no zip64 field")


def append_file(destination: BinaryIO, name: str, data: bytes, like: Entry) -> bytes:
    """Append a file *name* holding *data* to *destination*; return its central record.

    Time, permission bits and, if it is stored or deflated, compression are those of *like*.
    """
    _, made_by, _, _, _, time, date, *_, internal, external, _ = _CENTRAL.unpack_from(like.central)
    method = ZIP_STORED if like.info.compress_type == ZIP_STORED else ZIP_DEFLATED
    compressor = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = data if method == ZIP_STORED else compressor.compress(data) + compressor.flush()
    encoded = name.encode("utf-8")
    flags = 0 if name.isascii() else _UTF8
    common = (flags, method, time, date, zlib.crc32(data), len(packed), len(data), len(encoded))
    offset = destination.tell()
    destination.write(_LOCAL.pack(_LOCAL_SIGNATURE, _NEEDS_DEFLATE, *common, 0) + encoded + packed)
    return central_record(encoded, common, made_by=made_by, attributes=(internal, external), offset=offset)


def central_record(
    name: bytes, common: Sequence[int], *, made_by: int, attributes: Sequence[int], offset: int
) -> bytes:
    """Return a central record whose fields from flags to name length are *common*, with a zip64 offset if need be."""
    far = offset >= _FULL
    extra = struct.pack("<2HQ", _ZIP64_TAG, 8, offset) if far else b""
    needed = _NEEDS_ZIP64 if far else _NEEDS_DEFLATE
    rest = (len(extra), 0, 0, *attributes, _FULL if far else offset)
    return _CENTRAL.pack(_CENTRAL_SIGNATURE, made_by, needed, *common, *rest) + name + extra


def end_records(count: int, size: int, offset: int, comment: bytes) -> bytes:
    """Return what closes an archive whose central directory has *count* entries in *size* bytes at *offset*."""
    records = b""
    if count >= _FULL_COUNT or size >= _FULL or offset >= _FULL:
        fields = (44, _NEEDS_ZIP64, _NEEDS_ZIP64, 0, 0, count, count, size, offset)
        records = _ZIP64_END.pack(_ZIP64_END_SIGNATURE, *fields)
        records += _ZIP64_LOCATOR.pack(_ZIP64_LOCATOR_SIGNATURE, 0, offset + size, 1)
    counts = (min(count, _FULL_COUNT),) * 2
    places = (min(size, _FULL), min(offset, _FULL))
    return records + _END.pack(_END_SIGNATURE, 0, 0, *counts, *places, len(comment)) + comment
