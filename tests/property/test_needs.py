"""Laws of reading compiled files: what was written is read; whatever a file holds, reading ends without an error."""

from elf_files import elf_file
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.native.needs import Needs, parse_elf

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0:"), min_size=1, max_size=20)
LIBRARY = elf_file(["liba.so.1", "libb.so"], soname="libc.so", runpath="$ORIGIN/../lib")


@given(
    needed=st.lists(NAMES),
    soname=NAMES,
    runpath=st.lists(NAMES),
    bits=st.sampled_from([32, 64]),
    order=st.sampled_from("<>"),
)
def test_what_is_written_is_read(needed: list[str], soname: str, runpath: list[str], bits: int, order: str) -> None:
    """Any names, in any class and byte order."""
    data = elf_file(needed, soname=soname, runpath=":".join(runpath), bits=bits, order=order)
    assert parse_elf(data) == Needs(soname, tuple(needed), tuple(runpath), "elf")


@given(
    changes=st.lists(st.tuples(st.integers(4, len(LIBRARY) - 1), st.integers(0, 255)), max_size=8),
    size=st.integers(4, len(LIBRARY)),
    bits=st.sampled_from([32, 64]),
    order=st.sampled_from("<>"),
)
def test_a_damaged_file_is_read_or_not_but_never_an_error(
    changes: list[tuple[int, int]], size: int, bits: int, order: str
) -> None:
    """Bytes changed at random and an end cut off: Needs or None."""
    data = bytearray(elf_file(["liba.so.1", "libb.so"], soname="libc.so", runpath="$ORIGIN", bits=bits, order=order))
    for at, value in changes:
        data[min(at, len(data) - 1)] = value
    needs = parse_elf(bytes(data[:size]))
    assert needs is None or needs.format == "elf"


@given(st.binary(max_size=400))
def test_garbage_is_no_error(data: bytes) -> None:
    """Behind the magic number may be anything."""
    needs = parse_elf(b"\x7fELF" + data)
    assert needs is None or needs.format == "elf"
