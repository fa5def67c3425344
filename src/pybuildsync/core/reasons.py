"""Why one thing follows from another: the reasons that the solver carries along and the explanation puts in words.

``kind`` keeps reasons of different kinds apart: named tuples with equal fields would be equal.
"""

from typing import NamedTuple

from pybuildsync.core.policies import Policy
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.variants import Scope


class Asked(NamedTuple):
    """The user asked for it, or it is to stay in working order."""

    requirement: Requirement
    kind: str = "asked"


class Constrained(NamedTuple):
    """The user limits it; ``build`` for a build constraint."""

    requirement: Requirement
    build: bool = False
    kind: str = "constrained"


class Requires(NamedTuple):
    """A distribution's metadata says so."""

    requirement: Requirement
    kind: str = "requires"


class BuildRequires(NamedTuple):
    """It is needed to build."""

    requirement: Requirement
    kind: str = "build requires"


class MustMatch(NamedTuple):
    """What is built in ``scope`` runs with a version of ``library`` that goes with the one that it is built with."""

    scope: Scope
    library: str
    evidence: str
    kind: str = "must match"


class BuiltAgainst(NamedTuple):
    """A variant was built against ``built`` of ``library``, and runs with a version that ``policy`` accepts."""

    library: str
    built: str
    evidence: str
    policy: Policy
    kind: str = "built against"


class Loads(NamedTuple):
    """A variant's extension modules load ``libraries`` that ``built`` of ``library`` brings."""

    library: str
    built: str
    libraries: tuple[str, ...]
    kind: str = "loads"


class AlreadyBuilt(NamedTuple):
    """Built in this combination it gives a variant that is known already."""

    project: str
    version: str
    coupled: tuple[tuple[str, str], ...]
    kind: str = "already built"


class SameAsBefore(NamedTuple):
    """A wheel required it, and would if it were built with other ``tools``: only what it says of these would differ."""

    project: str
    version: str
    requirement: Requirement
    tools: tuple[str, ...]
    kind: str = "same as before"


class AsOf(NamedTuple):
    """Build tools are taken as of a date."""

    project: str
    date: str
    kind: str = "as of"


class Barred(NamedTuple):
    """A version can't be had at all; ``text`` completes "NAME VERSION ..."."""

    text: str
    kind: str = "barred"


class NeedsItself(NamedTuple):
    """A source that is needed for its own build; ``chain`` from the outermost to the repeated one."""

    chain: Scope
    project: str
    kind: str = "needs itself"


Reason = (
    Asked
    | Constrained
    | Requires
    | BuildRequires
    | MustMatch
    | BuiltAgainst
    | Loads
    | AlreadyBuilt
    | SameAsBefore
    | AsOf
    | Barred
    | NeedsItself
)
