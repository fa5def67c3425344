"""Checkouts of what never changes: a commit of a repository. Whoever asks for a branch or a tag is to ask again.

Builds work on copies; nobody changes a tree here.
"""

import os
from collections.abc import Callable

from pybuildsync.store.location import Store, file_name, kind_folder
from pybuildsync.store.locks import in_use
from pybuildsync.store.sealing import mark_used
from pybuildsync.store.writing import new_entry

_TREE = "tree"


def find_checkout(store: Store, key: str) -> str | None:
    """Return the folder of the checkout under *key*, a text that tells repository and commit; None if there is none."""
    folder = _folder(store, key)
    path = f"{folder}/{_TREE}"
    if not os.path.isdir(path):
        return None
    mark_used(folder)
    return path


def add_checkout(store: Store, key: str, fill: Callable[[str], object]) -> str:
    """Keep what *fill* puts into the folder that it is given, which it makes, under *key*; return its folder there.

    Raises:
        EnvironmentFault: the store can't be written.

    """
    final = _folder(store, key)
    with in_use(store), new_entry(store, final, is_whole=lambda: find_checkout(store, key) is not None) as folder:
        fill(f"{folder}/{_TREE}")
    return f"{final}/{_TREE}"


def _folder(store: Store, key: str) -> str:
    return f"{kind_folder(store, 'checkouts')}/{file_name(key)}"
