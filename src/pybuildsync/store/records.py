"""Records: small keyed blobs that can be learnt again, such as listings and metadata.

What is in them is their writer's business (``marshal``, mostly). Writers and readers in any number of processes and
threads never see half a record, and the last writer wins.
"""

import os
from contextlib import suppress

from pybuildsync.store.location import Store, file_name, kind_folder
from pybuildsync.store.sealing import mark_used, read_sealed, seal
from pybuildsync.store.writing import make_folder, new_temporary, write_file


def record_path(store: Store, kind: str, key: str) -> str:
    """Return the path of the record of *kind* under *key*, whether or not it is there."""
    return f"{kind_folder(store, kind)}/{file_name(key)}"


def read_record(store: Store, kind: str, key: str) -> bytes | None:
    """Return the record of *kind* (one of :data:`~pybuildsync.store.location.RECORDS`) under *key*.

    None if there is none, or what is there is broken, foreign or not readable.
    """
    path = record_path(store, kind, key)
    read = read_sealed(path)
    if read is None:
        return None
    data, is_first_today = read
    if is_first_today:
        mark_used(path)
    return data


def write_record(store: Store, kind: str, key: str, *data: bytes) -> None:
    """Keep *data*, in one piece or more, as the record of *kind* under *key*, any text.

    A listing's key ends in ``/PROJECT``. A store that is full or can't be written keeps nothing and raises nothing: a
    record saves time, and nobody's command fails for the lack of it.
    """
    folder = kind_folder(store, kind)
    path = f"{folder}/{file_name(key)}"
    temporary = ""
    try:
        temporary = new_temporary(store)
        write_file(temporary, seal(*data))
        try:
            os.replace(temporary, path)
        except FileNotFoundError:
            make_folder(store, folder)
            os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
