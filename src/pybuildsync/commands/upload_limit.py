"""``--uploaded-prior-to``: a time that all files must have been uploaded before, as pip reads it."""

import re
from datetime import UTC, datetime, timedelta

from pybuildsync.errors import UsageError

_DAYS = re.compile(r"P(\d+)D\Z", re.ASCII)


def upload_limit(text: str, now: datetime) -> str:
    """Return the time that *text* names (ISO 8601, UTC), "" for "".

    *text* is a date or time (ISO 8601, in the local time zone if it has none), or a number of days before *now*: P3D.

    Raises:
        UsageError: it is neither.

    """
    if not text:
        return ""
    days = _DAYS.match(text)
    try:
        moment = now - timedelta(days=int(days[1])) if days else datetime.fromisoformat(text)
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--uploaded-prior-to: {text!r} is no time",
            why=str(error),
            hint="write 2023-01-01, 2023-01-01T00:00:00Z, or a number of days ago as P3D (ISO 8601)",
        ) from error
