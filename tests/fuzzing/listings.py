"""What indexes answer: pages in HTML and JSON, and the JSON page beside them that has upload times."""

from math import inf

from index.reading import read_all

from fuzzing.law import Family
from pybuildsync.index.freshness import retry_after, validity
from pybuildsync.index.listing_pages import read_page
from pybuildsync.index.releases import as_listing, merge
from pybuildsync.index.upload_times import _read_times

URL = "https://index.example/simple/a/"
_SHA = b"0123456789abcdef" * 4

HTML = (
    b'<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"><title>a</title></head><body>\n'
    b'<a href="../f/a-1.0-py3-none-any.whl#sha256=' + _SHA + b'" data-requires-python="&gt;=3.8" '
    b'data-core-metadata="sha256=' + _SHA + b'">a-1.0-py3-none-any.whl</a><br/>\n'
    b'<a href="https://f.example/a-2.0.tar.gz#sha256=' + _SHA + b'" data-yanked="bad" data-size="9">a</a><br/>\n'
    b"</body></html>\n",
    b"<html><base href='/b/'><a  href=a-1.zip >x</a><!-- <a href='a-2.zip'> --><A HREF=\"?x=1&amp;y/a-3.zip\">y</A>",
)
JSON = (
    b'{"meta":{"api-version":"1.1"},"name":"a","versions":["1.0"],"files":[{"filename":"a-1.0-py3-none-any.whl",'
    b'"url":"../f/a-1.0-py3-none-any.whl","hashes":{"sha256":"' + _SHA + b'"},"requires-python":">=3.8","size":9,'
    b'"upload-time":"2024-01-01T00:00:00Z","yanked":false,"core-metadata":{"sha256":"' + _SHA + b'"}},'
    b'{"filename":"a-2.0.tar.gz","url":"https://f.example/a-2.0.tar.gz","hashes":{},"yanked":"bad"}]}',
    b'{"meta": {"api-version": "1.0"}, "files": [{"filename": "a-1.0.zip", "url": "a-1.0.zip#x", "hashes": {}}]}',
)
_TIMES = (b'{"releases":{"1.0":[{"filename":"a-1.0.zip","upload_time_iso_8601":"2024-01-01T00:00:00Z"}]}}',)
_JSON_TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"NaN",
    b"1e400", b'"files":', b'"filename":', b'"url":',
    b'"hashes":', b'"yanked":', b'"requires-python":', b'"size":', b'"core-metadata":', b'"meta":', b"\\ud800", b"},{",
    b'"http://["', b'"a-1.zip"', b'"a-1-py3-none-any.whl"',
)  # fmt: skip


def _read(data: bytes, content_type: str) -> object:
    page = read_page(data, content_type, URL, URL)
    files = read_all(page)
    for file in files:
        assert [type(part) for part in file[:2]] == [str, str]
        assert isinstance(file.requires_python, str)
        assert type(file.size) is int
        assert file.size >= -1
        assert isinstance(file.upload_time, str)
        assert file.yanked is None or isinstance(file.yanked, str)
    listing = as_listing("a", merge("a", [page, page], once=True))
    return files, listing.versions, [listing.files(at) for at in range(len(listing.versions))]


def read_html(data: bytes, _folder: str) -> object:
    """Read a page in HTML."""
    return _read(data, "text/html")


def read_json(data: bytes, _folder: str) -> object:
    """Read a page in JSON."""
    return _read(data, "application/json")


def read_headers(data: bytes, _folder: str) -> object:
    """Read the headers of an answer, ``NAME: VALUE`` a line: how long it counts, and when to come again."""
    lines = [line.partition(":") for line in data.decode("latin-1").split("\n")]
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    said = validity(headers, 1.7e9)
    again = retry_after(headers.get("retry-after", ""), 1.7e9)
    assert 1.7e9 <= said.expires < inf
    assert again is None or 0 <= again < inf
    return said, again


def read_times(data: bytes, _folder: str) -> object:
    """Read upload times."""
    times = _read_times(data)
    assert all(isinstance(each, str) for pair in times.items() for each in pair)
    return times


FAMILIES = (
    Family(
        "html",
        read_html,
        HTML,
        (
            b"<a ", b"<a href=", b"</a>", b"<base ", b"<title", b"<!--", b"-->", b"<meta ", b"pypi:repository-version",
            b"content=", b"href=", b'"', b"'", b"<", b">", b"&amp;", b"&#", b"#sha256=", b"http://[", b"data-size=",
            b"<script",
            b"<br/>", b"<![CDATA[", b"<?", b"data-yanked", b"a-1.zip",
        ),
    ),
    Family("json", read_json, JSON, _JSON_TOKENS),
    Family(
        "headers",
        read_headers,
        (
            b"Cache-Control: max-age=600, public\nAge: 5\nETag: x\nRetry-After: 120",
            b"Expires: Wed, 21 Oct 2015 07:28:00 GMT\nDate: Wed, 21 Oct 2015 07:00:00 GMT\nRetry-After: 1 Oct 35 7:28",
        ),
        (b"max-age=", b"no-store", b"Expires: ", b"Date: ", b"Mon, 01 Jan 0001 00:00:00 +2359", b"9999", b"-0000"),
    ),
    Family("upload_times", read_times, _TIMES, (*_JSON_TOKENS, b'"releases":', b'"upload_time_iso_8601":')),
)  # fmt: skip
