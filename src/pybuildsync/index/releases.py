"""The releases of a project as pages list them, made into a listing that reads a release when somebody looks at it.

Safe in threads: to read a release twice does no harm.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from pybuildsync.core.candidates import DistributionFile, Listing, group_by_version
from pybuildsync.index.pages import READ, Origin, Page, Piece

Group: TypeAlias = tuple[tuple[int, tuple[Piece, ...]], ...]
"""A release: its pieces, each run of them behind the number of the page that they are from."""


class Merged(NamedTuple):
    """What some pages list of a project, by version, newest first.

    ``origins`` are those of the pages; the first one is of what was read already. With ``once`` a file that is listed
    twice counts once, as it is listed first.
    """

    versions: tuple[str, ...]
    origins: tuple[Origin, ...]
    groups: tuple[Group, ...]
    once: bool


def merge(project: str, pages: Sequence[Page], *, once: bool) -> Merged:
    """Return what *pages* list of *project* (normalised)."""
    origins = (Origin(READ), *[page.origin for page in pages])
    if len(pages) == 1:
        pieces = pages[0].pieces
        grouping = group_by_version(project, pages[0].filenames)
        groups: list[Group] = [((1, tuple([pieces[at] for at in members])),) for members in grouping.members]
    else:
        owned = [(number, (piece,)) for number, page in enumerate(pages, 1) for piece in page.pieces]
        grouping = group_by_version(project, [name for page in pages for name in page.filenames])
        groups = [tuple([owned[at] for at in members]) for members in grouping.members]
    return Merged(grouping.versions, origins, tuple(groups), once)


def as_listing(project: str, merged: Merged) -> Listing:
    """Return the listing of *project* that *merged* makes; to read a release may raise IndexFault."""

    def read(position: int) -> tuple[DistributionFile, ...]:
        return read_group(merged.origins, merged.groups[position], once=merged.once)

    return Listing(project, merged.versions, cache(read))


def read_group(origins: Sequence[Origin], group: Group, *, once: bool) -> tuple[DistributionFile, ...]:
    """Return the files of a release.

    Raises:
        IndexFault: the page that lists them is malformed there.

    """
    if is_read(group):
        return tuple([DistributionFile(*piece) for piece in group[0][1]])
    from pybuildsync.index.listing_pages import read_pieces

    files = tuple([file for number, pieces in group for file in read_pieces(origins[number], pieces)])
    return tuple(_each_once(files).values()) if once else files


def is_read(group: Group) -> bool:
    """Whether the pieces of *group* need no more reading."""
    return group[0][0] == 0


def as_read(files: Iterable[DistributionFile]) -> Group:
    """Return the release of *files*, whose pieces need no more reading."""
    return ((0, tuple([file.parts() for file in files])),)


def _each_once(files: Iterable[DistributionFile]) -> dict[tuple[str, str], DistributionFile]:
    found: dict[tuple[str, str], DistributionFile] = {}
    for file in files:
        found.setdefault((file.filename, file.sha256 or file.url), file)
    return found
