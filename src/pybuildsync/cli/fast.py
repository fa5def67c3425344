"""The first stage of ``install``: the same command line, again, with nothing changed since it was last answered.

After an install that leaves nothing to do, :func:`remember` keeps one small file: all that the answer depends on, and
the answer. :func:`answer` compares, without reading a requirement or a distribution, and without importing anything
that a bare interpreter hasn't (measured: 1 ms; importing ``dataclasses`` alone takes 14).

What it promises: the words, the working directory, the variables that matter, the interpreter and pybuildsync itself
are the same, and of every file and folder that was watched (the environment's folders, requirement files,
configuration files) none was written, replaced, added or removed. Files *inside* an installed package may have been
edited; ``install --verify`` and ``check`` look at those.
"""

import os
import sys

from pybuildsync import __version__
from pybuildsync.commands.watched import is_settled, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = "answers-1"
_END = "\0\0"  # nothing that stands between two of these is empty, or holds a NUL
_VARIABLES = (
    "VIRTUAL_ENV", "CONDA_PREFIX", "PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NETRC",
)  # fmt: skip
_PREFIXES = ("PYBUILDSYNC_", "PIP_", "PYTHON")


def answer(argv: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> str | None:
    """Return what to print for *argv* where nothing has changed since it was answered; None to go the long way."""
    try:
        question = _question(argv, environ)
        path = kept_path(_FOLDER, question, store_root(argv, environ))
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            kept = file.read()
    except (OSError, UnicodeError):
        return None
    parts = kept.split(_END, 2)
    if len(parts) != 3 or parts[0] != question:  # noqa: PLR2004 - question, watched, text
        return None
    watched = parts[1].split("\0")
    for path, seen in zip(watched[::2], watched[1::2], strict=False):
        if signature(path) != seen:
            return None
    return parts[2]


def remember(
    argv: "Sequence[str]", environ: "Mapping[str, str]", watched: tuple[tuple[str, str], ...], text: str
) -> bool:
    """Keep *text* as the answer to *argv* while everything *watched* looks as it did; return whether it is kept.

    It isn't where nothing is watched, where something was changed so lately that a second change could hide behind the
    same time, and where the store can't be written.
    """
    if not watched or not is_settled(watched):
        return False
    try:
        question = _question(argv, environ)
        path = kept_path(_FOLDER, question, store_root(argv, environ))
        body = "\0".join([part for pair in watched for part in pair])
        keep(path, f"{question}{_END}{body}{_END}{text}".encode("utf-8", "surrogateescape"))
    except (OSError, UnicodeError):
        return False
    return True


def _question(argv: "Sequence[str]", environ: "Mapping[str, str]") -> str:
    """Return all that is asked, and all that it is asked of, as one text; who asks an index makes no difference."""
    lines = [f"{__version__} {os.getcwd()}", sys.executable, sys.prefix]
    lines += [f"word {word}" for word in argv]
    lines += sorted(
        [f"{name}={value}" for name, value in environ.items() if name in _VARIABLES or name.startswith(_PREFIXES)]
    )
    text = "\0".join(lines)
    if "@" in text:
        from pybuildsync.errors import without_credentials

        return without_credentials(text)
    return text


def kept_path(folder: str, question: str, root: str) -> str:
    """Return the file for *question* in *folder* of the store *root*; two questions may share one.

    So the question stands in the file as well.
    """
    from _imp import source_hash  # siphash, built in: what the import system itself keys bytecode by

    digest = source_hash(0, question.encode("utf-8", "surrogateescape")).hex()
    return os.path.join(root, folder, digest)


def keep(path: str, data: bytes) -> None:
    """Write *data* to *path*, whole or not at all; raises OSError."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = f"{path}.{os.getpid()}"
    with open(part, "wb") as file:
        file.write(data)
    os.replace(part, path)


def store_root(argv: "Sequence[str]", environ: "Mapping[str, str]") -> str:
    """Return the store's folder, as ``pybuildsync.store.default_root`` has it; importing that would take too long."""
    for at, word in enumerate(argv):
        if word.startswith("--cache-dir="):
            return os.path.abspath(os.path.expanduser(word[12:]))
        if word == "--cache-dir":
            return os.path.abspath(os.path.expanduser("".join(argv[at + 1 : at + 2])))
    chosen = environ.get("PYBUILDSYNC_CACHE_DIR")
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
