"""Texts into the values of options. Raises UsageError that names where the text stands; reads nothing."""

import os

from pybuildsync.cli.rows import FORMAT, INTEGER, MATCH, NUMBER, SETTING, TEXT, TIME, Option
from pybuildsync.commands import options as asked
from pybuildsync.errors import UsageError

_YES = ("1", "true", "yes", "on", "y", "t")
_NO = ("0", "false", "no", "off", "n", "f", "")
_MOST_DIGITS = 18
_PATHS = ("FILE", "FOLDER", "FILE|URL", "URL|FOLDER")


def convert(option: Option, text: str, origin: str) -> object:
    """Return the value that *text* stands for; *origin* is the flag, the variable or the file to blame.

    Raises:
        UsageError: it stands for none.

    """
    if option.choices and text not in option.choices:
        raise UsageError(f"{origin}: {text!r} is not one of {', '.join(option.choices)}")
    return _CONVERTERS[option.kind](option, text, origin)


def read_truth(text: str, origin: str) -> bool:
    """Return whether *text* says yes; raises UsageError where it says neither yes nor no."""
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise UsageError(f"{origin}: {text!r} is neither yes nor no", hint="write 1 or 0")


def read_count(option: Option, text: str, origin: str) -> int:
    """Return how often *option* is given by *text*, a number or a yes or no, as pip has it; raises UsageError."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    if text.lower() in (*_YES, *_NO):
        return int(read_truth(text, origin))
    return read_number(option, text, origin)


def read_number(option: Option, text: str, origin: str) -> int:
    """Return the whole number that *text* is; raises UsageError where it is none, or too small for *option*."""
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise UsageError(f"{origin}: {text!r} is not a whole number")
    return int(_at_least(option, int(text), text, origin))


def _read_text(option: Option, text: str, _origin: str) -> str:
    return os.path.expanduser(text) if text.startswith("~") and option.metavar in _PATHS else text


def _read_seconds(option: Option, text: str, origin: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number or number == float("inf"):  # noqa: PLR0124 - only nan differs from itself
        raise UsageError(f"{origin}: {text!r} is not a number")
    return _at_least(option, number, text, origin)


def _at_least(option: Option, number: float, text: str, origin: str) -> float:
    if number < option.least:
        raise UsageError(f"{origin}: {text} is less than {option.least}")
    return number


def _split_scope(text: str) -> tuple[str, str, str, str]:
    """Split ``[PACKAGE:]KEY=VALUE`` into package, key, the equals sign or "", and value."""
    before, equals, value = text.partition("=")
    package, colon, key = before.partition(":")
    return (package, key, equals, value) if colon else ("", before, equals, value)


def _read_setting(option: Option, text: str, origin: str) -> asked.Setting:
    package, key, equals, value = _split_scope(text)
    if not equals or not key:
        raise UsageError(
            f"{origin}: {text!r} is not KEY=VALUE",
            hint=f"write {option.name} KEY=VALUE, or {option.name} PACKAGE:KEY=VALUE for one package",
        )
    return asked.Setting(package=package, key=key, value=value)


def _read_match(option: Option, text: str, origin: str) -> asked.MatchRule:
    from pybuildsync.core.policies import parse_policy

    package, library, equals, policy = _split_scope(text)
    if not equals or not library:
        raise UsageError(
            f"{origin}: {text!r} is not LIBRARY=POLICY",
            hint=f"write {option.name} LIBRARY=POLICY, or {option.name} PACKAGE:LIBRARY=POLICY for one package",
        )
    parse_policy(policy, source=origin)
    return asked.MatchRule(package=package, library=library, policy=policy)


def _read_format(option: Option, text: str, _origin: str) -> asked.FormatRule:
    return asked.FormatRule(option=option.name.removeprefix("--"), value=text)


def _read_time(_option: Option, text: str, origin: str) -> str:
    if text in ("latest", "source"):
        return text
    from datetime import datetime

    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{origin}: {text!r} is neither latest, source nor a date", hint="write a date as 2024-05-31 (ISO 8601)"
        ) from error
    return text


_CONVERTERS = {
    TEXT: _read_text,
    INTEGER: read_number,
    NUMBER: _read_seconds,
    SETTING: _read_setting,
    MATCH: _read_match,
    FORMAT: _read_format,
    TIME: _read_time,
}
