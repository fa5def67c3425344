"""As much of setuptools as a legacy build shows of it: ``setup`` notes what it is given."""

from __future__ import annotations

CALLS: list[dict[str, str]] = []


def setup(**fields: str) -> None:
    """Note *fields*."""
    CALLS.append(fields)
