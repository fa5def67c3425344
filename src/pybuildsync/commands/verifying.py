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
    import hashlib
    from base64 import urlsafe_b64encode

    for path, stated, size in read_record_file(distribution):
        whole = os.path.join(distribution.location, path)
        algorithm, _, digest = stated.partition("=")
        try:
            if os.stat(whole).st_size != int(size or -1) and size:
                return f"{path} has another size than RECORD says"
            if digest and algorithm in hashlib.algorithms_available:
                with open(whole, "rb") as file:
                    got = hashlib.file_digest(file, algorithm).digest()
                if urlsafe_b64encode(got).decode().rstrip("=") != digest:
                    return f"{path} has another content than RECORD says"
        except FileNotFoundError:
            if not path.endswith(".pyc"):  # whoever cleans up does no harm
                return f"{path} is gone"
    return ""
