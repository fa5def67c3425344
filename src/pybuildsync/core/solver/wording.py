"""Wording: one sentence for a fact, or for states that can't all hold.

The words for packages, versions and reasons come from whoever knows what they are (docs/solver.md, section 7).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pybuildsync.core.solver.problem import Dependency, P, Unavailable

if TYPE_CHECKING:
    from pybuildsync.core.solver.facts import Fact

SEVERAL = 3  # reasons that are told of one fact


P_contra = TypeVar("P_contra", bound=Hashable, contravariant=True)


class Words(Protocol[P_contra]):
    """What the explanation doesn't know to say."""

    def package(self, package: P_contra) -> str:
        """Return what *package* is called: ``lib``, or for the root ``your project``."""
        ...

    def versions(self, package: P_contra, mask: int) -> str:
        """Return what the versions of *mask* are called: ``lib 1.0``, ``lib <2``, ``every version of lib``.

        Neither empty nor with bit 0. Whole sentences are built around it in the singular.
        """
        ...

    def reason(self, reason: object, subject: str) -> str | None:
        """Return the clause that *reason* is, about *subject*, or None where the usual words will do.

        ``lib 2.0`` of a dependency gives ``lib 2.0 was built against other 7``; of an unavailable version, ``lib 2.0
        needs Python >=3.12``. No full stop.
        """
        ...


_CONCLUSIONS = {  # by how many packages are selected (3: more than two), and whether others have to be
    (0, False): "there is no solution",
    (1, False): "{has} can't be used",
    (2, False): "{pair}",
    (3, False): "{has} can't be used together",
    (0, True): "{needs} is required",
    (1, True): "{has} requires {needs}",
    (2, True): "{has} together require {needs}",
    (3, True): "{has} together require {needs}",
}


def enumerate_words(parts: Sequence[str], conjunction: str = "and") -> str:
    """Return *parts* as one would list them: ``a``, ``a and b``, ``a, b and c``; nothing for none.

    Where a part is a list itself, the last one is set apart by a comma: ``a and b, and c``.
    """
    joint = f" {conjunction} "
    comma = "," if any(joint in part for part in parts) else ""
    return f"{comma}{joint}".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


class Wording(Generic[P]):
    """The sentences of one explanation: the words, and the mask of all states of each package."""

    __slots__ = ("_root", "_universe", "_words")

    def __init__(self, words: Words[P], root: P, universe: Mapping[P, int]) -> None:
        self._words = words
        self._root = root
        self._universe = universe

    def fact(self, fact: "Fact[P]") -> str:
        """Return the sentence for *fact*: in the words of its reasons where all have some, else in the usual ones."""
        told = [
            (sentence, versions)
            for reason, versions in fact.reasons[:SEVERAL]
            if reason is not None and (sentence := self._words.reason(reason, self._subject(fact, versions)))
        ]
        sentences = [sentence for sentence, _ in told]
        if len(told) == len(fact.reasons):
            return enumerate_words(sentences) + self._unmet(fact)
        if isinstance(fact.statement, Unavailable):
            rest = fact.versions
            for _, versions in told:
                rest &= ~versions
            others = " for other reasons" if told else ""
            return enumerate_words([*sentences, f"{self._subject(fact, rest)} can't be used{others}"])
        if isinstance(fact.statement, Dependency):
            return self._dependency(fact, fact.statement)
        return self.conclusion(fact.terms)

    def conclusion(self, terms: Sequence[tuple[P, int]]) -> str:
        """Return the sentence that says that *terms* can't all hold."""
        needs = [self._need(package, self._universe[package] & ~mask) for package, mask in terms if mask & 1]
        has = [(package, mask) for package, mask in terms if not mask & 1]
        name = self._words.versions if needs and len(has) == 1 else self._need
        names = [name(package, mask) for package, mask in has]
        return _CONCLUSIONS[min(len(has), 3), bool(needs)].format(
            has=enumerate_words(names), needs=enumerate_words(needs, "or"), pair=" is incompatible with ".join(names)
        )

    def _subject(self, fact: "Fact[P]", versions: int) -> str:
        """Return who it is that states *fact*, if of its versions only *versions* are meant."""
        if fact.package is None:
            return enumerate_words(
                [self._words.versions(package, mask) for package, mask in fact.terms if not mask & 1]
            )
        if fact.package == self._root:
            return self._words.package(self._root)
        return self._words.versions(fact.package, versions)

    def _need(self, package: P, versions: int) -> str:
        if versions == self._universe[package] & ~1:
            return self._words.package(package)
        return self._words.versions(package, versions)

    def _met(self, fact: "Fact[P]", dependency: Dependency[P]) -> int:
        """Return the versions that meet *dependency*, for all versions that *fact* speaks of."""
        target = dependency.package
        everything = self._universe[target]
        if target == fact.package:
            return everything & dependency.allowed & ~1
        return everything & ~dict(fact.terms).get(target, everything) & ~1

    def _dependency(self, fact: "Fact[P]", dependency: Dependency[P]) -> str:
        subject = self._subject(fact, fact.versions)
        target = dependency.package
        met = self._met(fact, dependency)
        if dependency.allowed & 1:
            if met:
                return f"{subject} allows only {self._words.versions(target, met)}"
            return f"{subject} is incompatible with {self._words.package(target)}"
        if met:
            return f"{subject} requires {self._need(target, met)}"
        return f"{subject} requires {self._words.package(target)}{self._unmet(fact)}"

    def _unmet(self, fact: "Fact[P]") -> str:
        """Return what to add where *fact* is a dependency that no version meets."""
        dependency = fact.statement
        if not isinstance(dependency, Dependency) or dependency.allowed & 1 or self._met(fact, dependency):
            return ""
        name = self._words.package(dependency.package)
        return (
            f" (there is no version of {name})"
            if self._universe[dependency.package] == 1
            else f" (no version of {name} meets that)"
        )
