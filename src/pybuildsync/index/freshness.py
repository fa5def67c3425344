"""How long a page may be used without asking again (RFC 9111, for a cache of one user). Pure.

A server that says nothing at all (no ``Cache-Control``, no ``Expires``, and no validator to ask with) is taken to mean
600 s, as the registry that most others mirror says of its own pages. One that gives a validator is asked each time:
that costs it an answer without a body, and what was published a second ago is seen.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

ASSUMED_SECONDS = 600.0

_LONGEST = 2.0**31  # seconds that a recipient need tell apart (RFC 9111, 1.2.2)
_MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d+)')


class Validity(NamedTuple):
    """``expires`` is a Unix time; ``keep`` says whether the page may be kept at all; the validators may be ""."""

    expires: float
    keep: bool
    etag: str
    last_modified: str


def validity(headers: Mapping[str, str], now: float) -> Validity:
    """Return what *headers* (names in lower case) of an answer that came at *now* say about keeping it."""
    etag = headers.get("etag", "")
    last_modified = headers.get("last-modified", "")
    control = headers.get("cache-control", "").lower()
    seconds = 0.0
    max_age = _MAX_AGE.search(control)
    if "no-store" in control or "no-cache" in control:
        pass
    elif max_age:
        age = headers.get("age", "")
        seconds = min(float(max_age.group(1)), _LONGEST) - (min(float(age), _LONGEST) if age.isdecimal() else 0.0)
    elif "expires" in headers:
        seconds = _seconds_until(headers["expires"], headers.get("date", ""), now)
    elif not control and not etag and not last_modified:
        seconds = ASSUMED_SECONDS
    return Validity(now + max(seconds, 0.0), "no-store" not in control, etag, last_modified)


def conditional_headers(etag: str, last_modified: str) -> dict[str, str]:
    """Return the headers that ask for a page only if it isn't the one with these validators."""
    if etag:
        return {"If-None-Match": etag}
    return {"If-Modified-Since": last_modified} if last_modified else {}


def retry_after(value: str, now: float) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3), or None if it says nothing."""
    if value.isdecimal():
        return min(float(value), _LONGEST)
    return max(_seconds_until(value, "", now), 0.0) if value else None


def _seconds_until(date: str, since: str, now: float) -> float:
    from email.utils import parsedate_to_datetime

    try:
        start = parsedate_to_datetime(since).timestamp() if since else now
        return parsedate_to_datetime(date).timestamp() - start
    except (ValueError, OverflowError):  # times that no clock shows
        return 0.0
