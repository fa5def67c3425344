"""The order and the comments of requirement files, for ``freeze -r``.

What pip keeps is kept: comments, blank lines and options stand where they stood, each option once. Lines that pip can't
read (``--hash`` beside a requirement, ``-c``) are no error here.
"""

import re
from collections.abc import Iterable

from pybuildsync.core.direct_references import is_url, parse_reference
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.story import Note, Story, Warned
from pybuildsync.errors import PybuildsyncError, RequestError
from pybuildsync.project.file_locations import fetched, is_remote, path_of

ADDED = "## The following requirements were added by pip freeze:"
_COMMENT = re.compile(r"(^|\s)#.*$")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)?(.*)")
_BESIDE = re.compile(r"\s--?[a-z].*$|\\$")  # options of a requirement, or the end of a line that goes on


def lines_in_order(paths: Iterable[str], blocks: dict[str, tuple[str, ...]], story: Story) -> list[str]:
    """Return the lines of the files *paths*, each requirement as *blocks* (lines by name) has it, and who comes next.

    What is used is taken out of *blocks*. *story* is told of requirements that aren't installed or stand there twice.

    Raises:
        RequestError: a file can't be read.

    """
    lines: list[str] = []
    kept: set[str] = set()
    files: dict[str, list[str]] = {}
    for path in paths:
        for line in _read(path):
            editable = _EDITABLE.match(line)
            if not line.strip() or line.lstrip().startswith("#") or (line.startswith("-") and not editable):
                lines += () if line in kept else (line,)
                kept.add(line)
                continue
            text = _COMMENT.sub("", editable[1] if editable else line).strip()
            name = _name(_BESIDE.sub("", text))
            if name in blocks:
                lines += blocks.pop(name)
                files.setdefault(name, []).append(path)
            elif name in files:
                files[name].append(path)
            elif not name:
                skipped = f"Skipping line in requirement file [{path}] because it's not clear what it would install"
                hint = "  (add #egg=PackageName to the URL to avoid this warning)"
                story.tell(Note(f"{skipped}: {text}\n{hint}"))
            else:
                story.tell(Warned(f"Requirement file [{path}] contains {text}, but package {name!r} is not installed"))
    for name, named in files.items():
        if len(named) > 1:
            story.tell(Warned(f"Requirement {name} included multiple times [{', '.join(sorted(set(named)))}]"))
    return [*lines, ADDED]


def _read(path: str) -> list[str]:
    """Return the lines of a file without those that only go on with the options of the one before."""
    if is_remote(path):
        fetched(path, None)
    try:
        with open(path_of(path), encoding="utf-8-sig") as file:
            lines = [line.rstrip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            f"the requirement file {path} can't be read", why=str(error), hint="check the path"
        ) from error
    return [line for at, line in enumerate(lines) if not (at and lines[at - 1].endswith("\\"))]


def _name(text: str) -> str:
    """Return the normalised name of what *text* asks for, "" where only what is there tells."""
    try:
        if is_url(text):
            reference = parse_reference(text)
            filename = reference.url.rpartition("/")[2]
            told = filename.partition("-")[0] if filename.endswith(".whl") else reference.egg
            return normalize_name(told or "")
        return parse_requirement(text).name
    except PybuildsyncError:
        return ""
