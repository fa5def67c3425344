"""pip's configuration, read as pip reads it: its files and its environment variables.

Returned as plain text values; what they mean is for whoever asked. Nothing is ever written. The rules are those of
pip's documentation (Configuration): files by rank (global, user, site, ``PIP_CONFIG_FILE``), then ``PIP_*``; a section
named after the command beats ``[global]`` whatever the rank of the file.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pybuildsync.errors import UsageError

ENVIRONMENT = ":env:"  # the section that pip gives to its variables
_IGNORED = ("version", "help")
_NAMES = {"win32": "pip.ini"}


class Entry(NamedTuple):
    """One setting: ``name`` is a long option without dashes, ``origin`` the file or the variable that says it."""

    section: str
    name: str
    text: str
    origin: str


class ConfigurationFile(NamedTuple):
    """A place where pip looks for a file; ``kind`` is "global", "user", "site" or, for ``PIP_CONFIG_FILE``, "env"."""

    kind: str
    path: str


def read_pip_configuration(
    command: str,
    environ: Mapping[str, str],
    *,
    prefix: str = sys.prefix,
    platform: str = sys.platform,
    isolated: bool = False,
) -> tuple[Entry, ...]:
    """Return pip's settings for *command* ("install"), the weakest first; a later one of the same name replaces it.

    Values that are empty count as not set, as for pip. Several values of an option are in one text, separated by white
    space. *prefix* is the environment whose own file counts (the ``site`` rank). *isolated* leaves out the user's files
    and the variables.

    Raises:
        UsageError: a file that exists is no configuration file.

    """
    sections: dict[str, dict[str, Entry]] = {"global": {}, command: {}, ENVIRONMENT: {}}
    for entry in read_entries(environ, prefix=prefix, platform=platform, isolated=isolated):
        if entry.section in sections:
            sections[entry.section][entry.name] = entry
    return tuple(entry for entries in sections.values() for entry in entries.values() if entry.text)


def read_entries(
    environ: Mapping[str, str], *, prefix: str = sys.prefix, platform: str = sys.platform, isolated: bool = False
) -> tuple[Entry, ...]:
    """Return all that pip's files and variables say, of every section, the weakest file first.

    Raises:
        UsageError: a file that exists is no configuration file.

    """
    entries = [
        Entry(section, name, text, path)
        for _, path in ranked_files(environ, prefix=prefix, platform=platform, isolated=isolated)
        for section, options in read_file(path).items()
        for name, text in options.items()
    ]
    variables = sorted([name for name in environ if name.startswith("PIP_") and name[4:].lower() not in _IGNORED])
    if not isolated:
        entries += [Entry(ENVIRONMENT, option_name(name[4:]), environ[name], name) for name in variables]
    return tuple(entries)


def configuration_files(environ: Mapping[str, str], *, prefix: str, platform: str) -> tuple[str, ...]:
    """Return the configuration files that count, weakest first, whether they exist or not."""
    return tuple(path for _, path in ranked_files(environ, prefix=prefix, platform=platform))


def ranked_files(
    environ: Mapping[str, str], *, prefix: str, platform: str, isolated: bool = False
) -> tuple[ConfigurationFile, ...]:
    """Return the configuration files that count with their kinds, weakest first, whether they exist or not.

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
    files = [ConfigurationFile(kind, os.path.join(folder, name)) for kind, folder in folders]
    return (*files, *[ConfigurationFile("env", chosen)] * bool(chosen))


def site_file(prefix: str, platform: str = sys.platform) -> str:
    """Return the configuration file of the environment *prefix*, whether it exists or not."""
    return os.path.join(prefix, _NAMES.get(platform, "pip.conf"))


def target_prefix(python: str, environ: Mapping[str, str], *, prefix: str = sys.prefix) -> str:
    """Return the folder of the environment whose site file counts: the one that *python* names, "" being the active.

    Where that would take running an interpreter (``3.12``, a command on ``PATH``), it is "": no site file counts.
    """
    named = python or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX") or prefix
    path = os.path.abspath(os.path.expanduser(named))
    if os.path.isdir(path):
        return path
    folder = os.path.dirname(os.path.dirname(path))
    is_path = os.sep in named or "/" in named
    return folder if is_path and os.path.exists(os.path.join(folder, "pyvenv.cfg")) else ""


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


def read_file(path: str) -> dict[str, dict[str, str]]:
    """Return the sections of the configuration file at *path*, {} if it doesn't exist.

    Raises:
        UsageError: it is no configuration file.

    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return {}
    import configparser
    import locale

    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    parser = configparser.RawConfigParser()
    parser.optionxform = option_name  # type: ignore[assignment,method-assign]  # the documented way
    try:
        parser.read_string(data.decode(encoding), path)
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} can't be read as a configuration file of pip",
            why=str(error),
            hint="mend it, or set PIP_CONFIG_FILE to the null device to use none",
        ) from error
    return {section: dict(parser.items(section)) for section in parser.sections()}


def option_name(name: str) -> str:
    """Return *name* as pip compares it: in small letters, with dashes, none in front."""
    return name.lower().replace("_", "-").removeprefix("--")
