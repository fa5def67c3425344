"""pip's configuration, read as pip reads it: its files and its environment variables.

Returned as plain text values; what they mean is for whoever asked. Nothing is ever written. The rules are those of
pip's documentation (Configuration): files by rank (global, user, site, ``PIP_CONFIG_FILE``), then ``PIP_*``; a section
named after the command beats ``[global]`` whatever the rank of the file.
"""

import os
import sys
from collections.abc import Iterator, Mapping

from pybuildsync.errors import UsageError

_IGNORED = ("version", "help")
_NAMES = {"win32": "pip.ini"}


def read_pip_configuration(
    command: str, environ: Mapping[str, str], *, prefix: str = sys.prefix, platform: str = sys.platform
) -> Mapping[str, str]:
    """Return pip's settings for *command* ("install"): long option without dashes ("extra-index-url") to its text.

    Values that are empty count as not set, as for pip. Several values of an option are in one text, separated by white
    space. *prefix* is the environment whose own file counts (the ``site`` rank).

    Raises:
        UsageError: a file that exists is no configuration file.

    """
    sections: dict[str, dict[str, str]] = {"global": {}, command: {}}
    for path in configuration_files(environ, prefix=prefix, platform=platform):
        for section, options in _read(path).items():
            if section in sections:
                sections[section].update(options)
    variables = {
        _option_name(name[4:]): value
        for name, value in environ.items()
        if name.startswith("PIP_") and name[4:].lower() not in _IGNORED
    }
    found: dict[str, str] = {}
    for options in (*sections.values(), variables):
        found.update({name: value for name, value in options.items() if value})
    return found


def configuration_files(environ: Mapping[str, str], *, prefix: str, platform: str) -> tuple[str, ...]:
    """Return the configuration files that count, weakest first, whether they exist or not.

    ``PIP_CONFIG_FILE`` takes the place of the user's files if it exists; if it is ``os.devnull``, no file counts.
    """
    chosen = environ.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return ()
    name = _NAMES.get(platform, "pip.conf")
    folders = [*_global_folders(environ, platform)]
    if not (chosen and os.path.exists(chosen)):
        folders += _user_folders(environ, platform)
    folders.append(prefix)
    return (*(os.path.join(folder, name) for folder in folders), *((chosen,) if chosen else ()))


def _global_folders(environ: Mapping[str, str], platform: str) -> Iterator[str]:
    if platform == "win32":
        yield os.path.join(environ.get("ALLUSERSPROFILE") or environ.get("PROGRAMDATA") or r"C:\ProgramData", "pip")
    elif platform == "darwin":
        yield "/Library/Application Support/pip"
    else:
        places = environ.get("XDG_CONFIG_DIRS", "").strip() or "/etc/xdg"
        yield from (os.path.join(place, "pip") for place in places.split(os.pathsep) if place)
        yield "/etc"


def _user_folders(environ: Mapping[str, str], platform: str) -> Iterator[str]:
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


def _read(path: str) -> dict[str, dict[str, str]]:
    """Return the sections of the file at *path*, {} if it doesn't exist."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return {}
    import configparser
    import locale

    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    parser = configparser.RawConfigParser()
    parser.optionxform = _option_name  # type: ignore[assignment,method-assign]  # the documented way
    try:
        parser.read_string(data.decode(encoding), path)
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} can't be read as a configuration file of pip",
            why=str(error),
            hint="mend it, or set PIP_CONFIG_FILE to the null device to use none",
        ) from error
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _option_name(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")
