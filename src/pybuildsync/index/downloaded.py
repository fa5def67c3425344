"""A file from an index that is here now."""

from typing import NamedTuple


class Downloaded(NamedTuple):
    """Its path, SHA-256 hex digest and size in bytes."""

    path: str
    sha256: str
    size: int
