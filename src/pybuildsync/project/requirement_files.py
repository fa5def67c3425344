"""Requirement files, as pip reads them: requirements, constraints, and the options that may stand beside them.

Follows pip's documented format: a comment needs white space before its ``#``, a backslash at the end joins lines, only
``${UPPER_CASE}`` expands and an unset variable stays as it is written; nested ``-r`` and ``-c`` are relative to the
file they stand in, so is ``-f`` where such a folder exists, everything else to the working directory; a file that
includes itself is an error. Reads files, asks nobody, decides nothing.
"""

import os
import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from pybuildsync.errors import RequestError

_COMMENT = re.compile(r"(^|\s)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_DEEPEST, _MOST_FILES = 100, 10_000  # files within files
_OPTION = re.compile(r"\s-")  # a word that begins like one is one


class RequirementLine(NamedTuple):
    """One requirement: ``text`` as written without its options, ``where`` as in "requirements.txt, line 3".

    ``hashes`` are "algorithm:digest" texts, ``config_settings`` "KEY=VALUE" texts, ``editable`` says that it came by
    -e, ``locked`` that a lock file has it, which needn't have a hash of it.
    """

    text: str
    where: str
    hashes: tuple[str, ...] = ()
    config_settings: tuple[str, ...] = ()
    editable: bool = False
    locked: bool = False


class RequirementFile:
    """All that a requirement file and those it includes say; ``options`` are (option, value) pairs in order."""

    def __init__(self) -> None:
        self.requirements: list[RequirementLine] = []
        self.constraints: list[RequirementLine] = []
        self.options: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.uses_variables = False


_WITH_VALUE = {
    "-i": "--index-url", "--index-url": "--index-url", "--pypi-url": "--index-url",
    "--extra-index-url": "--extra-index-url", "-f": "--find-links", "--find-links": "--find-links",
    "--no-binary": "--no-binary", "--only-binary": "--only-binary", "--trusted-host": "--trusted-host",
    "--use-feature": "--use-feature", "--all-releases": "--all-releases", "--only-final": "--only-final",
}  # fmt: skip
_FLAGS = ("--no-index", "--pre", "--prefer-binary", "--require-hashes", "--no-require-hashes")


def read_requirement_file(path: str, *, environ: Mapping[str, str], constraints: bool = False) -> RequirementFile:
    """Return what the file at *path* says; with *constraints* its own requirements limit and install nothing.

    Raises:
        RequestError: it can't be read, includes itself, or has a line that pip would refuse.

    """
    found = RequirementFile()
    _read(os.path.abspath(path), path, found, environ, constraints=constraints, chain=())
    return found


def _read(
    path: str,
    shown: str,
    found: RequirementFile,
    environ: Mapping[str, str],
    *,
    constraints: bool,
    chain: tuple[str, ...],
) -> None:
    if path in chain:
        raise RequestError(
            f"{shown} includes itself", why=" -> ".join((*chain, path)), hint="remove one of the -r or -c lines"
        )
    if len(chain) > _DEEPEST or len(found.files) > _MOST_FILES:
        raise RequestError(
            f"{shown} is one file too many",
            why=f"files may be {_DEEPEST} deep in each other and {_MOST_FILES} in all, counted as often as included",
            hint="put the requirements into fewer files",
        )
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, ValueError) as error:  # broken UTF-8; NUL is in no path
        raise RequestError(
            f"the requirement file {shown} can't be read",
            why=str(error),
            hint="check the path after -r or -c",
            pip=(f"Could not open requirements file: {error}",),
        ) from error
    found.files.append(path)
    for number, line in _logical_lines(text):
        where = f"{shown}, line {number}"
        expanded = _VARIABLE.sub(lambda match: environ.get(match[1]) or match[0], line)
        found.uses_variables = found.uses_variables or expanded != line
        if not expanded.startswith("-"):
            target = found.constraints if constraints else found.requirements
            target.append(_requirement(expanded, where))
            continue
        for option, value in _options(expanded, where):
            if option in ("-r", "--requirement", "-c", "--constraint"):
                nested = value if _is_absolute(value) else os.path.join(os.path.dirname(path), value)
                limits = option in ("-c", "--constraint")  # also in a constraint file, as pip has it
                _read(os.path.abspath(nested), value, found, environ, constraints=limits, chain=(*chain, path))
            elif option in ("-e", "--editable"):
                target = found.constraints if constraints else found.requirements
                target.append(RequirementLine(value, where, editable=True))
            elif option == "--find-links" and os.path.exists(os.path.join(os.path.dirname(path), value)):
                found.options.append((option, os.path.join(os.path.dirname(path), value)))
            else:
                found.options.append((option, value))


def _is_absolute(path: str) -> bool:
    return os.path.isabs(path) or "://" in path


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Return (line number, line) pairs: joined, without comments and blank lines."""
    lines: list[tuple[int, str]] = []
    held, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        first = first or number
        if raw.lstrip().startswith("#"):  # a comment ends a joined line
            lines.append((first, held))
            held, first = "", 0
        elif raw.endswith("\\"):
            held += raw[:-1]
        else:
            lines.append((first, held + raw))
            held, first = "", 0
    lines.append((first, held))
    stripped = ((number, _COMMENT.sub("", line).strip()) for number, line in lines)
    return [(number, line) for number, line in stripped if line]


def _requirement(line: str, where: str) -> RequirementLine:
    match = _OPTION.search(line)
    if match is None:
        return RequirementLine(line, where)
    text, options = line[: match.start()].strip(), line[match.start() :].strip()
    hashes: list[str] = []
    settings: list[str] = []
    for option, value in _pairs(options, where):
        if option == "--hash":
            hashes.append(value)
        elif option in ("-C", "--config-settings", "--config-setting"):
            settings.append(value)
        else:
            raise RequestError(
                f"{option} doesn't go with a requirement", why=f"{where}: {line}", hint="give it a line of its own"
            )
    return RequirementLine(text, where, tuple(hashes), tuple(settings))


def _options(line: str, where: str) -> list[tuple[str, str]]:
    known = ("-r", "--requirement", "-c", "--constraint", "-e", "--editable")
    found = []
    for option, value in _pairs(line, where):
        if option in known or option in _FLAGS:
            found.append((option, value))
        elif option in _WITH_VALUE:
            found.append((_WITH_VALUE[option], value))
        else:
            raise RequestError(f"{option} is no option of a requirement file", why=f"{where}: {line}")
    return found


def _pairs(text: str, where: str) -> list[tuple[str, str]]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise RequestError("a line with an open quote", why=f"{where}: {text}") from error
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        option, equals, value = word.partition("=")
        if word.startswith("-") and not word.startswith("--") and len(word) > 2:  # noqa: PLR2004 - as in -rfile
            pairs.append((word[:2], word[2:].removeprefix("=")))
        elif equals or option in _FLAGS:
            pairs.append((option, value))
        elif at < len(words):
            pairs.append((option, words[at]))
            at += 1
        else:
            raise RequestError(f"{option} needs a value", why=f"{where}: {text}")
    return pairs
