"""Project names, as the name normalisation specification (PEP 503) has them."""

import re
from functools import lru_cache

_SEPARATORS = re.compile(r"[-_.]+")


@lru_cache(maxsize=16384)
def normalize_name(name: str) -> str:
    """Return *name* in normal form: lower case, runs of ``-_.`` as one ``-``.

    Stands here, one line, because importing ``packaging.utils`` costs 25 ms and the paths that need only this are
    measured in milliseconds.
    """
    return _SEPARATORS.sub("-", name).lower()
