"""Plans that are remembered: the same install into an environment with the same distributions is not resolved again.

A plan is kept with the question it answers and with all that it hangs on: the listings it was resolved from, as they
lie in the store and as long as they are current, requirement files, configuration. While none of that has changed,
resolving again would give the same, so the plan is carried out at once. This is what makes the second of a hundred CI
jobs fast. Never remembers what hangs on a source tree.
"""

import marshal
import time
from binascii import crc32
from typing import NamedTuple

from pybuildsync.commands.results import Change
from pybuildsync.commands.watched import signature, watch_all
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record

_FORMAT = 1


class Evidence(NamedTuple):
    """What a plan hangs on: files and how they looked (``watched``), and how long listings are current (Unix time)."""

    watched: tuple[tuple[str, str], ...]
    expires: float


class Remembered(NamedTuple):
    """A plan: ``wheels`` are (SHA-256, whether the user named it) pairs in the order to place them."""

    wheels: tuple[tuple[str, bool], ...]
    changes: tuple[Change, ...]
    evidence: Evidence = Evidence((), 0)


def recall(store: Store, question: str) -> Remembered | None:
    """Return the plan that answers *question*, if all that it hangs on is as it was."""
    data = read_record(store, "plans", _key(question))
    if data is None:
        return None
    kept = marshal.loads(data)
    if kept[0] != _FORMAT or kept[1] != question or kept[2] <= time.time():
        return None
    if any(signature(path) != seen for path, seen in kept[3]):
        return None
    return Remembered(kept[4], tuple(Change(*change) for change in kept[5]), Evidence(kept[3], kept[2]))


def remember(store: Store, question: str, plan: Remembered, *, paths: tuple[str, ...], expires: float) -> Evidence:
    """Keep *plan* as the answer to *question* while *paths* look as they do, until *expires* (a Unix time).

    Return that as evidence.
    """
    watched = watch_all(paths)
    write_record(
        store,
        "plans",
        _key(question),
        marshal.dumps((_FORMAT, question, expires, watched, plan.wheels, tuple(map(tuple, plan.changes)))),
    )
    return Evidence(watched, expires)


def _key(question: str) -> str:
    data = question.encode("utf-8", "surrogateescape")
    return f"{crc32(data):08x}{crc32(data[::-1]):08x}{len(data):x}"
