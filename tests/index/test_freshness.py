"""How long a page may be used."""

import pytest

from pybuildsync.index.freshness import conditional_headers, retry_after, validity

NOW = 1_000_000.0
DATE = "Mon, 12 Jan 1970 13:46:40 GMT"  # NOW
LATER = "Mon, 12 Jan 1970 13:48:20 GMT"  # NOW + 100


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 600),
        ({"cache-control": "max-age=30, public"}, 30),
        ({"cache-control": "max-age=30", "age": "10"}, 20),
        ({"cache-control": "max-age=30", "age": "100"}, 0),
        ({"cache-control": 'max-age="30"', "age": "odd"}, 30),
        ({"cache-control": "max-age=30, no-cache"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "private"}, 0),
        ({"etag": '"1"'}, 0),
        ({"last-modified": DATE}, 0),
        ({"expires": LATER}, 100),
        ({"expires": LATER, "date": DATE}, 100),
        ({"expires": "0"}, 0),
    ],
)
def test_seconds(headers: dict[str, str], seconds: float) -> None:
    """``no-store`` and ``no-cache``, then ``max-age`` less ``Age``, then ``Expires``; 600 s for silence."""
    assert validity(headers, NOW).expires == NOW + seconds


def test_only_no_store_forbids_to_keep() -> None:
    """Whoever keeps it may ask by its validators."""
    assert not validity({"cache-control": "No-Store"}, NOW).keep
    assert validity({"cache-control": "no-cache"}, NOW).keep


def test_the_stronger_validator_asks() -> None:
    """An entity tag before a date."""
    assert conditional_headers('"1"', DATE) == {"If-None-Match": '"1"'}
    assert conditional_headers("", DATE) == {"If-Modified-Since": DATE}
    assert conditional_headers("", "") == {}


def test_when_to_come_back() -> None:
    """In seconds or at a date, never in the past; nonsense means now."""
    assert retry_after("5", NOW) == 5
    assert retry_after(LATER, NOW) == 100
    assert retry_after(DATE, NOW + 5) == 0
    assert retry_after("soon", NOW) == 0
    assert retry_after("", NOW) is None
