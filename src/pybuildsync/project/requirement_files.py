"""Requirement files, as pip reads them: requirements, constraints, and the options that may stand beside them.

Follows pip's documented format: a comment needs white space before its ``#``, a backslash at the end joins lines, only
``${UPPER_CASE}`` expands and an unset variable stays as it is written; nested ``-r`` and ``-c`` are relative to the
file or the URL that they stand in, so is ``-f`` where such a folder exists beside a file, everything else to the
working directory; a file that includes itself is an error. Reads files, decides nothing; whoever wants URLs to be read
brings what fetches them.
"""

import os
import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from pybuildsync.core.encoded_text import decode_file
from pybuildsync.errors import PybuildsyncError, RequestError
from pybuildsync.project.file_locations import Fetch, beside, fetched, is_remote, is_url, path_of, shown

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
    """All that a requirement file and those it includes say; ``options`` are (option, value) pairs in order.

    ``files`` are the paths of those that lie on this machine, ``read`` counts all, as often as they are included.
    """

    def __init__(self) -> None:
        self.requirements: list[RequirementLine] = []
        self.constraints: list[RequirementLine] = []
        self.options: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.read = 0
        self.uses_variables = False


_WITH_VALUE = {
    "-i": "--index-url", "--index-url": "--index-url", "--pypi-url": "--index-url",
    "--extra-index-url": "--extra-index-url", "-f": "--find-links", "--find-links": "--find-links",
    "--no-binary": "--no-binary", "--only-binary": "--only-binary", "--trusted-host": "--trusted-host",
    "--use-feature": "--use-feature", "--all-releases": "--all-releases", "--only-final": "--only-final",
}  # fmt: skip
_FLAGS = ("--no-index", "--pre", "--prefer-binary", "--require-hashes", "--no-require-hashes")


def read_requirement_file(
    location: str, *, environ: Mapping[str, str], constraints: bool = False, fetch: Fetch | None = None
) -> RequirementFile:
    """Return what the file at *location*, a path or a URL, says; by *fetch* come URLs, without it they are refused.

    With *constraints* its own requirements limit and install nothing.

    Raises:
        RequestError: it can't be read, includes itself, or has a line that pip would refuse.
        PybuildsyncError: whatever *fetch* raises.

    """
    reading = _Reading(RequirementFile(), environ, fetch)
    _read(location, shown(location), reading, constraints=constraints, chain=())
    return reading.found


class _Reading(NamedTuple):
    """What one reading begins with, and what it has found so far."""

    found: RequirementFile
    environ: Mapping[str, str]
    fetch: Fetch | None


def _read(location: str, named: str, reading: _Reading, *, constraints: bool, chain: tuple[str, ...]) -> None:
    """Read the file at *location*, which is told as *named*; *chain* are those that include it."""
    found = reading.found
    itself = location if is_remote(location) else os.path.abspath(path_of(location))
    if itself in chain:
        raise RequestError(
            f"{named} includes itself",
            why=" -> ".join(map(shown, (*chain, itself))),
            hint="remove one of the -r or -c lines",
        )
    if len(chain) > _DEEPEST or found.read > _MOST_FILES:
        raise RequestError(
            f"{named} is one file too many",
            why=f"files may be {_DEEPEST} deep in each other and {_MOST_FILES} in all, counted as often as included",
            hint="put the requirements into fewer files",
        )
    text = _text(location, named, reading, constraints=constraints, chain=chain)
    for number, line in _logical_lines(text):
        where = f"{named}, line {number}"
        expanded = _VARIABLE.sub(lambda match: reading.environ.get(match[1]) or match[0], line)
        found.uses_variables = found.uses_variables or expanded != line
        target = found.constraints if constraints else found.requirements
        if not expanded.startswith("-"):
            target.append(_requirement(expanded, where))
            continue
        for option, value in _options(expanded, where):
            if option in ("-r", "--requirement", "-c", "--constraint"):
                nested = beside(location, value)
                limits = option in ("-c", "--constraint")  # also in a constraint file, as pip has it
                told = shown(nested) if is_remote(nested) else value
                _read(nested, told, reading, constraints=limits, chain=(*chain, itself))
            elif option in ("-e", "--editable"):
                target.append(RequirementLine(value, where, editable=True))
            elif option == "--find-links":
                found.options.append((option, _links(location, value)))
            else:
                found.options.append((option, value))


def _text(location: str, named: str, reading: _Reading, *, constraints: bool, chain: tuple[str, ...]) -> str:
    """Return the text at *location*, and note that it was read; an error tells what includes it."""
    reading.found.read += 1
    try:
        if is_remote(location):
            return fetched(location, reading.fetch)
        text = _text_here(path_of(location), named, constraints=constraints)
    except PybuildsyncError as error:
        if chain:
            error.why = f"{error.why}\nit is included by {shown(chain[-1])}".strip()
        raise
    reading.found.files.append(os.path.abspath(path_of(location)))
    return text


def _text_here(path: str, named: str, *, constraints: bool) -> str:
    """Return the text of the file at *path*."""
    try:
        with open(path, "rb") as file:
            return decode_file(file.read(), _local_encoding)
    except (OSError, ValueError) as error:  # broken UTF-8; NUL is in no path
        kind, options = ("constraint", "-c or --build-constraint") if constraints else ("requirement", "-r")
        is_path = isinstance(error, OSError)
        raise RequestError(
            f"the {kind} file {named} can't be read",
            why=str(error),
            hint=f"check the path after {options}" if is_path else "save it as UTF-8, or begin it with # coding: NAME",
            pip=(f"Could not open {'constraint' if constraints else 'requirements'} file: {error}",),
        ) from error


def _local_encoding() -> str:
    """Return the encoding of files here that don't say theirs and aren't UTF-8."""
    import locale

    return locale.getencoding()


def _links(location: str, value: str) -> str:
    """Return what a ``--find-links`` *value* in the file at *location* means: something beside it, if it is there."""
    near = "" if is_url(location) else os.path.join(os.path.dirname(os.path.abspath(location)), value)
    return near if near and os.path.exists(near) else value


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
