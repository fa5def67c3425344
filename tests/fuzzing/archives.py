"""Archives: wheels and sdists, as bytes, and by what is in them."""

import gzip
import hashlib
import io
import os
import tarfile
import warnings
import zipfile
from base64 import urlsafe_b64encode
from contextlib import suppress

from loopback import make_sdist, make_wheel

from fuzzing.law import Family, tree
from fuzzing.texts import METADATA, use_metadata
from pybuildsync.environments.layouts import Placement, lay_out
from pybuildsync.environments.schemes import Scheme
from pybuildsync.errors import PybuildsyncError
from pybuildsync.frontend.archive_rules import UnpackLimits
from pybuildsync.frontend.build_answers import check_wheel
from pybuildsync.frontend.source_trees import read_source
from pybuildsync.frontend.unpacking import unpack_sdist
from pybuildsync.index.wheel_tails import UnsuitableArchiveError, read_metadata_member
from pybuildsync.store import Store
from pybuildsync.store.wheels import add_wheel, find_wheel

_LIMITS = UnpackLimits(members=200, member_bytes=1 << 20, total_bytes=1 << 21, header_bytes=1 << 16)
_NAME = "a-1.0-py3-none-any.whl"
_INFO = "a-1.0.dist-info"
_WHEEL = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_SOUND = make_wheel("a", "1.0", files={"a/__init__.py": b"A = 1\n", "a-1.0.data/scripts/b": b"#!python\n"})
_EXTRAS = (
    b"../", b"/", b"\\", b"..", b"a/", b"a-1.0.dist-info/", b"a-1.0.data/scripts/", b"a-1.0.data/data/", b"RECORD",
    b".",
    b"METADATA", b"WHEEL", b"\n", b"\t", b"sha256=", b",", b"a/__init__.py", b".pybuildsync/journal", b"x" * 300,
)  # fmt: skip


def _scheme(folder: str) -> Scheme:
    site = f"{folder}/purelib"
    return Scheme(
        purelib=site, platlib=site, scripts=f"{folder}/scripts", headers=f"{folder}/headers", data=f"{folder}/data",
        python="/usr/bin/python3", launcher="posix", lock=f"{folder}/lock",
    )  # fmt: skip


def _add(data: bytes, folder: str) -> object:
    path = f"{folder}/{_NAME}"
    with open(path, "wb") as file:
        file.write(data)
    store = Store(f"{folder}/store")
    digest = hashlib.sha256(data).hexdigest()
    try:
        added = add_wheel(store, path, digest, project="a")
    except PybuildsyncError:
        assert find_wheel(store, digest) is None
        raise
    assert find_wheel(store, digest) == added
    unpacked = tree(added.path)
    assert {name for name, _, _, _ in added.files} <= unpacked.keys()
    scheme = _scheme(folder)
    with suppress(PybuildsyncError):
        layout = lay_out(Placement(added), scheme)
        for place in [*layout.elsewhere, *[f"{layout.folder}/{name}" for name in layout.files]]:
            assert os.path.normpath(place) == place
            assert place.startswith(f"{folder}/")
    return use_metadata(added.metadata), unpacked


def read_wheel(data: bytes, folder: str) -> object:
    """Take *data* for a wheel: from its end, as what a backend built, and into a store."""
    with suppress(UnsuitableArchiveError):
        read_metadata_member(data[-300:], len(data), lambda start, stop: data[start:stop], "a")
    with open(f"{folder}/{_NAME}", "wb") as file:
        file.write(data)
    with suppress(PybuildsyncError):
        check_wheel(_NAME, folder, "a 1.0", "build_wheel")
    return _add(data, folder)


def wheel_of(data: bytes) -> bytes:
    r"""Return the wheel that has *data* in it.

    METADATA, WHEEL, entry_points.txt, RECORD and names of files are apart by 0x1d. Where RECORD is empty, a right one
    is made; ``NAME\tMODE`` is a line for a file.
    """
    parts = [*data.split(b"\x1d"), b"", b"", b"", b""]
    metadata, wheel, entry_points, record, names = parts[:5]
    members = [
        (f"{_INFO}/METADATA", metadata, 0o100644),
        (f"{_INFO}/WHEEL", wheel or _WHEEL, 0o100644),
        (f"{_INFO}/entry_points.txt", entry_points, 0o100644),
    ]
    for line in names.split(b"\n")[:50]:
        name, _, mode = line.partition(b"\t")
        if name:
            kind = int(mode, 8) & 0xFFFF if mode.isdigit() and not mode.strip(b"01234567") else 0o100644
            members.append((name.decode("utf-8", "replace"), b"content", kind))
    if not record:
        record = b"".join(b"%s,sha256=%s,%d\n" % (_csv(name), _digest(text), len(text)) for name, text, _ in members)
        record += f"{_INFO}/RECORD,,\n".encode()
    members.append((f"{_INFO}/RECORD", record, 0o100644))
    return _zip(members)


def read_wheel_files(data: bytes, folder: str) -> object:
    """Take *data* for what is in a wheel (:func:`wheel_of`)."""
    return _add(wheel_of(data), folder)


def _csv(name: str) -> bytes:
    return b'"' + name.encode().replace(b'"', b'""') + b'"'


def _digest(data: bytes) -> bytes:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")


def _zip(members: list[tuple[str, bytes, int]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # names that are there twice
        for name, content, mode in members:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name[:16000]
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def read_sdist(data: bytes, folder: str) -> object:
    """Take *data* for an sdist, compressed or not, and read what it states."""
    answers: list[object] = []
    for number, name in enumerate(("a-1.0.tar.gz", "a-1.0.zip")):
        with open(f"{folder}/{name}", "wb") as file:
            file.write(data)
        answers.append(_unpacked(f"{folder}/{name}", f"{folder}/{number}"))
    return answers


def _unpacked(path: str, destination: str) -> object:
    try:
        root = unpack_sdist(path, destination, limits=_LIMITS)
        found = tree(destination)
        return found, read_source(root, filename_project="a", filename_version="1.0")
    except PybuildsyncError as error:
        return str(error)
    finally:
        if os.path.isdir(destination):
            for here, folders, files in os.walk(destination):
                for name in [*folders, *files]:
                    real = os.path.realpath(f"{here}/{name}")
                    assert real.startswith(f"{destination}/"), f"{here}/{name} leads out to {real}"


_KINDS = {
    b"f": tarfile.REGTYPE, b"d": tarfile.DIRTYPE, b"l": tarfile.SYMTYPE, b"h": tarfile.LNKTYPE, b"c": tarfile.CHRTYPE,
    b"b": tarfile.BLKTYPE, b"p": tarfile.FIFOTYPE, b"s": tarfile.GNUTYPE_SPARSE, b"C": tarfile.CONTTYPE,
}  # fmt: skip


def sdist_of(data: bytes) -> tuple[bytes, bytes]:
    r"""Return the sdists, tar and zip, that have *data* in them.

    ``KIND\tNAME\tTARGET OR CONTENT\tPAX KEY\tPAX VALUE`` is a line for a member; 0x1e ends lines of a content.
    """
    buffer = io.BytesIO()
    members: list[tuple[str, bytes, int]] = []
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for line in data.split(b"\n")[:60]:
            kind, name, rest, key, value = [*line.split(b"\t"), b"", b"", b"", b""][:5]
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape").replace("\0", "\x01"))
            info.type = _KINDS.get(kind[:1], tarfile.REGTYPE)
            content = rest.replace(b"\x1e", b"\n") if info.type == tarfile.REGTYPE else b""
            info.linkname = rest.decode("utf-8", "surrogateescape").replace("\0", "\x01")
            info.size = len(content)
            if key:
                info.pax_headers = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace")}
            with suppress(ValueError):  # what tar can't hold
                archive.addfile(info, io.BytesIO(content))
            members.append((name.decode("utf-8", "replace"), content, 0o120777 if kind == b"l" else 0o100644))
    return gzip.compress(buffer.getvalue(), 1, mtime=0), _zip(members)


def read_sdist_members(data: bytes, folder: str) -> object:
    """Take *data* for the members of an sdist (:func:`sdist_of`)."""
    answers = []
    for ending, content in zip(("tar.gz", "zip"), sdist_of(data), strict=True):
        with open(f"{folder}/a-1.0.{ending}", "wb") as file:
            file.write(content)
        answers.append(_unpacked(f"{folder}/a-1.0.{ending}", f"{folder}/{ending}"))
    return answers


_SDIST = make_sdist("a", "1.0", files={"pyproject.toml": b'[project]\nname = "a"\n', "b/c.py": b"C = 1\n"}).data
PROJECT = b'f\ta-1.0/pyproject.toml\t[build-system]\x1erequires = []\x1e[project]\x1ename = "a"\n'

FAMILIES = (
    Family(
        "wheel",
        read_wheel,
        (
            _SOUND.data,
            make_wheel("a", "1.0", compression=zipfile.ZIP_STORED, comment=b"c").data,
            _zip([(f"{_INFO}/METADATA", METADATA[0], 0o100644), ("a/", b"", 0o40755)], zipfile.ZIP_BZIP2),
        ),
        (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x01\0", *_EXTRAS),
    ),
    Family(
        "wheel_files",
        read_wheel_files,
        (
            b"\x1d".join((b"Name: a\nVersion: 1.0\nRequires-Dist: b>=1\n", _WHEEL, b"[console_scripts]\nc = a:d\n", b"",
                          b"a/__init__.py\na/b.so\t100755\na-1.0.data/scripts/s\t100755\na-1.0.data/data/x\na/")),
            b"\x1d".join((b"Name: a\nVersion: 1.0\n\n", b"", b"", (
                f"{_INFO}/METADATA,sha256={_digest(b'Name: a').decode()},7\n\"x\",,\n{_INFO}/RECORD,,\n").encode(),
                b"x")),
        ),
        (*_EXTRAS, b"\x1d", b"\t120777", b"\t20666", b"\t40755", b"Wheel-Version: 2.0\n", b"[console_scripts]\n",
        b"Name: "),
    ),
    Family(
        "sdist",
        read_sdist,
        (_SDIST, gzip.decompress(_SDIST), _zip([("a-1.0/pyproject.toml", b"", 0o100644), ("a-1.0/x/", b"", 0o40755)])),
        (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"ustar\x0000", b"0000000", b"\0" * 512, *_EXTRAS),
    ),
    Family(
        "sdist_members",
        read_sdist_members,
        (
            PROJECT + b"d\ta-1.0/x\nl\ta-1.0/x/y\t../pyproject.toml\nh\ta-1.0/z\ta-1.0/pyproject.toml\nf\ta-1.0/w\tq",
            b"f\ta-1.0/PKG-INFO\tName: a\x1eVersion: 1.0\nf\ta-1.0/setup.py\tx\tmtime\t1.5\nc\ta-1.0/dev\t\n",
            PROJECT + b"l\ta-1.0/PKG-INFO\tPKG-INFO\nl\ta-1.0/src\t.\nd\ta-1.0/a.egg-info\nf\ta-1.0/x\tq\tsize\t5\n",
        ),
        (
            *_EXTRAS, b"l\t", b"h\t", b"d\t", b"f\t", b"\ta-1.0/", b"\tmtime\t1e400", b"\tsize\t9", b"\tpath\t../x",
            b"\tlinkpath\t/etc", b"\tGNU.sparse.map\t1,2", b"\tGNU.sparse.major\t1", b"PKG-INFO", b"pyproject.toml",
            b"setup.py",
        ),
    ),
)  # fmt: skip
