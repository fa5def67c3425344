"""Scripts: what a wheel's entry points and ``#!python`` files become in an environment.

Pure text work; never writes a file. Entry points follow the entry points specification, ``#!python`` the binary
distribution format. On Windows the launchers are those of ``installer``; on POSIX a script is a few lines of Python
that import less than ``installer``'s do.
"""

import os
import shlex
import sys
from typing import Literal, NamedTuple, TypeAlias

from pybuildsync.environments.schemes import Launcher
from pybuildsync.errors import PackageError

Kind: TypeAlias = Literal["console", "gui"]

_SECTIONS: dict[str, Kind] = {"console_scripts": "console", "gui_scripts": "gui"}
_LONGEST_SHEBANG = 511 if sys.platform == "darwin" else 127  # bytes, with "#!" and the end of the line
_TEMPLATE = """\
{shebang}
# -*- coding: utf-8 -*-
import sys
from {module} import {name}
if __name__ == "__main__":
    sys.exit({attribute}())
"""


class EntryPoint(NamedTuple):
    """A command that a distribution declares as ``name = module:attribute``; ``kind`` is "console" or "gui"."""

    name: str
    module: str
    attribute: str
    kind: Kind


def read_entry_points(text: str, distribution: str) -> tuple[EntryPoint, ...]:
    """Return the scripts that the entry_points.txt *text* of *distribution* declares, in its order.

    Raises:
        PackageError: a script's name is no file name, or it names no function.

    """
    found: dict[str, EntryPoint] = {}
    kind: Kind | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            kind = _SECTIONS.get(line.strip("[]"))  # as the standard library has it
        elif kind:
            name, _, value = line.partition("=")
            point = _entry_point(name.strip(), value.strip(), kind, distribution)
            found[point.name] = point
    return tuple(found.values())


def _entry_point(name: str, value: str, kind: Kind, distribution: str) -> EntryPoint:
    reference = value.partition("[")[0].strip()
    module, _, attribute = (part.strip() for part in reference.partition(":"))
    if not name or name in {".", ".."} or any(character in name for character in "/\\\0"):
        problem = "its name is no file name"
    elif not (_is_dotted(module) and _is_dotted(attribute)):
        problem = "it names no function as MODULE:NAME"
    else:
        return EntryPoint(name=name, module=module, attribute=attribute, kind=kind)
    raise PackageError(
        f"{distribution} declares a script that can't be: {name} = {value}",
        why=f"{problem} (entry points specification)",
        hint="tell the authors of the distribution; an older release may do",
    )


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def shebang(python: str, arguments: str = "") -> bytes:
    """Return the first line, or lines, that make a POSIX system run a script with *python*; no line end follows.

    A path that is too long for the kernel, or has white space, is run by ``/bin/sh``, for which the lines after the
    first are a command and for Python a string: the way of distlib, and of pip and installer with it.
    """
    tail = f" {arguments}" if arguments else ""
    line = f"#!{python}{tail}"
    if len(os.fsencode(line)) < _LONGEST_SHEBANG and not any(character in python for character in " \t\n"):
        return os.fsencode(line)
    return os.fsencode(f"#!/bin/sh\n'''exec' {shlex.quote(python)}{tail} \"$0\" \"$@\"\n' '''")


def adapt_script(content: bytes, python: str) -> bytes | None:
    """Return *content* with its ``#!python`` line replaced by one for *python*; None if it has no such line.

    The arguments in the line stay. ``#!pythonw`` asks for the interpreter without a console on Windows.
    """
    if not content.startswith(b"#!python"):
        return None
    first, separator, rest = content.partition(b"\n")
    command, _, arguments = first[2:].decode("utf-8", "surrogateescape").strip().partition(" ")
    if command == "pythonw" and sys.platform == "win32":
        folder, name = os.path.split(python)
        python = os.path.join(folder, name.replace("python", "pythonw"))
    return shebang(python, arguments.strip()) + (separator or b"\n") + rest


def render_entry_point(point: EntryPoint, python: str, launcher: Launcher) -> tuple[str, bytes]:
    """Return file name and content of the script for *point* that runs with *python*; *launcher* is a scheme's."""
    if launcher != "posix":
        from installer.scripts import Script

        script = Script(point.name, point.module, point.attribute, point.kind)
        return script.generate(python, launcher)
    text = _TEMPLATE.format(
        shebang=os.fsdecode(shebang(python)),
        module=point.module,
        name=point.attribute.partition(".")[0],
        attribute=point.attribute,
    )
    return point.name, os.fsencode(text)
