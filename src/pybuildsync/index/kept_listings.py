"""Listings in the store: one record for each project and set of locations, read in about 50 us.

A record holds the merged listing and the state of every page it was merged from. Of a large one only the beginning is
read: the versions; the files of a version when it is looked at. It is believed for the same locations only. Nothing
here asks anybody or looks at a clock.
"""

import marshal
from binascii import crc32
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.version_sets import is_pre_release
from pybuildsync.errors import EnvironmentFault
from pybuildsync.index.pages import Origin
from pybuildsync.index.releases import Merged, as_read, is_read, read_group
from pybuildsync.store.location import Store
from pybuildsync.store.long_records import LongRecord, read_long_record, write_long_record
from pybuildsync.store.records import read_record, record_path, write_record

_FORMAT = 2
_KIND = "listings"


class PageState(NamedTuple):
    """What was seen of one page.

    ``stamp`` tells its states apart where it lies on this machine, "" elsewhere; ``expires`` is a Unix time, until when
    it needs no asking; ``etag`` and ``last_modified`` are its validators, "" if it has none; ``found`` is whether there
    is such a page at all.
    """

    stamp: str = ""
    expires: float = 0.0
    etag: str = ""
    last_modified: str = ""
    found: bool = True


NOT_ASKED = PageState(stamp="not asked", expires=float("inf"), found=False)
"""Of an index behind the first one that has the project, where only that one counts."""


class KeptListing(NamedTuple):
    """A listing from the store and the states of the pages it comes from, in the order of the locations.

    ``lengths`` are those of the releases in the rest of the ``record``; ``read`` holds the releases that were looked at
    and had to be read from what a page says.
    """

    pages: tuple[PageState, ...]
    listing: Listing
    record: LongRecord
    lengths: tuple[int, ...]
    read: dict[int, tuple[DistributionFile, ...]]


def read_listing(store: Store, project: str, locations: tuple[str, ...]) -> KeptListing | None:
    """Return what is kept for *project* and exactly these *locations* (their identities), or None."""
    record = read_long_record(store, _KIND, _key(project, locations))
    if record is None:
        return None
    try:
        form, known, pages, versions, origins, once, lengths = marshal.loads(record.head)
        if form != _FORMAT or known != locations:
            return None
        states = tuple([PageState(*page) for page in pages])
        sources = tuple([Origin(*origin) for origin in origins])
    except (ValueError, TypeError, EOFError):
        return None
    starts: list[int] = []
    found: dict[int, tuple[DistributionFile, ...]] = {}

    def read(position: int) -> tuple[DistributionFile, ...]:
        if not starts:
            starts.extend(accumulate(lengths, initial=0))
        data = record.part(starts[position], lengths[position])
        if data is None:
            return _read_again(store, project, locations, versions[position])
        group = marshal.loads(data)
        files = read_group(sources, group, once=once)
        if not is_read(group):
            found[position] = files
        return files

    return KeptListing(states, Listing(project, versions, cache(read)), record, lengths, found)


def _read_again(store: Store, project: str, locations: tuple[str, ...], version: str) -> tuple[DistributionFile, ...]:
    """Return the files of *version* from the record that another process has put in the place of the one in use."""
    kept = read_listing(store, project, locations)
    if kept is None or version not in kept.listing.versions:
        raise EnvironmentFault(
            f"what the cache knew of {project} {version} has gone while it was in use",
            why="another command has renewed or removed it",
            hint="run the command again",
        )
    return kept.listing.files(kept.listing.versions.index(version))


def listing_path(store: Store, project: str, locations: tuple[str, ...]) -> str:
    """Return the path of the record that :func:`read_listing` reads."""
    return record_path(store, _KIND, _key(project, locations))


def write_listing(
    store: Store, pages: tuple[PageState, ...], listing: Listing, merged: Merged, locations: tuple[str, ...]
) -> None:
    """Keep *listing*, which *merged* makes, and the states of its *pages* for exactly these *locations*.

    What was read stays read: of the newest final version, which will be chosen mostly, that is done here and now.

    Raises:
        IndexFault: a page is malformed.

    """
    groups = list(merged.groups)
    newest = next((at for at, version in enumerate(merged.versions) if not is_pre_release(version)), 0)
    if groups:
        groups[newest] = as_read(listing.files(newest))
    parts = [marshal.dumps(group, 4) for group in groups]
    kept = (listing.versions, tuple(map(tuple, merged.origins)), merged.once, tuple(map(len, parts)))
    head = marshal.dumps((_FORMAT, locations, tuple(map(tuple, pages)), *kept), 4)
    write_long_record(store, _KIND, _key(listing.project, locations), head, parts)


def renew_listing(
    store: Store, kept: KeptListing, pages: tuple[PageState, ...], locations: tuple[str, ...]
) -> KeptListing:
    """Keep that the pages of *kept* are in the states *pages* now, and what was read of it; return what is kept."""
    rest = kept.record.rest()
    if rest is None:  # another command has just done so
        return kept
    stops = list(accumulate(kept.lengths))
    parts = [rest[stop - length : stop] for stop, length in zip(stops, kept.lengths, strict=True)]
    for position, files in kept.read.copy().items():
        parts[position] = marshal.dumps(as_read(files), 4)
    form, known, _, *more, _ = marshal.loads(kept.record.head)
    project = kept.listing.project
    head = marshal.dumps((form, known, tuple(map(tuple, pages)), *more, tuple(map(len, parts))), 4)
    write_long_record(store, _KIND, _key(project, locations), head, parts)
    return read_listing(store, project, locations) or kept


def keep_what_was_read(store: Store, kept: KeptListing, locations: tuple[str, ...]) -> None:
    """Keep the releases of *kept* as they were read, if any were: what is looked at once is looked at again.

    The next time, nothing has to be imported that can read a page.
    """
    if kept.read:
        renew_listing(store, kept, kept.pages, locations)
        kept.read.clear()


def read_times(store: Store, project: str, url: str) -> tuple[float, Mapping[str, str]] | None:
    """Return when the upload times of *project* that *url* told expire, and them, by file name; None if not kept."""
    data = read_record(store, _KIND, f"times {url}/{project}")
    try:
        expires, times = marshal.loads(data) if data is not None else (None, None)
    except (ValueError, TypeError, EOFError):
        return None
    return (expires, times) if isinstance(expires, float) and isinstance(times, dict) else None


def write_times(store: Store, project: str, url: str, expires: float, times: Mapping[str, str]) -> None:
    """Keep the upload *times* of *project* that *url* told."""
    write_record(store, _KIND, f"times {url}/{project}", marshal.dumps((expires, dict(times)), 4))


def _key(project: str, locations: tuple[str, ...]) -> str:
    return f"{crc32('|'.join(locations).encode()):08x}/{project}"
