"""The JSON form of the simple repository API (PEP 691, with 592, 658, 700 and 714). Reads bytes, fetches nothing.

Most pages are split into the texts of their entries, three times as fast as a parser could read them, and an entry is
parsed when its version is looked at. Whatever looks unusual is parsed as a whole, with the same result.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import joiner, shown, split_credentials
from pybuildsync.index.api_version import check_version
from pybuildsync.index.listed_hashes import read_digests
from pybuildsync.index.locations import ARCHIVES
from pybuildsync.index.pages import Origin, Page

_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_FILES = re.compile(r'[{,] ?"files":( ?)\[(\{"[a-z-]+":)')


def split_json(body: bytes, url: str, index: str) -> Page | None:
    r"""Return the page *body* split into its entries, None if it looks unusual; arguments are those of `read_json`.

    Entries are separated by ``},{"KEY":``, KEY being the first key of the first one. In JSON this can't stand inside a
    string: its first quote would end the string (an escaped one would read ``{\"``), and no letter may follow a string.
    So each is the border of two objects in an array; there is no other array than that of the files if no other ``[``
    is there, and it is one entry to a piece if there are as many file names as pieces. The rest of the page is parsed.

    Raises:
        IndexFault: the page states a version of the repository API that isn't 1.

    """
    try:
        text = body.decode("utf-8")
        start = _FILES.search(text)
        if start is None:
            return None
        space, opening = start.groups()
        glue = f"}},{space}{opening}"
        pieces = text.split(glue)
        if len(pieces[0]) < start.end():  # there is such a border ahead of the files
            return None
        pieces[0] = pieces[0][start.end() :]
        last = opening + pieces[-1]
        end = json.JSONDecoder().raw_decode(last)[1]
        pieces[-1] = last[len(opening) : end - 1]
        around = text[: start.start(2)] + last[end:]
        page = json.loads(around)
    except (ValueError, RecursionError):
        return None
    name = f'"filename":{space}"'
    filenames = [part[: part.find('"')] for part in text.split(name)[1:]]
    characters = "".join(filenames)
    if (
        not isinstance(page, dict)
        or page.get("files") != []
        or len(pieces) != len(filenames)
        or "\\" in characters  # an escape: maybe of a quote
        or "/" in characters
        or around.count('"files"') != 1
        or around.count(name)
        or around.count("[") != text.count("[")
        or not isinstance(page.get("meta", {}), dict)
    ):
        return None
    check_version(str(page.get("meta", {}).get("api-version", "1.0")), url)
    return Page(Origin("json", url, index, glue), filenames, pieces)


def read_json(body: bytes, url: str, index: str) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that the page *body* lists, in its order.

    *url* is where the page came from (after redirects), *index* the address it is known by, both without credentials.

    Raises:
        IndexFault: no JSON, not a project page, or a version of the repository API that isn't 1.

    """
    try:
        page = json.loads(body)
        version = str(page.get("meta", {}).get("api-version", "1.0"))
        files = _read_files(page["files"], url, index) if version.partition(".")[0] == "1" else ()
    except _MALFORMED as error:
        raise _malformed(url, error) from error
    check_version(version, url)
    return files


def read_json_pieces(origin: Origin, pieces: Sequence[str]) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that *pieces* of a page that was split are about.

    Raises:
        IndexFault: the page is malformed there.

    """
    opening = origin.glue[2:].lstrip()
    try:
        return _read_files(json.loads(f"[{opening}{origin.glue.join(pieces)}}}]"), origin.url, origin.listed_at)
    except _MALFORMED as error:
        raise _malformed(origin.url, error) from error


def _malformed(url: str, error: Exception) -> IndexFault:
    return IndexFault(
        f"the index page {shown(url)} is malformed",
        why=f"it should be JSON with a list of files (PEP 691): {type(error).__name__}: {error}",
        hint="check the address of the index; if it is right, its maintainers need to know",
    )


def _read_files(entries: list[dict[str, Any]], url: str, index: str) -> tuple[DistributionFile, ...]:
    files = []
    to_address = joiner(url)
    for entry in entries:
        get = entry.get
        filename = entry["filename"]
        if not filename.endswith(ARCHIVES) or "/" in filename or "\\" in filename:
            continue
        address = to_address(entry["url"].partition("#")[0])
        metadata = get("core-metadata")
        if metadata is None:
            metadata = get("dist-info-metadata")
        yanked = get("yanked")
        size = get("size")
        files.append(
            DistributionFile(
                filename,
                split_credentials(address)[0] if "@" in address else address,
                read_digests(get("hashes") or {}),
                get("requires-python") or "",
                size if isinstance(size, int) else -1,
                get("upload-time") or "",
                yanked if isinstance(yanked, str) else "" if yanked else None,
                (read_digests(metadata) if isinstance(metadata, dict) else ()) if metadata else None,
                index,
            )
        )
    return tuple(files)
