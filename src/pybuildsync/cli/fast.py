"""The first stage of ``install``: the same command line, again, with nothing changed since it was last answered.

After an install that leaves nothing to do, :func:`remember` keeps one small file: all that the answer depends on, and
the answer. :func:`answer` compares, without reading a requirement or a distribution, and without importing anything
that a bare interpreter hasn't (measured: 1 ms; importing ``dataclasses`` alone takes 14).

What it promises: the words, the working directory, the variables that matter, the interpreter and pybuildsync itself
are the same, and of every file and folder that was watched (the environment's folders, requirement files,
configuration files) none was written, replaced, added or removed. Files *inside* an installed package may have been
edited; ``install --verify`` and ``check`` look at those.
"""

import marshal
import os
import sys

from pybuildsync import __version__
from pybuildsync.commands.watched import files_are_older, is_settled, name_of_question, signature, watch_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T")

_FOLDER = "answers-1"
_VARIABLES = (
    "VIRTUAL_ENV", "CONDA_PREFIX", "PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NETRC",
)  # fmt: skip
_PREFIXES = ("PYBUILDSYNC_", "PIP_", "PYTHON")
# The oldest version of the format that is fast: every interpreter that may share the store reads it.
_MARSHAL_VERSION = 4
_END = "end"


def answer(argv: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> str | None:
    """Return what to print for *argv* where nothing has changed since it was answered; None to go the long way."""
    return kept(_FOLDER, _question(argv, environ), store_root(argv, environ), _if_unchanged)


def _if_unchanged(value: "tuple[tuple[tuple[str, str], ...], str]") -> str | None:
    watched, text = value
    return None if any(signature(path) != seen for path, seen in watched) else str(text)


def remember(
    argv: "Sequence[str]",
    environ: "Mapping[str, str]",
    watched: tuple[tuple[str, str], ...],
    text: str,
    *,
    python: str = "",
    since: int,
) -> bool:
    """Keep *text* as the answer to *argv* while everything *watched* looks as it did; return whether it is kept.

    *python* is what names the interpreter, "" for nothing; *since* is when the command began (Unix time, ns). Nothing
    is kept where nothing is watched, where a file was changed while the command ran or so lately that another change
    could hide behind the same time, where something else than files and folders decides what *python* means or what is
    installed, and where the store can't be written.
    """
    if not watched or not files_are_older(watched, since) or _has_linked_trees(watched):
        return False
    searched = _searched_folders(python, environ, [path for path, _ in watched])
    if searched is None:
        return False
    watched += watch_all(searched)
    return is_settled(watched) and keep(_FOLDER, _question(argv, environ), store_root(argv, environ), (watched, text))


def _has_linked_trees(watched: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether one of the folders has a mere link to a source tree, whose files aren't watched."""
    folders = [path for path, _ in watched if os.path.isdir(path)]
    return any(name.endswith(".egg-link") for folder in folders for name in os.listdir(folder))


def _searched_folders(python: str, environ: "Mapping[str, str]", paths: list[str]) -> tuple[str, ...] | None:
    """Return the folders of ``PATH`` that were searched for the interpreter that *python* names, one of *paths*.

    () where a path names it. None where a version manager chooses one, by files of its own.
    """
    own = sys.executable if sys.prefix != sys.base_prefix else ""
    named = python or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX") or own
    if os.sep in named or "/" in named:
        whole = os.path.abspath(os.path.expanduser(named))
        return () if any(f"{path}{os.sep}".startswith(f"{whole}{os.sep}") for path in paths) else None
    found = {os.path.dirname(path) for path in paths if os.path.basename(path).startswith((python or "py", "py"))}
    searched: list[str] = []
    for folder in map(os.path.abspath, environ.get("PATH", "").split(os.pathsep)):
        if os.path.basename(folder) == "shims":
            return None
        searched.append(folder)
        if folder in found:
            return tuple(searched)
    return None


def _question(argv: "Sequence[str]", environ: "Mapping[str, str]") -> str:
    """Return all that is asked, and all that it is asked of, as one text; who asks an index makes no difference."""
    system = os.uname()[2:] if hasattr(os, "uname") else ()  # markers may name its release
    lines = [f"{__version__} {os.getcwd()}", sys.executable, sys.prefix]
    lines += [f"word {word}" for word in argv]
    lines += sorted(
        [f"{name}={value}" for name, value in environ.items() if name in _VARIABLES or name.startswith(_PREFIXES)]
    )
    return "\0".join([*system, anonymous("\0".join(lines))])


def anonymous(question: str) -> str:
    """Return *question* without the credentials in its addresses: new ones don't make it another question."""
    if "@" not in question:
        return question
    from pybuildsync.errors import without_credentials

    return without_credentials(question)


def kept(folder: str, question: str, root: str, form: "Callable[[Any], T | None]") -> "T | None":
    """Return what *form* makes of what is kept for *question* in *folder* of the store *root*.

    None if nothing is kept, if that isn't whole, or if *form* finds another shape in it than :func:`keep` was given
    (``pybuildsync.store.sealing`` reads all other records, and takes too long to import).
    """
    try:
        with open(_path(folder, question, root), "rb", buffering=0) as file:
            value, end = marshal.loads(file.read())
        return form(value) if end == _END else None
    except (OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError):
        return None


def keep(folder: str, question: str, root: str, value: "tuple[Any, ...]") -> bool:
    """Keep *value*, of built-in types, for *question*; return whether the store takes it, which is whole or not at all.

    The question isn't kept: the variables and words in it may hold secrets.
    """
    path = _path(folder, question, root)
    part = f"{path}.{os.urandom(8).hex()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(part, "xb") as file:
            file.write(marshal.dumps((value, _END), _MARSHAL_VERSION))
        os.replace(part, path)
    except OSError:
        from contextlib import suppress

        with suppress(OSError):
            os.unlink(part)
        return False
    return True


def _path(folder: str, question: str, root: str) -> str:
    return os.path.join(root, folder, name_of_question(question))


def store_root(argv: "Sequence[str]", environ: "Mapping[str, str]") -> str:
    """Return the store's folder, as ``pybuildsync.store.default_root`` has it; importing that would take too long."""
    pips = environ.get("PIP_CACHE_DIR")
    chosen = environ.get("PYBUILDSYNC_CACHE_DIR") or (pips and os.path.join(pips, "pybuildsync"))
    for at, word in enumerate(argv):
        if word.startswith("--cache-dir="):
            chosen = word[12:]
        elif word == "--cache-dir":
            chosen = "".join(argv[at + 1 : at + 2])
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(
            environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "pybuildsync", "cache"
        )
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "pybuildsync")
    wanted = environ.get("XDG_CACHE_HOME", "")
    return os.path.join(wanted if os.path.isabs(wanted) else os.path.join(home, ".cache"), "pybuildsync")
