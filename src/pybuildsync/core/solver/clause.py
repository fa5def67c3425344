"""A clause: states of packages that can't all hold. What PubGrub calls an incompatibility, over small ints.

Inside the solver packages are small ints, in order of first mention. A clause holds its terms as (package, mask) pairs
and where it comes from. Nothing here knows of the search (docs/solver.md, sections 1 and 4).
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeAlias, TypeVar

from pybuildsync.core.solver.problem import Nogood, P, Statement

K = TypeVar("K", bound=Hashable)
Terms: TypeAlias = tuple[tuple[int, int], ...]


class Clause(Generic[P]):
    """Terms that can't all hold, and why.

    ``terms`` only ever gets stronger: when another version states the same, it joins the first term. ``package`` and
    ``versions`` say who states ``origin``; a derived clause has none, but ``causes`` and ``pivots``, as in
    :class:`pybuildsync.core.solver.outcome.Derived`. ``serial`` counts clauses: a cause's is lower than its effect's.
    """

    __slots__ = ("causes", "origin", "package", "pivots", "serial", "terms", "versions")

    def __init__(
        self,
        terms: Terms,
        *,
        origin: Statement[P] | Nogood[P] | None = None,
        package: int = -1,
        versions: int = 0,
        causes: "Sequence[Clause[P]]" = (),
        pivots: Sequence[int] = (),
    ) -> None:
        self.terms = terms
        self.origin = origin
        self.package = package
        self.versions = versions
        self.causes = causes
        self.pivots = pivots
        self.serial = 0

    def join(self, version: int) -> None:
        """Let *version* (a mask) of the stating package, which is the first term, state the same."""
        self.versions |= version
        (package, mask), *others = self.terms
        self.terms = ((package, mask | version), *others)


def make_terms(pairs: Iterable[tuple[int, int]], universe: Sequence[int]) -> Terms:
    """Return *pairs* with one mask a package, which holds if all of its masks do, and without what always holds.

    *universe* has the mask of all states of each package.
    """
    terms: dict[int, int] = {}
    for package, mask in pairs:
        terms[package] = terms.get(package, universe[package]) & mask
    return tuple((package, mask) for package, mask in terms.items() if mask != universe[package])


def can_hold(terms: Terms) -> bool:
    """Return whether all of *terms* can hold; if not, there is nothing to say."""
    return all(mask for _, mask in terms)


def resolve(terms: dict[K, int], other: Iterable[tuple[K, int]], pivot: K, everything: int) -> None:
    """Resolve *terms*, in place, with *other* on *pivot*: what can't hold, in whichever state the pivot is.

    If ``pivot in A`` excludes R and ``pivot in B`` excludes S, then ``pivot in A or B`` excludes R and S together; when
    A or B is *everything*, the mask of all its states, the pivot drops out.
    """
    for package, mask in other:
        if package != pivot:
            terms[package] = terms.get(package, mask) & mask
            continue
        union = terms[package] | mask
        if union == everything:
            del terms[package]
        else:
            terms[package] = union
