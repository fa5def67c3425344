"""The store that a command opens."""

import os
from pathlib import Path

from pybuildsync.commands.options import StoreOptions
from pybuildsync.commands.stores import open_store


def test_whoever_leaves_last_clears_away_what_was_begun(tmp_path: Path) -> None:
    """What a killed command left in the store is gone after the next one; what is in use stays."""
    options = StoreOptions(cache_dir=str(tmp_path))
    left = tmp_path / "unfinished" / "1-left"
    left.mkdir(parents=True)
    with open_store(options):
        with open_store(options):
            pass
        assert left.exists()
    assert os.listdir(tmp_path / "unfinished") == []
    with open_store(StoreOptions(cache_dir=str(tmp_path / "new"))):
        pass
    assert not (tmp_path / "new" / "unfinished").exists()
