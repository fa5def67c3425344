"""The first stage of ``venv``: another environment of an interpreter that is known already.

After a ``venv`` whose interpreter was named by a path, or is the active one, :func:`remember` keeps what environments
take from it. :func:`make` makes the next one without importing anything that a bare interpreter hasn't. While the
executable and the ``pyvenv.cfg`` files beside it look as they did, asking the interpreter would give the same.
"""

import os
import sys

from pybuildsync import __version__
from pybuildsync.cli.fast import keep, kept, store_root
from pybuildsync.commands.watched import is_settled, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pybuildsync.commands.options import VenvOptions
    from pybuildsync.commands.results import VenvResult
    from pybuildsync.environments.venv import Base

_FOLDER = "bases-1"
_VALUES = ("--python", "--prompt", "--cache-dir")
_FLAGS = ("--system-site-packages",)


def created(path: str, version: str) -> str:
    """Return the line that says that the environment *path* was made."""
    return f"Created {path} with Python {version}"


def make(argv: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> tuple[str, str] | None:
    """Make what *argv* asks for; return what to write to stdout and to stderr. None, nothing done: the long way."""
    words = _read(argv, environ)
    if words is None:
        return None
    known = kept(_FOLDER, _question(words, environ), store_root(argv, environ), _if_unchanged)
    if known is None:
        return None
    base, version = known
    from pybuildsync.environments.activation import activation_command
    from pybuildsync.environments.venv import make as make_environment
    from pybuildsync.errors import PybuildsyncError

    path = os.path.abspath(os.path.expanduser(words["path"]))
    shared = "--system-site-packages" in words
    try:
        make_environment(path, base, prompt=words.get("--prompt", ""), system_site_packages=shared)
    except PybuildsyncError:
        return None  # the long way meets the same, and tells it
    line = activation_command(words["path"], environ.get("SHELL", ""))
    return f"{created(path, version)}\n", f"activate it with: {line}\n"


def _if_unchanged(value: "tuple[tuple[tuple[str, str], ...], Base, str]") -> "tuple[Base, str] | None":
    watched, base, version = value
    return None if any(signature(path) != seen for path, seen in watched) else (base, version)


def remember(argv: "Sequence[str]", environ: "Mapping[str, str]", options: "VenvOptions", result: "VenvResult") -> bool:
    """Keep what *result* took from its interpreter; return whether that is sound, and so kept."""
    words = _read(argv, environ)
    if words is None or not result.watched or not is_settled(result.watched) or sys.platform == "win32":
        return False
    said = (words["path"], words.get("--python", ""), words.get("--prompt", ""), "--system-site-packages" in words)
    if said != (options.path, options.python, options.prompt, options.system_site_packages) or options.clear:
        return False  # something is configured
    value = (result.watched, result.base, result.version)
    return keep(_FOLDER, _question(words, environ), store_root(argv, environ), value)


def _read(argv: "Sequence[str]", environ: "Mapping[str, str]") -> dict[str, str] | None:
    """Return the options of the plain line *argv* with their values, and "path"; None where it says anything else."""
    if any(name.startswith("PYBUILDSYNC_") and name != "PYBUILDSYNC_CACHE_DIR" for name in environ):
        return None
    found: dict[str, str] = {}
    rest = list(argv[:0:-1])
    while rest:
        word = rest.pop()
        name, equals, value = word.partition("=")
        if name in _FLAGS and not equals:
            found[name] = ""
        elif name in _VALUES and (equals or rest):
            found[name] = value if equals else rest.pop()
            if found[name][:1] in ("", "-"):
                return None
        elif word[:1] in ("", "-") or "path" in found:
            return None
        else:
            found["path"] = word
    return {"path": ".venv", **found}


def _question(words: dict[str, str], environ: "Mapping[str, str]") -> str:
    """Return what says which interpreter is meant, with all that configures anything."""
    from pybuildsync.project.places import settings_paths

    python = words.get("--python", "")
    named = os.path.abspath(os.path.expanduser(python)) if "/" in python else python
    active = [environ.get(name, "") for name in ("VIRTUAL_ENV", "CONDA_PREFIX")]
    files = [(path, signature(path)) for path in settings_paths(python, environ, ".", platform=sys.platform)]
    configured = [f"{path} {seen}" for path, seen in files if seen != "-"]
    configured += sorted([f"{name}={value}" for name, value in environ.items() if name.startswith("PIP_")])
    return "\0".join([__version__, sys.executable, sys.prefix, named, *active, *configured])
