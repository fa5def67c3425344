"""Unpacks a wheel and verifies it in the same pass (binary distribution format specification, PEP 427).

Every file is hashed while it is written and compared with RECORD. What the specification demands is demanded here; it
is lenient in these points only, each for wheels that exist:

- a RECORD row may lack the size, separate folders with backslashes, pad its hash with ``=``, give it in hex digits,
  name a folder, or stand there twice with the same words;
- entries of folders in the archive are passed over: folders are made for files;
- the ``.dist-info`` folder may be spelled in another way than the file name, as long as both normalise to the same.

Signatures (``RECORD.jws``, ``RECORD.p7s``; withdrawn by PEP 815) are neither checked nor listed. It never runs anything
and never writes outside its destination.
"""

import csv
import hashlib
import io
import mmap
import os
import stat
from binascii import a2b_base64, a2b_hex, b2a_base64
from typing import NamedTuple, TypeAlias

from pybuildsync.core.names import normalize_name
from pybuildsync.store.archive_members import Archive, broken, read_members, read_pieces, read_whole
from pybuildsync.store.writing import MODE, MODE_EXECUTABLE, NEW_FILE, write_all

FileRow: TypeAlias = tuple[str, int, str, bool]

# The algorithms that RECORD may use, sha256 or better, and the length of their digests.
_HASHES = {
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3_256": 32,
    "sha3_384": 48,
    "sha3_512": 64,
    "blake2b": 64,
    "blake2s": 32,
}
_NOT_LISTED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_SCHEMES = frozenset(("purelib", "platlib", "headers", "scripts", "data"))
_TO_STANDARD_BASE64 = bytes.maketrans(b"-_", b"+/")
_TO_URL_SAFE_BASE64 = bytes.maketrans(b"+/", b"-_")


class WheelParts(NamedTuple):
    """What there is in an unpacked wheel; paths are relative, with ``/``.

    ``dirs`` are parents first. ``files`` are sorted (path, size, RECORD hash text, executable); RECORD and its
    signatures are not among them. ``project`` (normalised) and ``version`` (as it stands there) come from the name of
    the ``.dist-info`` folder. ``metadata`` is the METADATA file.
    """

    project: str
    version: str
    dist_info: str
    root_is_purelib: bool
    dirs: tuple[str, ...]
    files: tuple[FileRow, ...]
    entry_points: str
    metadata: bytes


def unpack_archive(wheel_path: str, destination: str, *, name: str = "") -> WheelParts:
    """Unpack the wheel at *wheel_path* into the new folder *destination* and say what it holds.

    *name* is what errors call the wheel, the name of its file if not given. Files become read-only (0444, 0555 where
    executable, whatever the umask; not on Windows). Runs in any process or thread; *destination* is left half-filled on
    errors.

    Raises:
        PackageError: it is no wheel, or not a sound one; the text names the wheel, the member, and what to do.
        OSError: *destination* can't be written, or *wheel_path* not read.

    """
    name = f"the wheel {name or os.path.basename(wheel_path)}"
    members = read_members(wheel_path, name)
    with open(wheel_path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        archive = Archive(name=name, data=data, members=members)
        dist_info = _dist_info(archive)
        project, _, version = dist_info.removesuffix(".dist-info").partition("-")
        is_purelib = _read_wheel_file(archive, f"{dist_info}/WHEEL")
        metadata = read_whole(archive, f"{dist_info}/METADATA")
        entry_points = f"{dist_info}/entry_points.txt"
        entry_points_text = _text(archive, entry_points) if entry_points in members else ""
        dirs = _dirs(archive, f"{dist_info.removesuffix('.dist-info')}.data")
        return WheelParts(
            project=normalize_name(project),
            version=version,
            dist_info=dist_info,
            root_is_purelib=is_purelib,
            dirs=dirs,
            files=_extract(archive, _read_record(archive, dist_info), dist_info, dirs, destination),
            entry_points=entry_points_text,
            metadata=metadata,
        )


def _dist_info(archive: Archive) -> str:
    found = sorted({top for path in archive.members if (top := path.partition("/")[0]).endswith(".dist-info")})
    if len(found) != 1:
        what = f"several .dist-info folders: {', '.join(found)}" if found else "no .dist-info folder"
        raise broken(archive.name, f"it holds {what}")
    if found[0].count("-") != 2:  # noqa: PLR2004 - NAME-VERSION.dist-info
        raise broken(archive.name, f"its folder {found[0]} isn't called NAME-VERSION.dist-info")
    return found[0]


def _text(archive: Archive, path: str) -> str:
    try:
        return read_whole(archive, path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise broken(archive.name, f"its member {path!r} is not UTF-8: {error}") from error


def _read_wheel_file(archive: Archive, path: str) -> bool:
    """Return ``Root-Is-Purelib``; refuse a major version of the format that isn't known, as the specification says."""
    fields: dict[str, str] = {}
    for line in _text(archive, path).splitlines():
        field, colon, value = line.partition(":")
        if colon:
            fields.setdefault(field.strip().lower(), value.strip())
    version = fields.get("wheel-version", "")
    if version.partition(".")[0] != "1":
        raise broken(archive.name, f"its format is version {version or 'unknown'}, and only version 1 is known")
    return fields.get("root-is-purelib", "").lower() == "true"


def _read_record(archive: Archive, dist_info: str) -> dict[str, tuple[str, str]]:
    """Return RECORD's rows: path to hash and size, as they stand there."""
    path = f"{dist_info}/RECORD"
    rows: dict[str, tuple[str, str]] = {}
    try:
        for row in csv.reader(io.StringIO(_text(archive, path), newline="")):
            if not row:
                continue
            member, digest, size = (*row, "", "")[:3]
            if rows.setdefault(member.replace("\\", "/"), (digest, size)) != (digest, size):
                raise broken(archive.name, f"its RECORD has two rows for {member!r} that differ")
    except csv.Error as error:
        raise broken(archive.name, f"its RECORD is no table of comma-separated values: {error}") from error
    for member in rows:
        if member not in archive.members and not member.endswith("/"):
            raise broken(archive.name, f"its RECORD lists {member!r}, which it doesn't hold")
    return rows


def _dirs(archive: Archive, data_folder: str) -> tuple[str, ...]:
    dirs: set[str] = set()
    for path in archive.members:
        folder = path.rpartition("/")[0]
        while folder and folder not in dirs:
            dirs.add(folder)
            folder = folder.rpartition("/")[0]
    both = sorted(dirs & archive.members.keys())
    if both:
        raise broken(archive.name, f"its member {both[0]!r} is both a file and a folder")
    start = f"{data_folder}/"
    for path in archive.members:
        if path.startswith(start) and path.split("/")[1] not in _SCHEMES:
            raise broken(archive.name, f"its member {path!r} lies in no folder that an installation has")
    return tuple(sorted(dirs))


def _expected(archive: Archive, path: str, rows: dict[str, tuple[str, str]]) -> tuple[str, str, bytes]:
    """Return the hash algorithm, the hash as RECORD shall have it, and the digest for *path*."""
    text, size = rows.get(path, ("", ""))
    if path not in rows:
        raise broken(archive.name, f"its RECORD doesn't list {path!r}")
    algorithm, _, encoded = text.partition("=")
    encoded = encoded.rstrip("=")
    length = _HASHES.get(algorithm)
    if length is None:
        known = ", ".join(_HASHES)
        raise broken(archive.name, f"its RECORD gives {text!r} as the hash of {path!r}; needed is one of {known}")
    if size and size != str(archive.members[path].file_size):
        raise broken(archive.name, f"its RECORD says that {path!r} has {size} bytes, and it has another size")
    try:
        if len(encoded) == 2 * length:  # hex digits, as some backends have written; base64 is shorter
            digest = a2b_hex(encoded)
            encoded = b2a_base64(digest, newline=False).translate(_TO_URL_SAFE_BASE64).decode("ascii").rstrip("=")
        else:
            digest = a2b_base64(encoded.encode("ascii").translate(_TO_STANDARD_BASE64) + b"==")
    except ValueError:
        digest = b""
    if len(digest) != length:
        raise broken(archive.name, f"its RECORD gives {text!r} as the hash of {path!r}, which is none")
    return algorithm, f"{algorithm}={encoded}", digest


def _extract(
    archive: Archive, rows: dict[str, tuple[str, str]], dist_info: str, dirs: tuple[str, ...], destination: str
) -> tuple[FileRow, ...]:
    os.mkdir(destination)
    # Environments link these files, maybe under a wider umask than today's: here it is for the folders to keep others
    # out. They show what the umask takes away.
    is_narrow = os.stat(destination).st_mode & MODE_EXECUTABLE != MODE_EXECUTABLE
    for folder in dirs:
        os.mkdir(f"{destination}/{folder}")
    not_listed = {f"{dist_info}/{name}" for name in _NOT_LISTED}
    files: list[FileRow] = []
    for path in sorted(archive.members):
        info = archive.members[path]
        mode = info.external_attr >> 16
        is_executable = stat.S_ISREG(mode) and bool(mode & 0o111)
        if path in not_listed:
            algorithm, text, digest = "", "", b""
        else:
            algorithm, text, digest = _expected(archive, path, rows)
        hashed = hashlib.new(algorithm) if algorithm not in ("", "sha256") else hashlib.sha256()
        permissions = MODE_EXECUTABLE if is_executable else MODE
        descriptor = os.open(f"{destination}/{path}", NEW_FILE, permissions)
        try:
            if is_narrow:
                os.fchmod(descriptor, permissions)
            for piece in read_pieces(archive, info):
                hashed.update(piece)
                write_all(descriptor, piece)
        finally:
            os.close(descriptor)
        if digest:
            if hashed.digest() != digest:
                raise broken(archive.name, f"its member {path!r} isn't what its RECORD says: the hash differs")
            files.append((path, info.file_size, text, is_executable))
    return tuple(files)
