"""Which markers hold for a target, from one run to the next: to parse one takes longer than to read all answers."""

import marshal
from binascii import crc32
from contextlib import suppress

from pybuildsync.core.markers import shared_answers
from pybuildsync.core.targets import Target
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, write_record

_FORMAT = 1
_KIND = "masks"
_MOST = 20000


def recall_answers(store: Store, target: Target) -> int:
    """Take what *store* knows of markers in *target* to be known; return how many answers are known then."""
    answers = shared_answers(target)
    data = read_record(store, _KIND, _key(target))
    if data is not None:
        with suppress(ValueError, TypeError, EOFError):  # somebody else's
            form, markers, known = marshal.loads(data)
            if form == _FORMAT and markers == target.markers:
                answers.update(known)
    return len(answers)


def keep_answers(store: Store, target: Target, known: int) -> None:
    """Have *store* remember what is known of markers in *target*, if that are more than *known* answers."""
    answers = shared_answers(target)
    if known < len(answers) <= _MOST:
        write_record(store, _KIND, _key(target), marshal.dumps((_FORMAT, target.markers, answers)))


def _key(target: Target) -> str:
    return f"markers-{crc32(repr(target.markers).encode()):08x}"
