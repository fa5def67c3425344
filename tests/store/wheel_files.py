"""Wheels made for tests: sound ones, and ones that are wrong in exactly one way."""

import csv
import hashlib
import io
import os
import stat
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

Rows: TypeAlias = list[list[str]]
Members: TypeAlias = list[tuple[zipfile.ZipInfo, bytes]]

WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def plain_environment() -> dict[str, str]:
    """Return the environment for a process that nobody measures: a coverage run would import and write in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def record_hash(content: bytes, algorithm: str = "sha256") -> str:
    """Return the hash of *content* as RECORD has it."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}={urlsafe_b64encode(digest).decode('ascii').rstrip('=')}"


def sha256_of(path: str) -> str:
    """Return the SHA-256 hex digest of the file at *path*."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def member(path: str, content: bytes = b"", *, mode: int = stat.S_IFREG | 0o644) -> tuple[zipfile.ZipInfo, bytes]:
    """Return one member of an archive."""
    info = zipfile.ZipInfo(path)
    info.external_attr = mode << 16
    return info, content


def make_wheel(
    folder: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    name: str = "sample",
    version: str = "1.0",
    filename: str = "",
    dist_info: str = "",
    metadata: str = "",
    wheel: str = WHEEL,
    entry_points: str = "",
    executable: Collection[str] = (),
    compression: int = zipfile.ZIP_DEFLATED,
    missing: Collection[str] = (),
    rows: Callable[[Rows], Rows] = lambda rows: rows,
    members: Callable[[Members], Members] = lambda members: members,
    also: Sequence[tuple[zipfile.ZipInfo, bytes]] = (),
) -> str:
    """Write a wheel with *files* into *folder* and return its path.

    *rows* changes the rows of RECORD, *members* all that goes into the archive, *also* is added unlisted. *missing*
    names files of the dist-info folder that are left out of the archive.
    """
    dist_info = dist_info or f"{name}-{version}.dist-info"
    contents = {f"{name}/__init__.py": b"VALUE = 1\n"} if files is None else dict(files)
    contents[f"{dist_info}/METADATA"] = (
        metadata or f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    ).encode()
    contents[f"{dist_info}/WHEEL"] = wheel.encode()
    if entry_points:
        contents[f"{dist_info}/entry_points.txt"] = entry_points.encode()
    contents = {path: content for path, content in contents.items() if path.rpartition("/")[2] not in missing}
    listed = [[path, record_hash(content), str(len(content))] for path, content in contents.items()]
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows([*listed, [f"{dist_info}/RECORD", "", ""]]))
    everything = [
        member(path, content, mode=stat.S_IFREG | (0o755 if path in executable else 0o644))
        for path, content in contents.items()
    ]
    if "RECORD" not in missing:
        everything.append(member(f"{dist_info}/RECORD", table.getvalue().encode()))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (filename or f"{name}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in members([*everything, *also]):
            archive.writestr(info, content, compress_type=compression)
    return str(path)
