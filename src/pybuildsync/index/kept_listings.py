"""Listings in the store: one record for each project and set of locations, read in about 50 us.

A record holds the merged listing and the state of every page it was merged from. Of a large one only the beginning is
read: the versions; the files of a version when it is looked at. It is believed for the same locations only. Nothing
here asks anybody or looks at a clock.
"""

from binascii import crc32
from collections.abc import Mapping
from functools import cache, partial
from itertools import accumulate
from typing import Any, NamedTuple

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.version_sets import is_pre_release
from pybuildsync.errors import EnvironmentFault
from pybuildsync.index.pages import Origin
from pybuildsync.index.releases import Group, Merged, as_read, is_read, read_group
from pybuildsync.store.location import Store
from pybuildsync.store.long_records import LongRecord, read_long_record, write_long_record
from pybuildsync.store.records import read_record, record_path, write_record
from pybuildsync.store.sealing import decode_value, encode_value

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

    ``origins`` and ``once`` are those of the pages that were merged; ``lengths`` those of the releases in the rest of
    the ``record``; ``read`` holds the releases that were looked at and had to be read from what a page says.
    """

    pages: tuple[PageState, ...]
    listing: Listing
    origins: tuple[Origin, ...]
    once: bool
    record: LongRecord
    lengths: tuple[int, ...]
    read: dict[int, tuple[DistributionFile, ...]]


def read_listing(store: Store, project: str, locations: tuple[str, ...]) -> KeptListing | None:
    """Return what is kept for *project* and exactly these *locations* (their identities), or None."""
    record = read_long_record(store, _KIND, _key(project, locations))
    return None if record is None else decode_value(record.head, partial(_listing, store, project, locations, record))


def _listing(
    store: Store, project: str, locations: tuple[str, ...], record: LongRecord, parts: tuple[Any, ...]
) -> KeptListing | None:
    """Return what the head of *record* says, and how its rest is read; None if it is of another format or locations."""
    form, known, pages, versions, origins, once, lengths = parts
    if (form, known, len(versions), record.length) != (_FORMAT, locations, len(lengths), sum(lengths)):
        return None
    sources = tuple([Origin(*origin) for origin in origins])
    starts: list[int] = []
    found: dict[int, tuple[DistributionFile, ...]] = {}

    def read(position: int) -> tuple[DistributionFile, ...]:
        if not starts:
            starts.extend(accumulate(lengths, initial=0))
        data = record.part(starts[position], lengths[position])
        if data is None:
            return _read_again(store, project, locations, versions[position])
        release = decode_value(data, partial(_release, sources, once=once))
        if release is None:
            raise EnvironmentFault(
                f"what the cache knows of {project} {versions[position]} is damaged",
                why=f"{record.path} isn't what was written there",
                hint=f"pybuildsync cache clean {project}",
            )
        files, was_read = release
        if not was_read:
            found[position] = files
        return files

    states = tuple([PageState(*page) for page in pages])
    return KeptListing(states, Listing(project, versions, cache(read)), sources, once, record, lengths, found)


def _release(origins: tuple[Origin, ...], group: Group, *, once: bool) -> tuple[tuple[DistributionFile, ...], bool]:
    """Return the files of the release *group*, and whether they had been read already."""
    return read_group(origins, group, once=once), is_read(group)


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
    parts = list(map(encode_value, groups))
    _write(store, listing, parts, locations=locations, pages=pages, origins=merged.origins, once=merged.once)


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
        parts[position] = encode_value(as_read(files))
    _write(store, kept.listing, parts, locations=locations, pages=pages, origins=kept.origins, once=kept.once)
    return read_listing(store, kept.listing.project, locations) or kept


def _write(
    store: Store,
    listing: Listing,
    parts: list[bytes],
    *,
    locations: tuple[str, ...],
    pages: tuple[PageState, ...],
    origins: tuple[Origin, ...],
    once: bool,
) -> None:
    """Write the record that :func:`read_listing` reads, with a part for each release of *listing*."""
    plain = (tuple(map(tuple, pages)), listing.versions, tuple(map(tuple, origins)))
    head = encode_value((_FORMAT, locations, *plain, once, tuple(map(len, parts))))
    write_long_record(store, _KIND, _key(listing.project, locations), head, parts)


def keep_what_was_read(store: Store, kept: KeptListing, locations: tuple[str, ...]) -> None:
    """Keep the releases of *kept* as they were read, if any were: what is looked at once is looked at again.

    The next time, nothing has to be imported that can read a page.
    """
    if kept.read:
        renew_listing(store, kept, kept.pages, locations)
        kept.read.clear()


def read_times(store: Store, project: str, url: str) -> tuple[float, Mapping[str, str]] | None:
    """Return when the upload times of *project* that *url* told expire, and them, by file name; None if not kept."""
    return decode_value(read_record(store, _KIND, f"times {url}/{project}"), _times)


def write_times(store: Store, project: str, url: str, expires: float, times: Mapping[str, str]) -> None:
    """Keep the upload *times* of *project* that *url* told."""
    write_record(store, _KIND, f"times {url}/{project}", encode_value((expires, dict(times))))


def _times(parts: tuple[float, dict[str, str]]) -> tuple[float, Mapping[str, str]] | None:
    expires, times = parts
    return (expires, times) if isinstance(expires, float) and isinstance(times, dict) else None


def _key(project: str, locations: tuple[str, ...]) -> str:
    return f"{crc32('|'.join(locations).encode()):08x}/{project}"
