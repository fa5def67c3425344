"""What a resolution is asked for, and where it learns what is offered."""

from typing import NamedTuple, Protocol

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.targets import Target
from pybuildsync.core.variants import Direct as Direct  # noqa: PLC0414 - a part of a goal
from pybuildsync.core.variants import Scope, Source, Variant

ALL = ":all:"
AT_SOURCE = "source"  # build_date: each source's own upload time


class Formats(NamedTuple):
    """Which projects may not come as wheels (``no_binary``) or as sources (``only_binary``); ":all:" means every one.

    A project named in one beats ":all:" in the other, as in pip.
    """

    no_binary: frozenset[str] = frozenset()
    only_binary: frozenset[str] = frozenset()

    def allows_wheel(self, project: str) -> bool:
        """Whether *project* may be installed from a wheel of an index."""
        if project in self.no_binary:
            return False
        return ALL not in self.no_binary or project in self.only_binary

    def allows_source(self, project: str) -> bool:
        """Whether *project* may be built from source."""
        if project in self.only_binary:
            return False
        return ALL not in self.only_binary or project in self.no_binary


class Releases(NamedTuple):
    """Whose pre-releases count (``all_releases``) and whose never do (``only_final``); ":all:" means every project.

    A project named in one beats ":all:" in the other, as in pip.
    """

    all_releases: frozenset[str] = frozenset()
    only_final: frozenset[str] = frozenset()

    def pre_releases(self, project: str) -> bool | None:
        """Whether pre-releases of *project* count; None where specifiers decide (PEP 440)."""
        if project in self.all_releases:
            return True
        if project in self.only_final:
            return False
        return True if ALL in self.all_releases else False if ALL in self.only_final else None


class Installed(NamedTuple):
    """An installed distribution as the core sees it; ``variant`` if its build record tells how it was built.

    ``unlinked`` are the (library, version) pairs installed beside it that lack a file which its extension modules need.
    ``origin`` is where it came from, if not from an index, as a direct reference; ``editable`` if its tree is in use.
    """

    name: str
    version: str
    metadata: Metadata
    variant: Variant | None = None
    unlinked: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    editable: bool = False

    @property
    def source_origin(self) -> str:
        """The direct reference that it can be built from again; "" for none, also where that leads to a wheel."""
        path = self.origin.partition("#")[0].partition("?")[0]
        return "" if path.endswith(".whl") else self.origin


class Goal(NamedTuple):
    """What to resolve for.

    ``requirements`` are the user's, in order, but for those in ``staying``: what they name is installed, and is to go
    on working. ``constraints`` limit what runs and ``build_constraints`` what builds, none installs anything.
    ``reinstall`` are names whose installed files don't count; ``upgrade`` are names whose
    installed versions aren't preferred. ``extra_build`` adds build requirements per project. ``build_date`` holds the
    build tools of all sources to a date (ISO 8601), "source" to each source's own upload time, "" to none.
    ``hashes`` are ("ALGORITHM:HEX", ...) of a project's files: what runs is one of these; others are not limited, but
    with ``needs_hashes`` they aren't built, either. ``build_hashes`` are the same of what builds; with
    ``needs_build_hashes`` others don't build anything. ``locked`` are listings of all that may run of their projects.

    ``prefer_wheels`` rather takes an older release with a wheel than a newer one to build. ``any_python`` heeds no
    Requires-Python of what runs. ``wheels_for`` is what wheels of what runs must fit, None for ``target``. All files
    were ``uploaded_before`` a time (ISO 8601, "" for none); the knowledge sees to it. With ``only_metadata`` nothing is
    built but what it takes to know what the others require. ``left_out`` are names that are resolved for what they
    require only: they needn't be built, and don't run. Sources are built with what ``builds_with`` holds, which is
    installed, instead of environments of their own; None for those.
    """

    target: Target
    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...] = ()
    build_constraints: tuple[Requirement, ...] = ()
    formats: Formats = Formats()
    policies: PolicyBook = PolicyBook()
    installed: tuple[Installed, ...] = ()
    reinstall: frozenset[str] = frozenset()
    upgrade: frozenset[str] = frozenset()
    direct: tuple[Direct, ...] = ()
    extra_build: tuple[tuple[str, tuple[Requirement, ...]], ...] = ()
    releases: Releases = Releases()
    no_dependencies: bool = False
    build_date: str = ""
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs_hashes: bool = False
    build_hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs_build_hashes: bool = False
    locked: tuple[Listing, ...] = ()
    prefer_wheels: bool = False
    any_python: bool = False
    wheels_for: Target | None = None
    uploaded_before: str = ""
    left_out: frozenset[str] = frozenset()
    only_metadata: bool = False
    builds_with: tuple[Installed, ...] | None = None
    staying: frozenset[Requirement] = frozenset()

    def needs_no_build(self, scope: Scope, metadata: Metadata) -> bool:
        """Whether a source of *scope* need not even be asked: it won't run, and states what it requires."""
        is_out = self.only_metadata or metadata.name in self.left_out
        return is_out and not scope and metadata.origin is Origin.STATIC

    @property
    def asked(self) -> tuple[Requirement, ...]:
        """The requirements that are the user's own, in order."""
        return tuple(requirement for requirement in self.requirements if requirement not in self.staying)

    @property
    def running_target(self) -> Target:
        """What the wheels of what runs must fit; what builds must fit ``target``."""
        return self.wheels_for or self.target


class Knowledge(Protocol):
    """Where the core learns what is offered; the answers never change within a run."""

    def listing(self, project: str) -> Listing:
        """Return all that is offered of *project*; without versions if nobody has it."""

    def wheel_metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return the METADATA of the wheel *file*."""

    def source_metadata(self, source: Source) -> SourceMetadata:
        """Return what *source* states before any of its code runs."""
