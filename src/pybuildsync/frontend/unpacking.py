"""Unpacks source distributions, trusting nothing that they say.

Follows the source distribution format (PEP 625, PEP 721), and takes what was one before it: ``.tar.gz`` or ``.zip``,
also a tar that isn't compressed or by bzip2, whatever the file is called, if its first bytes say so. One root folder,
tar members through tarfile's ``data`` filter (PEP 706), each one first through the rules of ``archive_rules``. It never
runs anything and never decides what a tree is called.
"""

import errno
import os
import stat
import struct
from typing import IO, TYPE_CHECKING, Final, cast

from pybuildsync.errors import EnvironmentFault, PackageError
from pybuildsync.frontend.archive_rules import MemberRules, UnpackLimits, folded, member_problem, normal_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from tarfile import TarFile, TarInfo
    from zipfile import ZipFile, ZipInfo

_CHUNK: Final = 1 << 18
_ZIP: Final = b"PK"
# What tarfile and zipfile raise besides their own errors: numbers that are none, times out of range, cut structures.
_DAMAGE: Final = (ValueError, ArithmeticError, LookupError, EOFError, RuntimeError, struct.error)
_COMPRESSED: Final = {b"\x1f\x8b": "gzip", b"BZ": "bz2"}  # first bytes -> the module that has `open`
_MACHINE_ERRORS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE})


DEFAULT_LIMITS: Final = UnpackLimits()


def unpack_sdist(
    archive_path: str, destination: str, *, filename: str = "", limits: UnpackLimits = DEFAULT_LIMITS
) -> str:
    """Unpack the sdist at *archive_path* into *destination* and return the path of its root folder.

    *destination* is made if it isn't there. The root folder may have any name: legacy sdists are spelt in many ways.
    *filename* is what the archive is called where it is from, "" if it is called so here.

    Raises:
        PackageError: no archive of a kind that sdists have, damaged, unsafe, too large, or without one root folder.
        EnvironmentFault: the disk is full or can't be written.

    """
    import tarfile
    import zipfile
    import zlib

    archive = filename or os.path.basename(archive_path)
    rules = MemberRules(archive=archive, limits=limits, windows=os.name == "nt")
    try:
        with open(archive_path, "rb") as stream:
            start = stream.read(2)
        os.makedirs(destination, exist_ok=True)
        if archive.endswith(".zip") or start == _ZIP:
            with zipfile.ZipFile(archive_path) as zip_archive:
                _unpack_zip(zip_archive, destination, rules)
        elif archive.endswith((".tar.gz", ".tgz", ".tar")) or start in _COMPRESSED:
            _unpack_tar(archive_path, destination, rules, _COMPRESSED.get(start))
        else:
            raise PackageError(
                f"{archive} is no source distribution",
                why="an sdist is a .tar.gz, .tgz or .zip file",
                hint="make one with `python -m build --sdist`, or name the folder with the source tree",
            )
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, *_DAMAGE) as error:
        raise PackageError(
            f"{archive} can't be unpacked", why=str(error) or type(error).__name__, hint=_DAMAGED
        ) from error
    except OSError as error:
        if error.errno in _MACHINE_ERRORS:
            raise EnvironmentFault(
                f"{archive} can't be unpacked into {destination}",
                why=str(error),
                hint="free some space there, or choose another folder with --cache-dir",
            ) from error
        raise PackageError(f"{archive} can't be unpacked", why=str(error), hint=_DAMAGED) from error
    return os.path.join(destination, rules.root())


_DAMAGED: Final = "download it again; if that doesn't help, tell its author"


class _BoundedStream:
    """A binary stream that refuses to read more at once than a tar header may have, and more in all than allowed."""

    def __init__(self, stream: IO[bytes], rules: MemberRules) -> None:
        self._read = stream.read
        self.tell: Callable[[], int] = stream.tell
        self._rules = rules
        # Headers and padding come on top of the members: 1.5 kB each is generous for all but long names.
        self._left = rules.limits.total_bytes + rules.limits.header_bytes + 4096 * rules.limits.members

    def read(self, size: int) -> bytes:
        """Return up to *size* bytes."""
        if not 0 <= size <= max(self._rules.limits.header_bytes, _CHUNK):
            self._rules.refuse("a header", f"{size} bytes long")
        data = self._read(size)
        self._left -= len(data)
        if self._left < 0:
            self._rules.refuse("the whole", f"more than {self._rules.limits.total_bytes} bytes")
        return data

    def seek(self, position: int) -> int:
        """Go forward to *position* by reading, so that what is skipped counts too; return it."""
        while (ahead := position - self.tell()) > 0 and self.read(min(ahead, _CHUNK)):
            pass
        return position


def _unpack_tar(archive_path: str, destination: str, rules: MemberRules, module: str | None) -> None:
    import tarfile
    from importlib import import_module

    with open(archive_path, "rb") as raw:
        stream = raw if module is None else cast("IO[bytes]", import_module(module).open(raw, "rb"))
        bounded = cast("IO[bytes]", _BoundedStream(stream, rules))  # read, seek and tell are all that is asked of it
        with tarfile.open(fileobj=bounded, mode="r:", errorlevel=1) as archive:
            for member in archive:
                _unpack_tar_member(archive, member, destination, rules)


def _unpack_tar_member(archive: "TarFile", member: "TarInfo", destination: str, rules: MemberRules) -> None:
    import tarfile

    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        rules.refuse(member.name, "it is a device or a pipe")
    path = rules.accept(
        member.name,
        member.size if member.isfile() else 0,
        "folder" if member.isdir() else "link" if member.issym() else "file",
        link=member.linkname,
    )
    if not path:
        return
    target = os.path.join(destination, path)
    if member.islnk():
        _unpack_hard_link(member, target, destination, rules)
        return
    if not member.isdir() and os.path.lexists(target):
        os.unlink(target)  # a later member replaces an earlier one, as tar has it
    extract_member(archive, member, destination, filtered=hasattr(tarfile, "data_filter"))


def extract_member(archive: "TarFile", member: "TarInfo", destination: str, *, filtered: bool) -> None:
    """Write *member*, which broke no rule, below *destination*.

    Not *filtered* (Python 3.11.0 to 3.11.3) does by hand what the filter does beyond the rules: harmless permissions,
    nobody's file.
    """
    if filtered:
        archive.extract(member, destination, filter="data")
        return
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    member.uid, member.gid = (getattr(os, name, int)() for name in ("geteuid", "getegid"))
    member.uname = member.gname = ""
    archive.extract(member, destination)


def _unpack_hard_link(member: "TarInfo", target: str, destination: str, rules: MemberRules) -> None:
    import shutil

    path = normal_path(member.linkname)
    source = os.path.join(destination, path)
    sound = not member_problem(member.linkname, windows=rules.windows) and rules.kinds.get(folded(path)) == "file"
    if not sound or source == target or not os.path.isfile(source):
        rules.refuse(
            member.name, f"it is a hard link to {member.linkname!r}, which is no file before it in the archive"
        )
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.lexists(target):
        os.unlink(target)
    shutil.copy2(source, target)  # a copy of its own: builds change files in place


def _unpack_zip(archive: "ZipFile", destination: str, rules: MemberRules) -> None:
    import zipfile

    for member in archive.infolist():
        mode = member.external_attr >> 16
        if "\\" in member.orig_filename:
            rules.refuse(member.orig_filename, "its path has backslashes, which zip files don't have")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            rules.refuse(member.filename, "it is a link, a device or a pipe")
        if member.compress_type == zipfile.ZIP_LZMA:
            rules.refuse(member.filename, "it is compressed by LZMA, which zip files of sources aren't")
        path = rules.accept(member.filename, member.file_size, "folder" if _is_folder(member) else "file")
        if path:
            _unpack_zip_member(archive, member, os.path.join(destination, path), mode)


def _is_folder(member: "ZipInfo") -> bool:
    return member.filename.endswith("/")  # its own method fails where there is no name


def _unpack_zip_member(archive: "ZipFile", member: "ZipInfo", target: str, mode: int) -> None:
    import shutil

    if _is_folder(member):
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with archive.open(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)
    if mode & 0o100:
        os.chmod(target, 0o755)  # noqa: S103  # what an executable file has
