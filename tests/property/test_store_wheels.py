"""Laws of unpacked wheels: nothing is lost, nothing is added, nothing lands elsewhere."""

import os
import tempfile
from pathlib import Path

from hypothesis import assume, example, given
from hypothesis import strategies as st
from store.wheel_files import make_wheel, record_hash

from pybuildsync.errors import PackageError
from pybuildsync.store import Store
from pybuildsync.store.member_names import refusal
from pybuildsync.store.unpacking import unpack_archive
from pybuildsync.store.wheels import add_wheel, find_wheel

_part = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=20)
_path = st.lists(_part, min_size=1, max_size=4).map("/".join)
_trees = st.dictionaries(_path, st.binary(max_size=300), max_size=12)

_evil_part = st.sampled_from(
    ["..", ".", "", "a", "b.py", "C:", "c:x", "con", "\\", "..\\..", "~", "a\\b", " ", "\u2024."]
)
_evil_path = st.tuples(st.sampled_from(["", "/", "//", "./", "../"]), st.lists(_evil_part, min_size=1, max_size=5)).map(
    lambda pair: pair[0] + "/".join(pair[1])
)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the files below *folder* by relative path."""
    return {
        os.path.relpath(os.path.join(top, name), folder): Path(top, name).read_bytes()
        for top, _, names in os.walk(folder)
        for name in names
    }


@given(files=_trees, executable=st.sets(st.integers(0, 11)))
def test_unpacking_what_was_packed_gives_it_back(files: dict[str, bytes], executable: set[int]) -> None:
    """For any tree of files: unpack(make_wheel(files)) is files, with hashes, sizes and executable bits."""
    assume(not any(refusal(path) for path in files))
    folders = {path[:at] for path in files for at, letter in enumerate(path) if letter == "/"}
    assume(not folders & files.keys())
    assume(not any(path.partition("/")[0].endswith((".dist-info", ".data")) for path in files))
    chosen = {path for number, path in enumerate(files) if number in executable}
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        wheel = make_wheel(top, files, executable=chosen)
        parts = unpack_archive(wheel, str(top / "out"))
        unpacked = files_below(top / "out")
        assert {path: unpacked[path] for path in files} == files
        assert {path.rpartition("/")[2] for path in unpacked.keys() - files.keys()} == {"METADATA", "RECORD", "WHEEL"}
        rows = {row[0]: row for row in parts.files}
        for path, content in files.items():
            assert rows[path] == (path, len(content), record_hash(content), path in chosen)
        assert set(parts.dirs) == folders | {parts.dist_info}
        assert all(folder.rpartition("/")[0] in {"", *parts.dirs[:at]} for at, folder in enumerate(parts.dirs))


@given(path=_evil_path)
@example(path="../evil")
@example(path="/tmp/evil")  # noqa: S108 - exactly what must not happen
@example(path="a/../../evil")
def test_no_name_leads_out_of_the_destination(path: str) -> None:
    """Whatever a member is called, and however well RECORD lists it, nothing is written beside the destination."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        wheel = make_wheel(top / "in", {path: b"evil"})
        before = files_below(top)
        (top / "out").mkdir()
        try:
            unpack_archive(wheel, str(top / "out" / "deep"))
        except PackageError:
            assert refusal(path.removesuffix("/")) or path.endswith("/")
        inside = {place: content for place, content in files_below(top).items() if place.startswith("out/deep/")}
        assert files_below(top) == before | inside


@given(data=st.data())
def test_damage_is_noticed(data: st.DataObject) -> None:
    """Change any byte of a wheel: what is then unpacked, if anything, is what RECORD says, byte for byte."""
    files = {"sample/__init__.py": b"VALUE = 1\n" * 9, "sample/data": bytes(range(100))}
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        wheel = Path(make_wheel(top, files))
        content = bytearray(wheel.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        wheel.write_bytes(content)
        store = Store(str(top / "s"))
        try:
            added = add_wheel(store, str(wheel), "digest")
        except PackageError:
            assert find_wheel(store, "digest") is None
            return
        assert find_wheel(store, "digest") == added
        for path, size, text, _ in added.files:
            written = Path(added.path, path).read_bytes()
            assert (len(written), record_hash(written)) == (size, text)
