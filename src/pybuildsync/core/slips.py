"""What somebody will have meant who wrote what is no requirement (PEP 508).

It only proposes: whether a proposal is a requirement is for ``requirements`` to say. Nothing is ever taken for what was
meant.
"""

import re
from collections.abc import Iterator

_HEAD = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?)\s*(.*)", re.DOTALL)
_CLAUSE = re.compile(r"([<>=!~]*)\s*([A-Za-z0-9][A-Za-z0-9.*+!_-]*)[\s,]*")
_LINKED = re.compile(r"\A@\s*(?=v?[0-9])")  # NAME@VERSION, as for other languages
_OPERATORS = {"=": "==", "=>": ">=", "=<": "<=", "=!": "!=", "=~": "~=", "~": "~="}


def proposals(text: str) -> Iterator[tuple[str, ...]]:
    """Yield what *text* may stand for, the likeliest first: one requirement, or several.

    Known are quotes around it, ``=`` and operators turned round, commas that are missing or too many, a version without
    an operator, a semicolon without a marker, and names with commas between them.
    """
    text = text.strip()
    if text[:1] in ("'", '"') and text[0] == text[-1]:
        text = text[1:-1].strip()
        yield (text,)
    body, _, marker = text.partition(";")
    clauses = _repaired(body)
    if clauses:
        yield (f"{clauses}; {marker.strip()}" if marker.strip() else clauses,)
    parts = tuple(part.strip() for part in body.split(",") if part.strip())
    if len(parts) > 1 and not marker and "@" not in body:
        yield parts


def _repaired(body: str) -> str:
    """Return the name with its clauses as they should be written, "" where *body* has something else."""
    found = _HEAD.fullmatch(body)
    if found is None:
        return ""
    name, rest = found[1].strip(), _LINKED.sub("", found[2]).strip(" ,")
    if _CLAUSE.sub("", rest):
        return ""
    clauses = [(_OPERATORS.get(operator, operator), version) for operator, version in _CLAUSE.findall(rest)]
    if len(clauses) == 1 and not clauses[0][0]:
        clauses = [("==", clauses[0][1])]
    if [operator for operator, _ in clauses].count("==") > 1:
        return ""
    return name + ",".join(f"{operator}{version}" for operator, version in clauses)
