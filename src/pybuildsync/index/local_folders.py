"""Listings on this machine: ``file:`` indexes, folders, pages and single files for ``--find-links``.

They are looked at each time, by one ``stat``: what they hold is never taken from the store when it has changed.
"""

import os

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.index.addresses import path_url
from pybuildsync.index.locations import ARCHIVES, Kind, Location
from pybuildsync.index.pages import NOTHING, Page, read_already

MISSING = "missing"
_PAGES = (".html", ".htm")


def local_page_path(location: Location, project: str) -> str:
    """Return the path of what lists the files of *project* at *location*: a page, a folder or an archive."""
    if location.kind is Kind.INDEX:
        return os.path.join(location.path, project, "index.html")
    return location.path


def stamp(path: str) -> str:
    """Return what tells one state of *path* from another, :data:`MISSING` if there is nothing."""
    try:
        seen = os.stat(path)
    except OSError:
        return MISSING
    return f"{seen.st_mtime_ns} {seen.st_ino} {seen.st_size}"


def read_local(path: str, index: str) -> Page:
    """Return the wheels and sdists that *path* lists: the links of a page, the files of a folder, or itself.

    Of a folder its own files count, in the order of their names. What doesn't exist lists nothing.

    Raises:
        IndexFault: *path* can't be read.

    """
    try:
        if os.path.isdir(path):
            names = sorted(os.listdir(path))
            return read_already(_file(os.path.join(path, name), index) for name in names if name.endswith(ARCHIVES))
        if path.endswith(_PAGES):
            with open(path, "rb") as page:
                body = page.read()
            from pybuildsync.index.listing_pages import read_page

            return read_page(body, "text/html", path_url(path), index)
        return read_already([_file(path, index)]) if path.endswith(ARCHIVES) and os.path.exists(path) else NOTHING
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        from pybuildsync.index.faults import folder_fault

        raise folder_fault(path, error) from error


def _file(path: str, index: str) -> DistributionFile:
    return DistributionFile(os.path.basename(path), path_url(path), size=os.path.getsize(path), listed_at=index)
