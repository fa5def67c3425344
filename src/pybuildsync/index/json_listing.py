"""The JSON form of the simple repository API (PEP 691, with 592, 658, 700 and 714). Reads bytes, fetches nothing."""

from typing import Any

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import joiner, shown, split_credentials
from pybuildsync.index.html_listing import SHA256, read_digests, unknown_version, valid_hashes
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
            return _read_files(page["files"], url, index)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexFault(
            f"the index page {shown(url)} is malformed",
            why=f"it should be JSON with a list of files (PEP 691): {type(error).__name__}: {error}",
            hint="check the address of the index; if it is right, its maintainers need to know",
        ) from error
    raise unknown_version(url, version)


def _read_files(entries: list[dict[str, Any]], url: str, index: str) -> tuple[DistributionFile, ...]:
    """Read the list of files; written out in one loop, since a cold resolution reads tens of thousands of entries."""
    files = []
    to_address = joiner(url)
    new = tuple.__new__  # the constructor of a named tuple takes twice as long
    for entry in entries:
        get = entry.get
        filename = entry["filename"]
        if not filename.endswith(ARCHIVES) or "/" in filename or "\\" in filename:
            continue
        address = entry["url"]
        if "#" in address:
            address = address.partition("#")[0]
        address = to_address(address)
        if "@" in address:  # credentials, most of the time none
            address = split_credentials(address)[0]
        hashes = get("hashes") or {}
        digest = hashes.get("sha256", "")
        if len(hashes) == 1 and len(digest) == SHA256 and digest.isalnum():
            digests: tuple[tuple[str, str], ...] = (("sha256", digest.lower()),)
        else:
            digests = valid_hashes(hashes.items())
        metadata = get("core-metadata")
        if metadata is None:
            metadata = get("dist-info-metadata")
        metadata = (read_digests(metadata) if isinstance(metadata, dict) else ()) if metadata else None
        yanked = get("yanked")
        if yanked is not None:
            yanked = yanked if isinstance(yanked, str) else "" if yanked else None
        size = get("size")
        parts = (
            filename, address, digests, get("requires-python") or "",
            size if isinstance(size, int) else -1, get("upload-time") or "", yanked, metadata, index,
        )  # fmt: skip
        files.append(new(DistributionFile, parts))
    return tuple(files)
