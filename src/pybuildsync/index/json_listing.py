"""The JSON form of the simple repository API (PEP 691, with 592, 658, 700 and 714). Reads bytes, fetches nothing."""

from typing import Any

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import join, shown, split_credentials
from pybuildsync.index.html_listing import unknown_version, valid_hashes
from pybuildsync.index.locations import ARCHIVES


def read_json(body: bytes, url: str, index: str) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that the page *body* lists, in its order.

    *url* is where the page came from (after redirects), *index* the address it is known by, both without credentials.

    Raises:
        IndexFault: no JSON, not a project page, or a version of the repository API that isn't 1.

    """
    import json

    try:
        page = json.loads(body)
        version = str(page.get("meta", {}).get("api-version", "1.0"))
        if version.partition(".")[0] == "1":
            return tuple(file for file in (_read_file(entry, url, index) for entry in page["files"]) if file)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexFault(
            f"the index page {shown(url)} is malformed",
            why=f"it should be JSON with a list of files (PEP 691): {type(error).__name__}: {error}",
            hint="check the address of the index; if it is right, its maintainers need to know",
        ) from error
    raise unknown_version(url, version)


def _read_file(entry: dict[str, Any], base: str, index: str) -> DistributionFile | None:
    filename = entry["filename"]
    if not filename.endswith(ARCHIVES) or "/" in filename or "\\" in filename:
        return None
    url = join(base, entry["url"]).partition("#")[0]
    metadata = entry.get("core-metadata", entry.get("dist-info-metadata", False))
    yanked = entry.get("yanked", False)
    size = entry.get("size")
    return DistributionFile(
        filename,
        split_credentials(url)[0] if "@" in url else url,
        valid_hashes(entry.get("hashes", {}).items()),
        entry.get("requires-python") or "",
        size if isinstance(size, int) else -1,
        entry.get("upload-time") or "",
        (yanked if isinstance(yanked, str) else "") if yanked is not False else None,
        (valid_hashes(metadata.items()) if isinstance(metadata, dict) else ()) if metadata else None,
        index,
    )
