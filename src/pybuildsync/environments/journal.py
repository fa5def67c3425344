"""The journal of a transaction: all that is needed to undo or to finish it, written before the first change.

In ``.pybuildsync`` in the environment's ``purelib``: ``journal`` while the transaction may be undone, renamed to
``committed`` when it may only be finished. A format of its own: NUL-separated paths, sections ended by two NULs, so
that reading and writing 12 000 paths takes a millisecond and no import. It decides nothing.

What a journal promises holds for processes that are killed. A power cut may lose the journal itself, as it is not
forced to the disk: that would take longer than the transaction.
"""

import os
from typing import NamedTuple

from pybuildsync.environments.calls import Calls

JOURNAL = "journal"
COMMITTED = "committed"
UNFINISHED = "journal.new"
STASH = "old"

_HEAD = "pybuildsync journal 1"
_END = "end"

# A folder, and paths relative to it with "/".
Group = tuple[str, tuple[str, ...]]


class Journal(NamedTuple):
    """One transaction, in absolute paths with "/".

    ``words`` say what it does; ``base`` is the folder that everything lies in or beside, to tell whether the
    environment has moved since. ``moves`` are (stash folder, paths moved there in this order, each under its number).
    ``folders`` and ``files`` are what is made, parents first. ``emptied`` are folders that go if nothing is left in
    them, deepest first. ``besides`` are the further folders that something may have been moved from.
    """

    words: str
    base: str
    moves: tuple[Group, ...] = ()
    folders: tuple[str, ...] = ()
    files: tuple[Group, ...] = ()
    emptied: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()


def encode_journal(journal: Journal) -> bytes:
    """Return *journal* as bytes."""
    sections = [
        (_HEAD, journal.words, journal.base),
        *[("moves", folder, *paths) for folder, paths in journal.moves],
        ("folders", *journal.folders),
        *[("files", folder, *paths) for folder, paths in journal.files],
        ("emptied", *journal.emptied),
        ("besides", *journal.besides),
        (_END,),
    ]
    return os.fsencode("\0\0".join(["\0".join(section) for section in sections]))


def decode_journal(content: bytes, base: str, folder: str = "") -> Journal | None:
    """Return the journal in *content* for the environment that is now at *base*; None if it isn't whole or not ours.

    *folder* is where the journal lies. If that is below the base that it names, nothing has moved, and *base* is but
    another way to the same place (``--target`` into what ``--prefix`` began, say).
    """
    sections = [section.split("\0") for section in os.fsdecode(content).split("\0\0")]
    if len(sections[0]) != 3 or sections[0][0] != _HEAD or sections[-1] != [_END]:  # noqa: PLR2004
        return None
    _, words, old = sections[0]
    base = old if folder.startswith(f"{old}/") else base

    def here(path: str) -> str:
        return base + path[len(old) :] if path == old or path.startswith(f"{old}/") else path

    def of(kind: str) -> list[list[str]]:
        return [section[1:] for section in sections if section[0] == kind]

    moves, files = of("moves"), of("files")
    if not all((*moves, *files)):
        return None
    return Journal(
        words=words,
        base=base,
        moves=tuple((here(folder), tuple(map(here, paths))) for folder, *paths in moves),
        folders=tuple(here(path) for section in of("folders") for path in section),
        files=tuple((here(folder), tuple(paths)) for folder, *paths in files),
        emptied=tuple(here(path) for section in of("emptied") for path in section),
        besides=tuple(here(path) for section in of("besides") for path in section),
    )


def write_journal(journal: Journal, folder: str, calls: Calls) -> None:
    """Write *journal* into the existing *folder*: it is there whole or not at all."""
    calls.write(f"{folder}/{UNFINISHED}", encode_journal(journal))
    calls.rename(f"{folder}/{UNFINISHED}", f"{folder}/{JOURNAL}")


def commit_journal(folder: str, calls: Calls) -> None:
    """Make the transaction in *folder* one that is finished, not undone: the one moment at which old becomes new."""
    calls.rename(f"{folder}/{JOURNAL}", f"{folder}/{COMMITTED}")


def read_content(path: str) -> bytes | None:
    """Return the content of the file *path*, None if there is none."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except FileNotFoundError:
        return None
