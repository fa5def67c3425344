"""Pages in JSON, and how the form of a page is told."""

import json
from typing import Any

import pytest

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.listing_pages import read_page, single_file

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
    assert read_page(page(entry), JSON, URL, URL) == (expected,)


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
    (file,) = read_page(page({"filename": "a-1.whl", "url": "a-1.whl", "hashes": {}, **fields}), JSON, URL, URL)
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
    assert [file.url for file in found] == ["https://files.example/a-1.zip"]


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
    assert len(read_page(page(), "application/json", URL, URL)) == 0
    assert len(read_page(b"  " + page(), "", URL, URL)) == 0
    assert [file.filename for file in read_page(html.encode(), "", URL, URL)] == ["é-1.zip"]
    assert [file.filename for file in read_page(html.encode("latin-1"), "text/html; charset=latin-1", URL, URL)] == [
        "é-1.zip"
    ]
    assert len(read_page(html.encode(), "text/html; charset=nonsense", URL, URL)) == 1
    with pytest.raises(IndexFault, match="is no index page"):
        read_page(html.encode(), "application/pdf", URL, URL)


def test_a_link_may_be_the_file_itself() -> None:
    """As a value of ``--find-links``."""
    file = single_file(f"https://files.example/a-1.zip#sha256={SHA}")
    assert (file.filename, file.url, file.sha256) == ("a-1.zip", "https://files.example/a-1.zip", SHA)
