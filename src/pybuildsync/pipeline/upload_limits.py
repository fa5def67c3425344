"""Listings without what was uploaded too late (``--uploaded-prior-to``).

As in pip the limit holds for what runs and for what builds, files on this machine are always in time, and an index that
doesn't say when a file was uploaded is an error: to pass over the file would be another answer without a word.
"""

from datetime import UTC, datetime

from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.errors import RequestError


def uploaded_before(listing: Listing, limit: str) -> Listing:
    """Return *listing* with the files only that were uploaded before *limit* (ISO 8601 with a time zone).

    Raises:
        RequestError: nobody says when one was.

    """
    latest = datetime.fromisoformat(limit)
    files = [file for at in range(len(listing.versions)) for file in listing.files(at)]
    return make_listing(listing.project, [file for file in files if _is_in_time(file, latest)])


def _is_in_time(file: DistributionFile, latest: datetime) -> bool:
    if file.url.startswith("file:"):
        return True
    try:
        moment = datetime.fromisoformat(file.upload_time)
    except ValueError:
        raise RequestError(
            f"when {file.filename} was uploaded is not known",
            why=f"{file.listed_at or file.url} doesn't say (PEP 700)",
            hint="leave out --uploaded-prior-to, or take it from an index that does",
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < latest
