"""The first stage of ``install`` where there is something to do: what was done before is done in another environment.

After an install whose plan may be remembered (``pybuildsync.commands.memory``), :func:`remember` keeps its recipe
(``pybuildsync.environments.recipes``) with all that the plan hangs on. :func:`repeat` compares, and follows the recipe,
without importing anything that a bare interpreter hasn't but ``fcntl``. Whatever isn't as it was goes the long way.

Not where somebody watches: a terminal gets progress and colours.
"""

import os
import sys
import time

from pybuildsync import __version__
from pybuildsync.cli.fast import anonymous, keep, kept, store_root
from pybuildsync.commands.watched import files_are_older, name_of_question, named_variables, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_FOLDER = "recipes-1"
# Variables that are no options, and that configuration or authentication hangs on.
_VARIABLES = (
    "HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NETRC", "FORCE_COLOR",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
)  # fmt: skip
_PREFIXES = ("PYBUILDSYNC_", "PIP_")


def repeat(argv: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> str | None:
    """Do what *argv* asks for as it was done before; return what to write to stdout. None, nothing done: the long way.

    Raises:
        KeyboardInterrupt: it was interrupted; nothing has changed.

    """
    words, python = _split(argv)
    executable = _executable(python, environ)
    if executable is None or "--" in words:
        return None
    root = store_root(argv, environ)

    def if_unchanged(value: "tuple[Any, ...]") -> "tuple[Any, str] | None":
        expires, watched, (names, prefixes, values), facts, recipe, text = value
        if (
            expires <= time.time()
            or name_of_question(repr(named_variables(environ, names, prefixes))) != values
            or any(signature(path) != seen for path, seen in watched)
            or not _is_interpreter(executable, facts)
            or os.path.exists(f"{os.path.dirname(os.path.dirname(executable))}/pip.conf")
        ):
            return None
        return recipe, str(text)

    known = kept(_FOLDER, _question(words, environ, root), root, if_unchanged)
    if known is None:
        return None
    recipe, text = known
    descriptor = _hold(f"{root}/lock")
    if descriptor is None:
        return None
    from pybuildsync.environments.recipes import follow

    try:
        return text if follow(recipe, os.path.dirname(os.path.dirname(executable))) else None
    finally:
        os.close(descriptor)


def _hold(lock: str) -> int | None:
    """Return the open file *lock*, held together with others; None if that isn't possible at once."""
    try:
        import fcntl

        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except (OSError, ImportError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def remember(
    argv: "Sequence[str]",
    environ: "Mapping[str, str]",
    python: str,
    repeatable: "tuple[Any, ...]",
    text: str,
    *,
    since: int,
) -> bool:
    """Keep *repeatable* (:func:`pybuildsync.commands.placing.repeatable`), which says *text* in the end.

    *python* is the interpreter that *argv* was understood to name, "" for none. Nothing is kept where a file that it
    hangs on, other than the store's own, was changed after *since*, when the command began (Unix time, ns). Return
    whether it is kept.
    """
    words, named = _split(argv)
    if named != python or "--" in words or _executable(named, environ) is None:
        return False
    root = store_root(argv, environ)
    expires, watched, (names, prefixes, values), *rest = repeatable
    if not files_are_older(tuple(each for each in watched if not each[0].startswith(f"{root}{os.sep}")), since):
        return False
    variables = (names, prefixes, name_of_question(repr(values)))  # a token may be among them
    return keep(_FOLDER, _question(words, environ, root), root, (expires, watched, variables, *rest, text))


def _split(argv: "Sequence[str]") -> tuple[list[str], str]:
    """Return *argv* without ``--python`` and its value, and that value, "" if there is none; the last one counts."""
    words: list[str] = []
    python = ""
    rest = list(argv[::-1])
    while rest:
        word = rest.pop()
        if word == "--python" and rest:
            python = rest.pop()
        elif word.startswith("--python="):
            python = word[9:]
        else:
            words.append(word)
    return words, python


def _executable(python: str, environ: "Mapping[str, str]") -> str | None:
    """Return the executable ``bin/python`` of the environment that *python* names, or that is active; else None."""
    named = python or environ.get("VIRTUAL_ENV", "")
    if "/" not in named or named.startswith("~") or sys.stdout.isatty() or sys.stderr.isatty():
        return None
    whole = os.path.abspath(named)
    executable = f"{whole}/bin/python" if os.path.isdir(whole) else whole
    return executable if executable.endswith("/bin/python") else None


def _is_interpreter(executable: str, facts: tuple[str, str, str]) -> bool:
    """Tell whether *executable* is that of a virtual environment of the interpreter that *facts* are of."""
    from pybuildsync.environments.configuration import machine, read_configuration, sees_system_packages

    folder, configuration = read_configuration(executable)
    base = os.path.realpath(executable)
    return (
        configuration is not None
        and folder == os.path.dirname(os.path.dirname(executable))
        and not sees_system_packages(configuration)
        and not base.startswith(os.path.realpath(folder) + "/")
        and (base, signature(base), machine()) == facts
    )


def _question(words: list[str], environ: "Mapping[str, str]", root: str) -> str:
    """Return what is asked, of whom, but for where."""
    lines = [__version__, os.getcwd(), sys.executable, sys.prefix, root, *[f"word {word}" for word in words]]
    lines += sorted(
        [f"{name}={value}" for name, value in environ.items() if name in _VARIABLES or name.startswith(_PREFIXES)]
    )
    return anonymous("\0".join(lines))
