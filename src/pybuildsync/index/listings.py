"""Listings of projects, merged from all locations, with the store in front.

It knows what is current, what has to be asked for again, and how pages become one listing. Threads are its caller's.
"""

import os
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pybuildsync.core.candidates import DistributionFile, Listing
from pybuildsync.core.names import normalize_name
from pybuildsync.errors import IndexFault, PybuildsyncError
from pybuildsync.index.addresses import local_path, origin, shown
from pybuildsync.index.kept_listings import (
    NOT_ASKED,
    KeptListing,
    PageState,
    keep_what_was_read,
    listing_path,
    read_listing,
    renew_listing,
    write_listing,
)
from pybuildsync.index.local_folders import MISSING, local_page_path, read_local, stamp
from pybuildsync.index.locations import ARCHIVES, Kind, Location, make_locations
from pybuildsync.index.pages import NOTHING, Page, read_already
from pybuildsync.index.releases import as_listing, merge
from pybuildsync.index.settings import IndexSettings
from pybuildsync.store import Store

if TYPE_CHECKING:
    from pybuildsync.core.story import Story
    from pybuildsync.index.transport import Transport

_UNCHANGED = 304
_UNKNOWN = frozenset({404, 410})
_FOREVER = float("inf")


class _Look(NamedTuple):
    """What one look at a page gave: ``page`` is None if it is as it was; ``keep`` is whether the store may have it."""

    state: PageState
    page: Page | None
    keep: bool = True


InParallel: TypeAlias = Callable[[list[Callable[[], _Look]]], list[_Look]]


class Listings:
    """The listings that *settings* lead to. Safe in threads."""

    def __init__(
        self,
        settings: IndexSettings,
        store: Store,
        transport: "Callable[[], Transport]",
        story: "Story",
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._transport = transport
        self._story = story
        self._clock = clock
        self.locations = make_locations(settings)
        identities = [location.identity for location in self.locations]
        self._identities = (*identities, *(("first index",) if settings.first_index else ()))
        self._seen: dict[str, tuple[PageState, ...]] = {}
        self._lock = threading.Lock()
        self._groups: dict[tuple[str, str], dict[str, Page]] = {}
        self._link_looks: dict[str, _Look] = {}
        self._warned: set[str] = set()
        self._in_use: list[KeptListing] = []

    def find(self, project: str) -> Listing | None:
        """Return the listing of *project* if the store has it and it is current, without asking anybody."""
        kept = read_listing(self._store, project, self._identities)
        if kept is None:
            return None
        now = self._clock()
        for location, state in zip(self.locations, kept.pages, strict=True):
            if state == NOT_ASKED:
                continue
            if location.path:
                if stamp(local_page_path(location, project)) != state.stamp:
                    return None
            elif not self._settings.offline and (self._is_asked_anew(project) or state.expires <= now):
                return None
        self._in_use.append(kept)
        self._seen[project] = kept.pages
        return kept.listing

    def indexes_with(self, project: str) -> tuple[str, ...]:
        """Return the addresses, as they may be shown, of the indexes that have *project*, if it was asked for."""
        seen = zip(self.locations, self._seen.get(project, ()), strict=False)
        return tuple(shown(place.url) for place, state in seen if state.found and place.kind is Kind.INDEX)

    def keep_what_was_read(self) -> None:
        """Have the store know what was read of its listings."""
        for kept in self._in_use:
            keep_what_was_read(self._store, kept, self._identities)

    def evidence(self, projects: Iterable[str]) -> tuple[tuple[str, ...], float] | None:
        """Return the paths that show a change of the listings of *projects*, and when they expire (a Unix time).

        What a local page links to on this machine without a hash counts: it may be written anew in place. None if the
        store doesn't have one of them, or one can't be read to its end.
        """
        self.keep_what_was_read()
        paths: list[str] = []
        expires = _FOREVER
        for project in projects:
            kept = read_listing(self._store, project, self._identities)
            if kept is None:
                return None
            paths.append(listing_path(self._store, project, self._identities))
            for location, state in zip(self.locations, kept.pages, strict=True):
                if location.path:
                    page = local_page_path(location, project)
                    paths.append(page)
                    if not os.path.isdir(page):
                        linked = _linked_archives(kept.listing, location.page(project))
                        if linked is None:
                            return None
                        paths += linked
                elif not self._settings.offline:
                    expires = min(expires, state.expires)
        return tuple(paths), expires

    def gather(self, project: str, in_parallel: "InParallel") -> Listing:
        """Return the listing of *project*, asking every location whose page isn't current.

        *in_parallel* does all it is given and returns the results.

        Raises:
            IndexFault: a location can't be asked, or there is nothing in the store while offline. One that is down is
                an error even if others have the project: another answer than usual, without a word, would be worse.
            EnvironmentFault: the settings' certificates can't be used.

        """
        kept = read_listing(self._store, project, self._identities)
        states = kept.pages if kept else (None,) * len(self.locations)
        pairs = list(zip(self.locations, states, strict=True))
        looks = self._look_at_all(project, pairs, in_parallel)
        pages = self._seen[project] = tuple(look.state for look in looks)
        if kept and all(look.page is None for look in looks):
            if pages != kept.pages:
                kept = renew_listing(self._store, kept, pages, self._identities)
            return kept.listing
        found: list[Page] = []
        for location, look in zip(self.locations, looks, strict=True):
            if look.page is not None:
                found.append(look.page)
            elif kept:
                found.append(read_already(_files_of(kept.listing, location.page(project))))
        merged = merge(project, found, once=len(found) > 1)  # one location lists no file twice
        listing = as_listing(project, merged)
        if all(look.keep for look in looks):
            write_listing(self._store, pages, listing, merged, self._identities)
            kept = read_listing(self._store, project, self._identities)
            if kept:  # most of it needs no memory any more
                self._in_use.append(kept)
                return kept.listing
        return listing

    def _look_at_all(
        self, project: str, pairs: "list[tuple[Location, PageState | None]]", in_parallel: "InParallel"
    ) -> list[_Look]:
        """Return a look at each of the locations in *pairs*, whose states are known or None.

        Where only the first index counts that has the project, those behind it aren't asked, so that they don't learn
        its name, and give nothing.
        """
        if not self._settings.first_index:
            return in_parallel([partial(self._look, location, project, state) for location, state in pairs])
        looks: list[_Look] = []
        has_it = False
        for location, state in pairs:
            if has_it and location.kind is Kind.INDEX:
                looks.append(_Look(NOT_ASKED, None if state == NOT_ASKED else NOTHING))
                continue
            (look,) = in_parallel([partial(self._look, location, project, None if state == NOT_ASKED else state)])
            looks.append(look)
            has_it = has_it or (location.kind is Kind.INDEX and look.state.found)
        return looks

    def _look(self, location: Location, project: str, known: PageState | None) -> _Look:
        if location.path:
            return self._look_here(location, project, known)
        if self._settings.offline:
            return self._look_offline(project, known)
        if known and known.expires > self._clock() and not self._is_asked_anew(project):
            return _Look(known, None)
        if location.kind is Kind.LINKS:
            return self._look_at_links(location, project)
        return self._look_at_index(location, project, known)

    def _is_asked_anew(self, project: str) -> bool:
        return self._settings.refresh or project in self._settings.refresh_packages

    def _look_here(self, location: Location, project: str, known: PageState | None) -> _Look:
        path = local_page_path(location, project)
        seen = stamp(path)
        if known and known.stamp == seen:
            return _Look(known, None)
        if seen == MISSING and stamp(location.path) == MISSING:
            self._warn(f"{location.path} doesn't exist: nothing is taken from there")
        state = PageState(stamp=seen, found=seen != MISSING)
        if location.kind is Kind.INDEX:
            return _Look(state, read_local(path, location.page(project)) if state.found else NOTHING)
        return _Look(state, self._of_group((path, seen), project, lambda: read_local(path, location.url)))

    def _look_offline(self, project: str, known: PageState | None) -> _Look:
        if known:
            return _Look(known, None)
        here = [place for place in self.locations if place.path]
        looks = [self._look_here(place, project, None) for place in here]
        if any(look.page and look.page.pieces for look in looks):
            return _Look(PageState(found=False), NOTHING, keep=False)
        raise IndexFault(
            f"nothing is known of {project} while offline",
            why="the store has no listing of it from these indexes, and no local folder has it",
            hint="run once without --offline",
        )

    def _look_at_links(self, location: Location, project: str) -> _Look:
        url = location.url
        if url.partition("?")[0].endswith(ARCHIVES):
            from pybuildsync.index.listing_pages import single_file

            return _Look(PageState(expires=_FOREVER), self._of_group((url, ""), project, lambda: single_file(url)))

        def read() -> Page:
            look = self._link_looks[url] = self._fetch_page(location, url, None)
            if not look.state.found:
                self._warn(f"{shown(url)} doesn't exist: nothing is taken from there")
            return look.page or NOTHING

        page = self._of_group((url, ""), project, read)
        return self._link_looks[url]._replace(page=page)

    def _look_at_index(self, location: Location, project: str, known: PageState | None) -> _Look:
        return self._fetch_page(location, location.page(project), known)

    def _fetch_page(self, location: Location, url: str, known: PageState | None) -> _Look:
        from pybuildsync.index.freshness import conditional_headers, validity
        from pybuildsync.index.listing_pages import ACCEPT, read_page

        transport = self._transport()
        if not transport.is_secure(url):
            raise IndexFault(
                f"{shown(url)} isn't asked",
                why="its address is plain http: anybody on the way could answer",
                hint=f"use its https address, or --trusted-host {origin(url)[1]}",
            )
        headers = {"Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        if known:
            headers |= conditional_headers(known.etag, known.last_modified)
        reply = transport.fetch(url, headers=headers, index=location.url, accept=_UNKNOWN)
        valid = validity(reply.headers, self._clock())
        if reply.status == _UNCHANGED and known:
            state = known._replace(expires=valid.expires, etag=valid.etag or known.etag)
            return _Look(state, None)
        found = reply.status not in _UNKNOWN
        state = PageState("", valid.expires, valid.etag, valid.last_modified, found)
        content_type = reply.headers.get("content-type", "")
        return _Look(state, read_page(reply.body, content_type, reply.url, url) if found else NOTHING, valid.keep)

    def _of_group(self, key: tuple[str, str], project: str, read: Callable[[], Page]) -> Page:
        """Return the files of *project* from a page or folder with files of many, which is read once."""
        with self._lock:
            groups = self._groups.get(key)
            if groups is None:
                groups = self._groups[key] = group_by_project(read())
        return groups.get(project, NOTHING)

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            from pybuildsync.core.story import Warned

            self._story.tell(Warned(text))


def group_by_project(page: Page) -> dict[str, Page]:
    """Return the files of *page* by the normalised names of all the projects that their file names may mean.

    That is one for a wheel; the name in that of an sdist ends at any of its ``-``.
    """
    groups: dict[str, list[int]] = {}
    for at, filename in enumerate(page.filenames):
        parts = filename.split("-")
        last = 1 if filename.endswith(".whl") else len(parts) - 1
        for name in dict.fromkeys(normalize_name("-".join(parts[:count])) for count in range(1, last + 1)):
            groups.setdefault(name, []).append(at)
    return {name: page.choose(members) for name, members in groups.items()}


def _linked_archives(listing: Listing, page: str) -> list[str] | None:
    """Return the paths of the files without a hash that the local *page* lists; None if it is malformed somewhere."""
    try:
        files = _files_of(listing, page)
    except PybuildsyncError:
        return None
    return [path for file in files if not file.hashes and (path := local_path(file.url))]


def _files_of(listing: Listing, page: str) -> tuple[DistributionFile, ...]:
    return tuple(
        file for position in range(len(listing.versions)) for file in listing.files(position) if file.listed_at == page
    )
