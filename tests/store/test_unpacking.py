"""A sound wheel unpacks to what it holds; everything else is refused with its name, the member and the reason."""

import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from store.wheel_files import WHEEL, Members, Rows, make_wheel, member, record_hash

from pybuildsync.errors import PackageError
from pybuildsync.store import archive_members
from pybuildsync.store.archive_members import read_members
from pybuildsync.store.unpacking import WheelParts, unpack_archive


def unpack(tmp_path: Path, wheel: str) -> WheelParts:
    """Unpack *wheel* into a new folder."""
    return unpack_archive(wheel, str(tmp_path / "out"))


def test_a_wheel_unpacks_to_its_files(tmp_path: Path) -> None:
    """Contents, folders, hashes, executable bits and the facts of the dist-info folder are what the wheel says."""
    files = {
        "sample/__init__.py": b"",
        "sample/deep/er/data.bin": bytes(range(256)),
        "sample-1.0.data/scripts/run": b"#!",
    }
    wheel = make_wheel(
        tmp_path, files, executable=["sample-1.0.data/scripts/run"], entry_points="[console_scripts]\na = b:c\n"
    )
    parts = unpack(tmp_path, wheel)
    for path, content in files.items():
        assert (tmp_path / "out" / path).read_bytes() == content
        assert (path, len(content), record_hash(content), path.endswith("run")) in parts.files
    assert parts.dirs == (
        "sample",
        "sample-1.0.data",
        "sample-1.0.data/scripts",
        "sample-1.0.dist-info",
        "sample/deep",
        "sample/deep/er",
    )
    assert [path for path, *_ in parts.files] == sorted(
        [*files, *(f"sample-1.0.dist-info/{name}" for name in ("METADATA", "WHEEL", "entry_points.txt"))]
    )
    assert (parts.project, parts.version, parts.dist_info) == ("sample", "1.0", "sample-1.0.dist-info")
    assert parts.root_is_purelib
    assert parts.entry_points == "[console_scripts]\na = b:c\n"
    assert parts.metadata.startswith(b"Metadata-Version")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_files_are_read_only_and_keep_the_executable_bit(tmp_path: Path, umask: int) -> None:
    """Environments link to these files, under whatever umask they are made; the folders keep to the one of today."""
    wheel = make_wheel(tmp_path, {"sample/a": b"a", "sample/b": b"b"}, executable=["sample/b"])
    before = os.umask(umask)
    try:
        unpack(tmp_path, wheel)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(os.stat(tmp_path / "out/sample" / name).st_mode) for name in ("a", "b", ".")]
    assert modes == [0o444, 0o555, 0o777 & ~umask]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1, 5 * 2**20])
def test_members_of_every_size_are_whole(tmp_path: Path, compression: int, size: int) -> None:
    """Small members go in one piece, large ones in several, stored or deflated."""
    content = os.urandom(size // 2) + bytes(size - size // 2)
    unpack(tmp_path, make_wheel(tmp_path, {"sample/data": content}, compression=compression))
    assert (tmp_path / "out/sample/data").read_bytes() == content


def test_a_platform_wheel_says_so(tmp_path: Path) -> None:
    """Root-Is-Purelib false is kept, whatever its case."""
    wheel = make_wheel(tmp_path, wheel="wheel-version: 1.9\nROOT-IS-PURELIB: False\nno field\n")
    assert not unpack(tmp_path, wheel).root_is_purelib


def change_row(path_end: str, change: Callable[[list[str]], list[str]]) -> Callable[[Rows], Rows]:
    """Return a change of the RECORD row of the file that ends so."""
    return lambda rows: [change(row) if row[0].endswith(path_end) else row for row in rows]


def hashed_with(algorithm: str) -> Callable[[Rows], Rows]:
    """Return the change that gives one file's hash with another algorithm."""
    return change_row("__init__.py", lambda row: [row[0], record_hash(b"VALUE = 1\n", algorithm), row[2]])


def in_hex(content: bytes, algorithm: str = "sha256") -> Callable[[Rows], Rows]:
    """Return the change that gives one file's hash, as of *content*, in hex digits."""
    digest = hashlib.new(algorithm, content).hexdigest()
    return change_row("__init__.py", lambda row: [row[0], f"{algorithm}={digest}", row[2]])


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(change_row("__init__.py", lambda row: [row[0], row[1], ""]), id="no-size"),
        pytest.param(change_row("__init__.py", lambda row: row[:2]), id="two-columns"),
        pytest.param(change_row("__init__.py", lambda row: [row[0].replace("/", "\\"), *row[1:]]), id="backslash"),
        pytest.param(change_row("__init__.py", lambda row: [row[0], row[1] + "=", row[2]]), id="padded"),
        pytest.param(lambda rows: [*rows, ["sample/", "", ""]], id="folder"),
        pytest.param(lambda rows: [*rows, rows[0]], id="same-row-twice"),
        pytest.param(lambda rows: [*rows, []], id="empty-row"),
        pytest.param(hashed_with("sha512"), id="sha512"),
        pytest.param(
            hashed_with("blake2b"),
            id="blake2b",
        ),
    ],
)
def test_odd_records_that_exist_are_taken(tmp_path: Path, rows: Callable[[Rows], Rows]) -> None:
    """The leniency is deliberate, and listed in the module."""
    parts = unpack(tmp_path, make_wheel(tmp_path, rows=rows))
    assert "sample/__init__.py" in [path for path, *_ in parts.files]


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_hash_in_hex_digits_is_one(tmp_path: Path, algorithm: str) -> None:
    """Some backends have written it so: it is verified, and installed as the specification has it."""
    content = b"VALUE = 1\n"
    parts = unpack(tmp_path, make_wheel(tmp_path, rows=in_hex(content, algorithm)))
    assert ("sample/__init__.py", len(content), record_hash(content, algorithm), False) in parts.files


def test_entries_of_folders_are_passed_over(tmp_path: Path) -> None:
    """A folder is made for its files; an empty one isn't made."""
    folders = [member("sample/", mode=stat.S_IFDIR | 0o755), member("empty/", mode=stat.S_IFDIR | 0o755)]
    parts = unpack(tmp_path, make_wheel(tmp_path, also=folders))
    assert parts.dirs == ("sample", "sample-1.0.dist-info")


def test_signatures_need_no_row(tmp_path: Path) -> None:
    """RECORD.jws and RECORD.p7s can't be listed in what they sign; they are not installed."""
    wheel = make_wheel(tmp_path, also=[member("sample-1.0.dist-info/RECORD.jws", b"{}")])
    assert "sample-1.0.dist-info/RECORD.jws" not in [path for path, *_ in unpack(tmp_path, wheel).files]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (lambda rows: rows[1:], "its RECORD doesn't list 'sample/__init__.py'"),
        (lambda rows: [*rows, ["sample/gone.py", record_hash(b""), "0"]], "lists 'sample/gone.py', which it doesn't"),
        (lambda rows: [*rows, [rows[0][0], rows[0][1], "77"]], "two rows for 'sample/__init__.py' that differ"),
        (change_row("__init__.py", lambda row: [row[0], record_hash(b"other"), row[2]]), "the hash differs"),
        (in_hex(b"other"), "the hash differs"),
        (change_row("__init__.py", lambda row: [row[0], "sha256=" + "xy" * 32, row[2]]), "which is none"),
        (change_row("__init__.py", lambda row: [row[0], "sha256=" + "\u0661" * 64, row[2]]), "which is none"),
        (change_row("__init__.py", lambda row: [row[0], "", row[2]]), "gives '' as the hash"),
        (
            hashed_with("md5"),
            "needed is one of",
        ),
        (
            hashed_with("sha1"),
            "needed is one of",
        ),
        (change_row("__init__.py", lambda row: [row[0], "sha256=short", row[2]]), "which is none"),
        (change_row("__init__.py", lambda row: [row[0], "sha256=\u00e4", row[2]]), "which is none"),
        (change_row("__init__.py", lambda row: [row[0], "sha256=a", row[2]]), "which is none"),
        (change_row("__init__.py", lambda row: [row[0], row[1], "11"]), "has 11 bytes"),
        (change_row("__init__.py", lambda row: [row[0], row[1], "many"]), "has many bytes"),
        (lambda rows: [[row[0] + "x" * 200_000, *row[1:]] for row in rows], "no table of comma-separated values"),
    ],
)
def test_a_record_that_is_wrong_is_refused(tmp_path: Path, rows: Callable[[Rows], Rows], why: str) -> None:
    """The specification: every file is listed with a good hash, and nothing else is."""
    with pytest.raises(PackageError) as caught:
        unpack(tmp_path, make_wheel(tmp_path, rows=rows))
    assert caught.value.what == "the wheel sample-1.0-py3-none-any.whl is broken"
    assert why in caught.value.why
    assert "--no-binary" in caught.value.hint


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644])
def test_only_files_are_unpacked(tmp_path: Path, mode: int) -> None:
    """Links and devices are refused by what the archive says they are."""
    wheel = make_wheel(tmp_path, also=[member("sample/odd", b"/etc/passwd", mode=mode)])
    with pytest.raises(PackageError, match=r"'sample/odd' is (a symbolic link|neither)"):
        unpack(tmp_path, wheel)
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["../evil"], "climbs out"),
        (["sample/../../evil"], "climbs out"),
        (["/evil"], "is absolute"),
        (["C:/evil"], "names a drive"),
        (["..\\evil"], "backslash"),
        (["sample/./a"], "empty part"),
        (["sample//a"], "empty part"),
        (["sample/a", "sample/a"], "is there twice"),
        (["sample"], "both a file and a folder"),
        (["sample-1.0.data/bin/run"], "no folder that an installation has"),
        (["other-1.0.dist-info/METADATA"], "several .dist-info folders"),
    ],
)
def test_members_that_no_wheel_holds_are_refused(tmp_path: Path, names: list[str], why: str) -> None:
    """Nothing is written for a wheel that tries."""
    wheel = make_wheel(tmp_path / "in" / "deep", also=[member(name, b"evil") for name in names])
    with pytest.raises(PackageError) as caught:
        unpack(tmp_path, wheel)
    assert why in caught.value.why
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_a_nul_in_a_name_is_seen(tmp_path: Path) -> None:
    """The part behind a NUL isn't lost, as it is where C strings are used."""
    wheel = make_wheel(tmp_path, also=[member("sample/aXb", b"")])
    Path(wheel).write_bytes(Path(wheel).read_bytes().replace(b"sample/aXb", b"sample/a\0b"))
    with pytest.raises(PackageError, match="control character"):
        unpack(tmp_path, wheel)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"missing": ["RECORD"]}, "holds no sample-1.0.dist-info/RECORD"),
        ({"missing": ["METADATA"]}, "holds no sample-1.0.dist-info/METADATA"),
        ({"missing": ["WHEEL"]}, "holds no sample-1.0.dist-info/WHEEL"),
        ({"wheel": WHEEL.replace("1.0", "2.0")}, "its format is version 2.0"),
        ({"wheel": "Generator: x\n"}, "its format is version unknown"),
        ({"dist_info": "sample.dist-info"}, "isn't called NAME-VERSION.dist-info"),
        ({"compression": zipfile.ZIP_BZIP2}, "other than deflate (method 12)"),
    ],
)
def test_what_makes_a_wheel_must_be_there(tmp_path: Path, options: dict[str, object], why: str) -> None:
    """The dist-info folder and its three files, version 1 of the format, deflate."""
    with pytest.raises(PackageError) as caught:
        unpack(tmp_path, make_wheel(tmp_path, **options))  # type: ignore[arg-type]  # one table for all options
    assert why in caught.value.why


def test_an_archive_without_dist_info_is_no_wheel(tmp_path: Path) -> None:
    """Any other zip archive is refused."""
    wheel = make_wheel(tmp_path, members=lambda members: members[:1])
    with pytest.raises(PackageError, match=r"no \.dist-info folder"):
        unpack(tmp_path, wheel)


def test_text_must_be_utf8(tmp_path: Path) -> None:
    """A RECORD in another encoding is refused, not guessed."""

    def latin(members: Members) -> Members:
        return [(info, b"\xe4,," if info.filename.endswith("RECORD") else content) for info, content in members]

    with pytest.raises(PackageError, match="is not UTF-8"):
        unpack(tmp_path, make_wheel(tmp_path, members=latin))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    """An error page in the place of a download, an empty archive, rubbish."""
    path = tmp_path / "sample-1.0-py3-none-any.whl"
    path.write_bytes(content)
    with pytest.raises(PackageError, match=r"sample-1\.0-py3-none-any\.whl is broken"):
        unpack(tmp_path, str(path))


def sizeless(rows: Rows) -> Rows:
    """Take the sizes out of RECORD, so that only the archive's own words stand against each other."""
    return [row[:2] for row in rows]


def patched(wheel: str, at: int, form: str, value: int, *, central: bool, name: bytes = b"sample/__init__.py") -> str:
    """Write *value* over a field of a member's header, central or local, and return the path."""
    data = bytearray(Path(wheel).read_bytes())
    header = (data.rindex(name) - 46) if central else (data.index(name) - 30)
    struct.pack_into(form, data, header + at, value)
    Path(wheel).write_bytes(data)
    return wheel


@pytest.mark.parametrize(
    ("field", "where", "why"),
    [
        ((8, "<H", 0x1), "central", "is encrypted"),
        ((8, "<H", 0x20), "central", "other than deflate"),
        ((24, "<L", 5), "central", "not of the size"),
        ((24, "<L", 50), "central", "not of the size"),
        ((42, "<L", 2**31), "central", "broken"),
        ((0, "<L", 0), "local", "another header"),
        ((8, "<H", 0), "local", "another header"),
        ((30, "<B", ord("x")), "local", "another header"),
        ((26, "<H", 3), "local", "another header"),
        ((28, "<H", 60000), "local", "is cut off"),
    ],
)
def test_headers_must_be_true(tmp_path: Path, field: tuple[int, str, int], where: str, why: str) -> None:
    """An archive whose two descriptions of a member differ means two things to two readers."""
    wheel = patched(make_wheel(tmp_path, rows=sizeless), *field, central=where == "central")
    with pytest.raises(PackageError, match=why):
        unpack(tmp_path, wheel)


def test_sizes_of_large_members_must_be_true(tmp_path: Path) -> None:
    """Large members are measured while they are unpacked: too short, too long, broken off, stored wrongly."""
    content = {"sample/__init__.py": os.urandom(2**18)}
    for number, (at, value) in enumerate([(24, 2**18 + 1), (24, 2**18 - 1), (20, 2**17)]):
        wheel = patched(make_wheel(tmp_path / str(number), content, rows=sizeless), at, "<L", value, central=True)
        with pytest.raises(PackageError, match="not of the size"):
            unpack(tmp_path / str(number), wheel)
    wheel = patched(make_wheel(tmp_path / "s", content, compression=0), 20, "<L", 2**17, central=True)
    with pytest.raises(PackageError, match="not of the size"):
        unpack(tmp_path / "s", wheel)


def test_damaged_members_are_refused(tmp_path: Path) -> None:
    """A flipped byte is found by inflating, by the hash in RECORD, or by the checksum where there is no hash."""
    for number, name in enumerate((b"sample/__init__.py", b"sample-1.0.dist-info/RECORD")):
        wheel = make_wheel(tmp_path / str(number), compression=zipfile.ZIP_STORED)
        data = bytearray(Path(wheel).read_bytes())
        data[data.index(name) + len(name)] ^= 1
        Path(wheel).write_bytes(data)
        with pytest.raises(PackageError, match=r"hash differs|wrong checksum"):
            unpack(tmp_path / str(number), wheel)
    wheel = make_wheel(tmp_path / "deflated")
    data = bytearray(Path(wheel).read_bytes())
    data[data.index(b"sample/__init__.py") + 18] ^= 0xFF
    Path(wheel).write_bytes(data)
    with pytest.raises(PackageError, match="is damaged"):
        unpack(tmp_path / "deflated", wheel)


def test_members_that_share_bytes_are_a_bomb(tmp_path: Path) -> None:
    """Many members over the same bytes unpack to more than any honest archive of that size."""
    wheel = make_wheel(tmp_path, {"sample/a": b"a" * 100, "sample/b": b"a" * 100})
    with zipfile.ZipFile(wheel) as archive:
        first = archive.getinfo("sample/a").header_offset
    with pytest.raises(PackageError, match="overlaps"):
        unpack(tmp_path, patched(wheel, 42, "<L", first + 1, central=True, name=b"sample/b"))


def test_bounds_hold(tmp_path: Path) -> None:
    """Number, size and growth are bounded before anything is unpacked."""
    wheel = make_wheel(tmp_path, {"sample/a": b"a", "sample/b": b"b"})
    for name in (b"sample/a", b"sample/b"):
        patched(wheel, 24, "<L", 2**32 - 2, central=True, name=name)
    with pytest.raises(PackageError, match="would grow from"):
        unpack(tmp_path, wheel)
    assert archive_members.MOST_BYTES == 64 * 2**30
    wheel = make_wheel(tmp_path, {f"sample/{number}": b"" for number in range(20)})
    for number in range(20):
        patched(wheel, 24, "<L", 2**32 - 2, central=True, name=f"sample/{number}".encode())
    with pytest.raises(PackageError, match="would take 8"):
        unpack(tmp_path, wheel)


def test_texts_are_bounded(tmp_path: Path) -> None:
    """What is read into memory has a bound of its own, below that of files."""
    wheel = patched(make_wheel(tmp_path), 24, "<L", 2**27 + 1, central=True, name=b"sample-1.0.dist-info/METADATA")
    with pytest.raises(PackageError, match="more than 134217728"):
        unpack(tmp_path, wheel)


class Stream:
    """A file that can only be written from front to end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        """Pass on what is written."""
        return self._file.write(data)

    def flush(self) -> None:
        """Pass on what waits."""
        self._file.flush()

    def close(self) -> None:
        """Leave the file to whoever opened it."""


def test_other_ways_to_write_an_archive_are_fine(tmp_path: Path) -> None:
    """Zip64 headers, and sizes that follow the data because the writer couldn't go back."""
    with zipfile.ZipFile(make_wheel(tmp_path)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    wheel = tmp_path / "sample-1.0-2-py3-none-any.whl"
    with wheel.open("wb") as file, zipfile.ZipFile(Stream(file), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            with archive.open(name, "w", force_zip64=True) as member_file:
                member_file.write(content)
    unpack(tmp_path, str(wheel))
    assert (tmp_path / "out/sample/__init__.py").read_bytes() == contents["sample/__init__.py"]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    """A bound on their number keeps a small archive from filling a file system with names."""
    wheel = make_wheel(tmp_path)
    with pytest.raises(PackageError, match="holds 4 members, more than 3"):
        read_members(wheel, "it", most=3)


def test_a_member_that_cannot_be_two_files_is_the_systems_fault(tmp_path: Path) -> None:
    """Where a folder exists already, nothing is mixed into it."""
    (tmp_path / "out").mkdir()
    with pytest.raises(FileExistsError):
        unpack(tmp_path, make_wheel(tmp_path))
