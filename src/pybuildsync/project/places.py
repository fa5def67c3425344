"""Where configuration lies: pip's files, and the project's. Opens none of them.

The places are those of pip's documentation (Configuration). Built-ins and ``os`` only: the command line's first stages
look here, and are measured in milliseconds.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SETTINGS = ("pybuildsync.toml", "pyproject.toml")  # the project's; in one folder the first goes before the second
_NAMES = {"win32": "pip.ini"}


def configuration_files(environ: "Mapping[str, str]", *, prefix: str, platform: str) -> tuple[str, ...]:
    """Return the configuration files that count, weakest first, whether they exist or not."""
    return tuple(path for _, path in ranked_files(environ, prefix=prefix, platform=platform))


def ranked_files(
    environ: "Mapping[str, str]", *, prefix: str, platform: str, isolated: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return the configuration files that count, weakest first, as (kind, path), whether they exist or not.

    A kind is "global", "user", "site" or, for ``PIP_CONFIG_FILE``, "env".
    ``PIP_CONFIG_FILE`` takes the place of the user's files if it exists; if it is ``os.devnull``, no file counts. There
    is no site file where *prefix* is "".
    """
    chosen = environ.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return ()
    name = _NAMES.get(platform, "pip.conf")
    folders = [("global", folder) for folder in _global_folders(environ, platform)]
    if not isolated and not (chosen and os.path.exists(chosen)):
        folders += [("user", folder) for folder in _user_folders(environ, platform)]
    folders += [("site", prefix)] * bool(prefix)
    files = [(kind, os.path.join(folder, name)) for kind, folder in folders]
    return (*files, *[("env", chosen)] * bool(chosen))


def site_file(prefix: str, platform: str = sys.platform) -> str:
    """Return the configuration file of the environment *prefix*, whether it exists or not."""
    return os.path.join(prefix, _NAMES.get(platform, "pip.conf"))


def target_prefix(python: str, environ: "Mapping[str, str]", *, prefix: str = sys.prefix) -> str:
    """Return the folder of the environment whose site file counts: the one that *python* names, "" being the active.

    Where that would take running an interpreter (``3.12``, a command on ``PATH``), it is "": no site file counts.
    """
    named = python or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX") or prefix
    path = os.path.abspath(os.path.expanduser(named))
    is_path = os.sep in named or "/" in named
    if os.path.isdir(path) and (is_path or not named[0].isdigit()):  # 3.12 asks for a version
        return path
    folder = os.path.dirname(os.path.dirname(path))
    return folder if is_path and os.path.exists(os.path.join(folder, "pyvenv.cfg")) else ""


def _global_folders(environ: "Mapping[str, str]", platform: str) -> "Iterator[str]":
    if platform == "win32":
        yield os.path.join(environ.get("ALLUSERSPROFILE") or environ.get("PROGRAMDATA") or r"C:\ProgramData", "pip")
    elif platform == "darwin":
        yield "/Library/Application Support/pip"
    else:
        places = environ.get("XDG_CONFIG_DIRS", "").strip() or "/etc/xdg"
        yield from (os.path.join(place, "pip") for place in places.split(os.pathsep) if place)
        yield "/etc"


def _user_folders(environ: "Mapping[str, str]", platform: str) -> "Iterator[str]":
    home = environ.get("USERPROFILE" if platform == "win32" else "HOME") or os.path.expanduser("~")
    if platform == "win32":
        yield os.path.join(home, "pip")
        yield os.path.join(environ.get("APPDATA") or os.path.join(home, "AppData", "Roaming"), "pip")
        return
    yield os.path.join(home, ".pip")
    if platform == "darwin":
        support = os.path.join(home, "Library", "Application Support", "pip")
        yield support if os.path.isdir(support) else os.path.join(home, ".config", "pip")
    else:
        yield os.path.join(environ.get("XDG_CONFIG_HOME", "").strip() or os.path.join(home, ".config"), "pip")


def settings_candidates(folder: str) -> tuple[str, ...]:
    """Return the files that are looked for, in order, from *folder* upwards: the last one counts if it exists."""
    looked: list[str] = []
    here = os.path.abspath(folder)
    while True:
        for name in SETTINGS:
            looked.append(os.path.join(here, name))
            if os.path.isfile(looked[-1]):
                return tuple(looked)
        above = os.path.dirname(here)
        if above == here:
            return tuple(looked)
        here = above


def settings_paths(python: str, environ: "Mapping[str, str]", folder: str, *, platform: str) -> tuple[str, ...]:
    """Return all files that set options, or would if they were there, for the environment *python* names.

    *folder* is the working directory.
    """
    prefixes = dict.fromkeys([target_prefix(python, environ), target_prefix("", environ)])
    files = [path for prefix in prefixes for path in configuration_files(environ, prefix=prefix, platform=platform)]
    return (*dict.fromkeys(files), *settings_candidates(folder))
