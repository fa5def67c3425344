"""The way back from unpacked files to the wheel."""

from pathlib import Path

from pybuildsync.store.location import Store
from pybuildsync.store.wheels import digest_of, entry_folder


def test_the_digest_is_in_the_path(tmp_path: Path) -> None:
    """What names the folder of a wheel can be read from the path of its files."""
    assert digest_of(f"{entry_folder(Store(str(tmp_path)), 'ab' * 32)}/files") == "ab" * 32
