"""Listings in the store: one record for each project and set of locations, read in about 50 us.

A record holds the merged listing as :class:`~pybuildsync.core.candidates.Listing` has it and the state of every page it
was merged from. It is believed for the same locations only. Nothing here asks anybody or looks at a clock.
"""

import marshal
from binascii import crc32
from collections.abc import Mapping
from typing import NamedTuple

from pybuildsync.core.candidates import Listing
from pybuildsync.store.location import Store
from pybuildsync.store.records import read_record, record_path, write_record

_FORMAT = 1
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


class KeptListing(NamedTuple):
    """A listing and the states of the pages it comes from, in the order of the locations."""

    pages: tuple[PageState, ...]
    listing: Listing


def read_listing(store: Store, project: str, locations: tuple[str, ...]) -> KeptListing | None:
    """Return what is kept for *project* and exactly these *locations* (their identities), or None."""
    data = read_record(store, _KIND, _key(project, locations))
    if data is None:
        return None
    try:
        form, known, pages, versions, encoded = marshal.loads(data)
        if form != _FORMAT or known != locations:
            return None
        return KeptListing(tuple([PageState(*page) for page in pages]), Listing(project, versions, encoded))
    except (ValueError, TypeError, EOFError):
        return None


def listing_path(store: Store, project: str, locations: tuple[str, ...]) -> str:
    """Return the path of the record that :func:`read_listing` reads."""
    return record_path(store, _KIND, _key(project, locations))


def write_listing(store: Store, kept: KeptListing, locations: tuple[str, ...]) -> None:
    """Keep *kept* for exactly these *locations*."""
    listing = kept.listing
    data = marshal.dumps((_FORMAT, locations, tuple(map(tuple, kept.pages)), listing.versions, listing.encoded), 4)
    write_record(store, _KIND, _key(listing.project, locations), data)


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
