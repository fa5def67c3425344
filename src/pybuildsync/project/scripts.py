"""What a single-file script says it needs (PEP 723, inline script metadata). Reads one file, runs nothing."""

import re
import tomllib
from typing import NamedTuple

from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementLine

# The expression of the specification (PyPA: Inline script metadata).
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


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
    blocks = [match["content"] for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if len(blocks) != 1:
        raise RequestError(
            f"{path} says {'more than once' if blocks else 'nowhere'} what it needs",
            why="a script has one block of comments that begins with '# /// script'",
            hint="see PEP 723",
        )
    lines = blocks[0].splitlines(keepends=True)
    try:
        table = tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
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
