"""Changes one setting in one of pip's configuration files, as ``pip config`` does: comments don't survive."""

import os
import sys

from pybuildsync.errors import EnvironmentFault
from pybuildsync.project.pip_configuration import parse_file


def has_setting(path: str, section: str, name: str) -> bool:
    """Tell whether the file at *path* sets *name* in *section*; raises UsageError where it is no such file."""
    parser = parse_file(path)
    return parser is not None and parser.has_option(section, name)


def write_setting(path: str, section: str, name: str, text: str | None) -> None:
    """Set *name* in *section* to *text*, or, None, leave it out; the file is replaced whole or not at all.

    Raises:
        UsageError: the file is no configuration file.
        EnvironmentFault: it can't be written.

    """
    import configparser
    from io import StringIO

    parser = parse_file(path) or configparser.RawConfigParser()
    if text is None:
        parser.remove_option(section, name)
        if not parser.items(section):
            parser.remove_section(section)
    else:
        if not parser.has_section(section):
            parser.add_section(section)
        parser.set(section, name, text)
    written = StringIO()
    parser.write(written)
    _replace(os.path.realpath(path), written.getvalue())


def _replace(path: str, text: str) -> None:
    import locale
    import shutil

    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    part = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(part, "x", encoding=encoding) as file:
            file.write(text)
        if os.path.exists(path):
            shutil.copymode(path, part)
        os.replace(part, path)
    except (OSError, UnicodeEncodeError) as error:
        if os.path.exists(part):
            os.unlink(part)
        raise EnvironmentFault(f"{path} can't be written", why=str(error), hint="name another file: --user") from error
