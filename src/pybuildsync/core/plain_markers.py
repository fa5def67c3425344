"""Environment markers (PEP 508) as nearly all are written, read without ``packaging``.

Loading that takes 30 ms, and each marker 100 us. It says what ``packaging`` says, or that it doesn't know: of variables
and operators that are rare, of escapes, of versions that aren't canonical.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from pybuildsync.core.names import normalize_name
from pybuildsync.core.version_order import version_key
from pybuildsync.core.version_sets import accepts, is_plain

_VERSIONS = frozenset({"python_version", "python_full_version"})
_TEXTS = frozenset({
    "implementation_name", "os_name", "platform_machine", "platform_python_implementation", "platform_system",
    "sys_platform",
})  # fmt: skip
_OPERATORS = r"==|!=|<=|>=|<|>|\bin\b|\bnot[ \t]+in\b"
_COMPARISON = rf"""([a-z_]+)[ \t]*({_OPERATORS})[ \t]*(?:"([ !#-&(-\[\]-~]*)"|'([ !#-&(-\[\]-~]*)')"""
_TOKEN = re.compile(rf"[ \t]*(?:([()])|\b(and|or)\b|\b{_COMPARISON})[ \t]*")
_DEEPEST = 50  # parentheses


class Comparison(NamedTuple):
    """One comparison: ``operator`` is one of ``== != < <= > >= in``, or ``not in``; an extra is in normal form."""

    variable: str
    operator: str
    value: str


Marker: TypeAlias = list["Comparison | str | Marker"]
"""Comparisons, and markers that stood in parentheses, with ``and`` or ``or`` between each two of them."""


def read_marker(text: str) -> Marker | None:
    """Return what *text* says, None if ``packaging`` has to say it."""
    stack: list[Marker] = [[]]
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or len(stack) > _DEEPEST:
            return None
        at = found.end()
        parenthesis, word, variable, operator, *values = found.groups()
        here = stack[-1]
        starts = len(here) % 2 == 0  # what can stand here begins something
        if parenthesis == ")":
            if starts or len(stack) == 1:
                return None
            stack.pop()
        elif bool(word) is starts:
            return None
        elif word:
            here.append(word)
        elif parenthesis:
            stack.append([])
            here.append(stack[-1])
        else:
            comparison = _comparison(variable, " ".join(operator.split()), values[0] or values[1] or "")
            if comparison is None:
                return None
            here.append(comparison)
    return stack[0] if len(stack) == 1 and len(stack[0]) % 2 else None


def write_marker(marker: Marker) -> str:
    """Return the canonical text of *marker*: as ``packaging`` writes it."""
    return _write(marker, outermost=True)


def evaluate(marker: Marker, environment: Mapping[str, str]) -> bool | None:
    """Return whether *marker* holds in *environment*, the values of the variables; None if ``packaging`` has to say."""
    alternatives = [True]
    for part in marker:
        if part == "or":
            alternatives.append(True)
        elif not isinstance(part, str):
            answer = _compare(part, environment) if isinstance(part, Comparison) else evaluate(part, environment)
            if answer is None:
                return None
            alternatives[-1] &= answer
    return any(alternatives)


def _comparison(variable: str, operator: str, value: str) -> Comparison | None:
    """Return the comparison if it is a plain one."""
    if variable == "extra":
        return Comparison(variable, operator, normalize_name(value)) if operator in ("==", "!=") else None
    if variable in _VERSIONS:
        return Comparison(variable, operator, value) if operator[-1] == "n" or is_plain(operator + value) else None
    known = variable in _TEXTS and operator in ("==", "!=", "in", "not in")
    return Comparison(variable, operator, value) if known else None


def _write(part: Marker | Comparison | str, *, outermost: bool = False) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Comparison):
        return f'{part.variable} {part.operator} "{part.value}"'
    if len(part) == 1:
        return _write(part[0], outermost=outermost)
    inner = " ".join([_write(each) for each in part])
    return inner if outermost else f"({inner})"


def _compare(comparison: Comparison, environment: Mapping[str, str]) -> bool | None:
    variable, operator, value = comparison
    actual = environment.get(variable)
    if actual is None:
        return None
    if operator in ("in", "not in"):
        return (actual in value) is (operator == "in")
    if variable in _VERSIONS:
        return accepts(operator + value, actual) if version_key(actual) else None
    if variable == "extra":
        actual = normalize_name(actual)
    return (actual == value) is (operator == "==")
