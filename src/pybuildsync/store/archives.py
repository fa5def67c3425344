"""Archives as they were downloaded, sdists above all, by their SHA-256.

Whoever downloads has verified the digest while it wrote the part file; nothing is read again here.
"""

import os

from pybuildsync.store.location import Store, file_name, kind_folder
from pybuildsync.store.locks import in_use
from pybuildsync.store.member_names import refusal
from pybuildsync.store.sealing import mark_used
from pybuildsync.store.writing import flush, new_entry, new_temporary, write_file, writing


def find_archive(store: Store, sha256: str) -> str | None:
    """Return the path of the archive whose SHA-256 hex digest is *sha256*, None if it isn't kept."""
    folder = f"{kind_folder(store, 'archives')}/{file_name(sha256)}"
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    if not names:
        return None
    mark_used(folder)
    return f"{folder}/{names[0]}"


def new_part(store: Store) -> str:
    """Return the path of a new empty file, to be filled with a download, on the file system of *store*.

    Until it is added or removed, :func:`~pybuildsync.store.locks.in_use` keeps another process from pruning it.

    Raises:
        EnvironmentFault: the store can't be written.

    """
    with writing(store):
        path = new_temporary(store, ".part")
        write_file(path, b"")
    return path


def add_archive(store: Store, part_path: str, sha256: str, filename: str) -> str:
    """Keep the file *part_path*, made by :func:`new_part`, as the archive *sha256*; return its path there.

    The part file is gone afterwards. *filename* is the name that the index gives it; an archive that is kept already
    stays as it is, under the name it came with.

    Raises:
        EnvironmentFault: the store can't be written.

    """
    final = f"{kind_folder(store, 'archives')}/{file_name(sha256)}"
    name = os.path.basename(filename.replace("\\", "/"))
    if refusal(name):
        name = "archive"
    with in_use(store), new_entry(store, final, is_whole=lambda: find_archive(store, sha256) is not None) as folder:
        flush(part_path)
        os.replace(part_path, f"{folder}/{name}")
    return find_archive(store, sha256) or f"{final}/{name}"
