"""What is known of a distribution's metadata, and how surely.

A fact stays true: what a published wheel's METADATA says, what an sdist states as static (PEP 643), what a build with a
given build key gave. What has no fact is *assumed* (docs/matching.md, "Variants").
"""

from enum import Enum
from typing import NamedTuple, Self, TypeAlias

from pybuildsync.core.requirements import Requirement, RequirementParts

MetadataParts: TypeAlias = tuple[str, str, tuple[RequirementParts, ...], str, tuple[str, ...], str]
"""The fields of :class:`Metadata` as built-in types."""


class Origin(Enum):
    """Where metadata comes from, surest first."""

    WHEEL = "wheel"  # METADATA of the very wheel that is installed: published, or built
    PREPARED = "prepared"  # prepare_metadata_for_build_wheel in the build environment
    STATIC = "static"  # an sdist's PKG-INFO >= 2.2 or pyproject.toml, with nothing that matters dynamic
    ASSUMED = "assumed"  # names without versions, until a build tells


class Metadata(NamedTuple):
    """The core metadata that resolving needs. ``name`` is normalised, ``version`` canonical, ``extras`` normalised."""

    name: str
    version: str
    requires: tuple[Requirement, ...] = ()
    requires_python: str = ""
    extras: tuple[str, ...] = ()
    origin: Origin = Origin.WHEEL

    @classmethod
    def from_parts(cls, parts: MetadataParts) -> Self:
        """Return the metadata with these :meth:`parts`; ValueError or TypeError if they are none."""
        name, version, requires, requires_python, extras, origin = parts
        stated = tuple([Requirement(*requirement) for requirement in requires])
        return cls(name, version, stated, requires_python, extras, Origin(origin))

    def parts(self) -> MetadataParts:
        """Return the fields as a tuple that ``marshal`` can write."""
        stated = tuple([requirement.parts() for requirement in self.requires])
        return (self.name, self.version, stated, self.requires_python, self.extras, self.origin.value)


class SourceMetadata(NamedTuple):
    """What an unpacked source tree states before any of its code runs (docs/matching.md, "Variants").

    ``metadata`` has origin STATIC or ASSUMED. ``static_requires`` are the requirements stated as static (with their
    specifiers), whatever ``metadata.requires`` assumes. ``build_requires`` is ``[build-system] requires``, or
    setuptools for a tree without one (PEP 517). ``match_runtime`` are names that the tree's own configuration says must
    match.
    """

    metadata: Metadata
    static_requires: tuple[Requirement, ...] = ()
    build_requires: tuple[Requirement, ...] = ()
    backend: str = ""
    match_runtime: tuple[str, ...] = ()
