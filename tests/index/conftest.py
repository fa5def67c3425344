"""Fixtures of the index client's tests."""

from pathlib import Path

import pytest
from index.clients import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a place for clients."""
    return World(tmp_path)
