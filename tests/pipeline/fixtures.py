"""An index and a place for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import LoopbackIndex
from pipeline.worlds import Place, make_place


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    """Give an empty index; tests fill it."""
    with LoopbackIndex(form="json") as index:
        yield index


@pytest.fixture
def place(tmp_path: Path, index: LoopbackIndex) -> Place:
    """Give an environment that is empty."""
    return make_place(tmp_path, index)
