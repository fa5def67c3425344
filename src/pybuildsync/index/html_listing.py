"""The HTML form of the simple repository API (PEP 503, with 592, 629, 658 and 714) and of pages for ``--find-links``.

Reads text, fetches nothing. Pages as indexes write them are read by two regular expressions (4400 links in 35 ms);
whatever looks unusual goes to the standard library's parser, which takes twice as long and gives the same links.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.addresses import join, joiner, last_segment, shown, split_credentials
from pybuildsync.index.locations import ARCHIVES

Attributes: TypeAlias = Mapping[str, str]

HASHES = {"sha256": 64, "sha512": 128, "sha384": 96, "sha224": 56, "sha1": 40, "md5": 32}

_UNUSUAL = re.compile(
    r"<(?:!--|!\[|\?|script|style|textarea|template|title[^>]*>[^<]*<(?!/)|xmp|plaintext|no)", re.IGNORECASE
)
_UNCLOSED = re.compile(r"<[A-Za-z/][^<>]*+<")
_OPENING = re.compile(r"<(?:a|base)(?=[\s/])", re.IGNORECASE)
_TAG = re.compile(r"""<(a|base)\s((?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?""")
_VERSION = re.compile(r"""<meta\s[^>]*pypi:repository-version[^>]*>""", re.IGNORECASE)
_CONTENT = re.compile(r"""content\s*=\s*["']?(\d+)""", re.IGNORECASE)
SHA256 = HASHES["sha256"]
_HEX = re.compile(r"[0-9a-f]+\Z")


def read_html(text: str, url: str, index: str) -> tuple[DistributionFile, ...]:
    """Return the wheels and sdists that the page *text* links to, in its order.

    *url* is where the page came from (after redirects), *index* the address it is known by, both without credentials.
    Besides the standard's attributes, ``data-upload-time`` and ``data-size`` are read where an index writes them.

    Raises:
        IndexFault: the page states a version of the repository API that isn't 1.

    """
    version = _VERSION.search(text)
    stated = _CONTENT.search(version.group()) if version else None
    if stated and stated.group(1) != "1":
        raise unknown_version(url, stated.group(1))
    base = ""
    links: list[Attributes] = []
    for tag, attributes in find_tags(text):
        if tag == "a":
            links.append(attributes)
        elif not base:
            base = attributes.get("href", "")
    to_address = joiner(join(url, base) if base else url)
    return tuple([file for link in links if (file := _read_link(link, to_address, index))])


def find_tags(text: str) -> Iterator[tuple[str, Attributes]]:
    """Yield the ``a`` and ``base`` tags of the page *text* with their attributes, decoded."""
    found = None if _UNUSUAL.search(text) or _UNCLOSED.search(text) else _TAG.findall(text)
    if found is None or len(found) != len(_OPENING.findall(text)):
        yield from parse_tags(text)
        return
    for tag, inside in found:
        attributes = {
            name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(inside)
        }
        yield (
            tag.lower(),
            {name: _unescape(value) for name, value in attributes.items()} if "&" in inside else attributes,
        )


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


def read_hashes(fragment: str) -> tuple[tuple[str, str], ...]:
    """Return the hashes in *fragment*, ``ALGORITHM=HEX`` joined by ``&``; what can't be a hash is left out.

    A SHA-256 of the right length counts even if it isn't hexadecimal: then no file will match it.
    """
    if fragment[:7] == "sha256=" and len(fragment) == 7 + SHA256 and fragment[7:].isalnum():
        return (("sha256", fragment[7:].lower()),)
    pairs = (part.partition("=") for part in fragment.split("&"))
    return valid_hashes((name, digest) for name, _, digest in pairs)


def read_digests(hashes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the hashes in the dictionary *hashes* of a JSON page; mostly that is one SHA-256."""
    digest = hashes.get("sha256", "")
    if len(hashes) == 1 and len(digest) == SHA256 and digest.isalnum():
        return (("sha256", digest.lower()),)
    return valid_hashes(hashes.items())


def valid_hashes(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return those of *pairs* that are an algorithm we know and a digest of its length, in lower case."""
    lower = ((name.lower(), digest.lower()) for name, digest in pairs)
    return tuple((name, digest) for name, digest in lower if len(digest) == HASHES.get(name, -1) and _HEX.match(digest))


def unknown_version(url: str, version: str) -> IndexFault:
    """Return the error for a page at *url* that follows *version* of the repository API."""
    return IndexFault(
        f"the index page {shown(url)} is of an unknown kind",
        why=f"it follows version {version} of the simple repository API; pybuildsync knows version 1 (PEP 629)",
        hint="upgrade pybuildsync",
    )


def _read_link(link: Attributes, to_address: Callable[[str], str], index: str) -> DistributionFile | None:
    address, _, fragment = link.get("href", "").strip().partition("#")
    filename = address.rpartition("/")[2]
    if "%" in filename or "?" in address:
        filename = last_segment(address)
    if not filename.endswith(ARCHIVES) or "/" in filename or "\\" in filename:
        return None
    url = to_address(address.replace(" ", "%20") if " " in address else address)
    metadata = link.get("data-core-metadata", link.get("data-dist-info-metadata"))
    size = link.get("data-size", "")
    return DistributionFile(
        filename,
        split_credentials(url)[0] if "@" in url else url,
        read_hashes(fragment),
        link.get("data-requires-python", ""),
        int(size) if size.isdecimal() else -1,
        link.get("data-upload-time", ""),
        link.get("data-yanked"),
        None if metadata is None or metadata == "false" else read_hashes(metadata),
        index,
    )


def _unescape(text: str) -> str:
    from html import unescape

    return unescape(text)
