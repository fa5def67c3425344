"""The content of a source tree, as a digest."""

import os

from pybuildsync.frontend.source_copy import is_left_out

_KEPT_BESIDE = (".git", ".hg", ".svn", ".bzr")


def tree_digest(folder: str) -> str:
    """Return a digest of the source tree *folder*: names, modes and contents.

    What version control keeps doesn't count, nor what no build sees.
    """
    import hashlib

    digest = hashlib.sha256()
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _KEPT_BESIDE and not is_left_out(os.path.join(current, name))
        )
        for name in sorted(files):
            path = os.path.join(current, name)
            relative = os.path.relpath(path, folder)
            digest.update(f"{relative}\0{os.lstat(path).st_mode & 0o111}\0".encode("utf-8", "surrogateescape"))
            if os.path.islink(path):
                digest.update(os.readlink(path).encode("utf-8", "surrogateescape"))
                continue
            with open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
