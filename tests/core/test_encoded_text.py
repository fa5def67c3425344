"""Encodings: what files and pages are read as, and what is no text at all."""

import codecs

import pytest
from pip._internal.req.req_file import _decode_req_file

from pybuildsync.core.encoded_text import decode_file, decode_page, why_no_list

UMLAUT = "one  # \u00fc\n"


def read(data: bytes) -> str:
    """Return the text of a file where files are in Windows' encoding of the west."""
    return decode_file(data, lambda: "cp1252")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_says_it(mark: bytes, encoding: str) -> None:
    """The mark of UTF-32 begins like that of UTF-16; pip reads the same, and pages are read so whatever is stated."""
    data = mark + UMLAUT.encode(encoding)
    assert read(data) == _decode_req_file(data, "r.txt") == UMLAUT
    assert decode_page(data, "text/plain; charset=latin-1") == UMLAUT


@pytest.mark.parametrize(
    "first", ["# -*- coding: latin-1 -*-\n", "\n# vim: fileencoding:latin-1\n", "# coding=latin-1\n"]
)
def test_a_comment_says_it(first: str) -> None:
    """In one of the first two lines, as pip has it (PEP 263)."""
    data = (first + UMLAUT).encode("latin-1")
    assert read(data) == _decode_req_file(data, "r.txt") == first + UMLAUT
    assert decode_page(data, "") == first + UMLAUT


def test_what_says_nothing() -> None:
    """It is UTF-8; what isn't is in the encoding of this machine. A comment in the third line says nothing."""
    assert read(UMLAUT.encode()) == UMLAUT
    assert read(UMLAUT.encode("cp1252")) == UMLAUT
    assert read(b"\n\n# coding: utf-16\n") == "\n\n# coding: utf-16\n"
    assert read(b"coding: utf-16\n") == "coding: utf-16\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"# coding: no-such-thing\n", "there is no encoding 'no-such-thing'"),
        (b"# coding: base64\n", "there is no encoding 'base64'"),  # of no text
        (b"# coding: punycode\n" + b"a" * 100, "there is no encoding 'punycode'"),
        (b"# coding: idna\n", "there is no encoding 'idna'"),
        (b"# coding: ascii\n\xff", "can't decode"),
        (b"\xff\xfe\xff", "truncated data"),
        (b"\x81", "can't decode|character maps to"),
    ],
)
def test_what_is_not_as_it_says(data: bytes, why: str) -> None:
    """An error tells it; a page is read all the same, as nobody here can mend it."""
    with pytest.raises(ValueError, match=why):
        read(data)
    assert decode_page(data, "") == data.decode("latin-1")


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("text/plain; charset=utf-8", UMLAUT.encode(), UMLAUT),
        ('text/plain; Charset = "ISO-8859-1"', UMLAUT.encode("latin-1"), UMLAUT),
        ("text/plain; charset=utf-8", UMLAUT.encode("latin-1"), "one  # \ufffd\n"),
        ("text/plain; charset=no-such-thing", UMLAUT.encode(), UMLAUT),
        ("text/plain", UMLAUT.encode(), UMLAUT),
        ("text/plain", UMLAUT.encode("latin-1"), UMLAUT),
        ("", UMLAUT.encode(), UMLAUT),
    ],
)
def test_a_page(kind: str, data: bytes, text: str) -> None:
    """What is stated beside it counts, if there is such an encoding."""
    assert decode_page(data, kind) == text


def test_what_is_no_list() -> None:
    """A binary file, and what a browser would show; a list may well speak of either."""
    assert why_no_list("one\0two") == "it is no text"
    assert why_no_list("\n <!DOCTYPE HTML>\n") == "it is a web page (HTML)"
    assert why_no_list("<html>") == "it is a web page (HTML)"
    assert why_no_list("one  # <html>") == ""
