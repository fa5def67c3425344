"""Writing records into wheels: other files keep their bytes, RECORD fits, the same input gives the same wheel."""

import base64
import csv
import hashlib
import json
import os
import struct
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

from pybuildsync_hooks.record import RecordError, read_record, write_record
from pybuildsync_hooks.rewriting import MemberChange, WheelError, read_member, rewrite_wheel
from pybuildsync_hooks.zip_entries import central_record, copy_block, end_records, moved, read_entries

INFO = "ext-1.0.dist-info"
NAME = "ext-1.0-py3-none-any.whl"
RECORD = INFO + "/RECORD"
ADDED = INFO + "/pybuildsync.json"


def made() -> Dict[str, Any]:
    """Return a build record: the example in the README."""
    text = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")
    record: Dict[str, Any] = json.loads(text.split("```json\n")[1].split("```")[0])
    return record


def entry(name: str, mode: int = 0o644, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Return what a member is written with: a fixed time, *mode* and compression *method*."""
    info = zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2))
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = method
    return info


def hashed(data: bytes) -> str:
    """Return the hash as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def record_text(members: Dict[str, bytes], newline: str = "\n") -> str:
    """Return the text of RECORD for *members*."""
    lines = ['"{}",{},{}'.format(name, hashed(data), len(data)) for name, data in members.items()]
    return "".join(line + newline for line in [*lines, RECORD + ",,"])


def wheel(folder: Path, extra: Optional[Dict[str, bytes]] = None, *, newline: str = "\n", name: str = NAME) -> str:
    """Write a wheel with members of all kinds, RECORD not last; return its path."""
    members = {
        "ext/__init__.py": b"x = 1\n" * 50,
        "ext/empty.py": b"",
        INFO + "/METADATA": b"Name: ext\n",
        **(extra or {}),
    }
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"a comment"
        archive.writestr(entry("ext/__init__.py"), members["ext/__init__.py"])
        archive.writestr(entry(RECORD, 0o664), record_text(members, newline))
        archive.writestr(entry("ext/empty.py", method=zipfile.ZIP_STORED), b"")
        for each in list(members)[2:]:
            archive.writestr(entry(each, 0o755, zipfile.ZIP_LZMA), members[each])
    return str(path)


def blocks(path: str) -> Dict[str, bytes]:
    """Return each member's raw bytes: local header and compressed data."""
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [archive.start_dir]
        result = {}
        for info, end in zip(infos, ends):
            file.seek(info.header_offset)
            result[info.filename] = file.read(end - info.header_offset)
    return result


def rows(path: str) -> List[List[str]]:
    """Return RECORD's rows."""
    with zipfile.ZipFile(path) as archive:
        return list(csv.reader(archive.read(RECORD).decode().splitlines()))


def assert_sound(path: str) -> None:
    """Check that RECORD is last, lists every member once, and that hashes and sizes are right."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[-1] == RECORD
        listed = rows(path)
        assert sorted(row[0] for row in listed) == sorted(name for name in names if not name.endswith("/"))
        assert listed[-1] == [RECORD, "", ""]
        for name, digest, size in listed[:-1]:
            data = archive.read(name)
            assert (digest, size) == (hashed(data), str(len(data)))


def test_a_record_is_written_and_read(tmp_path: Path) -> None:
    """What was written is read back; the wheel keeps its name and its own bytes; RECORD is right and last."""
    path = wheel(tmp_path)
    os.chmod(path, 0o640)
    (tmp_path / "out").mkdir()
    result = write_record(path, made(), str(tmp_path / "out"))
    assert result == str(tmp_path / "out" / NAME)
    assert read_record(path) is None
    assert read_record(result) == made()
    assert_sound(result)
    before, after = blocks(path), blocks(result)
    assert {name: after[name] for name in before if name != RECORD} == {
        name: block for name, block in before.items() if name != RECORD
    }
    assert os.stat(result).st_mode & 0o777 == 0o640
    with zipfile.ZipFile(result) as archive:
        assert archive.comment == b"a comment"
        info = archive.getinfo(ADDED)
        assert (info.date_time, info.external_attr >> 16) == ((2020, 2, 2, 2, 2, 2), 0o100664)
        assert [archive.getinfo(name).compress_type for name in (ADDED, RECORD)] == [zipfile.ZIP_DEFLATED] * 2
        assert archive.getinfo(INFO + "/METADATA").compress_type == zipfile.ZIP_LZMA


def test_the_same_input_gives_the_same_wheel(tmp_path: Path) -> None:
    """Writing twice, or over what was written, changes nothing."""
    path = wheel(tmp_path)
    (tmp_path / "out").mkdir()
    first = Path(write_record(path, made(), str(tmp_path / "out"))).read_bytes()
    second = Path(write_record(path, made(), str(tmp_path))).read_bytes()
    third = Path(write_record(path, made(), str(tmp_path))).read_bytes()
    assert first == second == third
    assert sorted(os.listdir(str(tmp_path))) == [NAME, "out"]


def test_signatures_go(tmp_path: Path) -> None:
    """RECORD.jws and RECORD.p7s would not fit the new RECORD (PEP 815)."""
    path = wheel(tmp_path, {INFO + "/RECORD.jws": b"{}", INFO + "/RECORD.p7s": b"x"})
    result = write_record(path, made(), str(tmp_path))
    assert_sound(result)
    assert [name for name in blocks(result) if "RECORD." in name] == []


def test_a_bill_of_materials_can_go_along(tmp_path: Path) -> None:
    """CycloneDX under sboms/ (PEP 770): the wheel as component, the build environment as how it came to be."""
    result = write_record(wheel(tmp_path), made(), str(tmp_path), sbom=True)
    assert_sound(result)
    data = read_member(result, "sboms/pybuildsync.cdx.json")
    assert data is not None
    assert b'"pkg:pypi/lib@2.0"' in data
    again = write_record(result, made(), str(tmp_path))
    assert read_member(again, "sboms/pybuildsync.cdx.json") is None


def test_line_ends_of_a_record_stay(tmp_path: Path) -> None:
    """Lines of files that stay are kept as they are; new ones end alike."""
    result = write_record(wheel(tmp_path, newline="\r\n"), made(), str(tmp_path))
    with zipfile.ZipFile(result) as archive:
        text = archive.read(RECORD)
    assert text.count(b"\r\n") == text.count(b"\n") == 5


def test_names_that_need_quotes_get_them(tmp_path: Path) -> None:
    """RECORD is CSV: a comma in a name is no separator."""
    path = wheel(tmp_path, {"ext/a,b.txt": b"x"})
    result = rewrite_wheel(path, [MemberChange("a,b.json", b"{}")], str(tmp_path))
    assert_sound(result)
    assert_sound(rewrite_wheel(result, [MemberChange("a,b.json", b"[]")], str(tmp_path)))


def test_names_without_the_utf8_flag_keep_their_bytes(tmp_path: Path) -> None:
    """A name in the old DOS code page stays so, in both of its places; zipfile would write another."""
    path = Path(wheel(tmp_path, {"ext/_.txt": b"x"}))
    path.write_bytes(path.read_bytes().replace(b"ext/_.txt", b"ext/\x82.txt"))
    result = rewrite_wheel(str(path), [], str(tmp_path))
    assert Path(result).read_bytes().count(b"ext/\x82.txt") == 2
    with zipfile.ZipFile(result) as archive:
        assert archive.read("ext/é.txt") == b"x"


def test_names_beyond_ascii_can_be_added(tmp_path: Path) -> None:
    """They are flagged as UTF-8."""
    result = rewrite_wheel(wheel(tmp_path, {"ext/é.txt": b"x"}), [MemberChange("ü.json", b"{}")], str(tmp_path))
    assert_sound(result)
    assert read_member(result, "ü.json") == b"{}"


def test_a_stored_record_stays_stored(tmp_path: Path) -> None:
    """RECORD's compression goes for what is added, where it is stored or deflated."""
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry(RECORD, method=zipfile.ZIP_STORED), RECORD + ",,\n")
    with zipfile.ZipFile(write_record(str(path), made(), str(tmp_path))) as archive:
        assert [info.compress_type for info in archive.infolist()] == [zipfile.ZIP_STORED] * 2


def test_streamed_and_zip64_members_keep_their_bytes(tmp_path: Path) -> None:
    """Data descriptors behind members and zip64 fields in their headers are copied with them."""
    path = tmp_path / NAME
    with open(path, "wb") as file:

        class Stream:
            """A file that can't be sought, so that zipfile writes data descriptors."""

            write, flush = file.write, file.flush

        with zipfile.ZipFile(Stream(), "w") as archive:  # type: ignore[call-overload]  # a stream is enough for it
            with archive.open(entry("ext/big.bin"), "w", force_zip64=True) as member:
                member.write(b"big" * 1000)
            archive.writestr(entry("ext/x.py"), "x = 1")
            archive.writestr(
                entry(RECORD),
                "{},{},3000\n{},{},5\n{},,\n".format(
                    "ext/big.bin", hashed(b"big" * 1000), "ext/x.py", hashed(b"x = 1"), RECORD
                ),
            )
    before = blocks(str(path))
    result = write_record(str(path), made(), str(tmp_path))
    assert_sound(result)
    assert blocks(result)["ext/big.bin"] == before["ext/big.bin"]


def test_bytes_before_the_archive_are_left_behind(tmp_path: Path) -> None:
    """A self-extracting archive's program is no part of a wheel; the members behind it are found."""
    path = Path(wheel(tmp_path))
    path.write_bytes(b"#!/bin/sh\n" * 10 + path.read_bytes())
    result = write_record(str(path), made(), str(tmp_path))
    assert_sound(result)
    assert Path(result).read_bytes()[:4] == b"PK\3\4"


def test_a_second_dist_info_is_told_apart_by_the_name_of_the_wheel(tmp_path: Path) -> None:
    """A wheel that carries another's dist-info, vendored at the top, has one of its own."""
    path = wheel(tmp_path, {"other-2.0.dist-info/RECORD": b""}, name="Ext-1.0-py3-none-any.whl")
    assert read_record(write_record(path, made(), str(tmp_path))) == made()


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"ext/x.py": b""},
        {"a-1.dist-info/RECORD": b"", "b-1.dist-info/RECORD": b""},
        {"x/a-1.dist-info/RECORD": b""},
    ],
)
def test_an_archive_without_a_dist_info_of_its_own_is_no_wheel(tmp_path: Path, members: Dict[str, bytes]) -> None:
    """Nothing is written, and the file is as it was."""
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    before = path.read_bytes()
    with pytest.raises(WheelError, match="has no dist-info of its own with a RECORD"):
        write_record(str(path), made(), str(tmp_path))
    with pytest.raises(WheelError):
        read_record(str(path))
    assert (os.listdir(str(tmp_path)), path.read_bytes()) == ([NAME], before)


def test_what_is_no_archive_is_no_wheel(tmp_path: Path) -> None:
    """Damaged files are told as such, and leave nothing behind."""
    path = tmp_path / NAME
    path.write_bytes(b"no archive")
    for action in (lambda: write_record(str(path), made(), str(tmp_path)), lambda: read_record(str(path))):
        with pytest.raises(WheelError, match=NAME + " is not a whole wheel: "):
            action()
    assert os.listdir(str(tmp_path)) == [NAME]


def test_a_record_that_is_not_text_is_a_damaged_wheel(tmp_path: Path) -> None:
    """RECORD is UTF-8 (binary distribution format)."""
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry(RECORD), b"\xff")
    with pytest.raises(WheelError, match="is not a whole wheel"):
        write_record(str(path), made(), str(tmp_path))


def test_a_member_that_is_cut_off_is_a_damaged_wheel(tmp_path: Path) -> None:
    """A file that shrinks while it is read doesn't give a wheel."""
    source = tmp_path / "shrunk"
    path = wheel(tmp_path)
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        entries = read_entries(file, archive)
    source.write_bytes(Path(path).read_bytes()[:40])
    with open(source, "rb") as file, open(tmp_path / "out", "wb") as out, pytest.raises(
        zipfile.BadZipFile, match="cut"
    ):
        copy_block(entries[0], file, out)


def test_an_invalid_record_is_not_written(tmp_path: Path) -> None:
    """The format's own rules hold for every record in a wheel."""
    path = wheel(tmp_path)
    with pytest.raises(RecordError, match="build_key"):
        write_record(path, {**made(), "build_key": ""}, str(tmp_path))


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff"])
def test_what_is_no_object_reads_as_no_record(tmp_path: Path, data: bytes) -> None:
    """Readers get an object or nothing."""
    path = rewrite_wheel(wheel(tmp_path), [MemberChange("pybuildsync.json", data)], str(tmp_path))
    assert read_record(path) is None


def test_a_missing_wheel_or_folder_is_the_systems_error(tmp_path: Path) -> None:
    """Files that can't be read or written are no fault of the wheel."""
    with pytest.raises(FileNotFoundError):
        write_record(str(tmp_path / NAME), made(), str(tmp_path))
    with pytest.raises(FileNotFoundError):
        write_record(wheel(tmp_path), made(), str(tmp_path / "none"))
    assert os.listdir(str(tmp_path)) == [NAME]


def test_offsets_beyond_four_gigabytes_go_into_zip64_fields() -> None:
    """APPNOTE 4.5.3: a full 32-bit field points to the extra field; a moved record changes it there."""
    far = 2**33
    common = (0, 8, 0, 0, 0, 10, 20, 1)
    record = central_record(b"x", common, made_by=20, attributes=(0, 0), offset=far)
    assert struct.unpack_from("<2HQ", record, 47) == (1, 8, far)
    assert struct.unpack_from("<I", record, 42) == (0xFFFFFFFF,)
    assert struct.unpack_from("<Q", moved(record, far - 7), 51) == (far - 7,)
    other_field_first = record[:30] + struct.pack("<H", 16) + record[32:47] + struct.pack("<2H", 9, 0) + record[47:]
    assert struct.unpack_from("<Q", moved(other_field_first, 5), 55) == (5,)
    with pytest.raises(zipfile.BadZipFile, match="no zip64 field"):
        moved(record[:30] + b"\0\0" + record[32:47], 5)


@pytest.mark.parametrize(("count", "size", "offset"), [(0xFFFF, 10, 10), (1, 2**32, 10), (1, 10, 2**32)])
def test_large_archives_end_with_zip64_records(count: int, size: int, offset: int) -> None:
    """APPNOTE 4.3.14 and 4.3.15: where a number is too large, the zip64 end record has all of them."""
    end = end_records(count, size, offset, b"comment")
    assert struct.unpack_from("<4sQ2H2I4Q", end) == (b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    assert struct.unpack_from("<4sIQI", end, 56) == (b"PK\6\7", 0, offset + size, 1)
    assert end[76:80] == b"PK\5\6"
    assert len(end_records(1, 10, 10, b"comment")) == 22 + len(b"comment")
