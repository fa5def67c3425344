"""What no wheel may have."""

from pathlib import Path

import pytest
from environments.places import make_environment, make_wheel, placed, tree

from pybuildsync.environments.planning import Changes
from pybuildsync.environments.transaction import apply
from pybuildsync.errors import PackageError


@pytest.mark.parametrize(
    "path",
    [
        ".pybuildsync",
        ".pybuildsync/journal",
        "sample-1.0.data/purelib/.pybuildsync/committed",
        "sample-1.0.data/purelib/.pybuildsync",
        "sample-1.0.data/scripts/.pybuildsync/old/0",
        "sample-1.0.data/data/.pybuildsync.lock",
    ],
)
def test_neither_journal_nor_lock_comes_from_a_wheel(tmp_path: Path, path: str) -> None:
    """Another lock file would let two processes in at once; a journal would be followed."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    with pytest.raises(PackageError, match="would replace what belongs to the environment"):
        apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample", files={path: ""}))), scheme)
    assert tree(tmp_path / "env") == before
