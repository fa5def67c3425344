"""Built wheels: by build key, first come, first kept."""

import marshal
import os
import time
from pathlib import Path

import pytest
from store.wheel_files import make_wheel, sha256_of

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.built import BuiltWheel, BuiltWheels, StoredWheels
from pybuildsync.store.sealing import seal


def test_a_built_wheel_is_found_by_its_key_only(tmp_path: Path) -> None:
    """Another key, be it of the same wheel, has nothing."""
    built: BuiltWheels = StoredWheels(Store(str(tmp_path / "s")))
    wheel = make_wheel(tmp_path)
    assert built.find("key") is None
    saved = built.save("key", wheel, b"facts")
    assert built.find("key") == saved
    assert built.find("Key") is None
    path = saved.wheel_path
    assert saved == BuiltWheel("key", path, sha256_of(wheel), "sample-1.0-py3-none-any.whl", b"facts")
    assert Path(path).read_bytes() == Path(wheel).read_bytes()


def test_of_two_builds_the_first_is_kept(tmp_path: Path) -> None:
    """Whoever saves second gets what environments may use already."""
    built = StoredWheels(Store(str(tmp_path / "s")))
    first = built.save("key", make_wheel(tmp_path / "1"), b"1")
    assert built.save("key", make_wheel(tmp_path / "2", {"sample/other.py": b""}), b"2") == first
    assert list((tmp_path / "s" / "unfinished").iterdir()) == []


@pytest.mark.parametrize("damage", ["archive", "facts", "shape", "gone"])
def test_what_is_not_whole_is_built_again(tmp_path: Path, damage: str) -> None:
    """A wheel that was cut off, lost, or whose facts are lost, is absent, and saving mends it."""
    built = StoredWheels(Store(str(tmp_path / "s")))
    wheel = make_wheel(tmp_path)
    saved = built.save("key", wheel, b"facts")
    result = Path(saved.wheel_path).parent / "result"
    if damage == "archive":
        Path(saved.wheel_path).write_bytes(b"short")
    elif damage == "gone":
        Path(saved.wheel_path).unlink()
    else:
        result.write_bytes(b"" if damage == "facts" else seal(marshal.dumps(("one", "two"))))
    assert built.find("key") is None
    assert built.save("key", wheel, b"facts") == saved
    assert built.find("key") == saved


def test_finding_notes_the_use(tmp_path: Path) -> None:
    """The time of the facts is that of the last use."""
    built = StoredWheels(Store(str(tmp_path / "s")))
    result = Path(built.save("key", make_wheel(tmp_path), b"").wheel_path).parent / "result"
    os.utime(result, (0, 0))
    assert built.find("key") is not None
    assert result.stat().st_mtime > time.time() - 3600


def test_a_wheel_that_is_gone_is_told(tmp_path: Path) -> None:
    """A build that lost its wheel is no fault of the store."""
    with pytest.raises(EnvironmentFault, match=r"built wheel .* can't be read"):
        StoredWheels(Store(str(tmp_path / "s"))).save("key", str(tmp_path / "gone.whl"), b"")
