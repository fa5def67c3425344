"""What libraries promise of themselves: which of their versions run what was built against one of them.

A library says it in its dist-info, in the entry point group ``pybuildsync.match-runtime``, as ``self = POLICY``
(docs/matching.md, "Policies"). What is no policy promises nothing: a mistake of the library's must not stop others.
"""

from collections.abc import Iterable
from typing import TypeAlias

from pybuildsync.core.policies import Policy, parse_policy
from pybuildsync.errors import UsageError
from pybuildsync.store.wheels import UnpackedWheel

GROUP = "pybuildsync.match-runtime"
SOURCE = "the library's own promise"

Promise: TypeAlias = tuple[tuple[str, str], Policy]
"""((library, version), policy)."""


def promise_in(entry_points: str) -> Policy | None:
    """Return the policy that the text of an ``entry_points.txt`` promises, None where it promises none."""
    if GROUP not in entry_points:
        return None
    group = ""
    for line in map(str.strip, entry_points.splitlines()):
        if line.startswith("["):
            group = line.strip("[]").strip()
        elif group == GROUP and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            if name.strip() == "self":
                try:
                    return parse_policy(value.strip(), source=SOURCE)
                except UsageError:
                    return None
    return None


def promises_of(wheels: Iterable[UnpackedWheel]) -> tuple[Promise, ...]:
    """Return what *wheels* promise of themselves."""
    found = ((wheel, promise_in(wheel.entry_points)) for wheel in wheels)
    return tuple(((wheel.project, wheel.version), policy) for wheel, policy in found if policy is not None)
