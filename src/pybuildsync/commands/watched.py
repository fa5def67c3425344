"""What a file or folder looks like from outside, as text that is compared later.

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


def signature(path: str) -> str:
    """Return what is seen of *path* (links followed), or "-" where nothing is: then its absence is what is watched."""
    try:
        seen = os.stat(path)
    except OSError:
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
    they were there; where the interpreter was found on ``PATH``, its folders up to that one.
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
    now = time.time_ns()
    return all(text == "-" or now - max(map(int, text.split()[:2])) > _TICK for _, text in watched)
