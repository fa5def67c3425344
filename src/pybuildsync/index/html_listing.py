"""The HTML form of the simple repository API (PEP 503, with 592, 629, 658 and 714) and of pages for ``--find-links``.

Reads text, fetches nothing. Pages as indexes write them are split into the texts of their links, and a link is read
when its version is looked at. What looks a little unusual is read by regular expressions (4400 links in 35 ms), the
rest by the standard library's parser, which takes twice as long. All give the same links.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import join, joiner, last_segment, shown, split_credentials
from pybuildsync.index.api_version import check_version
from pybuildsync.index.listed_hashes import read_hashes
from pybuildsync.index.locations import ARCHIVES
from pybuildsync.index.pages import Origin, Page

Attributes: TypeAlias = Mapping[str, str]

_UNUSUAL = re.compile(
    r"<(?:!--|!\[|\?|script|style|textarea|template|title[^<>]*+>[^<]*+<(?!/)|xmp|plaintext|no)", re.IGNORECASE
)
_UNCLOSED = re.compile(r"<[A-Za-z/][^<>]*+<")
_OPENING = re.compile(r"<(?:a|base)(?=[\s/])", re.IGNORECASE)
_TAG = re.compile(r"""<(a|base)\s((?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?""")
_META = re.compile(r"<meta\s([^<>]*+)>", re.IGNORECASE)
_CONTENT = re.compile(r"""content\s*+=\s*+["']?(\d+)""", re.IGNORECASE)
_DIGITS = 18  # of a size, at most

# A link as indexes write it: its attributes and, of its address, the last segment.
_LINK = re.compile(
    r"""<a (href="(?:[^"<>#?&]*/)?+([^"<>#?&/\s\\]++)(?:#[^"<>]*+)?"(?: (?!href=)[a-z-]++="[^"<>]*+")*+)>[^<]*+</a>"""
)
_BREAKS = ("<br/>", "<br />", "<br>")
# What stands around the links of such a page: whole tags that leave the parser as it was, and text.
_AROUND = re.compile(
    r"""(?:[^<]++|<!doctype\ html>|<title>[^<]*+</title>|<!--[\w\s]*+-->
    |</?(?:html|head|body|meta|base|h[1-6]|p|br|hr|pre|div|ul|ol|li)(?:\s++[a-z:-]++(?:="[^"<>]*+")?)*+\s*+/?>)*+\Z""",
    re.IGNORECASE | re.VERBOSE,
)


def split_html(text: str, url: str, index: str) -> Page | None:
    """Return the page *text* split into its links, None if it looks unusual; arguments are those of :func:`read_html`.

    Between the first link and the last one nothing may stand but links, line breaks and text, which is shown by
    counting every ``<``; around them only what :data:`_AROUND` knows.

    Raises:
        IndexFault: the page states a version of the repository API that isn't 1.

    """
    first = _LINK.search(text)
    if first is None:
        return None
    start, stop = first.start(), text.rfind("</a>") + len("</a>")
    around = f"{text[:start]}\n{text[stop:]}"
    if not _AROUND.match(text[:start]) or not _AROUND.match(text[stop:]):
        return None
    links = _LINK.findall(text, start, stop)
    if text.count("<", start, stop) != 2 * len(links) + sum(text.count(each, start, stop) for each in _BREAKS):
        return None
    _check_version(around, url)
    if "<base" in around.lower():
        bases = [attributes.get("href", "") for tag, attributes in find_tags(around) if tag == "base"]
        url = _based(url, next(filter(None, bases), ""))
    filenames = [name if "%" not in name else _decoded(name) for _, name in links]
    return Page(Origin("html", url, index), filenames, [inside for inside, _ in links])


def read_html_pieces(origin: Origin, pieces: Sequence[str]) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that *pieces* of a page that was split link to."""
    to_address = joiner(origin.url)
    try:
        links = [_read_attributes(piece) for piece in pieces]
    except ValueError as error:
        raise _malformed(origin.url, error) from error
    return tuple([file for link in links if (file := _read_link(link, to_address, origin.listed_at))])


def read_html(text: str, url: str, index: str) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that the page *text* links to, in its order.

    *url* is where the page came from (after redirects), *index* the address it is known by, both without credentials.
    Besides the standard's attributes, ``data-upload-time`` and ``data-size`` are read where an index writes them.

    Raises:
        IndexFault: the page states a version of the repository API that isn't 1.

    """
    _check_version(text, url)
    base = ""
    links: list[Attributes] = []
    try:
        for tag, attributes in find_tags(text):
            if tag == "a":
                links.append(attributes)
            elif not base:
                base = attributes.get("href", "")
    except (ValueError, AssertionError) as error:  # the standard library's parser has both
        raise _malformed(url, error) from error
    to_address = joiner(_based(url, base))
    return tuple([file for link in links if (file := _read_link(link, to_address, index))])


def _based(url: str, base: str) -> str:
    """Return what addresses on the page *url* are relative to where it states *base* ("" for nothing)."""
    try:
        return join(url, base) if base else url
    except ValueError:  # it is no address
        return url


def _malformed(url: str, error: Exception) -> IndexFault:
    return IndexFault(
        f"the index page {shown(url)} is malformed",
        why=str(error),
        hint="check the address of the index; if it is right, its maintainers need to know",
    )


def find_tags(text: str) -> Iterator[tuple[str, Attributes]]:
    """Yield the ``a`` and ``base`` tags of the page *text* with their attributes, decoded."""
    found = None if _UNUSUAL.search(text) or _UNCLOSED.search(text) else _TAG.findall(text)
    if found is None or len(found) != len(_OPENING.findall(text)):
        yield from parse_tags(text)
        return
    for tag, inside in found:
        yield tag.lower(), _read_attributes(inside)


def parse_tags(text: str) -> Iterator[tuple[str, Attributes]]:
    """Do the same as :func:`find_tags` with the standard library's parser, for every page."""
    from html.parser import HTMLParser

    found: list[tuple[str, Attributes]] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag in ("a", "base"):
                found.append((tag, {name: value or "" for name, value in attrs}))

    parser = Links()
    parser.feed(text)
    parser.close()
    yield from found


def _check_version(text: str, url: str) -> None:
    version = next((inside for inside in _META.findall(text) if "pypi:repository-version" in inside.lower()), "")
    stated = _CONTENT.search(version)
    if stated:
        check_version(stated.group(1), url)


def _read_attributes(inside: str) -> Attributes:
    """Return the attributes in the text *inside* a tag, decoded."""
    attributes = {name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(inside)}
    return {name: _unescape(value) for name, value in attributes.items()} if "&" in inside else attributes


def _decoded(name: str) -> str:
    """Return the file name that the last segment *name* of an address means, "" if it can't be one."""
    filename = last_segment(name)
    return "" if "/" in filename or "\\" in filename else filename


def _read_link(link: Attributes, to_address: Callable[[str], str], index: str) -> DistributionFile | None:
    address, _, fragment = link.get("href", "").strip().partition("#")
    filename = address.rpartition("/")[2]
    if "%" in filename or "?" in address:
        filename = last_segment(address)
    if not filename.endswith(ARCHIVES) or "/" in filename or "\\" in filename:
        return None
    try:
        url = to_address(address.replace(" ", "%20") if " " in address else address)
    except ValueError:  # it is no address
        return None
    metadata = link.get("data-core-metadata", link.get("data-dist-info-metadata"))
    size = link.get("data-size", "")
    return DistributionFile(
        filename,
        split_credentials(url)[0] if "@" in url else url,
        read_hashes(fragment),
        link.get("data-requires-python", ""),
        int(size) if size.isdecimal() and len(size) < _DIGITS else -1,
        link.get("data-upload-time", ""),
        link.get("data-yanked"),
        None if metadata is None or metadata == "false" else read_hashes(metadata),
        index,
    )


def _unescape(text: str) -> str:
    from html import unescape

    return unescape(text)
