"""What a page or folder lists, split into files but not yet read: of thousands, a few dozen are looked at.

Data only; :mod:`pybuildsync.index.listing_pages` makes it and reads it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pybuildsync.core.candidates import DistributionFile, FileParts

Piece: TypeAlias = str | FileParts
"""What a page says of one file: its own text, or the fields of what was read already."""

READ = "read"


class Origin(NamedTuple):
    """How the pieces of a page are to be read.

    ``form`` is "json", "html" or :data:`READ`; addresses are relative to ``url``; ``listed_at`` is the address that the
    page is known by; ``glue`` is what stood between the pieces. ``marshal`` can write it as a tuple.
    """

    form: str
    url: str = ""
    listed_at: str = ""
    glue: str = ""


class Page(NamedTuple):
    """The files of a page, in its order: their names, and what it says of each."""

    origin: Origin
    filenames: Sequence[str] = ()
    pieces: Sequence[Piece] = ()

    def choose(self, members: Iterable[int]) -> "Page":
        """Return the page with only the files at the positions *members*."""
        chosen = tuple(members)
        return Page(self.origin, [self.filenames[at] for at in chosen], [self.pieces[at] for at in chosen])


NOTHING = Page(Origin(READ))


def read_already(files: Iterable[DistributionFile]) -> Page:
    """Return a page of *files*."""
    given = tuple(files)
    return Page(Origin(READ), [file.filename for file in given], [file.parts() for file in given])
