"""The project's own settings: ``[tool.pybuildsync]`` of ``pyproject.toml``, or ``pybuildsync.toml``.

The file of the nearest folder counts, from the working directory upwards; in one folder ``pybuildsync.toml`` goes
before ``pyproject.toml``. Keys are long options without dashes. Nothing here knows what they mean, or is ever written.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from pybuildsync.errors import UsageError
from pybuildsync.project.places import SETTINGS, settings_candidates

# Keys that are read elsewhere and are no options.
OTHER_KEYS = frozenset({"extra-build-dependencies", "match-runtime"})


class ProjectSettings(NamedTuple):
    """The file that counts ("" where there is none) and its settings; ``place`` is how to name it in a message."""

    path: str = ""
    place: str = ""
    table: Mapping[str, Any] = {}


def read_project_settings(folder: str) -> ProjectSettings:
    """Return the settings that hold in *folder*.

    Raises:
        UsageError: the file that counts isn't TOML, or its settings aren't a table.

    """
    try:
        path = settings_candidates(folder)[-1]
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return ProjectSettings()
    own = os.path.basename(path) == SETTINGS[0]
    if not own and b"pybuildsync" not in data:  # most are like this, and a parser takes long to load
        return ProjectSettings(path, path)
    from pybuildsync.core.toml_text import parse_toml

    try:
        table: Any = parse_toml(data)
    except ValueError as error:
        raise UsageError(f"{path} can't be read as TOML", why=str(error), hint="mend it") from error
    if own:
        return ProjectSettings(path, path, table)
    place = f"[tool.pybuildsync] of {path}"
    for key in ("tool", "pybuildsync"):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise UsageError(f"{place} is not a table", hint="write it as [tool.pybuildsync] and KEY = VALUE below")
    return ProjectSettings(path, place, table)
