"""Whether what is installed still is what was installed: every file against RECORD."""

import os
from collections.abc import Iterable

from pybuildsync.environments.installed import InstalledDistribution, read_record_file


def damaged(distributions: Iterable[InstalledDistribution]) -> tuple[tuple[str, str], ...]:
    """Return (name, what is wrong) for each distribution with a file that is gone or isn't what its RECORD says.

    One without RECORD, as other tools make, can't be looked at and counts as sound.
    """
    found = ((each.name, _first_difference(each)) for each in distributions)
    return tuple((name, wrong) for name, wrong in found if wrong)


def _first_difference(distribution: InstalledDistribution) -> str:
    for path, stated, size in read_record_file(distribution):
        whole = os.path.join(distribution.location, path)
        try:
            if size and str(os.stat(whole).st_size) != size:
                return f"{path} has another size than RECORD says"
            if stated and not _has_digest(whole, stated):
                return f"{path} has another content than RECORD says"
        except (FileNotFoundError, NotADirectoryError):
            if not path.endswith(".pyc"):  # whoever cleans up does no harm
                return f"{path} is gone"
        except OSError as error:
            return f"{path} can't be read: {error.strerror or error}"
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
