"""Bytes from strangers become text: in which encoding requirement files and pages are, by their own word or others'.

For files the rules are pip's: a byte order mark, a line ``# coding: NAME`` among the first two (PEP 263), else UTF-8.
Pages may have their encoding stated beside them (RFC 9110, section 8.3).
"""

import codecs
import re
from collections.abc import Callable
from contextlib import suppress

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([-\w.:]+)""", re.IGNORECASE)
_SLOW = ("idna", "punycode")  # take minutes for what others take no time for, and are for names
_PAGE = ("<!doctype html", "<html")


def decode_file(data: bytes, fallback: Callable[[], str]) -> str:
    """Return the text of a file; *fallback* tells the encoding where it says none and isn't UTF-8.

    Raises:
        ValueError: it isn't in the encoding that it says, or there is no such encoding.

    """
    marked = _marked(data)
    if marked is not None:
        return marked
    stated = _stated(data)
    if stated:
        return _decode(data, stated)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _decode(data, fallback())


def decode_page(data: bytes, content_type: str) -> str:
    """Return the text of a page that came with the header *content_type*, "" for none.

    What the header says counts, if it is known, with a mark for each byte that isn't in that encoding; else the rules
    for files, and what is none of these is Latin 1, as in HTTP/1.0.
    """
    said = _CHARSET.search(content_type)
    if said and _marked(data, errors="replace") is None:
        with suppress(ValueError):
            return _decode(data, said[1], errors="replace")
    try:
        return decode_file(data, lambda: "latin-1")
    except ValueError:
        return data.decode("latin-1")


def why_no_list(text: str) -> str:
    """Return why *text* can't be a list of anything, "" if it can: it is a binary file, or a page for a browser."""
    if "\0" in text:
        return "it is no text"
    return "it is a web page (HTML)" if text[:1000].lstrip().lower().startswith(_PAGE) else ""


def _marked(data: bytes, errors: str = "strict") -> str | None:
    """Return the text of *data* by its byte order mark, None where it has none; raises ValueError."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors)
    return None


def _stated(data: bytes) -> str:
    """Return the encoding that a comment in the first two lines of *data* states, "" if none does."""
    for line in data.split(b"\n", 2)[:2]:
        found = _CODING.search(line) if line.startswith(b"#") else None
        if found:
            return found[1].decode("ascii", "replace")
    return ""


def _decode(data: bytes, encoding: str, errors: str = "strict") -> str:
    """Return the text of *data*; raises ValueError, also where there is no such encoding, or it is of no text."""
    try:
        if codecs.lookup(encoding).name not in _SLOW:
            return data.decode(encoding, errors)
    except LookupError:
        pass
    raise ValueError(f"there is no encoding {encoding!r}")
