"""Names in archives: which of them may become files below a folder.

Archives name what they hold; a name may climb out of the folder, mean a device, or mean one thing here and another
there. Nothing is repaired: a name that isn't plain is refused.
"""

import os
import re

_TOO_LONG = "is too long for a file system"
# What makes a name unusable -> how that is put; the first that is found counts.
_EVERYWHERE = (
    (re.compile(r"[\x00-\x1f\x7f]"), "holds a control character"),
    (re.compile(r"\A/"), "is absolute"),
    (re.compile(r"\\"), "holds a backslash, which separates folders on some systems only"),
    (re.compile(r"\A[A-Za-z]:"), "names a drive"),
    (re.compile(r"(?:\A|/)\.\.(?:/|\Z)"), "climbs out of its folder"),
    (re.compile(r"(?:\A|/)\.?(?:/|\Z)"), "has an empty part"),
    (re.compile(r"[^/]{256}|.{2049}"), _TOO_LONG),
)
_ON_WINDOWS = (
    (
        re.compile(r"(?:\A|/)(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:[./]|\Z)", re.IGNORECASE),
        "means a device on Windows",
    ),
    (re.compile(r'[<>:"|?*]|[. ](?:/|\Z)'), "can't be written on Windows"),
)
_SHORT = 255  # what one part of a path may have
# Nearly every name is made of these only, and then of parts that begin and end like this.
_PLAIN = re.compile(r"(?:[\w-][\w.+-]*[\w+-]/|[\w-]/)*(?:[\w-][\w.+-]*[\w+-]|[\w-])\Z", re.ASCII)


def refusal(name: str, *, windows: bool = os.name == "nt") -> str:
    """Return why *name*, of a file in an archive with ``/`` between its parts, can't be used; "" if it can.

    Refused everywhere: absolute names, drives, empty, ``.`` and ``..`` parts, control characters, and backslashes, a
    separator on Windows only. Refused where *windows*: device names, streams (``:``), and what that system can't or
    won't write as is.
    """
    if not windows and len(name) <= _SHORT and _PLAIN.match(name):
        return ""
    for pattern, reason in _EVERYWHERE + _ON_WINDOWS if windows else _EVERYWHERE:
        if pattern.search(name):
            return reason
    if not name.isascii() and any(len(part.encode("utf-8", "replace")) > _SHORT for part in name.split("/")):
        return _TOO_LONG
    return ""
