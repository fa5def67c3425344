"""Archives are kept as downloaded, by their digest."""

import os
import time
from pathlib import Path

import pytest

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, find_archive, new_part


def part(store: Store, content: bytes) -> str:
    """Return the path of a part file with *content*."""
    path = new_part(store)
    Path(path).write_bytes(content)
    return path


def test_an_archive_is_found_by_its_digest(tmp_path: Path) -> None:
    """The part file becomes the archive, under the name that the index gave it."""
    store = Store(str(tmp_path / "s"))
    assert find_archive(store, "ab" * 32) is None
    added = add_archive(store, path := part(store, b"content"), "ab" * 32, "sample-1.0.tar.gz")
    assert find_archive(store, "ab" * 32) == added
    assert os.path.basename(added) == "sample-1.0.tar.gz"
    assert Path(added).read_bytes() == b"content"
    assert not Path(path).exists()


def test_the_first_of_two_is_kept(tmp_path: Path) -> None:
    """The same bytes under another name are the same archive."""
    store = Store(str(tmp_path / "s"))
    first = add_archive(store, part(store, b"content"), "ab" * 32, "sample-1.0.tar.gz")
    assert add_archive(store, part(store, b"content"), "ab" * 32, "other.zip") == first
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil.tar.gz", "..\\evil.tar.gz", "/evil.tar.gz", "", "..", "a/"])
def test_a_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """The last part of what an index calls a file is taken, and nothing is written outside."""
    store = Store(str(tmp_path / "s"))
    added = add_archive(store, part(store, b"x"), "../../ab", name)
    assert Path(added).resolve().is_relative_to((tmp_path / "s" / "archives-1").resolve())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s"]


def test_an_empty_entry_is_absent(tmp_path: Path) -> None:
    """A folder without its archive isn't believed, and is filled the next time."""
    store = Store(str(tmp_path / "s"))
    added = Path(add_archive(store, part(store, b"x"), "ab" * 32, "a.tar.gz"))
    added.unlink()
    assert find_archive(store, "ab" * 32) is None
    assert add_archive(store, part(store, b"x"), "ab" * 32, "a.tar.gz") == str(added)


def test_finding_notes_the_use(tmp_path: Path) -> None:
    """The entry's time is that of its last use, so that prune knows."""
    store = Store(str(tmp_path / "s"))
    folder = os.path.dirname(add_archive(store, part(store, b"x"), "ab" * 32, "a.tar.gz"))
    os.utime(folder, (0, 0))
    find_archive(store, "ab" * 32)
    assert os.stat(folder).st_mtime > time.time() - 3600


def test_a_part_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """Whoever loses its download hears of it."""
    store = Store(str(tmp_path / "s"))
    with pytest.raises(EnvironmentFault, match="can't be written"):
        add_archive(store, str(tmp_path / "gone"), "ab" * 32, "a.tar.gz")
