"""The project's own settings: ``[tool.pybuildsync]`` of ``pyproject.toml``, or ``pybuildsync.toml``.

The file of the nearest folder counts, from the working directory upwards; in one folder ``pybuildsync.toml`` goes
before ``pyproject.toml``. Keys are long options without dashes. Nothing here knows what they mean, or is ever written.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from pybuildsync.errors import UsageError
from pybuildsync.project.pip_configuration import configuration_files, target_prefix

NAMES = ("pybuildsync.toml", "pyproject.toml")
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
    own = os.path.basename(path) == NAMES[0]
    if not own and b"pybuildsync" not in data:  # most are like this, and a parser takes long to load
        return ProjectSettings(path, path)
    import tomllib

    try:
        table: Any = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read as TOML", why=str(error), hint="mend it") from error
    if own:
        return ProjectSettings(path, path, table)
    place = f"[tool.pybuildsync] of {path}"
    for key in ("tool", "pybuildsync"):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise UsageError(f"{place} is not a table", hint="write it as [tool.pybuildsync] and KEY = VALUE below")
    return ProjectSettings(path, place, table)


def settings_candidates(folder: str) -> tuple[str, ...]:
    """Return the files that are looked for, in order, from *folder* upwards: the last one counts if it exists."""
    looked: list[str] = []
    here = os.path.abspath(folder)
    while True:
        for name in NAMES:
            looked.append(os.path.join(here, name))
            if os.path.isfile(looked[-1]):
                return tuple(looked)
        above = os.path.dirname(here)
        if above == here:
            return tuple(looked)
        here = above


def settings_paths(python: str, environ: Mapping[str, str], folder: str, *, platform: str) -> tuple[str, ...]:
    """Return all files that set options, or would if they were there, for the environment *python* names.

    *folder* is the working directory.
    """
    prefixes = dict.fromkeys([target_prefix(python, environ), target_prefix("", environ)])
    files = [path for prefix in prefixes for path in configuration_files(environ, prefix=prefix, platform=platform)]
    return (*dict.fromkeys(files), *settings_candidates(folder))
