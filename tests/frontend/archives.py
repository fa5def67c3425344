"""Archives made for tests, sound and hostile."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path


def entry(
    name: str, content: bytes = b"", *, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    """Return one member of a tar archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, target, mode, len(content)
    return info, content


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    """Return a folder."""
    return entry(name, kind=tarfile.DIRTYPE, mode=0o755)


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    """Return a symbolic link."""
    return entry(name, kind=tarfile.SYMTYPE, target=target)


def hard_link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    """Return a hard link."""
    return entry(name, kind=tarfile.LNKTYPE, target=target, mode=0o755)


def write_tar(
    path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]], *, tar_format: int = tarfile.PAX_FORMAT
) -> str:
    """Write a ``.tar.gz`` with *members* to *path* and return it."""
    with tarfile.open(path, "w:gz", format=tar_format) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return str(path)


def write_raw(path: Path, content: bytes) -> str:
    """Write *content* compressed, whatever it is, to *path* and return it."""
    with gzip.open(path, "wb") as stream:
        stream.write(content)
    return str(path)


def write_zip(path: Path, members: Iterable[tuple[str, bytes, int]]) -> str:
    """Write a zip with *members* (name, content, mode) to *path* and return it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo("placeholder")
            info.filename = info.orig_filename = name
            info.external_attr = (mode if stat.S_IFMT(mode) else stat.S_IFREG | mode) << 16
            archive.writestr(info, content)
    return str(path)
