"""Which markers hold for a target, from one run to the next: to parse one takes longer than to read all answers."""

from binascii import crc32
from collections.abc import Mapping
from functools import partial
from typing import Any

from pybuildsync.core.markers import shared_answers
from pybuildsync.core.targets import Target
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.sealing import decode_value, encode_value

_FORMAT = 1
_KIND = "masks"
_MOST = 20000


def recall_answers(store: Store, target: Target) -> int:
    """Take what *store* knows of markers in *target* to be known; return how many answers are known then."""
    answers = shared_answers(target)
    answers.update(read_answers(store, target) or {})
    return len(answers)


def read_answers(store: Store, target: Target) -> Mapping[tuple[str, str], bool] | None:
    """Return what *store* knows of markers in *target* (:func:`~pybuildsync.core.markers.shared_answers`), or None."""
    return decode_value(read_record(store, _KIND, _key(target)), partial(_answers, target))


def keep_answers(store: Store, target: Target, known: int) -> None:
    """Have *store* remember what is known of markers in *target*, if that are more than *known* answers."""
    answers = shared_answers(target)
    if known < len(answers) <= _MOST:
        write_record(store, _KIND, _key(target), encode_value((_FORMAT, target.markers, answers)))


def _answers(target: Target, parts: tuple[Any, ...]) -> dict[tuple[str, str], bool] | None:
    form, markers, known = parts
    return dict(known) if form == _FORMAT and markers == target.markers else None


def _key(target: Target) -> str:
    return f"markers-{crc32(repr(target.markers).encode()):08x}"
