"""Sets of a project's versions, as bit masks over its listing (docs/solver.md).

Bit *i* stands for the version at position *i* of a list that is sorted newest first. What a specifier accepts is
``packaging``'s to say (PEP 440); here it is turned into bits. Every clause of PEP 440 accepts an interval of the sorted
list or the complement of one, so the edges are found by bisection, and a list of 1500 versions costs a dozen
comparisons instead of 1500.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.specifiers import Specifier
    from packaging.version import Version

_PRE_RELEASE_LETTERS = ("a", "b", "rc", "dev")


def is_pre_release(version: str) -> bool:
    """Whether the canonical *version* is a pre-release or a development release (PEP 440)."""
    public = version.partition("+")[0]
    return any(letters in public for letters in _PRE_RELEASE_LETTERS)


@lru_cache(maxsize=65536)
def parse_version(text: str) -> "Version":
    """Return the version that the canonical *text* states."""
    from packaging.version import Version

    return Version(text)


def pre_release_mask(versions: tuple[str, ...]) -> int:
    """Return the positions of the pre-releases among *versions*."""
    return sum(1 << at for at, version in enumerate(versions) if is_pre_release(version))


def specifier_mask(versions: tuple[str, ...], specifier: str) -> int:
    """Return the positions among *versions* (newest first) that *specifier* accepts, pre-releases included.

    Whether pre-releases count is the caller's rule; *specifier* is valid PEP 440 text, "" accepts everything.
    """
    full = (1 << len(versions)) - 1
    if not specifier:
        return full
    from packaging.specifiers import SpecifierSet

    mask = full
    for clause in SpecifierSet(specifier):
        mask &= _clause_mask(versions, clause)
    return mask


def admits_pre_releases(specifier: str) -> bool:
    """Whether *specifier* itself names a pre-release, and so admits those of its project (PEP 440)."""
    if not any(character.isalpha() for character in specifier):  # "pre", "c" and "RC" are spellings, too
        return False
    from packaging.specifiers import SpecifierSet

    return bool(SpecifierSet(specifier).prereleases)


def pinned_version(specifier: str) -> str:
    """Return the version that *specifier* pins by ``==`` or ``===`` (without a wildcard), or ""."""
    for clause in specifier.split(","):
        text = clause.strip()
        if text.startswith("==") and not text.endswith(".*"):
            return text.lstrip("=").strip()
    return ""


def accepts(specifier: str, version: str) -> bool:
    """Whether *specifier* accepts *version*, pre-releases included."""
    return bool(specifier_mask((version,), specifier))


def _clause_mask(versions: tuple[str, ...], clause: "Specifier") -> int:
    """Return the positions that one clause accepts."""
    operator, text, count = clause.operator, clause.version, len(versions)
    full = (1 << count) - 1

    def holds(at: int) -> bool:
        return clause.contains(parse_version(versions[at]), prereleases=True)

    if operator == "===":
        return sum(1 << at for at in range(count) if holds(at))
    if operator in (">=", ">"):  # a prefix of the list
        return (1 << bisect_left(range(count), True, key=lambda at: not holds(at))) - 1  # noqa: FBT003
    if operator in ("<=", "<"):  # a suffix
        return full & ~((1 << bisect_left(range(count), True, key=holds)) - 1)  # noqa: FBT003
    # "==", "!=" and "~=" accept one run, or all but one, from the first version that is not above what the text names
    excluded = operator == "!="

    def inside(at: int) -> bool:
        return holds(at) != excluded

    start = bisect_left(range(count), True, key=lambda at: _not_above(versions[at], text, operator))  # noqa: FBT003
    mask = 0
    at = start
    while at < count and inside(at):
        mask |= 1 << at
        at += 1
    return full & ~mask if excluded else mask


def _not_above(version: str, text: str, operator: str) -> bool:
    """Whether *version* is at most the top of the run that an ``==``, ``!=`` or ``~=`` clause speaks of."""
    base = parse_version(text.removesuffix(".*"))
    candidate = parse_version(version)
    if operator == "~=" or text.endswith(".*"):
        width = len(base.release) - 1 if operator == "~=" else len(base.release)
        if candidate.epoch != base.epoch:
            return candidate.epoch < base.epoch
        padded = candidate.release + (0,) * (width - len(candidate.release))
        return padded[:width] <= base.release[:width]
    return parse_version(candidate.public) <= base if not base.local else candidate <= base
