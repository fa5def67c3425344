"""Whether what is installed still is what was installed: every file against RECORD."""

import os
from collections.abc import Iterable, Iterator

from pybuildsync.commands.results import FileDifference
from pybuildsync.environments.installed import InstalledDistribution, read_record_file


def damaged(distributions: Iterable[InstalledDistribution]) -> tuple[tuple[str, str], ...]:
    """Return (name, what is wrong) for each distribution with a file that is gone or isn't what its RECORD says.

    One without RECORD, as other tools make, can't be looked at and counts as sound.
    """
    found = ((each.name, next(differences(each), None)) for each in distributions)
    return tuple((name, f"{wrong.path} {wrong.what}") for name, wrong in found if wrong)


def differences(distribution: InstalledDistribution) -> Iterator[FileDifference]:
    """Yield what of *distribution* isn't what its RECORD says, in RECORD's order."""
    for path, stated, size in read_record_file(distribution):
        what = _difference(path, os.path.join(distribution.location, path), stated, size)
        if what:
            yield FileDifference(path, what)


def _difference(path: str, whole: str, stated: str, size: str) -> str:
    """Return what is wrong with the file at *whole*, that RECORD has as *path*; "" if nothing is."""
    try:
        if size and str(os.stat(whole).st_size) != size:
            return "has another size than RECORD says"
        if stated and not _has_digest(whole, stated):
            return "has another content than RECORD says"
        os.lstat(whole)
    except (FileNotFoundError, NotADirectoryError):
        return "" if path.endswith(".pyc") else "is gone"  # whoever cleans up does no harm
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    return ""


def _has_digest(path: str, stated: str) -> bool:
    """Tell whether the file at *path* has the hash *stated* (RECORD); one by an unknown algorithm counts as right.

    Some backends have written it in hex digits, and installers copy it.
    """
    import hashlib
    from base64 import urlsafe_b64encode

    algorithm, _, digest = stated.partition("=")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):  # these have no length
        return True
    with open(path, "rb") as file:
        got = hashlib.file_digest(file, algorithm).digest()
    return digest.lower() == got.hex() or urlsafe_b64encode(got).decode().rstrip("=") == digest.rstrip("=")
