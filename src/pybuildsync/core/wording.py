"""Words for the solver's proofs."""

from typing import Any


def explain_failure(provider: Any, failure: Any) -> str:
    """Stand-in."""
    return str(failure.incompatibility.cause)[:3000]
