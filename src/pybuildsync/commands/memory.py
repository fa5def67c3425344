"""Plans that are remembered: the same install into an environment with the same distributions is not resolved again.

A plan is kept with the question it answers and with all that it hangs on: the listings it was resolved from, as they
lie in the store and as long as they are current, requirement files, configuration. While none of that has changed,
resolving again would give the same, so the plan is carried out at once. This is what makes the second of a hundred CI
jobs fast. Never remembers what hangs on a source tree.
"""

import os
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from pybuildsync.commands.results import Change, Ignored, Satisfied
from pybuildsync.commands.watched import files_are_older, name_of_question, signature, watch_all
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_FORMAT = 5
_EVER = 1 << 63  # ns: later than every file


class Evidence(NamedTuple):
    """What a plan hangs on: files and how they looked (``watched``), and how long listings are current (Unix time)."""

    watched: tuple[tuple[str, str], ...]
    expires: float


class Remembered(NamedTuple):
    """A plan: ``wheels`` are (SHA-256, whether the user named it) pairs in the order to place them.

    With ``verifies`` it is only good while their unpacked files are what their RECORD said.
    """

    wheels: tuple[tuple[str, bool], ...]
    changes: tuple[Change, ...]
    satisfied: tuple[Satisfied, ...] = ()
    evidence: Evidence = Evidence((), 0)
    verifies: bool = False
    ignored: tuple[Ignored, ...] = ()


def recall(store: Store, question: str) -> Remembered | None:
    """Return the plan that answers *question*, if all that it hangs on is as it was."""
    return decode_value(read_record(store, "plans", name_of_question(question)), _plan)


def _plan(parts: tuple[Any, ...]) -> Remembered | None:
    number, *kept = parts
    if number != _FORMAT:
        return None
    expires, watched, verifies, wheels, changes, satisfied, ignored = kept
    if expires <= time.time() or any(signature(path) != seen for path, seen in watched):
        return None
    return Remembered(
        wheels,
        tuple(Change(*change) for change in changes),
        tuple(Satisfied(*each) for each in satisfied),
        Evidence(watched, expires),
        verifies,
        tuple(Ignored(*each) for each in ignored),
    )


def remember(
    store: Store, question: str, plan: Remembered, *, paths: tuple[str, ...], expires: float, since: int = _EVER
) -> Evidence | None:
    """Keep *plan* as the answer to *question* while *paths* look as they do, until *expires* (a Unix time).

    Of a folder (find-links) all files count as well: one that is written anew in place doesn't show in the folder.
    Return that as evidence; None, nothing kept, if one of the files among *paths*, the store's own apart, was changed
    after *since*, when the command began (Unix time, ns): the plan may be for what was in it before.
    """
    watched = watch_all([*paths, *_inside(paths)])
    if not files_are_older(tuple(each for each in watched if not each[0].startswith(f"{store.root}{os.sep}")), since):
        return None
    plain = (tuple(map(tuple, rows)) for rows in (plan.changes, plan.satisfied, plan.ignored))
    parts = (_FORMAT, expires, watched, plan.verifies, plan.wheels, *plain)
    write_record(store, "plans", name_of_question(question), encode_value(parts))
    return Evidence(watched, expires)


def _inside(paths: Iterable[str]) -> list[str]:
    folders = [path for path in paths if os.path.isdir(path)]
    return [os.path.join(folder, name) for folder in folders for name in sorted(os.listdir(folder))]
