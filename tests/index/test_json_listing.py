"""Pages in JSON, and how the form of a page is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from index.reading import read_all

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.json_listing import read_json, split_json
from pybuildsync.index.listing_pages import read_page, read_pieces, single_file

URL = "https://index.example/simple/a/"
JSON = "application/vnd.pypi.simple.v1+json"
SHA = "0123456789abcdef" * 4


def page(*files: dict[str, Any], version: str = "1.1") -> bytes:
    """Return a project page."""
    return json.dumps({"meta": {"api-version": version}, "name": "a", "files": files}).encode()


def test_every_field_of_the_standards_is_read() -> None:
    """PEP 691, 700 (size, upload time), 592 (yank), 714 (metadata)."""
    entry = {
        "filename": "a-1.whl", "url": "../../f/x", "hashes": {"sha256": SHA, "odd": "1"}, "requires-python": ">=3.8",
        "size": 5, "upload-time": "2026-01-02T03:04:05Z", "yanked": "bad", "core-metadata": {"sha256": SHA},
    }  # fmt: skip
    expected = DistributionFile(
        "a-1.whl", "https://index.example/f/x", (("sha256", SHA),), ">=3.8", 5, "2026-01-02T03:04:05Z", "bad",
        (("sha256", SHA),), URL,
    )  # fmt: skip
    assert read_all(read_page(page(entry), JSON, URL, URL)) == (expected,)


@pytest.mark.parametrize(
    ("fields", "metadata", "yanked"),
    [
        ({}, None, None),
        ({"core-metadata": True, "yanked": True}, (), ""),
        ({"core-metadata": False, "yanked": False}, None, None),
        ({"dist-info-metadata": {"sha256": SHA}, "yanked": ""}, (("sha256", SHA),), ""),
        ({"core-metadata": True, "dist-info-metadata": False, "requires-python": None, "size": None}, (), None),
    ],
)
def test_fields_that_may_be_of_two_types(fields: dict[str, Any], metadata: object, yanked: str | None) -> None:
    """Metadata is a flag or hashes, a yank a flag or a reason."""
    entry = {"filename": "a-1.whl", "url": "a-1.whl", "hashes": {}, **fields}
    (file,) = read_all(read_page(page(entry), JSON, URL, URL))
    assert (file.metadata, file.yanked, file.requires_python, file.size) == (metadata, yanked, "", -1)


def test_credentials_and_foreign_files_are_left_out() -> None:
    """As in HTML."""
    found = read_page(
        page(
            {"filename": "a-1.zip", "url": "https://u:p@files.example/a-1.zip"},
            {"filename": "../a-2.zip", "url": "x"},
            {"filename": "a-3.egg", "url": "x"},
        ),
        JSON,
        URL,
        URL,
    )
    assert [file.url for file in read_all(found)] == ["https://files.example/a-1.zip"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"files": 1}', b'{"files": [1]}', b'{"meta": 3}', b"[" * 100_000]
)
def test_malformed_json_is_the_fault_of_the_index(body: bytes) -> None:
    """The error says what was expected."""
    with pytest.raises(IndexFault) as caught:
        read_page(body, JSON, URL, URL)
    assert caught.value.what == f"the index page {URL} is malformed"


def test_a_greater_version_of_the_api_is_refused() -> None:
    """PEP 629."""
    with pytest.raises(IndexFault, match="unknown kind"):
        read_page(page(version="2.0"), JSON, URL, URL)


def test_the_content_type_tells_the_form() -> None:
    """Not the address, and the first character only where there is no content type."""
    html = '<a href="é-1.zip">'
    assert len(read_page(page(), "application/json", URL, URL).pieces) == 0
    assert len(read_page(b"  " + page(), "", URL, URL).pieces) == 0
    assert read_page(html.encode(), "", URL, URL).filenames == ["é-1.zip"]
    assert read_page(html.encode("latin-1"), "text/html; charset=latin-1", URL, URL).filenames == ["é-1.zip"]
    assert read_page(html.encode(), "text/html; charset=nonsense", URL, URL).filenames == ["é-1.zip"]
    with pytest.raises(IndexFault, match="is no index page"):
        read_page(html.encode(), "application/pdf", URL, URL)


def test_a_link_may_be_the_file_itself() -> None:
    """As a value of ``--find-links``."""
    (file,) = read_all(single_file(f"https://files.example/a-1.zip#sha256={SHA}"))
    assert (file.filename, file.url, file.sha256) == ("a-1.zip", "https://files.example/a-1.zip", SHA)


WHEEL = {"filename": "a-1-py3-none-any.whl", "url": "a-1-py3-none-any.whl", "hashes": {"sha256": SHA}}
SDIST = {"filename": "a-1.tar.gz", "url": "x", "hashes": {}, "yanked": '},{"filename":', "size": 5}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_page_is_split_and_an_entry_read_when_it_is_asked_for(separators: tuple[str, str]) -> None:
    """Whatever stands in a string is no border."""
    body = json.dumps({"name": "a", "files": [WHEEL, SDIST], "versions": ["1"]}, separators=separators).encode()
    split = split_json(body, URL, URL)
    assert split is not None
    assert split.filenames == ["a-1-py3-none-any.whl", "a-1.tar.gz"]
    assert read_pieces(split.origin, split.pieces[1:]) == read_json(body, URL, URL)[1:]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"py3-none", b"py3\\u002dnone"),
        lambda body: body.replace(b'"url":"x"', b'"url":"x","more":[{"filename":"b"},{"filename":"c"}]'),
        lambda body: body.replace(b'"size":5', b'"size":5,"inner":{"filename":"b"}'),
        lambda body: body.replace(b'{"filename":"a-1.tar.gz",', b'{"size":5,"filename":"a-1.tar.gz",'),
        lambda body: body.replace(b'"name":', b'"files":[{"filename":"x"}],"name":'),
        lambda body: b'{"inner":' + body + b',"files":[]}',
        lambda body: body.replace(b'"name":"a"', b'"inner":[{"filename":"b"},{"filename":"c"}]'),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.decode().encode("utf-16"),
        lambda body: body.replace(b"a-1.tar.gz", b"a-\xff.tar.gz"),
        lambda body: body[:-1],
        lambda body: body.replace(b'"files":[', b'"files":[ '),
        lambda body: body.replace(b'"name":"a"', b'"meta":5'),
    ],
)
def test_what_looks_unusual_is_not_split(change: Callable[[bytes], bytes]) -> None:
    """It goes to the parser as a whole."""
    body = json.dumps({"name": "a", "files": [WHEEL, SDIST]}, separators=(",", ":")).encode()
    assert split_json(body, URL, URL) is not None
    assert split_json(change(body), URL, URL) is None


def test_an_entry_that_is_malformed_is_the_fault_of_the_index() -> None:
    """Also where it is found when the entry is looked at."""
    split = read_page(page({"filename": "a-1.whl"}, {"filename": "a-2.whl", "url": "x"}), JSON, URL, URL)
    with pytest.raises(IndexFault) as caught:
        read_pieces(split.origin, split.pieces[:1])
    assert caught.value.what == f"the index page {URL} is malformed"
    assert len(read_pieces(split.origin, split.pieces[1:])) == 1
