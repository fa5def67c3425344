"""Checkouts are kept by what tells them, whole or not at all."""

from pathlib import Path

import pytest

from pybuildsync.store.checkouts import add_checkout, find_checkout
from pybuildsync.store.location import Store


def fill(folder: str) -> None:
    """Check something out."""
    Path(folder).mkdir()
    (Path(folder) / "file").write_text("content")


def test_what_is_added_is_found(tmp_path: Path) -> None:
    """By its key; the first one stays."""
    store = Store(str(tmp_path))
    assert find_checkout(store, "git https://x.example/a 1") is None
    path = add_checkout(store, "git https://x.example/a 1", fill)
    assert find_checkout(store, "git https://x.example/a 1") == path
    assert (Path(path) / "file").read_text() == "content"
    assert add_checkout(store, "git https://x.example/a 1", fill) == path
    assert find_checkout(store, "git https://x.example/a 2") is None


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    """Not half of it either."""
    store = Store(str(tmp_path))

    def fail(folder: str) -> None:
        fill(folder)
        raise ValueError("no such commit")

    with pytest.raises(ValueError, match="no such commit"):
        add_checkout(store, "key", fail)
    assert find_checkout(store, "key") is None
    assert list((tmp_path / "unfinished").iterdir()) == []
