"""Notes of builds that gave no wheel, in the store by build key: the same build need not tell the same twice."""

import time
from typing import Any, NamedTuple

from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_FORMAT = 1
_KIND = "builds"


class Note(NamedTuple):
    """What a build told, one of these: what its hook requires besides, its METADATA, a date whose build tools serve."""

    requires: tuple[str, ...] = ()
    metadata: str = ""
    date: str = ""


def read_note(store: Store, key: str) -> Note | None:
    """Return what is noted of the build with the build key *key*, or None."""
    return decode_value(read_record(store, _KIND, key), _note)


def write_note(store: Store, key: str, note: Note) -> None:
    """Keep *note* of the build with the build key *key*."""
    told = {name: value for name, value in note._asdict().items() if value}
    write_record(store, _KIND, key, encode_value((_FORMAT, time.time_ns() // 10**9, told)))


def _note(parts: tuple[Any, ...]) -> Note | None:
    form, _, told = parts
    note = Note(**told)
    texts = (*note.requires, note.metadata, note.date)
    return note if form == _FORMAT and all(isinstance(text, str) for text in texts) else None
