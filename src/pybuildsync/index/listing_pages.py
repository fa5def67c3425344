"""Pages that list files: which form one has is told by its content type (PEP 691), never guessed from its address."""

import re
from collections.abc import Sequence
from typing import cast

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import shown
from pybuildsync.index.pages import READ, Origin, Page, Piece, read_already

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1, */*;q=0.01"

_FORMS = {
    "application/vnd.pypi.simple.v1+json": "json",
    "application/json": "json",
    "application/vnd.pypi.simple.v1+html": "html",
    "text/html": "html",
    "application/xhtml+xml": "html",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def read_page(body: bytes, content_type: str, url: str, index: str) -> Page:
    """Return the wheels and sdists that a page lists, in its order; mostly they are yet to be read.

    *content_type* is the header's text; where a server gives none, the first character decides. *url* is where the page
    came from (after redirects), *index* the address it is known by.

    Raises:
        IndexFault: the page is neither HTML nor JSON, or malformed.

    """
    kind = content_type.partition(";")[0].strip().lower()
    form = _FORMS.get(kind) if kind else ("json" if body.lstrip()[:1] == b"{" else "html")
    if form == "json":
        from pybuildsync.index.json_listing import read_json, split_json

        return split_json(body, url, index) or read_already(read_json(body, url, index))
    if form == "html":
        from pybuildsync.index.html_listing import read_html, split_html

        text = _decode(body, content_type)
        return split_html(text, url, index) or read_already(read_html(text, url, index))
    raise IndexFault(
        f"{shown(url)} is no index page",
        why=f"its content type is {kind}, neither JSON (PEP 691) nor HTML (PEP 503)",
        hint="check the address of the index; most end in /simple/",
    )


def read_pieces(origin: Origin, pieces: Sequence[Piece]) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that *pieces* of a page are about.

    Raises:
        IndexFault: the page is malformed there.

    """
    if origin.form == READ:
        return tuple([DistributionFile(*piece) for piece in pieces])
    texts = cast("Sequence[str]", pieces)
    if origin.form == "json":
        from pybuildsync.index.json_listing import read_json_pieces

        return read_json_pieces(origin, texts)
    from pybuildsync.index.html_listing import read_html_pieces

    return read_html_pieces(origin, texts)


def _decode(body: bytes, content_type: str) -> str:
    stated = _CHARSET.search(content_type)
    try:
        return body.decode(stated.group(1) if stated else "utf-8", "replace")
    except (LookupError, UnicodeError):  # some codecs know no "replace"
        return body.decode("utf-8", "replace")


def single_file(url: str) -> Page:
    """Return the file that *url* itself is: a value of ``--find-links`` may be one."""
    from pybuildsync.index.html_listing import read_html

    return read_already(read_html(f'<a href="{url}"></a>', url, url))
