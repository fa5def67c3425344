"""Small ELF files made by hand, of any class and byte order, for what a compiler here can't make."""

import struct
from collections.abc import Sequence

ADDRESS = 0x1000  # where the file is mapped: file offset 0


def elf_file(
    needed: Sequence[str] = (),
    *,
    soname: str = "",
    rpath: str = "",
    runpath: str = "",
    bits: int = 64,
    order: str = "<",
) -> bytes:
    """Return a shared library with one PT_LOAD, one PT_DYNAMIC and the dynamic entries asked for."""
    strings = b"\0"
    entries: list[tuple[int, int]] = []
    for tag, text in [*((1, name) for name in needed), (14, soname), (15, rpath), (29, runpath)]:
        if text:
            entries.append((tag, len(strings)))
            strings += text.encode() + b"\0"
    header_size, program_size, word = (64, 56, "Q") if bits == 64 else (52, 32, "I")
    dynamic_at = header_size + 2 * program_size
    dynamic_size = (len(entries) + 2) * 2 * struct.calcsize(order + word)
    strings_at = dynamic_at + dynamic_size
    dynamic = b"".join(
        struct.pack(f"{order}2{word}", *entry) for entry in [(5, ADDRESS + strings_at), *entries, (0, 0)]
    )
    total = strings_at + len(strings)
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    header = ident + struct.pack(
        f"{order}2HI3{word}I6H", 3, 62, 1, 0, header_size, 0, 0, header_size, program_size, 2, 0, 0, 0
    )
    programs = b"".join(
        _program(order, word, kind, at, size) for kind, at, size in ((1, 0, total), (2, dynamic_at, dynamic_size))
    )
    return header + programs + dynamic + strings


def _program(order: str, word: str, kind: int, at: int, size: int) -> bytes:
    if word == "Q":
        return struct.pack(f"{order}2I6Q", kind, 4, at, ADDRESS + at, 0, size, size, 8)
    return struct.pack(f"{order}8I", kind, at, ADDRESS + at, 0, size, size, 4, 4)
