"""What a compiled file needs: the shared libraries it names, and where it looks for them.

ELF is read here, from a memory map, in 0.04 ms: only the program headers and the dynamic section (System V ABI, chapter
5), which are all that the loader looks at. Mach-O and PE are read through ``macholib`` and ``pefile`` where they are
installed. Nothing is loaded or run, and a damaged file never raises: it is told as unreadable.
"""

import mmap
import os
import re
import struct
from collections.abc import Iterable
from typing import NamedTuple

_NATIVE = re.compile(r"\.(?:so(?:\.[0-9]+)*|dylib|pyd|dll)$", re.IGNORECASE)
_MACH_O = {
    b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
}  # fmt: skip

# (class, byte order) of e_ident -> the header's e_phoff, e_phentsize and e_phnum; a program header's p_type, p_offset,
# p_vaddr, p_paddr and p_filesz; a dynamic entry's d_tag and d_val
_ELF = {
    (bits, order): tuple(struct.Struct(sign + layout) for layout in layouts)
    for order, sign in ((1, "<"), (2, ">"))
    for bits, layouts in ((1, ("28xI10xHH", "IIIII", "iI")), (2, ("32xQ14xHH", "I4xQQQQ", "qQ")))
}
_LOAD, _DYNAMIC = 1, 2  # p_type
_END, _NEEDED, _STRINGS, _SONAME, _RPATH, _RUNPATH = 0, 1, 5, 14, 15, 29  # d_tag
_DYNAMIC_LIMIT = 1 << 16  # bytes; a real one has some hundreds, a damaged header claims anything
_STRING_LIMIT = 1 << 12  # bytes, as PATH_MAX


class Needs(NamedTuple):
    """What one compiled file says to the loader.

    ``soname`` is the name that others need it by (on macOS its install name), or "". ``needed`` are library names in
    the file's order: bare file names in ELF and PE, paths in Mach-O, maybe with ``@rpath``. ``rpaths`` are the folders
    it has searched, as written (``$ORIGIN/../lib``, ``@loader_path/.dylibs``). ``format`` is "elf", "mach-o" or "pe".
    """

    soname: str
    needed: tuple[str, ...]
    rpaths: tuple[str, ...]
    format: str


def is_native(path: str) -> bool:
    """Tell whether the name *path* is that of a shared library or an extension module on any platform."""
    return _NATIVE.search(path) is not None


def shared_libraries(root: str, files: Iterable[str]) -> tuple[tuple[str, Needs], ...]:
    """Return the compiled ones among *files* (relative to *root*, with "/") and what each needs, in the order given.

    What has such a name but is no readable shared library, a linker script or a damaged file, is left out.
    """
    found = ((file, read_needs(os.path.join(root, file))) for file in files if is_native(file))
    return tuple((file, needs) for file, needs in found if needs is not None)


def can_read(kind: str) -> bool:
    """Tell whether files of the format *kind* ("elf", "mach-o", "pe") can be read on this machine."""
    import importlib.util

    module = {"mach-o": "macholib", "pe": "pefile"}.get(kind)
    return kind == "elf" or (module is not None and importlib.util.find_spec(module) is not None)


def format_of(start: bytes) -> str:
    """Return the format of a file that begins with *start* (4 bytes or more): "elf", "mach-o", "pe" or ""."""
    if start[:4] == b"\x7fELF":
        return "elf"
    if start[:4] in _MACH_O:
        return "mach-o"
    return "pe" if start[:2] == b"MZ" else ""


def read_needs(path: str) -> Needs | None:
    """Return what the compiled file *path* needs.

    None if it can't be read: missing, another kind of file, damaged, or of a format whose reader isn't installed
    (:func:`can_read`). A file that needs nothing is a :class:`Needs` with nothing in it.
    """
    try:
        with open(path, "rb", buffering=0) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            kind = format_of(data[:4])
            if kind == "elf":
                return parse_elf(data)
    except (OSError, ValueError):  # mmap has ValueError for an empty file
        return None
    reader = {"mach-o": _read_mach_o, "pe": _read_pe}.get(kind)
    return reader(path) if reader and can_read(kind) else None


def parse_elf(data: bytes | mmap.mmap) -> Needs | None:
    """Return what the ELF file whose bytes are *data* needs; None if it is damaged."""
    try:
        header, program, entry = _ELF[data[4], data[5]]
        offset, size, count = header.unpack_from(data)
        segments = [program.unpack_from(data, offset + size * number) for number in range(count)]
        dynamic = next((segment for segment in segments if segment[0] == _DYNAMIC), None)
        if dynamic is None:
            return Needs("", (), (), "elf")
        if dynamic[1] + dynamic[4] > len(data):
            return None
        raw = data[dynamic[1] : dynamic[1] + min(dynamic[4], _DYNAMIC_LIMIT)]
        values: dict[int, list[int]] = {}
        for tag, value in entry.iter_unpack(raw[: len(raw) // entry.size * entry.size]):
            if tag == _END:
                break
            values.setdefault(tag, []).append(value)
        if not values.keys() & {_NEEDED, _SONAME, _RPATH, _RUNPATH}:
            return Needs("", (), (), "elf")
        address = values[_STRINGS][0]
        strings = next(s[1] + address - s[2] for s in segments if s[0] == _LOAD and s[2] <= address < s[2] + s[4])
        texts = {
            tag: tuple(_text(data, strings + value) for value in values.get(tag, ()))
            for tag in (_NEEDED, _SONAME, _RPATH, _RUNPATH)
        }
    except (struct.error, IndexError, KeyError, StopIteration, ValueError, OverflowError):
        return None
    rpaths = texts[_RUNPATH] or texts[_RPATH]  # the loader ignores RPATH where there is RUNPATH
    return Needs(
        soname=texts[_SONAME][0] if texts[_SONAME] else "",
        needed=texts[_NEEDED],
        rpaths=tuple(folder for rpath in rpaths for folder in rpath.split(":") if folder),
        format="elf",
    )


def _text(data: bytes | mmap.mmap, start: int) -> str:
    end = data.find(b"\0", start, start + _STRING_LIMIT)
    if end < 0:
        raise ValueError(start)
    return data[start:end].decode("utf-8", "surrogateescape")


def _read_mach_o(path: str) -> Needs | None:
    from macholib import mach_o
    from macholib.MachO import MachO

    soname, needed, rpaths = "", [], []
    try:
        for header in MachO(path).headers:  # one for each architecture of a universal file
            for load, _, text in header.commands:
                value = text.rstrip(b"\0").decode("utf-8", "surrogateescape") if isinstance(text, bytes) else ""
                if load.cmd == mach_o.LC_ID_DYLIB:
                    soname = value
                elif load.cmd == mach_o.LC_RPATH:
                    rpaths.append(value)
                elif load.cmd in (
                    mach_o.LC_LOAD_DYLIB,
                    mach_o.LC_LOAD_WEAK_DYLIB,
                    mach_o.LC_REEXPORT_DYLIB,
                    mach_o.LC_LAZY_LOAD_DYLIB,
                ):
                    needed.append(value)
    except Exception:  # noqa: BLE001 - macholib has no error of its own for damaged files
        return None
    return Needs(soname, tuple(dict.fromkeys(needed)), tuple(dict.fromkeys(rpaths)), "mach-o")


def _read_pe(path: str) -> Needs | None:
    import pefile

    wanted = ("IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT")
    try:
        with pefile.PE(path, fast_load=True) as file:
            file.parse_data_directories([pefile.DIRECTORY_ENTRY[name] for name in wanted])
            entries = [
                entry
                for name in ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT")
                for entry in getattr(file, name, ())
            ]
            needed = tuple(dict.fromkeys(entry.dll.decode("ascii", "surrogateescape") for entry in entries))
    except Exception:  # noqa: BLE001 - pefile's own error, and whatever else damaged files bring about
        return None
    return Needs("", needed, (), "pe")
