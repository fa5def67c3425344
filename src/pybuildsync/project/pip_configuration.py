"""pip's configuration, read as pip reads it: its files and its environment variables.

Returned as plain text values; what they mean is for whoever asked. Nothing is ever written. The rules are those of
pip's documentation (Configuration): files by rank (global, user, site, ``PIP_CONFIG_FILE``), then ``PIP_*``; a section
named after the command beats ``[global]`` whatever the rank of the file.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.errors import UsageError
from pybuildsync.project.places import ranked_files

if TYPE_CHECKING:
    from configparser import RawConfigParser

ENVIRONMENT = ":env:"  # the section that pip gives to its variables
_IGNORED = ("version", "help")


class Entry(NamedTuple):
    """One setting: ``name`` is a long option without dashes, ``origin`` the file or the variable that says it."""

    section: str
    name: str
    text: str
    origin: str


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
    variables = [name for name in environ if name.startswith("PIP_") and name[4:].lower() not in _IGNORED]
    if not isolated:
        entries += [Entry(ENVIRONMENT, option_name(name[4:]), environ[name], name) for name in variables]
    return tuple(entries)


def read_file(path: str) -> dict[str, dict[str, str]]:
    """Return the sections of the configuration file at *path*, {} if it doesn't exist.

    Raises:
        UsageError: it is no configuration file.

    """
    parser = parse_file(path)
    return {section: dict(parser.items(section)) for section in parser.sections()} if parser else {}


def parse_file(path: str) -> "RawConfigParser | None":
    """Return the configuration file at *path*, None if it doesn't exist; raises UsageError where it is none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    import configparser
    import locale

    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    parser = configparser.RawConfigParser()
    parser.optionxform = option_name  # type: ignore[assignment,method-assign]  # the documented way
    try:
        text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")  # as files are read as text
        parser.read_string(text, path)
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} can't be read as a configuration file of pip",
            why=str(error),
            hint="mend it, or set PIP_CONFIG_FILE to the null device to use none",
        ) from error
    return parser


def option_name(name: str) -> str:
    """Return *name* as pip compares it: in small letters, with dashes, none in front."""
    return name.lower().replace("_", "-").removeprefix("--")
