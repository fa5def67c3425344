"""``hash``: what a requirement file says of an archive, for hash mode."""

import hashlib

from pybuildsync.commands.options import HashOptions
from pybuildsync.commands.results import Hashed, HashResult
from pybuildsync.core.story import Story
from pybuildsync.errors import RequestError


def run(options: HashOptions, _story: Story) -> HashResult:
    """Return the digest of each file, in the order given; raises RequestError for one that can't be read."""
    return HashResult(
        algorithm=options.algorithm,
        files=tuple(Hashed(path=path, digest=_digest(path, options.algorithm)) for path in options.paths),
    )


def _digest(path: str, algorithm: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise RequestError(f"{path} can't be read", why=error.strerror or str(error), hint="check the path") from error
