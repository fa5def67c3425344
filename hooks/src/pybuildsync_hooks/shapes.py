"""Shapes of JSON values: what a field may hold, and what is wrong with one that doesn't.

A shape's ``problems(value, place)`` yields a text for each fault, with its place ("matches[0].policy: ..."). Knows
nothing of records.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, NamedTuple

if TYPE_CHECKING:
    from typing import Iterator

_LONGEST_SHOWN = 60


class Text(NamedTuple):
    """A text, all of which fits *pattern*; *meaning* says so in words."""

    pattern: str
    meaning: str

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            yield "{}: {} is not {}".format(place, _shown(value), self.meaning)


class Exactly(NamedTuple):
    """One number."""

    number: int

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if type(value) is not int or value != self.number:
            yield "{}: {} is not {}".format(place, _shown(value), self.number)


class Maybe(NamedTuple):
    """Null, or what has *shape*."""

    shape: Any

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if value is not None:
            yield from self.shape.problems(value, place)


class Texts(NamedTuple):
    """A text, or a list of texts."""

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if not all(isinstance(each, str) for each in (value if isinstance(value, list) else [value])):
            yield "{}: {} is not a text or a list of texts".format(place, _shown(value))


class ListOf(NamedTuple):
    """A list, all of whose items have *shape*."""

    shape: Any

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if isinstance(value, list):
            for position, each in enumerate(value):
                yield from self.shape.problems(each, "{}[{}]".format(place, position))
        else:
            yield "{}: {} is not a list".format(place, _shown(value))


class MapOf(NamedTuple):
    """An object with any keys, all of whose values have *shape*."""

    shape: Any

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if isinstance(value, dict):
            for key, each in value.items():
                yield from self.shape.problems(each, _below(place, key))
        else:
            yield "{}: {} is not an object".format(place, _shown(value))


class Object(NamedTuple):
    """An object that has all *fields*, each of its shape, and maybe others."""

    fields: Dict[str, Any]

    def problems(self, value: object, place: str) -> Iterator[str]:
        """Yield what is wrong with *value* at *place*."""
        if not isinstance(value, dict):
            yield "{}: {} is not an object".format(place or "the record", _shown(value))
            return
        for field, shape in self.fields.items():
            if field in value:
                yield from shape.problems(value[field], _below(place, field))
            else:
                yield "{}: missing".format(_below(place, field))


def texts(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place, text) for every text anywhere in *value*, the keys of objects too."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for position, each in enumerate(value):
            yield from texts(each, "{}[{}]".format(place, position))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield _below(place, key), str(key)
            yield from texts(each, _below(place, key))


def _below(place: str, field: object) -> str:
    return "{}.{}".format(place, field) if place else str(field)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
