"""How a file gets into an environment without being copied, and how if that can't be."""

import os
from pathlib import Path

import pytest

from pybuildsync.environments.calls import _write_all, clone_blocks, copy_file, write_file
from pybuildsync.environments.linking import choose_mode, link_file


def test_a_mode_that_was_chosen_stays() -> None:
    """Only ``auto`` looks at the file system."""
    assert choose_mode("copy", "/no/such/file", "/no/such/folder") == "copy"


def test_trying_out_leaves_nothing_behind(tmp_path: Path) -> None:
    """``auto`` finds out without a name that anybody could see; where it can't, hard links are tried."""
    (tmp_path / "file").write_text("x")
    assert choose_mode("auto", str(tmp_path / "file"), str(tmp_path)) in {"reflink", "hardlink"}
    assert os.listdir(tmp_path) == ["file"]
    assert choose_mode("auto", "/no/such/file", str(tmp_path)) == "hardlink"
    assert choose_mode("auto", str(tmp_path / "file"), "/no/such/folder") == "hardlink"


@pytest.mark.parametrize("clone", [False, True])
def test_a_copy_is_whole(tmp_path: Path, *, clone: bool) -> None:
    """Content, time and executable bits are the source's; nothing that is there is written over."""
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3 << 20))
    source.chmod(0o555)
    os.utime(source, ns=(1, 1_500_000_000_123_456_789))
    copy_file(str(source), str(tmp_path / "copy"), clone=clone)
    status = os.stat(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert (status.st_mtime_ns, status.st_mode & 0o300) == (1_500_000_000_123_456_789, 0o300)
    with pytest.raises(FileExistsError):
        copy_file(str(source), str(tmp_path / "copy"), clone=clone)
    with pytest.raises(FileExistsError):
        write_file(str(tmp_path / "copy"), b"")


def test_what_is_there_gives_way(tmp_path: Path) -> None:
    """The destination is the new file afterwards, in every mode."""
    (tmp_path / "new").write_text("new")
    for mode in ("hardlink", "reflink", "copy"):
        (tmp_path / mode).write_text("old")
        link_file(str(tmp_path / "new"), str(tmp_path / mode), mode)
        assert (tmp_path / mode).read_text() == "new"


def test_blocks_are_shared_where_the_system_can() -> None:
    """The one request of Linux for it; a system without it says so by an error."""
    asked: list[tuple[int, int, int]] = []

    def refuse(*_: int) -> None:
        raise OSError

    assert clone_blocks(3, 4, lambda *arguments: asked.append(arguments))
    assert asked == [(4, 0x40049409, 3)]
    assert not clone_blocks(3, 4, refuse)


def test_a_file_is_written_to_its_end() -> None:
    """A system may take less at once than it is given."""
    taken: list[bytes] = []

    def write(_: int, content: bytes | memoryview) -> int:
        taken.append(bytes(content[:3]))
        return len(taken[-1])

    _write_all(1, b"12345678", write)
    assert taken == [b"123", b"456", b"78"]
