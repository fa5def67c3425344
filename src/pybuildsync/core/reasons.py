"""Why one thing follows from another: the reasons that the solver carries along and the explanation puts in words."""

from dataclasses import dataclass

from pybuildsync.core.policies import Policy
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.variants import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """The user asked for it."""

    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Constrained:
    """The user limits it; ``build`` for a build constraint."""

    requirement: Requirement
    build: bool = False


@dataclass(frozen=True, slots=True)
class Requires:
    """A distribution's metadata says so."""

    requirement: Requirement


@dataclass(frozen=True, slots=True)
class BuildRequires:
    """It is needed to build."""

    requirement: Requirement


@dataclass(frozen=True, slots=True)
class MustMatch:
    """What ``project`` is built with and what it runs with must be versions that ``policy`` accepts."""

    project: str
    version: str
    library: str
    evidence: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class BuiltAgainst:
    """A variant was built against ``built`` of ``library`` and its evidence asks for a version that ``policy`` accepts."""

    library: str
    built: str
    evidence: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class AlreadyBuilt:
    """Built in this combination it gives a variant that is known already."""

    project: str
    version: str
    coupled: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AsOf:
    """Build tools are taken as of a date."""

    project: str
    date: str


@dataclass(frozen=True, slots=True)
class Barred:
    """A version can't be had at all; ``text`` completes "NAME VERSION ..."."""

    text: str


@dataclass(frozen=True, slots=True)
class NeedsItself:
    """A source that is needed for its own build; ``chain`` from the outermost to the repeated one."""

    chain: Scope
    project: str


Reason = (
    Asked
    | Constrained
    | Requires
    | BuildRequires
    | MustMatch
    | BuiltAgainst
    | AlreadyBuilt
    | AsOf
    | Barred
    | NeedsItself
)
