"""Unpacking of source distributions: what is sound comes out as it is, what is not is refused by name."""

import os
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from frontend.archives import entry, folder, hard_link, link, write_raw, write_tar, write_zip

from pybuildsync.errors import EnvironmentFault, PackageError
from pybuildsync.frontend.archive_rules import UnpackLimits, link_problem, member_problem
from pybuildsync.frontend.unpacking import DEFAULT_LIMITS, extract_member, unpack_sdist


def refusal(archive: str, tmp_path: Path, *, limits: UnpackLimits = DEFAULT_LIMITS) -> str:
    """Unpack *archive*, which is refused, and return the error's text; nothing may stand beside the destination."""
    with pytest.raises(PackageError) as caught:
        unpack_sdist(archive, str(tmp_path / "out" / "deep"), limits=limits)
    assert sorted(os.listdir(tmp_path / "out")) == ["deep"]
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".tar.gz", ".tgz"])
def test_a_tar_archive_unpacks_to_its_files(tmp_path: Path, suffix: str) -> None:
    """Contents, executable bits, links inside the tree; the path of the root folder is returned."""
    archive = write_tar(
        tmp_path / f"a-1{suffix}",
        [
            folder("a-1"),
            entry("a-1/run.sh", b"#!/bin/sh\n", mode=0o755),
            entry("a-1/sub/data", bytes(range(256)) * 400),
            link("a-1/sub/again", "../run.sh"),
            hard_link("a-1/third", "a-1/run.sh"),
        ],
    )
    root = unpack_sdist(archive, str(tmp_path / "out"))
    assert root == str(tmp_path / "out" / "a-1")
    assert Path(root, "sub/data").read_bytes() == bytes(range(256)) * 400
    assert Path(root, "third").read_bytes() == b"#!/bin/sh\n"
    assert os.readlink(os.path.join(root, "sub/again")) == "../run.sh"
    assert stat.S_IMODE(os.stat(os.path.join(root, "run.sh")).st_mode) & 0o100


def test_a_zip_archive_unpacks_to_its_files(tmp_path: Path) -> None:
    """The same for zip, with executable bits."""
    archive = write_zip(
        tmp_path / "a-1.zip",
        [("a-1/", b"", stat.S_IFDIR | 0o755), ("a-1/run.sh", b"#!", 0o755), ("a-1/sub/data", b"x" * 1000, 0o644)],
    )
    root = unpack_sdist(archive, str(tmp_path / "out"))
    assert Path(root, "sub/data").read_bytes() == b"x" * 1000
    assert os.access(os.path.join(root, "run.sh"), os.X_OK)
    assert not os.access(os.path.join(root, "sub/data"), os.X_OK) or os.name == "nt"


def test_the_kind_of_archive_is_what_it_is_not_what_it_is_called(tmp_path: Path) -> None:
    """A zip called .tar.gz and a tar that isn't compressed occur in the wild."""
    write_zip(tmp_path / "a-1.zip", [("a-1/data", b"x", 0o644)])
    os.rename(tmp_path / "a-1.zip", tmp_path / "a-1.tar.gz")
    assert Path(unpack_sdist(str(tmp_path / "a-1.tar.gz"), str(tmp_path / "1")), "data").read_bytes() == b"x"
    with tarfile.open(tmp_path / "b-1.tgz", "w:") as archive:
        archive.addfile(entry("b-1/empty")[0])
    assert os.listdir(unpack_sdist(str(tmp_path / "b-1.tgz"), str(tmp_path / "2"))) == ["empty"]


def test_odd_spellings_of_paths_are_normal(tmp_path: Path) -> None:
    """``./``, doubled slashes and an entry for the archive itself are what some tools write."""
    archive = write_tar(tmp_path / "a-1.tar.gz", [folder("./"), folder("./a-1/"), entry("./a-1//b", b"x")])
    assert Path(unpack_sdist(archive, str(tmp_path / "out")), "b").read_bytes() == b"x"


def test_the_last_of_two_members_counts(tmp_path: Path) -> None:
    """As tar has it: appended members replace earlier ones."""
    members = [entry("a-1/b", b"1"), folder("a-1"), entry("a-1/b", b"2"), folder("a-1")]
    root = unpack_sdist(write_tar(tmp_path / "a-1.tar.gz", members), str(tmp_path / "out"))
    assert Path(root, "b").read_bytes() == b"2"


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([entry("/etc/passwd")], "its path is absolute"),
        ([entry("a-1/../../x")], "its path leads out of the archive"),
        ([entry("..")], "its path leads out of the archive"),
        ([entry("a-1/dev", kind=tarfile.CHRTYPE)], "a-1/dev: it is a device or a pipe"),
        ([entry("a-1/pipe", kind=tarfile.FIFOTYPE)], "a-1/pipe: it is a device or a pipe"),
        ([link("a-1/l", "/etc")], "which is not a path inside the archive"),
        ([link("a-1/l", "")], "which is not a path inside the archive"),
        ([link("a-1/l", "C:/x")], "which is not a path inside the archive"),
        ([link("a-1/l", "../x")], "which leads out of the root folder"),
        ([link("a-1/b/l", "../../x")], "which leads out of the root folder"),
        ([link("a-1/l", "b/../../../x")], "which climbs through another folder"),
        ([folder("a-1/d"), link("a-1/l", "d"), entry("a-1/l/x")], "it would be written through a link"),
        ([folder("a-1/d"), link("a-1/l", "d"), entry("a-1/L/x")], "it would be written through a link"),
        ([link("a-1/l", "x"), entry("a-1/l")], "a link before it has the same name"),
        ([entry("a-1/l"), link("a-1/l", "x")], "a file before it has the same name"),
        ([link("a-1/l", "x"), link("a-1/l", "y")], "a link before it has the same name"),
        ([folder("a-1/d"), link("a-1/d", "x")], "a folder before it has the same name"),
        ([entry("a-1/d"), folder("a-1/d")], "a file before it has the same name"),
        ([folder("a-1/d"), entry("a-1/d")], "a folder before it has the same name"),
        ([entry("a-1/d"), entry("a-1/d/e")], "one of its folders is a file"),
        ([link("a-1/é", "x"), entry("a-1/e\N{COMBINING ACUTE ACCENT}")], "a link before it has the same name"),
        ([hard_link("a-1/h", "/etc/passwd")], "which is no file before it in the archive"),
        ([hard_link("a-1/h", "a-1/../../x")], "which is no file before it in the archive"),
        ([hard_link("a-1/h", "a-1/h")], "which is no file before it in the archive"),
        ([entry("a-1/f"), hard_link("a-1/h", "a-1/F")], "which is no file before it in the archive"),
        ([hard_link("a-1/h", "a-1/later"), entry("a-1/later")], "which is no file before it in the archive"),
        ([link("a-1/l", "x"), hard_link("a-1/h", "a-1/l")], "which is no file before it in the archive"),
        ([link("loose", "x")], "has no root folder"),
        ([entry("setup.py")], "has no root folder"),
        ([entry("a-1/x"), entry("setup.py")], "has no root folder"),
        ([entry("a-1/x"), entry("b-1/x")], "at its top stand: a-1, b-1"),
        ([], "at its top stand: nothing"),
    ],
)
def test_unsafe_tar_archives_are_refused(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], why: str
) -> None:
    """The error names the archive and what is wrong, and nothing is written outside."""
    text = refusal(write_tar(tmp_path / "a-1.tar.gz", members), tmp_path)
    assert why in text
    assert text.startswith("a-1.tar.gz ")


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (("/etc/passwd", b"", 0o644), "its path is absolute"),
        (("a-1/../../x", b"", 0o644), "its path leads out of the archive"),
        (("a-1\\x", b"", 0o644), "its path has backslashes"),
        (("a-1/link", b"/etc", stat.S_IFLNK | 0o777), "a-1/link: it is a link, a device or a pipe"),
        (("a-1/pipe", b"", stat.S_IFIFO | 0o644), "a-1/pipe: it is a link, a device or a pipe"),
        (("setup.py", b"", 0o644), "has no root folder"),
    ],
)
def test_unsafe_zip_archives_are_refused(tmp_path: Path, member: tuple[str, bytes, int], why: str) -> None:
    """The same rules hold for zip, which has no links in sdists."""
    assert why in refusal(write_zip(tmp_path / "a-1.zip", [member]), tmp_path)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (UnpackLimits(members=2), "more than 2 members"),
        (UnpackLimits(member_bytes=999), "1000 bytes, more than the 999"),
        (UnpackLimits(total_bytes=1500), "more than 1500 bytes"),
    ],
)
def test_there_are_bounds(tmp_path: Path, limits: UnpackLimits, why: str) -> None:
    """Members, bytes of one, bytes of all: for tar and for zip."""
    tar = write_tar(tmp_path / "a-1.tar.gz", [entry(f"a-1/{at}", b"x" * 1000) for at in range(3)])
    assert why in refusal(tar, tmp_path, limits=limits)
    zipped = write_zip(tmp_path / "a-1.zip", [(f"a-1/{at}", b"x" * 1000, 0o644) for at in range(3)])
    assert why in refusal(zipped, tmp_path, limits=limits)


def test_a_header_is_bounded(tmp_path: Path) -> None:
    """A header that says it is huge isn't read: some grow to gigabytes from kilobytes."""
    info, _ = entry("a-1/x", b"x")
    info.pax_headers = {"comment": "c" * 100_000}
    archive = write_tar(tmp_path / "a-1.tar.gz", [(info, b"x")])
    limits = UnpackLimits(header_bytes=1000)
    assert os.path.isdir(unpack_sdist(archive, str(tmp_path / "fine")))
    long_header = tarfile.TarInfo("./PaxHeaders/x")
    long_header.type, long_header.size = tarfile.XHDTYPE, 300_000
    raw = long_header.tobuf(tarfile.USTAR_FORMAT) + b"0" * 300_032 + b"\0" * 1024
    assert "a header: 300032 bytes long" in refusal(write_raw(tmp_path / "b-1.tar.gz", raw), tmp_path, limits=limits)


def test_all_that_is_read_is_bounded(tmp_path: Path) -> None:
    """What an archive makes us read counts, whether or not it is a member's content."""
    header = tarfile.TarInfo("./PaxHeaders/x")
    header.type, header.size = tarfile.XHDTYPE, 5000
    raw = header.tobuf(tarfile.USTAR_FORMAT) + b"0" * 5120 + b"\0" * 1024
    limits = UnpackLimits(members=1, total_bytes=0, header_bytes=0)
    archive = write_raw(tmp_path / "a-1.tar.gz", raw)
    assert "the whole: more than 0 bytes" in refusal(archive, tmp_path, limits=limits)


def test_without_the_filter_members_are_as_harmless(tmp_path: Path) -> None:
    """Before Python 3.11.4 permissions and owners are made harmless by hand."""
    members = [
        entry("a-1/suid", b"x", mode=0o6777),
        entry("a-1/odd", b"x", mode=0o026),
        entry("a-1/d", kind=tarfile.DIRTYPE, mode=0),
    ]
    with tarfile.open(write_tar(tmp_path / "a-1.tar.gz", members)) as archive:
        for member in archive:
            extract_member(archive, member, str(tmp_path), filtered=False)
    modes = {name: stat.S_IMODE(os.stat(tmp_path / "a-1" / name).st_mode) for name in ("suid", "odd", "d")}
    assert modes == {"suid": 0o755, "odd": 0o644, "d": 0o755}


def test_a_hard_link_replaces_an_earlier_file(tmp_path: Path) -> None:
    """It is a file as others are, and a copy of its own: builds change files in place."""
    members = [entry("a-1/f", b"1"), entry("a-1/h", b"2"), hard_link("a-1/h", "a-1/f")]
    root = unpack_sdist(write_tar(tmp_path / "a-1.tar.gz", members), str(tmp_path / "out"))
    Path(root, "f").write_bytes(b"3")
    assert Path(root, "h").read_bytes() == b"1"


def test_a_size_is_not_negative(tmp_path: Path) -> None:
    """A negative size would make the archive endless."""
    header = bytearray(tarfile.TarInfo("a-1/x").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 8 + struct.pack(">i", -1536)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    raw = tarfile.TarInfo("a-1/w").tobuf(tarfile.GNU_FORMAT) + bytes(header) + b"\0" * 1024
    text = refusal(write_raw(tmp_path / "a-1.tar.gz", raw), tmp_path)
    assert "a-1/x: it says that it has -1536 bytes" in text or "can't be unpacked" in text


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a-1.tar.gz", b"\x1f\x8bnothing", "a-1.tar.gz can't be unpacked"),
        ("a-1.tar.gz", b"not an archive", "a-1.tar.gz can't be unpacked"),
        ("a-1.tar.gz", b"", "a-1.tar.gz can't be unpacked"),
        ("a-1.zip", b"PK not one", "a-1.zip can't be unpacked"),
        ("a-1.tar.bz2", b"BZh", "a-1.tar.bz2 can't be unpacked"),
        ("a-1.tar.xz", b"\xfd7zXZ", "a-1.tar.xz is no source distribution"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    """Damaged files and other kinds are told apart."""
    (tmp_path / name).write_bytes(content)
    assert refusal(str(tmp_path / name), tmp_path).startswith(what)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    """The end is missing: told as damage, with what to do."""
    path = Path(write_tar(tmp_path / "a-1.tar.gz", [entry("a-1/x", os.urandom(50_000))]))
    path.write_bytes(path.read_bytes()[:20_000])
    assert "download it again" in refusal(str(path), tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    """There is no password for a source."""
    path = Path(write_zip(tmp_path / "a-1.zip", [("a-1/x", b"x", 0o644)]))
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(str(path), tmp_path)


def test_a_damaged_zip_member_is_refused(tmp_path: Path) -> None:
    """The checksum is checked."""
    path = Path(write_zip(tmp_path / "a-1.zip", [("a-1/x", b"x" * 100, 0o644)]))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 16] ^= 255
    path.write_bytes(content)
    with pytest.raises(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        archive.read("a-1/x")
    assert "can't be unpacked" in refusal(str(path), tmp_path)


def test_a_machine_that_refuses_is_not_the_archives_fault(tmp_path: Path) -> None:
    """A destination that can't be written is the environment's fault."""
    archive = write_tar(tmp_path / "a-1.tar.gz", [entry("a-1/x")])
    with pytest.raises(EnvironmentFault, match="--cache-dir"):
        unpack_sdist(archive, "/sys/kernel/nowhere")


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(PackageError, match=r"gone-1.tar.gz can't be unpacked"):
        unpack_sdist(str(tmp_path / "gone-1.tar.gz"), str(tmp_path / "out"))


@pytest.mark.parametrize(
    ("name", "windows", "why"),
    [
        ("a-1/x", True, ""),
        ("a-1/c:x", False, ""),
        ("a-1/b\\x", False, ""),
        ("a-1/c:x", True, "its path names a drive, a stream or another folder on Windows"),
        ("a-1/b\\x", True, "its path names a drive, a stream or another folder on Windows"),
        ("a-1\\..\\x", True, "its path leads out of the archive"),
        ("\\x", True, "its path is absolute"),
        ("", False, "it has no usable name"),
        ("a-1/\0", False, "it has no usable name"),
    ],
)
def test_names_are_judged_by_the_system_that_they_are_for(name: str, *, windows: bool, why: str) -> None:
    """What is an ordinary name here may be another folder there."""
    assert member_problem(name, windows=windows) == why


@pytest.mark.parametrize(
    ("name", "target"), [("a-1/l", "x"), ("a-1/b/l", "../x"), ("a-1/b/l", "./.."), ("a-1/b/c/l", "../../d/e")]
)
def test_links_inside_the_root_folder_are_fine(name: str, target: str) -> None:
    """A link may climb as far as the root folder."""
    assert link_problem(name, target) == ""
