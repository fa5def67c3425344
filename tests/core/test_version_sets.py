"""Sets of versions: what specifiers accept, told with few comparisons."""

import pytest

from pybuildsync.core.version_sets import (
    accepts,
    admits_pre_releases,
    is_pre_release,
    order_key,
    parse_version,
    pinned_version,
    pre_release_mask,
    specifier_mask,
)

VERSIONS = ("1!0.1", "2.0", "2.0rc1", "1.9.post1", "1.9", "1.0+local", "1.0", "1.0.dev3")


def accepted(specifier: str) -> list[str]:
    """Return the versions that a specifier accepts."""
    mask = specifier_mask(VERSIONS, specifier)
    return [version for at, version in enumerate(VERSIONS) if mask >> at & 1]


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", list(VERSIONS)),
        (">=2", ["1!0.1", "2.0"]),
        (">1.9", ["1!0.1", "2.0", "2.0rc1"]),
        ("<=1.0", ["1.0+local", "1.0", "1.0.dev3"]),
        ("<2.0", ["1.9.post1", "1.9", "1.0+local", "1.0", "1.0.dev3"]),
        ("==1.0", ["1.0+local", "1.0"]),
        ("==1.0+local", ["1.0+local"]),
        ("==1.*", ["1.9.post1", "1.9", "1.0+local", "1.0", "1.0.dev3"]),
        ("!=1.*", ["1!0.1", "2.0", "2.0rc1"]),
        ("!=1.9", ["1!0.1", "2.0", "2.0rc1", "1.9.post1", "1.0+local", "1.0", "1.0.dev3"]),
        ("~=1.0", ["1.9.post1", "1.9", "1.0+local", "1.0"]),
        ("==1!0.*", ["1!0.1"]),
        ("===1.0", ["1.0"]),
        ("===nothing", []),
        (">=1.0,<2", ["1.9.post1", "1.9", "1.0+local", "1.0"]),
        ("==7", []),
        ("<1!0.1", ["2.0", "2.0rc1", "1.9.post1", "1.9", "1.0+local", "1.0", "1.0.dev3"]),
    ],
)
def test_a_specifier_accepts_what_pep_440_says(specifier: str, expected: list[str]) -> None:
    """Every operator, with epochs, locals, pre-, post- and development releases; clauses together narrow."""
    assert accepted(specifier) == expected


def test_no_versions_accept_nothing() -> None:
    """An empty listing has no bits."""
    assert specifier_mask((), ">=1") == 0
    assert specifier_mask((), "") == 0


def test_pre_releases_are_told_by_their_letters() -> None:
    """a, b, rc and dev make a pre-release; post doesn't, and a local part doesn't count."""
    found = [
        version for version in ("1.0a1", "1.0b2", "1.0rc1", "1.0.dev1", "1.0.post1.dev2") if is_pre_release(version)
    ]
    assert found == ["1.0a1", "1.0b2", "1.0rc1", "1.0.dev1", "1.0.post1.dev2"]
    assert [version for version in ("1.0", "1.0.post1", "1!1.0", "1.0+abrc.dev") if is_pre_release(version)] == []
    assert pre_release_mask(("2.0", "2.0rc1", "1.0.dev1")) == 0b110


@pytest.mark.parametrize(
    "specifier", [">=1.0rc1", "==2.0a1", "~=1.0b1", ">=1,>=2.dev0", ">=1.0RC1", ">=1.0c1", ">=1.0-preview.1"]
)
def test_a_specifier_that_names_a_pre_release_admits_them(specifier: str) -> None:
    """In whatever spelling PEP 440 allows."""
    assert admits_pre_releases(specifier)


@pytest.mark.parametrize("specifier", ["", ">=1.0", "==1.*", "!=1.0rc1", ">=1.0.post1", "==1.0+abc"])
def test_other_specifiers_admit_no_pre_releases(specifier: str) -> None:
    """To exclude a pre-release is not to ask for one."""
    assert not admits_pre_releases(specifier)


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("==1.0", "1.0"), ("===1.0-odd", "1.0-odd"), (">=1, == 2.0", "2.0"), ("==1.*", ""), (">=1", ""), ("", ""),
        ("~=1.0", ""),
    ],
)  # fmt: skip
def test_a_pin_is_an_equality_without_wildcard(specifier: str, expected: str) -> None:
    """As PEP 592 has it."""
    assert pinned_version(specifier) == expected


def test_a_single_version() -> None:
    """Pre-releases are no different when one version is asked about."""
    assert accepts(">=1.0", "2.0rc1")
    assert not accepts("<2", "2.0")
    assert accepts("", "1")


def test_versions_are_parsed_once() -> None:
    """Parsing costs microseconds, and the same versions come back all the time."""
    assert parse_version("1.2.3") is parse_version("1.2.3")


def test_a_version_with_an_epoch_excludes_its_own_pre_releases() -> None:
    """With <, like any other."""
    assert specifier_mask(("1!2.0", "1!2.0.dev0", "1!1.0", "3.0"), "<1!2") == 0b1100


def test_what_is_not_plain_is_read_by_packaging() -> None:
    """Versions that aren't canonical, and numbers without end."""
    assert specifier_mask(("2.0-rc.1", "1.0"), ">=2.0a1") == 0b01
    assert specifier_mask(("1.0",), f"=={'9' * 4000}.*") == 0
    assert specifier_mask(("1.0",), f"!={'9' * 4000}.*") == 1
    assert accepts("<=2", "1.0+01")


def test_versions_are_sorted_by_their_keys() -> None:
    """Canonical or not; what is no version has none, and one without end is no version for us."""
    assert order_key("1.0-rc.1") == order_key("1.0rc1") < order_key("1") == order_key("1.0.0")
    for text in ("odd", "1" + ".0" * 3000):
        with pytest.raises(ValueError, match=text[:9]):
            order_key(text)
