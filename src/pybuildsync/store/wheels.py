"""Unpacked wheels by the SHA-256 of their archives, ready to be linked into environments.

Each has a folder of its own: ``files`` with what the wheel holds, ``manifest`` with all that installing needs to know,
``bytecode`` (:mod:`pybuildsync.store.bytecode`). A folder appears whole or not at all. Reading a manifest takes well
below a millisecond and needs neither the files nor any parser.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pybuildsync.core.facts import Metadata, MetadataParts, Origin
from pybuildsync.core.names import normalize_name
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store, end_of_key, file_name, kind_folder
from pybuildsync.store.locks import in_use
from pybuildsync.store.sealing import decode_value, encode_value, mark_used, read_sealed, seal
from pybuildsync.store.writing import new_entry, write_file, writing

if TYPE_CHECKING:
    from pybuildsync.store.unpacking import WheelParts

ManifestParts: TypeAlias = tuple[
    str, str, str, str, bool, tuple[str, ...], tuple[tuple[str, int, str, bool], ...], str, MetadataParts
]


class UnpackedWheel(NamedTuple):
    """A wheel, unpacked and verified.

    ``path`` is the folder whose content is the wheel's. ``project`` is normalised, ``version`` canonical. ``dist_info``
    is the name of that folder. ``dirs`` are relative, parents first; ``files`` are (path with ``/``, size, hash as in
    RECORD, executable), sorted, without RECORD and its signatures, which every installation writes anew.
    ``entry_points`` is the text of ``entry_points.txt``, "" without one.
    """

    path: str
    sha256: str
    project: str
    version: str
    dist_info: str
    root_is_purelib: bool
    dirs: tuple[str, ...]
    files: tuple[tuple[str, int, str, bool], ...]
    entry_points: str
    metadata: Metadata


def entry_folder(store: Store, sha256: str) -> str:
    """Return the folder of everything kept of the wheel *sha256*; it need not exist."""
    return f"{kind_folder(store, 'wheels')}/{file_name(sha256)}"


def digest_of(path: str) -> str:
    """Return the SHA-256 hex digest of the wheel whose unpacked files lie in the folder *path*."""
    return end_of_key(os.path.basename(os.path.dirname(path)))


def find_wheel(store: Store, sha256: str) -> UnpackedWheel | None:
    """Return the wheel whose archive has the SHA-256 hex digest *sha256*, None if it isn't kept unpacked.

    On the first use of a day the sizes of all its files are looked at: what a power cut or a hand through a hard link
    has changed is not used again. A store that can't be written isn't looked at: it couldn't remember that it was.
    """
    folder = entry_folder(store, sha256)
    manifest = f"{folder}/manifest"
    read = read_sealed(manifest)
    if read is None:
        return None
    data, is_first_today = read

    def unpacked(parts: ManifestParts) -> UnpackedWheel:
        return UnpackedWheel(f"{folder}/files", *parts[:-1], Metadata.from_parts(parts[-1]))

    wheel = decode_value(data, unpacked)
    if wheel is None:
        return None
    if is_first_today and mark_used(manifest) and not _has_all(wheel):
        with suppress(OSError):
            os.unlink(manifest)
        return None
    return wheel


def changed_file(wheel: UnpackedWheel) -> str:
    """Return the first file of *wheel*, relative to its folder, that isn't what its RECORD said; "" if all are.

    Every file is read and hashed. Who writes into an environment that is linked to the store, and isn't stopped by the
    files' being read-only, as root is not, has changed it here as well.
    """
    import hashlib
    from base64 import urlsafe_b64encode

    for path, _, stated, _ in wheel.files:
        algorithm, _, encoded = stated.partition("=")
        try:
            with open(f"{wheel.path}/{path}", "rb", buffering=0) as file:
                digest = hashlib.file_digest(file, algorithm).digest()
        except OSError:
            return path
        if urlsafe_b64encode(digest).decode("ascii").rstrip("=") != encoded:
            return path
    return ""


def drop_wheel(store: Store, wheel: UnpackedWheel) -> None:
    """Have *wheel* found no longer; adding it again replaces all that is kept of it, its byte code included.

    Raises:
        EnvironmentFault: the store can't be written.

    """
    with writing(store), suppress(FileNotFoundError):
        os.unlink(f"{entry_folder(store, wheel.sha256)}/manifest")


def add_wheel(
    store: Store,
    wheel_path: str,
    sha256: str,
    *,
    project: str | None = None,
    version: str | None = None,
    filename: str | None = None,
) -> UnpackedWheel:
    """Unpack and verify the wheel at *wheel_path*, keep it under *sha256*, and return it.

    *sha256* is the hex digest of the archive: whoever wrote or found the file has computed it. *project* (normalised)
    and *version* are what it must be, where that is known; *filename* is the name of the wheel if *wheel_path* isn't
    called so. A file name ending in ``.whl`` must agree, too. The archive stays where it is. If two processes add the
    same wheel at once, both get the one that was there first. Can be run in a pool of processes.

    Raises:
        PackageError: it is not a sound wheel, or not the one that was asked for.
        EnvironmentFault: the store can't be written, or *wheel_path* not read.

    """
    from pybuildsync.store.unpacking import unpack_archive

    filename = filename or os.path.basename(wheel_path)
    name = filename if filename.endswith(".whl") or not project else f"{project} {version or ''}".strip()
    try:
        os.stat(wheel_path)
    except OSError as error:
        raise EnvironmentFault(f"the wheel {wheel_path} can't be read", why=str(error)) from error
    final = entry_folder(store, sha256)
    with in_use(store), new_entry(store, final, is_whole=lambda: find_wheel(store, sha256) is not None) as folder:
        parts = unpack_archive(wheel_path, f"{folder}/files", name=name)
        metadata = _agreed_metadata(name, parts, project=project, version=version, filename=filename)
        wheel = UnpackedWheel(
            path=f"{final}/files",
            sha256=sha256,
            project=metadata.name,
            version=metadata.version,
            dist_info=parts.dist_info,
            root_is_purelib=parts.root_is_purelib,
            dirs=parts.dirs,
            files=parts.files,
            entry_points=parts.entry_points,
            metadata=metadata,
        )
        write_file(f"{folder}/manifest", seal(encode_value(_manifest(wheel))))
    return wheel


def _manifest(wheel: UnpackedWheel) -> ManifestParts:
    return (
        wheel.sha256,
        wheel.project,
        wheel.version,
        wheel.dist_info,
        wheel.root_is_purelib,
        wheel.dirs,
        wheel.files,
        wheel.entry_points,
        wheel.metadata.parts(),
    )


def _has_all(wheel: UnpackedWheel) -> bool:
    try:
        return all(os.stat(f"{wheel.path}/{path}").st_size == size for path, size, _, _ in wheel.files)
    except OSError:
        return False


def _agreed_metadata(
    name: str, parts: "WheelParts", *, project: str | None, version: str | None, filename: str
) -> Metadata:
    """Return the metadata, once all that names the wheel (METADATA, folder, file, what was asked for) is one."""
    from pybuildsync.core.metadata_text import parse_metadata
    from pybuildsync.store.archive_members import broken

    metadata = parse_metadata(parts.metadata, Origin.WHEEL, source=name)
    claims = [("the name of its .dist-info folder", parts.project, parts.version)]
    if filename.endswith(".whl"):
        stem = filename.removesuffix(".whl").split("-")
        if len(stem) not in (5, 6):
            raise broken(f"the wheel {name}", "its file name isn't NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl")
        claims.append(("its file name", normalize_name(stem[0]), stem[1]))
    claims.append(("what was asked for", project or metadata.name, version or metadata.version))
    for source, its_project, its_version in claims:
        if its_project != metadata.name or not _is_same_version(its_version, metadata.version):
            why = f"its METADATA says {metadata.name} {metadata.version}, {source} says {its_project} {its_version}"
            raise broken(f"the wheel {name}", why)
    return metadata


def _is_same_version(text: str, canonical: str) -> bool:
    if text == canonical:
        return True
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text.replace("_", "-")) == Version(canonical)
    except InvalidVersion:
        return False
