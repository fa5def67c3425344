"""Changing files in a wheel's dist-info and nothing else.

All other files keep their bytes in the archive; RECORD is written anew and last, as the binary distribution format
recommends for the dist-info, with the times and the permission bits of the old one, so that the same input gives the
same wheel. A signature of RECORD wouldn't fit it any more and is left out; the format has no signatures any longer (PEP
815).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
import struct
import tempfile
import zlib
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Tuple
from zipfile import BadZipFile, ZipFile

from pybuildsync_hooks.zip_entries import append_file, copy_block, end_records, read_entries

if TYPE_CHECKING:
    from typing import BinaryIO, Iterable, Mapping, Sequence

_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
_UNREADABLE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error)


class WheelError(ValueError):
    """A file that should be a wheel and isn't, or a damaged one."""


class MemberChange(NamedTuple):
    """A file in the dist-info, ``name`` relative to it: its new content, or None to leave it out."""

    name: str
    data: Optional[bytes]


def rewrite_wheel(wheel_path: str, changes: Iterable[MemberChange], destination_folder: str) -> str:
    """Write a copy of *wheel_path* with *changes* into *destination_folder* and return its path.

    A file of that name is replaced in one step; if anything fails it is as it was.

    Raises:
        WheelError: the file is not a wheel, or a damaged one.
        OSError: it can't be read, or the copy can't be written.

    """
    destination = os.path.join(destination_folder, os.path.basename(wheel_path))
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=destination_folder)
    try:
        with open(handle, "wb") as target, open(wheel_path, "rb") as source:
            try:
                _rewrite(source, target, changes, os.path.basename(wheel_path))
            except _UNREADABLE as error:
                raise error if isinstance(error, WheelError) else _damaged(wheel_path, error) from error
            mode = os.fstat(source.fileno()).st_mode
        os.chmod(temporary, mode & 0o777)
        os.replace(temporary, destination)
    except BaseException:
        os.unlink(temporary)
        raise
    return destination


def read_member(wheel_path: str, name: str) -> Optional[bytes]:
    """Return the content of the file *name* in the wheel's dist-info; None if there is none.

    Raises:
        WheelError: the file is not a wheel, or a damaged one.
        OSError: it can't be read.

    """
    try:
        with ZipFile(wheel_path) as archive:
            path = "{}/{}".format(_dist_info(os.path.basename(wheel_path), archive.namelist()), name)
            return archive.read(path) if path in archive.namelist() else None
    except _UNREADABLE as error:
        raise error if isinstance(error, WheelError) else _damaged(wheel_path, error) from error


def _damaged(wheel_path: str, error: Exception) -> WheelError:
    return WheelError("{} is not a whole wheel: {}".format(os.path.basename(wheel_path), error))


def _dist_info(filename: str, names: Sequence[str]) -> str:
    """Return the one dist-info folder of the wheel: with a RECORD, and if there are more, with the wheel's name."""
    found = sorted(
        name[: -len("/RECORD")] for name in set(names) if name.endswith(".dist-info/RECORD") and name.count("/") == 1
    )
    if len(found) > 1:
        wanted = _folded("-".join(filename.split("-")[:2]))
        found = [folder for folder in found if _folded(folder[: -len(".dist-info")]) == wanted]
    if len(found) != 1:
        raise WheelError("{} has no dist-info of its own with a RECORD".format(filename))
    return found[0]


def _folded(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _plan(dist_info: str, changes: Iterable[MemberChange]) -> Dict[str, Optional[bytes]]:
    """Return path -> new content for every file of the wheel that doesn't stay; None for what goes."""
    plan: Dict[str, Optional[bytes]] = {"{}/{}".format(dist_info, name): None for name in _SIGNATURES}
    plan.update(("{}/{}".format(dist_info, change.name), change.data) for change in changes)
    return plan


def _added(plan: Mapping[str, Optional[bytes]]) -> List[Tuple[str, bytes]]:
    return [(path, data) for path, data in plan.items() if data is not None]


def _new_record(text: str, dist_info: str, plan: Mapping[str, Optional[bytes]]) -> bytes:
    """Return RECORD's new content: the lines of what stays as they are, then those of what is new, then its own."""
    own = dist_info + "/RECORD"
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [line for line in text.splitlines() if line and next(csv.reader([line]))[0] not in {own, *plan}]
    rows = [(path, _hash(data), str(len(data))) for path, data in _added(plan)]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerows([*rows, (own, "", "")])
    return ("".join(line + newline for line in lines) + buffer.getvalue()).encode("utf-8")


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.decode("ascii").rstrip("=")


def _rewrite(source: BinaryIO, target: BinaryIO, changes: Iterable[MemberChange], filename: str) -> None:
    with ZipFile(source) as archive:
        entries = read_entries(source, archive)
        dist_info = _dist_info(filename, [entry.info.filename for entry in entries])
        own = dist_info + "/RECORD"
        record = archive.read(own).decode("utf-8")
        comment = archive.comment
    plan = _plan(dist_info, changes)
    like = next(entry for entry in entries if entry.info.filename == own)
    kept = [entry for entry in entries if entry.info.filename not in {own, *plan}]
    records = {entry: copy_block(entry, source, target) for entry in sorted(kept, key=lambda entry: entry.offset)}
    central = [records[entry] for entry in kept]
    for path, data in [*_added(plan), (own, _new_record(record, dist_info, plan))]:
        central.append(append_file(target, path, data, like))
    start = target.tell()
    target.write(b"".join(central))
    target.write(end_records(len(central), target.tell() - start, start, comment))
