"""The files in a zip archive, read through a memory map, with every claim of the archive checked.

The central directory is ``zipfile``'s to read; what a member costs there per file is not paid here. An archive that
contradicts itself is refused: names twice, members that overlap, headers that differ, sizes that are not true,
expansion without measure.
"""

import mmap
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from pybuildsync.errors import PackageError
from pybuildsync.store.member_names import refusal

MOST_MEMBERS = 1_000_000
MOST_BYTES = 64 * 2**30
# Above this size, an archive that grows more than this on unpacking is a bomb: real wheels stay below a tenth of it.
LARGE_BYTES = 2**30
MOST_GROWTH = 300
# What is read into memory: METADATA, WHEEL, RECORD and entry points. RECORD takes about 100 bytes a file.
MOST_TEXT = 2**27

# A member is unpacked in one piece up to this packed size: deflate grows 1032 times at most, so below 68 MB.
ONE_PIECE = 2**16
_PIECE = 2**20

_LOCAL_HEADER = struct.Struct("<4s2xHH16xHH")
_LOCAL_MARK = b"PK\x03\x04"
_ENCRYPTED = 0x1 | 0x40
_PATCHED = 0x20
_UTF8 = 0x800
_BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, struct.error, IndexError)


class Archive(NamedTuple):
    """An open zip archive: ``name`` is what errors call it, ``members`` its files by name, in their order there."""

    name: str
    data: mmap.mmap
    members: dict[str, zipfile.ZipInfo]


def broken(name: str, why: str) -> PackageError:
    """Return the error for the archive called *name* that is broken because of *why*."""
    return PackageError(
        f"{name} is broken",
        why=why,
        hint="get it again with --refresh; if that doesn't help, choose another release or build it from source with "
        "--no-binary, and tell its authors",
    )


def read_members(path: str, name: str, *, most: int = MOST_MEMBERS) -> dict[str, zipfile.ZipInfo]:
    """Return the files in the zip archive at *path* by name; folders are passed over.

    Raises:
        PackageError: it is no zip archive or holds what no sound one does: links, devices, encrypted members, other
            compressions than deflate, names that :func:`~pybuildsync.store.member_names.refusal` refuses, names twice,
            more than *most* members or MOST_BYTES, growth beyond MOST_GROWTH, members that overlap.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _BROKEN_ZIP as error:
        raise broken(name, f"it is no zip archive, or a damaged one: {error}") from error
    if len(infos) > most:
        raise broken(name, f"it holds {len(infos)} members, more than {most}")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path_inside = info.orig_filename.removesuffix("/")
        why = _objection(info, path_inside) or ("is there twice" if path_inside in members else "")
        if why:
            raise broken(name, f"its member {path_inside!r} {why}")
        if not info.orig_filename.endswith("/"):
            members[path_inside] = info
    _check_bulk(name, infos)
    return members


def _objection(info: zipfile.ZipInfo, path: str) -> str:
    why = refusal(path)
    if why:
        return f"has a name that can't be used: it {why}"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a symbolic link" if kind == stat.S_IFLNK else "is neither a file nor a folder"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & _PATCHED:
        return f"is compressed in a way other than deflate (method {info.compress_type})"
    return ""


def _check_bulk(name: str, infos: list[zipfile.ZipInfo]) -> None:
    packed = total = end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise broken(name, f"its member {info.orig_filename!r} overlaps another one")
        end = info.header_offset + _LOCAL_HEADER.size + info.compress_size
        packed += info.compress_size
        total += info.file_size
    if total > MOST_BYTES:
        raise broken(name, f"it would take {total} bytes when unpacked, more than {MOST_BYTES}")
    if total > LARGE_BYTES and total > MOST_GROWTH * packed:
        raise broken(name, f"it would grow from {packed} to {total} bytes when unpacked")


def read_whole(archive: Archive, path: str) -> bytes:
    """Return the content of the file *path* in *archive*.

    Raises:
        PackageError: there is no such file, or it is damaged.

    """
    info = archive.members.get(path)
    if info is None:
        raise broken(archive.name, f"it holds no {path}")
    if info.file_size > MOST_TEXT:
        raise broken(archive.name, f"its member {path!r} has {info.file_size} bytes, more than {MOST_TEXT}")
    content = b"".join(read_pieces(archive, info))
    if zlib.crc32(content) != info.CRC:
        raise broken(archive.name, f"its member {path!r} is damaged: wrong checksum")
    return content


def read_pieces(archive: Archive, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of *info*, in one piece unless it is large; its checksum is the caller's to look at.

    Raises:
        PackageError: the member is damaged, or not of the size that the archive says.

    """
    start = _start(archive, info)
    end = start + info.compress_size
    if end > len(archive.data):
        raise broken(archive.name, f"its member {info.filename!r} is cut off")
    if info.compress_type == zipfile.ZIP_STORED:
        if info.compress_size != info.file_size:
            raise _wrong_size(archive, info)
        if info.file_size <= _PIECE:
            yield archive.data[start:end]
        else:
            for at in range(start, end, _PIECE):
                yield archive.data[at : min(at + _PIECE, end)]
        return
    try:
        if info.compress_size <= ONE_PIECE:
            stream = zlib.decompressobj(-zlib.MAX_WBITS)
            content = stream.decompress(archive.data[start:end])
            if len(content) != info.file_size or not stream.eof:
                raise _wrong_size(archive, info)
            yield content
        else:
            yield from _inflate(archive, info, start, end)
    except zlib.error as error:
        raise broken(archive.name, f"its member {info.filename!r} is damaged: {error}") from error


def _inflate(archive: Archive, info: zipfile.ZipInfo, start: int, end: int) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    left = info.file_size
    for at in range(start, end, _PIECE):
        packed = archive.data[at : min(at + _PIECE, end)]
        while packed:
            content = stream.decompress(packed, 4 * _PIECE)
            packed = stream.unconsumed_tail
            left -= len(content)
            if left < 0:
                raise _wrong_size(archive, info)
            yield content
    if left or not stream.eof:
        raise _wrong_size(archive, info)


def _start(archive: Archive, info: zipfile.ZipInfo) -> int:
    """Return where the content of *info* begins; its local header must say what the central directory says."""
    at = info.header_offset
    data = archive.data
    if at + _LOCAL_HEADER.size <= len(data):
        mark, flags, method, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, at)
        start = at + _LOCAL_HEADER.size
        encoded = data[start : start + name_length]
        if mark == _LOCAL_MARK and method == info.compress_type:
            name = encoded.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
            if name == info.orig_filename:
                return int(start + name_length + extra_length)
    raise broken(archive.name, f"its member {info.filename!r} has another header than the archive's directory says")


def _wrong_size(archive: Archive, info: zipfile.ZipInfo) -> PackageError:
    return broken(archive.name, f"its member {info.filename!r} is not of the size that the archive's directory says")
