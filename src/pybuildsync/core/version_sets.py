"""Sets of a project's versions, as bit masks over its listing (docs/solver.md).

Bit *i* stands for the version at position *i* of a list that is sorted newest first. What a specifier accepts is PEP
440's to say: every clause accepts an interval of the sorted list or the complement of one, so the edges are found by
bisection, and a list of 1500 versions costs a dozen comparisons instead of 1500. Clauses with a plain release, which
nearly all are, are read here; whatever else there is is read by ``packaging``, whose import alone takes 20 ms.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from pybuildsync.core.version_order import BEFORE_ALL, ENDLESS, FINAL, Key, loose_key, release_of, version_key

if TYPE_CHECKING:
    from packaging.specifiers import Specifier
    from packaging.version import Version

_PRE_RELEASE_LETTERS = ("a", "b", "rc", "dev")
_OPERATORS = ("~=", "==", "!=", "<=", ">=", "<", ">")
_UNREAD = -1

Edge: TypeAlias = tuple[object, ...]
"""The first fields of a key: it stands below every key that begins with them."""


def is_pre_release(version: str) -> bool:
    """Whether the canonical *version* is a pre-release or a development release (PEP 440)."""
    public = version.partition("+")[0] if "+" in version else version
    return "a" in public or "b" in public or "rc" in public or "dev" in public


def order_key(text: str) -> Key:
    """Return the key by which the version *text*, canonical or not, is sorted.

    Raises:
        ValueError: it is no version (PEP 440).

    """
    key = version_key(text) or version_key(str(parse_version(text)))
    if key is None:
        raise ValueError(text)
    return key


@lru_cache(maxsize=65536)
def parse_version(text: str) -> "Version":
    """Return the version that the canonical *text* states."""
    from packaging.version import Version

    return Version(text)


def same_version(one: str, other: str) -> bool:
    """Whether *one* and *other* are the same version, however they are spelled: 1.0 is 1.0.0 (PEP 440)."""
    return one == other or (bool(one and other) and order_key(one) == order_key(other))


def spelling_in(versions: tuple[str, ...], version: str) -> str:
    """Return how *versions*, newest first, spell *version*, "" if it isn't among them."""
    if version in versions or not version:
        return version
    key = order_key(version)
    at = bisect_left(range(len(versions)), True, key=lambda position: order_key(versions[position]) <= key)  # noqa: FBT003
    return versions[at] if at < len(versions) and order_key(versions[at]) == key else ""


def pre_release_mask(versions: tuple[str, ...]) -> int:
    """Return the positions of the pre-releases among *versions*."""
    together = " ".join(versions)
    if not any(letters in together for letters in _PRE_RELEASE_LETTERS):
        return 0
    mask = 0
    for at, version in enumerate(versions):
        if is_pre_release(version):
            mask |= 1 << at
    return mask


def specifier_mask(versions: tuple[str, ...], specifier: str) -> int:
    """Return the positions among *versions* (newest first) that *specifier* accepts, pre-releases included.

    Whether pre-releases count is the caller's rule; *specifier* is valid PEP 440 text, "" accepts everything.
    """
    mask = (1 << len(versions)) - 1
    for clause in specifier.split(",") if specifier else ():
        accepted = _plain_mask(versions, clause)
        if accepted == _UNREAD:
            return _mask(versions, specifier)
        mask &= accepted
    return mask


def _plain_mask(versions: tuple[str, ...], clause: str) -> int:
    """Return the positions that *clause* accepts, or -1 if it takes ``packaging`` to read it."""
    try:
        interval = _interval(clause)
        if interval is None:
            return _UNREAD
        low, high, excluded = interval
        end = len(versions) if low is None else _edge(versions, low)
        start = 0 if high is None else _edge(versions, high)
    except LookupError:
        return _UNREAD
    mask = ((1 << end) - 1) & ~((1 << start) - 1)
    return ((1 << len(versions)) - 1) & ~mask if excluded else mask


def _edge(versions: tuple[str, ...], edge: Edge) -> int:
    """Return how many of *versions*, newest first, are not below *edge*, their local labels left aside."""
    start, end = 0, len(versions)
    while start < end:
        middle = (start + end) // 2
        key = version_key(versions[middle])
        if key is None:
            raise LookupError
        if key[:5] >= edge:
            start = middle + 1
        else:
            end = middle
    return start


@lru_cache(maxsize=4096)
def _interval(clause: str) -> tuple[Edge | None, Edge | None, bool] | None:
    """Return what *clause* accepts: from where to below where, and whether it is all but that; None if not plain.

    Plain is a clause with a canonical version that has no local label; then those of the candidates don't count.
    """
    parts = split_clause(clause)
    if parts is None:
        return None
    operator, text = parts
    if text.endswith(".*"):
        release = release_of(text[:-2])
        return _lowest(release), _lowest((*release[:-1], release[-1] + 1)), operator == "!="
    release = release_of(text)
    key = loose_key(text)
    if key is None or key[5]:
        return None
    here = key[:5]
    above: Edge = (*here, 0)  # nothing lies between a version and this
    table: dict[str, tuple[Edge | None, Edge | None]]
    table = {">=": (here, None), "<=": (None, above), "==": (here, above), "!=": (here, above)}
    if release:  # one excludes its own pre-releases with "<", its own post-releases with ">"
        table["<"] = (None, _lowest(release))
        table[">"] = ((*here[:3], ENDLESS, ENDLESS), None)
        table["~="] = (here, _lowest((*release[:-2], sum(release[-2:-1], start=1))))
    elif here[2] != FINAL and here[3] < 0:  # a pre-release excludes nothing of its own
        table["<"] = (None, here)
    found = table.get(operator)
    return None if found is None else (*found, operator == "!=")


def split_clause(clause: str) -> tuple[str, str] | None:
    """Return the operator and the version of *clause*, a part of a specifier, if that is plain to read; else None."""
    clause = clause.strip()
    operator = next((each for each in _OPERATORS if clause.startswith(each)), "")
    text = clause[len(operator) :].strip()
    if text.endswith(".*"):
        return (operator, text) if operator in ("==", "!=") and release_of(text[:-2]) else None
    release = release_of(text)
    if release and operator:
        return (operator, text) if operator != "~=" or len(release) > 1 else None
    key = loose_key(text)
    if not operator or operator == "~=" or key is None or (key[5] and operator not in ("==", "!=")):
        return None
    return operator, text


def is_plain(specifier: str) -> bool:
    """Whether *specifier* is valid PEP 440 text of canonical versions; another may still be valid."""
    return all(split_clause(clause) for clause in specifier.split(","))


def _lowest(release: tuple[int, ...]) -> Edge:
    """Return the edge below everything that belongs to *release*."""
    key = version_key(".".join(map(str, release)))
    if key is None:
        raise LookupError(release)
    return (*key[:2], BEFORE_ALL)


def _mask(versions: tuple[str, ...], specifier: str) -> int:
    """Return the positions among *versions* that *specifier* accepts, as ``packaging`` reads it."""
    from packaging.specifiers import SpecifierSet

    mask = (1 << len(versions)) - 1
    for clause in SpecifierSet(specifier):
        mask &= _clause_mask(versions, clause)
    return mask


def admits_pre_releases(specifier: str) -> bool:
    """Whether *specifier* itself names a pre-release, and so admits those of its project (PEP 440)."""
    if not any(character.isalpha() for character in specifier):  # "pre", "c" and "RC" are spellings, too
        return False
    for clause in specifier.split(","):
        text = clause.strip()
        operator = next((each for each in _OPERATORS if text.startswith(each)), "")
        version = text[len(operator) :].strip()
        if operator == "!=" or version.endswith(".*"):
            continue
        key = loose_key(version)
        if not operator or key is None:
            from packaging.specifiers import SpecifierSet

            return bool(SpecifierSet(specifier).prereleases)
        if key[2] != FINAL or key[4] != ENDLESS:
            return True
    return False


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


def names_version(specifier: str, version: str) -> bool:
    """Whether *specifier* accepts *version* and has it in one of its clauses: as it is, or as the start of ``==1.*``.

    So does what somebody has made of that very version; local labels are left aside.
    """
    clauses = [clause.strip() for clause in specifier.split(",")] if accepts(specifier, version) else []
    if any(clause.startswith("==") and clause.endswith(".*") for clause in clauses):
        return True
    texts = (clause.lstrip("<>=!~").strip() for clause in clauses)
    public = version.partition("+")[0]
    return any(version_key(text) and same_version(text.partition("+")[0], public) for text in texts)


def fits_python(requires_python: str, release: str) -> bool:
    """Whether *requires_python* accepts the Python of *release*; what is no specifier counts as none, as in pip."""
    try:
        return accepts(requires_python, release)
    except ValueError:  # packaging's InvalidSpecifier
        return True


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
