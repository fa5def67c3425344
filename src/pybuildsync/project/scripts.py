"""What a single-file script says it needs (PEP 723, inline script metadata). Reads one file, runs nothing."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pybuildsync.core.toml_text import parse_toml
from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementLine

_BEGIN = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_END = "# ///"


class ScriptNeeds(NamedTuple):
    """The requirements of a script, and the Pythons that it runs on, "" for any."""

    requirements: tuple[RequirementLine, ...]
    requires_python: str


def read_script(path: str) -> ScriptNeeds:
    """Return what the script at *path* needs.

    Raises:
        RequestError: it can't be read, says nothing, or says it otherwise than PEP 723 has it.

    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"the script {path} can't be read", why=str(error), hint="check the path") from error
    blocks = [content for kind, content in _blocks(text.split("\n")) if kind == "script"]
    if len(blocks) != 1:
        raise RequestError(
            f"{path} says {'more than once' if blocks else 'nowhere'} what it needs",
            why="a script has one block of comments that begins with '# /// script'",
            hint="see PEP 723",
        )
    try:
        lines = "".join(f"{line}\n" for line in blocks[0]).splitlines(keepends=True)
        table = parse_toml("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    except ValueError as error:
        raise RequestError(f"{path}: its script block is no TOML", why=str(error), hint="see PEP 723") from error
    needed, python = table.get("dependencies", []), table.get("requires-python", "")
    if not isinstance(needed, list) or not all(isinstance(each, str) for each in needed) or not isinstance(python, str):
        raise RequestError(
            f"{path}: its script block is not as it should be",
            why="dependencies is a list of texts, requires-python a text",
            hint="see PEP 723",
        )
    return ScriptNeeds(tuple(RequirementLine(text, path) for text in needed), python)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield kind and content of each block in *lines*.

    They are those that the regular expression of the specification finds, which takes minutes for some texts: a block
    ends with the last ``# ///`` that nothing but comments stand before.
    """
    at = end = 0  # end is behind the comments that line `at` is among
    last = -1  # where the last of them ends a block
    while at < len(lines):
        if at >= end:
            end, last = at + 1, -1
            while end < len(lines) and (lines[end] == "#" or lines[end].startswith("# ")):
                last = end if lines[end] == _END else last
                end += 1
        begin = _BEGIN.fullmatch(lines[at])
        if begin and last > at + 1:
            yield begin[1], lines[at + 1 : last]
            at = last
        at += 1
