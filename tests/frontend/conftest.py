"""What holds for the front-end's tests: no session outlives its test."""

from collections.abc import Iterator

import pytest

from pybuildsync.frontend.building import close_sessions


@pytest.fixture(autouse=True)
def _closed_sessions() -> Iterator[None]:
    """Sessions are closed and their folders removed when a test ends."""
    yield
    close_sessions()
