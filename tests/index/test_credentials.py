"""Who we are to which server."""

import pytest

from pybuildsync.index.credentials import Keyring, basic_authorization, make_keyring
from pybuildsync.index.locations import make_locations
from pybuildsync.index.settings import IndexSettings

ONE, TWO, HOST, ANY = ("one", "1"), ("two", "2"), ("host", "h"), ("any", "a")
KEYRING = Keyring(
    (("https://index.example/one/", ONE), ("https://index.example/two/", TWO)), (("files.example", HOST), ("", ANY))
)


@pytest.mark.parametrize(
    ("url", "index", "expected"),
    [
        ("https://index.example/two/lib/", "", TWO),
        ("https://index.example/files/x", "https://index.example/two/lib/", TWO),
        ("https://index.example/files/x", "", ONE),
        ("https://index.example:444/one/", "https://index.example/one/", ANY),
        ("http://index.example/one/", "https://index.example/one/", ANY),
        ("https://files.example/x", "https://index.example/one/", HOST),
    ],
)
def test_the_nearest_index_of_the_same_origin_goes_first(url: str, index: str, expected: object) -> None:
    """Then the host in netrc, then its default."""
    assert KEYRING.find(url, index=index, redirected=False, encrypted=True) == expected


def test_netrc_is_careful() -> None:
    """Nothing for who doesn't encrypt, no default for where a server sends us."""
    assert KEYRING.find("http://files.example/x", index="", redirected=False, encrypted=False) is None
    assert KEYRING.find("https://other.example/x", index="", redirected=True, encrypted=True) is None
    assert KEYRING.find("https://files.example/x", index="", redirected=True, encrypted=True) == HOST


def test_addresses_without_credentials_have_none() -> None:
    """Only what is given is known."""
    made = make_keyring(["https://u:p%3A@index.example/", "https://index.example/", "/folder"], {"HOME": "/dev/null"})
    assert made == Keyring((("https://index.example/", ("u", "p:")),), ())
    assert basic_authorization(("u", "p:")) == "Basic dTpwOg=="


def test_no_value_shows_its_secrets() -> None:
    """Not even in a debugger or a failed assertion."""
    assert repr(KEYRING) == "<Keyring of 2 indexes and 2 hosts>"
    (location,) = make_locations(IndexSettings(indexes=("https://u:secret@index.example/simple",)))
    assert repr(location) == "<index https://index.example/simple/ as somebody>"
