"""Files of an index, grouped into releases."""

import marshal

import pytest

from pybuildsync.core.candidates import DistributionFile, make_listing, version_of_filename


@pytest.mark.parametrize(
    ("filename", "project", "expected"),
    [
        ("a_b-1.0-py3-none-any.whl", "a-b", "1.0"),
        ("A.B-1.0-1-py3-none-any.whl", "a-b", "1.0"),
        ("a-1.0_1-py3-none-any.whl", "a", "1.0-1"),
        ("a-1.0-none-any.whl", "a", None),
        ("b-1.0-py3-none-any.whl", "a", None),
        ("a-1.0.tar.gz", "a", "1.0"),
        ("a-b-1.0.zip", "a-b", "1.0"),
        ("a_b-1.0-rc1.tgz", "a-b", "1.0-rc1"),
        ("a-b-1.0.tar.gz", "a", "b-1.0"),
        ("b-1.0.tar.gz", "a", None),
        ("a.tar.gz", "a", None),
        ("a-1.0.tar.bz2", "a", None),
        ("a-1.0-py2.7.egg", "a", None),
        ("a-1.0.win32.exe", "a", None),
    ],
)
def test_the_version_in_a_file_name(filename: str, project: str, expected: str | None) -> None:
    """Wheels by the binary distribution format, sdists by name and version; everything else is no candidate."""
    assert version_of_filename(filename, project) == expected


def file(name: str) -> DistributionFile:
    """Return a listed file."""
    return DistributionFile(name, f"https://index.example/{name}", hashes=(("md5", "0"), ("sha256", "1")))


def test_a_listing_groups_files_by_version_newest_first() -> None:
    """Equal versions are one release, however they are spelled; what is no version is left out, as pip has it."""
    names = ["a-1.0.tar.gz", "a-1.10.zip", "a-1.0.0-py3-none-any.whl", "a-odd.tar.gz", "b-9.tar.gz", "a-2.0rc1.tar.gz"]
    listing = make_listing("a", map(file, [*names, "a-odd.zip"]))
    assert listing.versions == ("2.0rc1", "1.10", "1.0")
    assert [each.filename for each in listing.files(2)] == ["a-1.0.tar.gz", "a-1.0.0-py3-none-any.whl"]
    assert listing.files(2)[0] == file("a-1.0.tar.gz")
    assert make_listing("a", ()).versions == ()


def test_wheels_of_a_listing_are_read_by_their_names() -> None:
    """Those of other projects and malformed ones are left out; versions are canonical."""
    names = [
        "a-1.0_1-py3-none-any.whl", "A-1.0.RC1-1-py3-none-any.whl", "b-3-py3-none-any.whl", "a-4-any.whl", "a.whl",
        "a-odd-py3-none-any.whl",
    ]  # fmt: skip
    listing = make_listing("a", map(file, names))
    assert listing.versions == ("1.0.post1", "1.0rc1")
    assert [version_of_filename(name, "a") is None for name in names] == [False, False, True, True, True, False]


def test_a_file_says_what_it_is() -> None:
    """By its name and the hashes of its listing; its parts can be stored."""
    wheel, sdist = file("a-1.0-py3-none-any.whl"), file("a-1.0.tar.gz")._replace(hashes=(("md5", "0"),))
    assert (wheel.is_wheel, sdist.is_wheel) == (True, False)
    assert (wheel.sha256, sdist.sha256) == ("1", "")
    assert DistributionFile(*marshal.loads(marshal.dumps(wheel.parts()))) == wheel
