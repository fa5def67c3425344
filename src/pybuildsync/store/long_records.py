"""Long records, of which mostly the beginning is read: a head, and a rest to be read in parts when something asks.

Writers and readers never see half of one, as with all records. A part is read from the very file whose head was read,
or not at all.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from pybuildsync.store.location import Store
from pybuildsync.store.records import record_path, write_record
from pybuildsync.store.sealing import DATA_START, TAIL, is_first_use, is_whole, mark_used, read_bytes
from pybuildsync.store.writing import BINARY

Seen: TypeAlias = tuple[int, int, int]

_FIRST = 16 * 1024  # bytes; most heads are shorter
_LENGTH = 4
_START = DATA_START + _LENGTH


class LongRecord(NamedTuple):
    """A record: its ``head``, what has been read of its rest along with it, and where that rest ``start``s.

    ``seen`` tells its file from one that took its place.
    """

    head: bytes
    first: bytes
    path: str
    start: int
    seen: Seen

    def part(self, start: int, length: int) -> bytes | None:
        """Return *length* bytes of the rest from *start*; None if the file has gone or another has taken its place."""
        if start + length <= len(self.first):
            return self.first[start : start + length]
        with suppress(OSError):
            descriptor = os.open(self.path, os.O_RDONLY | BINARY)
            try:
                if _identity(os.fstat(descriptor)) == self.seen:
                    os.lseek(descriptor, self.start + start, os.SEEK_SET)
                    return read_bytes(descriptor, length)
            finally:
                os.close(descriptor)
        return None

    def rest(self) -> bytes | None:
        """Return the whole rest, as :meth:`part` does."""
        return self.part(0, self.length)

    @property
    def length(self) -> int:
        """Return how long the rest is."""
        return self.seen[2] - self.start - len(TAIL)


def read_long_record(store: Store, kind: str, key: str) -> LongRecord | None:
    """Return the long record of *kind* under *key*; None if there is none, or it is broken, foreign or not readable."""
    path = record_path(store, kind, key)
    try:
        descriptor = os.open(path, os.O_RDONLY | BINARY)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        beginning = read_bytes(descriptor, min(size, _FIRST))
        stop = _START + int.from_bytes(beginning[DATA_START:_START], "little")
        if stop > len(beginning):
            beginning += read_bytes(descriptor, min(stop, size) - len(beginning))
        end = beginning[-len(TAIL) :]
        if len(beginning) < size:
            os.lseek(descriptor, size - len(TAIL), os.SEEK_SET)
            end = read_bytes(descriptor, len(TAIL))
        if stop > size - len(TAIL) or not is_whole(beginning, end, size):
            return None
        if is_first_use(status) and mark_used(path):
            status = os.fstat(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return LongRecord(beginning[_START:stop], beginning[stop:], path, stop, _identity(status))


def write_long_record(store: Store, kind: str, key: str, head: bytes, rest: Iterable[bytes]) -> None:
    """Keep *head* and the pieces of *rest* as the long record of *kind* under *key*; see :func:`write_record`."""
    write_record(store, kind, key, len(head).to_bytes(_LENGTH, "little"), head, *rest)


def _identity(status: os.stat_result) -> Seen:
    return status.st_ino, status.st_mtime_ns, status.st_size
