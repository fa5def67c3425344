"""Parts of remote files by range requests (RFC 9110, section 14), from servers of every ability.

A server may ignore ranges (200), refuse them (400, 405, 416, 501), know no suffix ranges, or answer something else than
it was asked for; what it says in ``Content-Range`` is compared each time.
"""

import re
from typing import NamedTuple

from pybuildsync.index.faults import folder_fault
from pybuildsync.index.transport import RANGE_REFUSALS, BrokenAnswerError, OpenReply, Transport
from pybuildsync.index.wheel_tails import UnsuitableArchiveError, read_metadata_member

_PARTIAL = 206
_WHOLE = 200
_SMALLEST_TAIL = 24 * 1024
_LARGEST_TAIL = 192 * 1024
_CONTENT_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18})\s*\Z")


class NoRangesError(Exception):
    """The server doesn't serve ranges of this file; ``reply`` is its answer if that is the whole file, else None."""

    def __init__(self, reply: OpenReply | None = None) -> None:
        super().__init__()
        self.reply = reply


class _Part(NamedTuple):
    start: int
    total: int
    data: bytes


def fetch_metadata(transport: Transport, url: str, *, index: str, size: int, project: str) -> bytes:
    """Return METADATA of the wheel of *project* at *url*, mostly by one request, rarely more than two.

    *size* is in bytes, -1 if unknown.

    Raises:
        NoRangesError: the whole file is needed; it may be in the error.
        IndexFault: the server can't be asked.

    """
    wanted = min(max(size >> 7, _SMALLEST_TAIL), _LARGEST_TAIL)
    tail = _fetch_tail(transport, url, index, size, wanted)

    def read(start: int, stop: int) -> bytes:
        part = _fetch_part(transport, url, index, f"bytes={start}-{stop - 1}")
        if part is None or part.start != start or len(part.data) != stop - start or part.total != tail.total:
            raise NoRangesError
        return part.data

    try:
        return read_metadata_member(tail.data, tail.total, read, project)
    except UnsuitableArchiveError as error:
        raise NoRangesError from error


def _fetch_tail(transport: Transport, url: str, index: str, size: int, wanted: int) -> _Part:
    """Return the last bytes of a file, by a suffix range where its size is unknown, which not every server knows."""
    if size <= 0:
        part = _fetch_part(transport, url, index, f"bytes=-{wanted}")
        if part and part.start + len(part.data) == part.total:
            return part
        part = part or _fetch_part(transport, url, index, "bytes=0-0")
        if part is None:
            raise NoRangesError
        size = part.total
    start = max(size - wanted, 0)
    part = _fetch_part(transport, url, index, f"bytes={start}-{size - 1}")
    if part is None or part.start != start or part.start + len(part.data) != part.total:
        raise NoRangesError
    return part


def _fetch_part(transport: Transport, url: str, index: str, wanted: str) -> _Part | None:
    """Return the part that a server gives for the range *wanted*, None if it refuses."""
    headers = {"Range": wanted, "Accept-Encoding": "identity"}
    attempt = 0
    while True:
        reply = transport.open(url, headers=headers, index=index, accept=RANGE_REFUSALS)
        if reply.status == _WHOLE:
            raise NoRangesError(reply)
        try:
            said = _CONTENT_RANGE.match(reply.headers.get("content-range", ""))
            if reply.status != _PARTIAL or said is None:
                return None
            start, last, total = (int(number) for number in said.groups())
            data = b"".join(reply.chunks())
            return _Part(start, total, data) if len(data) == last - start + 1 else None
        except BrokenAnswerError as error:
            transport.wait(attempt, error.fault)
            attempt += 1
        finally:
            reply.close()


def read_local_metadata(path: str, project: str) -> bytes | None:
    """Return METADATA of the wheel of *project* at *path*, None if that takes a closer look at the whole.

    Raises:
        IndexFault: it can't be read.

    """
    try:
        with open(path, "rb") as wheel:
            size = wheel.seek(0, 2)

            def read(start: int, stop: int) -> bytes:
                wheel.seek(start)
                return wheel.read(stop - start)

            return read_metadata_member(read(max(size - _SMALLEST_TAIL, 0), size), size, read, project)
    except UnsuitableArchiveError:
        return None
    except OSError as error:
        raise folder_fault(path, error) from error
