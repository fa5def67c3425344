"""Where files lie: paths, file: URLs, URLs to be fetched."""

import os

import pytest

from pybuildsync.errors import RequestError
from pybuildsync.project.file_locations import beside, fetched, is_remote, is_url, last_part, path_of, shown


@pytest.mark.parametrize(
    ("location", "url", "remote"),
    [
        ("r.txt", False, False),
        ("/a/r.txt", False, False),
        ("httpd/r.txt", False, False),
        ("ftp://h.example/r.txt", False, False),  # a path for pip, too
        ("C:\\r.txt", False, False),
        ("file:///r.txt", True, False),
        ("FILE:/r.txt", True, False),
        ("http://h.example/r.txt", True, True),
        ("HTTPS://h.example/r.txt", True, True),
    ],
)
def test_what_is_a_url(location: str, *, url: bool, remote: bool) -> None:
    """Three schemes are, in any case."""
    assert (is_url(location), is_remote(location)) == (url, remote)


@pytest.mark.skipif(os.name == "nt", reason="paths are others there")
@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("a b#c.txt", "a b#c.txt"),
        ("file:///a/b%20c.txt", "/a/b c.txt"),
        ("file://localhost/a?x=1#y", "/a"),
        ("file:/a", "/a"),
        ("file:a", "/a"),
        ("File:///%C3%BC", "/\u00fc"),
    ],
)
def test_paths(location: str, path: str) -> None:
    """Those of URLs are decoded, and begin at the root."""
    assert path_of(location) == path


@pytest.mark.skipif(os.name == "nt", reason="a share there")
def test_another_machine() -> None:
    """Its files can't be opened."""
    with pytest.raises(RequestError) as caught:
        path_of("file://other/a.txt")
    assert (caught.value.what, caught.value.why) == (
        "the file file://other/a.txt can't be read",
        "other is another machine",
    )


@pytest.mark.parametrize(
    ("location", "named", "found"),
    [
        ("http://h.example/a/r.txt", "b.txt", "http://h.example/a/b.txt"),
        ("http://h.example/a/r.txt?x=/y/#z", "../b.txt", "http://h.example/b.txt"),
        ("http://h.example/a/r.txt", "/b.txt", "http://h.example/b.txt"),
        ("http://u:p@h.example/a/r.txt", "b.txt", "http://u:p@h.example/a/b.txt"),
        ("http://u:p@h.example/a/r.txt", "https://h.example/b.txt", "https://h.example/b.txt"),
        ("http://h.example/r.txt", "file:///b.txt", "file:///b.txt"),
        ("file:///a/r.txt", "b%20c.txt", "file:///a/b%20c.txt"),
        ("/a/r.txt", "http://h.example/b.txt", "http://h.example/b.txt"),
        ("/a/r.txt", "File:///b.txt", "File:///b.txt"),
    ],
)
def test_beside(location: str, named: str, found: str) -> None:
    """What a file by URL names is relative to that URL, what a file names may be a URL."""
    assert beside(location, named) == found


def test_beside_a_file() -> None:
    """Relative to its folder."""
    assert beside(os.path.join("a", "r.txt"), "../b.txt") == os.path.abspath("b.txt")


def test_no_url() -> None:
    """What makes no URL is named with where it stands."""
    with pytest.raises(RequestError) as caught:
        beside("http://u:p@h.example/r.txt?token=t", "http://[x")
    assert caught.value.what == "http://[x is no URL"
    assert caught.value.why.splitlines()[1] == "it stands in http://h.example/r.txt"


def test_what_may_be_told() -> None:
    """No credentials, and no query, where tokens stand; a path is as it is."""
    assert shown("https://u:p@h.example/a/r.txt?token=t#f") == "https://h.example/a/r.txt"
    assert shown("a?b#c") == "a?b#c"
    assert last_part("https://u:p@h.example/a/pylock.toml?token=/t") == "pylock.toml"
    assert last_part(os.path.join("a", "pylock.toml")) == "pylock.toml"


def test_who_fetches() -> None:
    """Where nobody does, it is an error that says so."""
    assert fetched("https://h.example/r.txt", str.upper) == "HTTPS://H.EXAMPLE/R.TXT"
    with pytest.raises(RequestError, match=r"the file https://h\.example/r\.txt can't be read"):
        fetched("https://u:p@h.example/r.txt?x", None)
