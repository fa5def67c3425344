"""Core metadata as JSON, as pip's reports have them.

PEP 566, "JSON-compatible metadata": small names, lists where a field may be repeated, the body as the description. It
judges nothing: what a file says is told.
"""

import textwrap
from email.parser import HeaderParser
from typing import Any

from pybuildsync import __version__

# The pip whose reports ours are equal to, and who has written them: a version by PEP 440, as readers expect one.
PIP_VERSION = f"26.3+pybuildsync.{__version__}"

# Field of the core metadata, and whether it may stand there more than once.
_FIELDS = (
    ("Metadata-Version", False), ("Name", False), ("Version", False), ("Dynamic", True), ("Platform", True),
    ("Supported-Platform", True), ("Summary", False), ("Description", False), ("Description-Content-Type", False),
    ("Keywords", False), ("Home-page", False), ("Download-URL", False), ("Author", False), ("Author-email", False),
    ("Maintainer", False), ("Maintainer-email", False), ("License", False), ("License-Expression", False),
    ("License-File", True), ("Classifier", True), ("Requires-Dist", True), ("Requires-Python", False),
    ("Requires-External", True), ("Project-URL", True), ("Provides-Extra", True), ("Provides-Dist", True),
    ("Obsoletes-Dist", True),
)  # fmt: skip


def metadata_as_json(text: str) -> dict[str, Any]:
    """Return the core metadata *text* (METADATA) as data (PEP 566, "JSON-compatible metadata")."""
    message = HeaderParser().parsestr(text)  # which takes the body for what it is, whatever the header says
    found: dict[str, Any] = {}
    for field, is_many in _FIELDS:
        if field not in message:
            continue
        values = [_unfolded(str(value)) for value in message.get_all(field, [])]
        key = field.lower().replace("-", "_")
        found[key] = values if is_many else values[0]
        if key == "keywords":
            found[key] = [word.strip() for word in values[0].split(",")] if "," in values[0] else values[0].split()
    body = message.get_payload()
    if body:
        found["description"] = body
    return found


def _unfolded(value: str) -> str:
    """Return *value* without the indentation of its further lines, as ``importlib.metadata`` reads it."""
    return textwrap.dedent(" " * 8 + value) if "\n" in value else value
