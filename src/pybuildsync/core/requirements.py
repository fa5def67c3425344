"""Requirements: what a user, a distribution or a source tree asks for (PEP 508).

The syntax is ``packaging``'s; a :class:`Requirement` holds its canonical parts as strings, so that parsed forms can be
kept in the store and read back without importing ``packaging`` (38 ms).
"""

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pybuildsync.core.names import normalize_name
from pybuildsync.core.version_order import loose_key
from pybuildsync.core.version_sets import split_clause
from pybuildsync.errors import RequestError

if TYPE_CHECKING:
    from packaging import requirements

_NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PLAIN = re.compile(rf" *({_NAME}) *(?:\[ *({_NAME}(?: *, *{_NAME})*) *\] *)?((?:[<>=!~(].*)?)\Z")

_WRITTEN = re.compile(_NAME)
_ENDLESS = re.compile(r"[0-9]{1000}")  # far below what int() refuses
_SHOWN = 1000  # characters of what is none

RequirementParts: TypeAlias = tuple[str, tuple[str, ...], str, str, str]


class Requirement(NamedTuple):
    """One requirement, in canonical parts.

    ``name`` and ``extras`` are normalised; ``specifier`` is PEP 440 text ("" accepts every version); ``marker`` is
    PEP 508 text ("" always applies); ``url`` is a direct reference ("" for none).
    """

    name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    url: str = ""

    def __str__(self) -> str:
        """Return PEP 508 text."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        url = f" @ {self.url}" if self.url else ""
        marker = (" ; " if self.url else "; ") + self.marker if self.marker else ""
        return f"{self.name}{extras}{self.specifier}{url}{marker}"

    def parts(self) -> RequirementParts:
        """Return the parts as a tuple that ``marshal`` can write."""
        return (self.name, self.extras, self.specifier, self.marker, self.url)


def parse_requirement(text: str) -> Requirement:
    """Return the requirement that *text* states.

    Raises:
        RequestError: *text* is not a PEP 508 requirement.

    """
    plain = _parse_plain(text)
    if plain is not None:
        return plain
    try:
        parsed = _parse_any(text)
    except (ValueError, RecursionError) as error:  # parentheses can be nested too deep
        raise RequestError(
            f"{text[:_SHOWN]!r} is not a requirement",
            why=str(error),
            hint=likely_meant(text) or "write it as NAME, NAME==VERSION, NAME[EXTRA]>=VERSION or NAME @ URL (PEP 508)",
        ) from error
    return Requirement(
        name=normalize_name(parsed.name),
        extras=tuple(sorted(normalize_name(extra) for extra in parsed.extras)),
        specifier=str(parsed.specifier),
        marker=str(parsed.marker) if parsed.marker else "",
        url=parsed.url or "",
    )


def project_in(text: str) -> str:
    """Return the name that the requirement *text* begins with, as it is written; "" if with none."""
    name = _WRITTEN.match(text)
    return name[0] if name is not None else ""


def likely_meant(text: str) -> str:
    """Return the question whether somebody meant something else with *text*, which is no requirement; or ""."""
    from pybuildsync.core.slips import proposals

    for texts in proposals(text) if len(text) <= _SHOWN else ():
        try:
            for each in texts:
                _parse_any(each)
        except (ValueError, RecursionError):
            continue
        return f"did you mean {' '.join(repr(each) for each in texts)}?"
    return ""


def _parse_any(text: str) -> "requirements.Requirement":
    """Return what ``packaging`` reads in *text*; raises ValueError and RecursionError."""
    from packaging import requirements

    if _ENDLESS.search(text):
        raise ValueError("it has a number that is too long")
    return requirements.Requirement(text)


def _parse_plain(text: str) -> Requirement | None:
    """Return the requirement if it is nothing but a name, extras and plain clauses, as nearly all are; else None."""
    found = _PLAIN.match(text) if text.isascii() and text.isprintable() else None
    if found is None:
        return None
    name, inside, rest = found.groups()
    rest = rest.strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    clauses: dict[object, str] = {}
    for clause in rest.split(",") if rest else ():
        parts = split_clause(clause)
        if parts is None:
            return None
        operator, version = parts
        key = (operator, loose_key(version) or version)
        if key in clauses:  # which one is kept is for packaging to say
            return None
        clauses[key] = operator + version
    extras = [extra.strip() for extra in inside.split(",")] if inside else ()
    return Requirement(
        name=normalize_name(name),
        extras=tuple(sorted({normalize_name(extra) for extra in extras})),
        specifier=",".join(sorted(clauses.values())),
    )
