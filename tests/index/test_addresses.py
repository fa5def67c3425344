"""URLs as text."""

import os
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.index.addresses import (
    has_scheme,
    is_loopback,
    join,
    last_segment,
    local_path,
    origin,
    path_url,
    shown,
    split_credentials,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:p%40ss@host/simple", ("https://host/simple", ("user", "p@ss"))),
        ("https://token@host:8080/x@y", ("https://host:8080/x@y", ("token", ""))),
        ("https://host/a@b", ("https://host/a@b", None)),
        ("HTTPS://u:p@host?x", ("https://host?x", ("u", "p"))),
        ("mailto:somebody", ("mailto:somebody", None)),
    ],
)
def test_credentials_stand_before_the_host_only(url: str, expected: object) -> None:
    """User and password are what stands before the last @ of the authority (RFC 3986), percent-decoded."""
    assert split_credentials(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Host/x", ("https", "host", 443)),
        ("http://u:p@host:8080/", ("http", "host", 8080)),
        ("http://[::1]:81/x", ("http", "::1", 81)),
        ("https://[::1]", ("https", "::1", 443)),
        ("file:///x", ("file", "", 0)),
        ("odd://h/", ("odd", "h", 0)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: object) -> None:
    """Default ports are filled in, letters made small."""
    assert origin(url) == expected


def test_what_is_shown_holds_no_secret() -> None:
    """Credentials, query and fragment may hold tokens."""
    assert shown("https://u:p@host/a/b.whl?token=x#sha256=1") == "https://host/a/b.whl"


def test_the_last_segment_is_the_file_name() -> None:
    """It is percent-decoded; query and fragment are no part of it."""
    assert last_segment("https://h/a/b%2B1.whl?x=/y#z") == "b+1.whl"


_bases = st.sampled_from(
    [
        "https://h/simple/a/",
        "https://h/simple/a",
        "https://h",
        "http://h:1/",
        "https://h/a/../b/c.html?x=/y",
        "file:///a/b",
    ]
)
_references = st.one_of(
    st.text("./ab?#%:", max_size=12),
    st.sampled_from(["http://z/x", "https://z/x", "//o/x", "../../p/x.whl", "a b/c.whl", "../..", "a//b"]),
)


@given(_bases, _references)
def test_joining_is_that_of_the_standard_library(base: str, reference: str) -> None:
    """The short way and ``urllib`` agree (RFC 3986, section 5)."""
    try:
        expected = urljoin(base, reference)
    except ValueError:
        return
    assert join(base, reference) == expected


def test_local_places_are_paths_or_file_addresses() -> None:
    """A drive letter is no scheme; other schemes are elsewhere."""
    assert local_path("file:///a%20b/c#x") == "/a b/c"
    assert local_path("some/folder") == "some/folder"
    assert local_path("C:\\wheels") == "C:\\wheels"
    assert local_path("https://index.example/simple") is None
    assert not has_scheme("C:/x")


def test_paths_become_file_addresses() -> None:
    """What isn't plain is percent-encoded (RFC 8089)."""
    assert path_url("/a/b") == "file:///a/b"
    assert path_url("/a b") == "file:///a%20b"


def test_paths_that_are_no_text_have_addresses_too() -> None:
    """Names of files are bytes; those of other encodings come with surrogates (PEP 383), and come back so."""
    path = os.fsdecode(b"/a/\xfc")
    assert path_url(path) == "file:///a/%FC"
    assert local_path("file:///a/%FC") == path


def test_loopback_is_known_by_name() -> None:
    """No name is looked up for it."""
    assert all(map(is_loopback, ("localhost", "127.0.0.2", "::1", "x.localhost")))
    assert not is_loopback("index.example")
