"""What was probably meant where nothing was found: a file of requirements that is named like a project."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from pybuildsync.core.candidates import Listing
from pybuildsync.core.names import normalize_name
from pybuildsync.core.resolution import NoSolution


@contextmanager
def files_meant(words: Iterable[str], listing: Callable[[str], Listing]) -> Iterator[None]:
    """Give a NoSolution of the block a hint if one of *words* names a file and, by *listing*, no project.

    What ends with ``.txt`` is meant for one also where none is here.
    """
    try:
        yield
    except NoSolution as error:
        files = [word for word in words if os.path.basename(word) == word and _is_file(word)]
        meant = [file for file in files if not listing(normalize_name(file)).versions]
        if not meant:
            raise
        options = " ".join(f"-r {file}" for file in meant)
        verb = "files of these names are" if len(meant) > 1 else "a file of that name is"
        gone = [file for file in meant if not os.path.isfile(file)]
        where = f"there is no {' and no '.join(gone)}" if gone else verb
        hint = f"did you mean {options}? {where} here"
        raise NoSolution(error.what, why=error.why, hint=hint, pip=error.pip) from error


def _is_file(word: str) -> bool:
    return word.endswith(".txt") or os.path.isfile(word)
