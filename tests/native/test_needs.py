"""What compiled files need: ELF against another reader and a real compiler, Mach-O and PE through their libraries."""

import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import installer
import pytest
from elf_files import elf_file
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

from pybuildsync.native.needs import Needs, can_read, format_of, is_native, parse_elf, read_needs, shared_libraries

COMPILER = shutil.which("cc") or "gcc"


def by_pyelftools(path: Path) -> Needs:
    """Return what *path* needs, as pyelftools reads it."""
    with path.open("rb") as file:
        sections = [each for each in ELFFile(file).iter_sections() if isinstance(each, DynamicSection)]
        tags = [tag for section in sections for tag in section.iter_tags()]
        found = {
            name: [getattr(tag, name.removeprefix("DT_").lower()) for tag in tags if tag.entry.d_tag == name]
            for name in ("DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH")
        }
    rpaths = [part for text in found["DT_RUNPATH"] or found["DT_RPATH"] for part in text.split(":")]
    return Needs("".join(found["DT_SONAME"]), tuple(found["DT_NEEDED"]), tuple(rpaths), "elf")


def test_real_extension_modules_read_as_another_reader_reads_them() -> None:
    """Every extension module of this interpreter and of what is installed in it, against pyelftools."""
    folders = [
        Path(sysconfig.get_path("platstdlib")).resolve(),
        Path(sysconfig.get_path("platlib")),
        Path(sys.base_prefix),
    ]
    paths = sorted({path for folder in folders for path in folder.rglob("*.so")})[:300]
    assert len(paths) > 20
    assert {path: read_needs(str(path)) for path in paths} == {path: by_pyelftools(path) for path in paths}


def test_what_a_compiler_makes(tmp_path: Path) -> None:
    """A library with a SONAME, and an extension module that needs it by a relative run path."""
    (tmp_path / "lib.c").write_text("int answer(void) { return 42; }\n")
    (tmp_path / "ext.c").write_text("int answer(void); int ask(void) { return answer(); }\n")
    (tmp_path / "lib").mkdir()
    commands = [
        ["-shared", "-fPIC", "-o", "lib/libanswer.so.1", "-Wl,-soname,libanswer.so.1", "lib.c"],
        ["-shared", "-fPIC", "-o", "ext.so", "ext.c", "lib/libanswer.so.1", "-Wl,-rpath,$ORIGIN/lib:/opt/lib"],
    ]
    for command in commands:
        subprocess.run([COMPILER, *command], cwd=tmp_path, check=True)
    (library_path, library), (module_path, module) = shared_libraries(
        str(tmp_path), ["lib/libanswer.so.1", "lib.c", "ext.so"]
    )
    assert (library_path, library.soname, library.rpaths) == ("lib/libanswer.so.1", "libanswer.so.1", ())
    assert (module_path, module.soname, module.rpaths) == ("ext.so", "", ("$ORIGIN/lib", "/opt/lib"))
    assert module.needed[0] == "libanswer.so.1"


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_both_classes_and_both_byte_orders(bits: int, order: str) -> None:
    """The layout is that of e_ident; RUNPATH makes the loader ignore RPATH."""
    data = elf_file(
        ["liba.so.1", "libb.so"], soname="libc.so", rpath="/a", runpath="$ORIGIN:/b", bits=bits, order=order
    )
    assert parse_elf(data) == Needs("libc.so", ("liba.so.1", "libb.so"), ("$ORIGIN", "/b"), "elf")
    assert parse_elf(elf_file(rpath="/a", bits=bits, order=order)) == Needs("", (), ("/a",), "elf")


def test_an_elf_file_that_needs_nothing() -> None:
    """Without a dynamic section, or with nothing of interest in it, there are no needs."""
    nothing = Needs("", (), (), "elf")
    assert parse_elf(elf_file()) == nothing
    without_programs = bytearray(elf_file(["liba.so"]))
    struct.pack_into("<H", without_programs, 56, 0)
    assert parse_elf(bytes(without_programs)) == nothing


@pytest.mark.parametrize("size", [4, 5, 6, 20, 64, 100, 180, 250])
def test_a_file_that_is_cut_off_is_unreadable(size: int) -> None:
    """None, never an error: whoever loads it will hear from the loader."""
    data = elf_file(["liba.so.1"] * 4)
    assert len(data) > size
    assert parse_elf(data[:size]) is None


def test_a_string_without_an_end_is_unreadable() -> None:
    """Names are shorter than a path may be."""
    assert parse_elf(elf_file(["x" * 5000])) is None


def test_strings_outside_of_what_is_mapped_are_unreadable() -> None:
    """The string table's address must lie in a loaded segment."""
    data = bytearray(elf_file(["liba.so"]))
    struct.pack_into("<Q", data, 64 + 16, 0x900000)  # p_vaddr of PT_LOAD
    assert parse_elf(bytes(data)) is None


@pytest.mark.parametrize("data", [b"", b"\x7fEL", b"INPUT(-lncurses)", b"\x7fELF" + b"\0" * 60, b"MZ" + b"\0" * 100])
def test_other_files_are_unreadable(tmp_path: Path, data: bytes) -> None:
    """An empty file, a linker script, a damaged header: None, and left out of a wheel's libraries."""
    path = tmp_path / "x.so"
    path.write_bytes(data)
    assert read_needs(str(path)) is None
    assert shared_libraries(str(tmp_path), ["x.so"]) == ()


def test_what_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    """Missing files and folders have no needs to tell."""
    assert read_needs(str(tmp_path / "none.so")) is None
    assert read_needs(str(tmp_path)) is None


def mach_o(*commands: tuple[int, str], magic: int = 0xFEEDFACF) -> bytes:
    """Return a 64-bit Mach-O library with (load command, text) pairs."""
    loads = b""
    for number, text in commands:
        fixed = 12 if number == 0x8000001C else 24
        padded = text.encode() + b"\0" * (8 - (fixed + len(text)) % 8)
        loads += struct.pack("<3I", number, fixed + len(padded), fixed) + bytes(fixed - 12) + padded
    return struct.pack("<8I", magic, 0x0100000C, 0, 6, len(commands), len(loads), 0, 0) + loads


def test_mach_o_is_read_through_macholib(tmp_path: Path) -> None:
    """The install name, what is loaded (each once), and the run paths."""
    path = tmp_path / "libx.dylib"
    commands = [
        (0xD, "@rpath/libx.1.dylib"),
        (0x26, "function starts"),
        (0xC, "/usr/lib/libSystem.B.dylib"),
        (0x18 | 1 << 31, "@rpath/liba.dylib"),
    ]
    path.write_bytes(mach_o(*commands, (0xC, "/usr/lib/libSystem.B.dylib"), (0x8000001C, "@loader_path/.dylibs")))
    assert read_needs(str(path)) == Needs(
        "@rpath/libx.1.dylib", ("/usr/lib/libSystem.B.dylib", "@rpath/liba.dylib"), ("@loader_path/.dylibs",), "mach-o"
    )


def test_a_damaged_mach_o_is_unreadable(tmp_path: Path) -> None:
    """So is a Java class, which begins as a universal file does."""
    path = tmp_path / "libx.dylib"
    for data in (mach_o((0xC, "/usr/lib/libSystem.B.dylib"))[:40], b"\xca\xfe\xba\xbe\0\0\0\x34" + b"x" * 50):
        path.write_bytes(data)
        assert read_needs(str(path)) is None


def test_pe_is_read_through_pefile() -> None:
    """A real launcher for Windows: what it imports, by file name."""
    scripts = Path(str(installer.__file__)).parent / "_scripts"
    path = next(scripts.glob("*64*.exe"))
    needs = read_needs(str(path))
    assert needs is not None
    assert (needs.format, needs.soname, needs.rpaths) == ("pe", "", ())
    assert "kernel32.dll" in {name.lower() for name in needs.needed}


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("a/_ext.cpython-311-x86_64-linux-gnu.so", True),
        ("lib/liba.so.1.2.3", True),
        ("liba.dylib", True),
        ("_ext.pyd", True),
        ("A.DLL", True),
        ("a.so.py", False),
        ("a.so.1x", False),
        ("so", False),
    ],
)
def test_names_of_compiled_files(name: str, native: bool) -> None:  # noqa: FBT001 - a table
    """Extension modules and shared libraries of every platform, by name alone."""
    assert is_native(name) == native


def test_formats_and_their_readers() -> None:
    """ELF needs nothing; the others' libraries are here in this test."""
    assert [can_read(kind) for kind in ("elf", "mach-o", "pe", "")] == [True, True, True, False]
    assert [format_of(start) for start in (b"\x7fELF", b"\xca\xfe\xba\xbe", b"MZ\0\0", b"PK\3\4")] == [
        "elf",
        "mach-o",
        "pe",
        "",
    ]


def test_reading_is_fast() -> None:
    """200 extension modules take some 10 ms; the bound leaves room for a busy machine."""
    import time

    paths = [str(path) for path in sorted(Path(sys.base_prefix).rglob("lib-dynload/*.so"))][:50]
    start = time.process_time()
    for path in paths:
        read_needs(path)
    assert (time.process_time() - start) / len(paths) < 0.002
    assert os.path.exists(paths[0])
