"""The question: packages, their versions, and what selecting a version entails.

A package is any hashable key. It has ``n`` versions; version ``i`` (1 to n) is bit ``i`` of an int, and bit 0 is "not
selected". An int of such bits, a *mask*, is a set of states (docs/solver.md, section 1). Nothing here knows of Python
packaging: what a version is, and which one is better, is the provider's business.
"""

from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

P = TypeVar("P", bound=Hashable)


class Dependency(NamedTuple, Generic[P]):
    """The stating version needs ``package`` to be in a state of ``allowed``.

    With bit 0 in ``allowed`` it doesn't need the package, it only limits it. ``reason`` is opaque and hashable: it
    comes back in the explanation, and versions whose dependencies are equal, reason included, are handled as one.
    """

    package: P
    allowed: int
    reason: object = None


class Tie(NamedTuple, Generic[P]):
    """While the stating version is selected, two packages go together (docs/solver.md, section 5).

    ``left`` in L implies ``right`` in ``image(L)``, and ``right`` in R implies ``left`` in ``preimage(R)``, for all
    masks L and R, bit 0 included. Both are functions of the mask alone; a larger mask never has a smaller image.
    """

    left: P
    right: P
    image: Callable[[int], int]
    preimage: Callable[[int], int]
    reason: object = None


class Dependencies(NamedTuple, Generic[P]):
    """All that selecting one version entails."""

    requires: tuple[Dependency[P], ...] = ()
    ties: tuple[Tie[P], ...] = ()


class Unavailable(NamedTuple):
    """The version can't be selected at all; ``reason`` is opaque and hashable, and equal reasons are told once."""

    reason: object = None


class Nogood(NamedTuple, Generic[P]):
    """States that can't all hold: not ``package in mask`` for each of ``terms`` at once.

    A package that nothing needs isn't selected, unless that is the only way not to have them all.
    """

    terms: tuple[tuple[P, int], ...]
    reason: object = None


Statement: TypeAlias = Dependency[P] | Tie[P] | Unavailable


class Provider(Protocol[P]):
    """What the solver asks for, as late as it can: every answer may cost its owner a request."""

    def count(self, package: P) -> int:
        """Return the number of versions of *package*; asked once, when the package is first mentioned."""
        ...

    def choose(self, package: P, allowed: int, decided: Callable[[P], int]) -> int:
        """Return the preferred version, a bit of *allowed* (never 0, and bit 0 is never in it).

        *decided* gives the version that another package is down to at this moment, 0 if it has none or several.
        """
        ...

    def dependencies(self, package: P, version: int) -> Dependencies[P] | Unavailable:
        """Return what selecting *version* of *package* entails; asked at most once for each version."""
        ...
