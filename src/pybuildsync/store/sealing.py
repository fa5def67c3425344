"""Small files that say whether they are whole, and the values in them.

A sealed file begins with a mark and its length and ends with a mark. After a power cut a file may be empty, short, or
zeros at its end; none of these passes. A checksum would cost more than reading does: what is whole and says something
else is found by whoever makes something of it, :func:`decode_value`.
"""

import marshal
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pybuildsync.store.writing import BINARY

T = TypeVar("T")

_HEAD = b"pbs\x01"
TAIL = b"\n.pb"
_LENGTH = 8
DATA_START = len(_HEAD) + _LENGTH
_AROUND = DATA_START + len(TAIL)
_DAY = 24 * 60 * 60
# The oldest version of the format that is fast: every interpreter that may share the store reads it.
_MARSHAL_VERSION = 4


def seal(*pieces: bytes) -> bytes:
    """Return the data that *pieces* make as it is kept in a sealed file."""
    return b"".join((_HEAD, sum(map(len, pieces)).to_bytes(_LENGTH, "little"), *pieces, TAIL))


def unseal(blob: bytes) -> bytes | None:
    """Return the data in *blob*, None if that is not the whole of a sealed file."""
    return blob[DATA_START : -len(TAIL)] if is_whole(blob, blob, len(blob)) else None


def is_whole(beginning: bytes, end: bytes, size: int) -> bool:
    """Whether a file of *size* bytes with this *beginning* and *end* is the whole of a sealed file."""
    return (
        size >= _AROUND
        and beginning.startswith(_HEAD)
        and end.endswith(TAIL)
        and int.from_bytes(beginning[len(_HEAD) : DATA_START], "little") == size - _AROUND
    )


def encode_value(value: tuple[Any, ...] | str) -> bytes:
    """Return *value*, of built-in types, as :func:`decode_value` reads it."""
    return marshal.dumps(value, _MARSHAL_VERSION)


def decode_value(data: bytes | None, form: Callable[[Any], T | None]) -> T | None:
    """Return what *form* makes of the value that :func:`encode_value` has written to *data*.

    None if *data* is, if it is no such value (a disk or a hand has damaged it), or if *form* finds another shape in it,
    another release's or somebody else's: then it returns None, or trips over the value.
    """
    if data is None:
        return None
    try:
        return form(marshal.loads(data))
    except (EOFError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MemoryError):
        return None  # damaged values may be of any length, and in themselves


def is_first_use(status: os.stat_result) -> bool:
    """Whether a sealed file with this *status* is used for the first time in a day or more.

    The time of a file's last use, to the day, is its modification time: access times are off on many machines.
    """
    return abs(time.time() - status.st_mtime) > _DAY


def read_sealed(path: str) -> tuple[bytes, bool] | None:
    """Return the data in the sealed file at *path* and whether this is its first use in a day or more.

    None if there is no such file, it can't be read or it isn't whole.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | BINARY)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        blob = read_bytes(descriptor, status.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    data = unseal(blob)
    if data is None:
        return None
    return data, is_first_use(status)


def read_bytes(descriptor: int, length: int) -> bytes:
    """Return the next *length* bytes of the open file *descriptor*; fewer only where it ends."""
    data = os.read(descriptor, length)
    while len(data) < length and (more := os.read(descriptor, length - len(data))):
        data += more
    return data


def mark_used(path: str) -> bool:
    """Note that *path* is in use today; return False where the store can't be written, which goes without."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True
