"""What remembered answers are compared by: how files and folders look from outside, and names for questions.

A signature promises no more than the file system's times do: of a folder, that nothing was added, removed or renamed
in it since; of a file, that it was neither written nor replaced. Built-ins and ``os`` only: the path that finds nothing
to do is measured in milliseconds.
"""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TICK = 5_000_000  # ns: file times advance in steps of up to 4 ms, so a younger one may hide a second change
_SECOND = 1_000_000_000  # ns: where a time has no fraction, its file system may count in steps of up to two of these
_KIND, _FOLDER = 0o170000, 0o040000  # as `stat` has them


def signature(path: str) -> str:
    """Return what is seen of *path* (links followed), or "-" where nothing is: then its absence is what is watched."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):  # the latter for NUL: no file is called so
        return "-"
    return f"{seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_size} {seen.st_ino} {seen.st_mode}"


def watch(path: str) -> tuple[str, str]:
    """Return (absolute path, signature). Call it before *path* is read, or after the last change that is one's own."""
    whole = os.path.abspath(path)
    return whole, signature(whole)


def watch_all(paths: "Iterable[str]") -> tuple[tuple[str, str], ...]:
    """Return what :func:`watch` sees of *paths*, each once.

    An answer about an environment depends on: its interpreter (the executable and ``pyvenv.cfg``), its site-packages
    folders, every requirement, constraint and configuration file that was read, and those that would have been read if
    they were there.
    """
    return tuple(watch(path) for path in dict.fromkeys(paths))


def named_variables(
    environ: "Mapping[str, str]", names: tuple[str, ...], prefixes: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the variables called one of *names* or beginning with one of *prefixes*, with their values, sorted."""
    wanted = frozenset(names)
    return tuple(sorted([each for each in environ.items() if each[0] in wanted or each[0].startswith(prefixes)]))


def is_settled(watched: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether every signature is old enough that any later change must show in it."""
    return not _changed_after(watched, time.time_ns())


def files_are_older(watched: tuple[tuple[str, str], ...], moment: int) -> bool:
    """Tell whether every file (not folder) in *watched* was as it is before *moment*, a Unix time in nanoseconds.

    One that was written while a command ran may have been read as it was before.
    """
    files = tuple(each for each in watched if each[1] != "-" and int(each[1].split()[4]) & _KIND != _FOLDER)
    return not _changed_after(files, moment)


def _changed_after(watched: tuple[tuple[str, str], ...], moment: int) -> bool:
    """Tell whether anything in *watched* may have changed after *moment*, as far as the file system's steps tell."""
    for _, text in watched:
        if text != "-":
            newest = max(map(int, text.split()[:2]))
            if moment - newest <= (_TICK if newest % _SECOND else 2 * _SECOND):
                return True
    return False


def name_of_question(question: str) -> str:
    """Return a name for *question* by which alone it is known again: nobody can read in it what was asked."""
    from _imp import source_hash  # siphash, built in: what the import system itself keys bytecode by

    data = question.encode("utf-8", "surrogateescape")
    return source_hash(0, data).hex() + source_hash(1, data).hex()
