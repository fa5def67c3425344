"""The order of versions, by keys that compare as versions do (PEP 440).

Only canonical texts have keys, and what isn't canonical is ``packaging``'s to read: listings hold tens of thousands of
versions, nearly all of them plain numbers, and to parse one fully takes ten times as long.
"""

from functools import lru_cache
from typing import TypeAlias

Key: TypeAlias = tuple[
    int, tuple[int, ...], tuple[int, int], int | float, int | float, tuple[tuple[int, int | str], ...]
]
"""Epoch, release without trailing zeros, pre-release, post-release, development release, local label."""

ENDLESS = float("inf")
BEFORE_ALL = (-2, 0)  # as a pre-release: before every version of the release
_DEVELOPED = (-1, 0)  # a development release of no other pre-release
_PRE = {"a": 0, "b": 1, "c": 2}
FINAL = (3, 0)
_LONGEST = 4000  # characters; far beyond it int() refuses


@lru_cache(maxsize=65536)
def version_key(text: str) -> Key | None:
    """Return the key of the version that *text* states if it is canonical, else None."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    release = _numbers(text)
    if release:
        return (0, _stripped(release), FINAL, -1, ENDLESS, ())
    return _key(text)


def release_of(text: str) -> tuple[int, ...]:
    """Return the numbers of *text* if it is nothing but a release ("1.0", "2023.03"), zeros at its end included."""
    parts = text.split(".")
    if not all(parts) or not text.isascii() or len(text) > _LONGEST or not "".join(parts).isdecimal():
        return ()
    return tuple(map(int, parts))


def loose_key(text: str) -> Key | None:
    """Return the key of a version as specifiers write it: with zeros before numbers ("2023.03") or "2.0a.0", too."""
    release = release_of(text)
    if release:
        return version_key(".".join(map(str, release)))
    public, plus, label = text.partition("+")
    return version_key(text) or version_key(
        public.replace("a.", "a").replace("b.", "b").replace("rc.", "rc") + plus + label
    )


def _key(text: str) -> Key | None:
    rest, plus, label = text.partition("+")
    local = _local(label) if plus else ()
    rest, dev = _cut(rest, ".dev")
    rest, post = _cut(rest, ".post")
    pre: tuple[int, int] = FINAL
    letter = rest.rstrip("0123456789")
    kind = letter[-1:]
    if kind in _PRE:
        number = _number(rest[len(letter) :])
        rest = letter[:-2] if letter.endswith("rc") else letter[:-1] if kind != "c" else ""
        pre = (_PRE[kind], number)
    elif post < 0 and dev >= 0:
        pre = _DEVELOPED
    first, mark, after = rest.partition("!")
    epoch = _number(first) if mark else 0
    release = _numbers(after if mark else first)
    if not release or epoch < (1 if mark else 0) or local is None or min(dev, post) < -1 or pre[1] < 0:
        return None
    return (epoch, _stripped(release), pre, post, ENDLESS if dev < 0 else dev, local)


def _cut(text: str, mark: str) -> tuple[str, int]:
    """Return *text* before *mark* and the number after it: -1 if it isn't there, -2 if that is no number."""
    head, found, digits = text.partition(mark)
    if not found:
        return text, -1
    number = _number(digits)
    return head, number if number >= 0 else -2


def _local(label: str) -> tuple[tuple[int, int | str], ...] | None:
    """Return the key of a local label, None if it isn't canonical: words come before numbers."""
    found: list[tuple[int, int | str]] = []
    for part in label.split("."):
        if part.isdecimal():
            number = _number(part)
            if number < 0:
                return None
            found.append((1, number))
        elif part.isalnum() and part == part.lower():
            found.append((0, part))
        else:
            return None
    return tuple(found)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers between the dots of *text* (ASCII), () if it has anything else or zeros that don't count."""
    parts = text.split(".")
    if not "".join(parts).isdecimal():
        return ()
    for part in parts:
        if not part or (part[0] == "0" and part != "0"):
            return ()
    return tuple(map(int, parts))


def _number(digits: str) -> int:
    """Return the number that *digits* (ASCII) write without zeros before it, else -1."""
    return int(digits) if digits.isdecimal() and (digits[0] != "0" or digits == "0") else -1


def _stripped(release: tuple[int, ...]) -> tuple[int, ...]:
    end = len(release)
    while end > 1 and not release[end - 1]:
        end -= 1
    return release[:end] if release[end - 1] else ()
