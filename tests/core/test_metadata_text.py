"""The header scan of METADATA and PKG-INFO, against the specification and the standard library's parser."""

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import InvalidMarker, Marker

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.metadata_text import parse_metadata, read_fields
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.errors import PackageError

FULL = """\
Metadata-Version: 2.1
Name: Some.Project
Version: 1.0RC1
Requires-Python: >=3.8
Requires-Dist: Other_Lib (>=1.0)
Requires-Dist: tool>=2; extra == "Big_One"
Provides-Extra: Big_One
Description: first
        second
        Requires-Dist: not-a-field

Requires-Dist: nor-this
"""


def test_fields_are_normalised() -> None:
    """Names and extras are normalised, the version canonical; the body and folded lines hold no fields."""
    assert parse_metadata(FULL, Origin.WHEEL) == Metadata(
        name="some-project",
        version="1.0rc1",
        requires=(
            Requirement("other-lib", specifier=">=1.0"),
            Requirement("tool", specifier=">=2", marker='extra == "big-one"'),
        ),
        requires_python=">=3.8",
        extras=("big-one",),
        origin=Origin.WHEEL,
    )


def test_bytes_with_any_line_ends_and_a_byte_order_mark_read_the_same() -> None:
    """METADATA is UTF-8; what wrote it chose the line ends."""
    expected = parse_metadata(FULL, Origin.STATIC)
    for text in (FULL.replace("\n", "\r\n"), FULL.replace("\n", "\r"), "\ufeff" + FULL):
        assert parse_metadata(text.encode(), Origin.STATIC) == expected


def test_folded_requirements_are_joined() -> None:
    """A continuation line belongs to the field above it (RFC 822)."""
    text = 'Name: a\nVersion: 1\nRequires-Dist: b>=1 ;\n  python_version\n\t< "3.9"\n'
    assert parse_metadata(text, Origin.WHEEL).requires == (
        Requirement("b", specifier=">=1", marker='python_version < "3.9"'),
    )


@pytest.mark.parametrize(
    "line",
    [
        "b",
        "B_c[X,y] (>=1,<2)",
        'b>=1;python_version<"3"',
        "b ; extra == 'Some_Thing' and ( os_name=='x' or os_name=='y' )",
        "b @ https://index.example/b;c.zip",
        "b @ https://index.example/b.zip ; os_name == 'x'",
    ],
)
def test_requirements_are_those_of_the_requirement_parser(line: str) -> None:
    """Markers are parsed apart, to be remembered; nothing changes by it."""
    text = f"Name: a\nVersion: 1\nRequires-Dist: {line}\n"
    assert parse_metadata(text, Origin.WHEEL).requires == (parse_requirement(line),)


def test_any_valid_requires_python_is_kept() -> None:
    """Also one that is rarely written."""
    text = "Name: a\nVersion: 1\nRequires-Python: ===3.11.7\n"
    assert parse_metadata(text, Origin.WHEEL).requires_python == "===3.11.7"


def test_field_names_ignore_case() -> None:
    """Header names are case-insensitive (RFC 822)."""
    assert parse_metadata("NAME: a\nversion: 1\n", Origin.WHEEL) == Metadata(name="a", version="1")


def test_a_requires_python_that_is_no_specifier_counts_as_absent() -> None:
    """Old releases hold such texts; pip ignores them."""
    text = "Name: a\nVersion: 1\nRequires-Python: >=2.7.*,\n"
    assert parse_metadata(text, Origin.WHEEL).requires_python == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Version: 1\n", "Name is missing"),
        ("", "Name is missing"),
        ("Name: a\n", "Version is missing"),
        ("Name: a\nVersion: one\n", "Version: one"),
        ("Name: a\nVersion: 1\nRequires-Dist: b (>=1.*)\n", "Requires-Dist: b (>=1.*)"),
        ("Name: a\nVersion: 1\nRequires-Dist: b; os == 1\n", "Requires-Dist: b; os == 1"),
        ("Name: a\nVersion: 1\nRequires-Dist: b>=x; os_name == 'a'\n", "Requires-Dist: b>=x; os_name == 'a'"),
    ],
)
def test_a_bad_field_is_named(text: str, why: str) -> None:
    """An error says which field is bad and what stands in it."""
    with pytest.raises(PackageError) as caught:
        parse_metadata(text, Origin.WHEEL)
    assert caught.value.why.splitlines()[0] == why


def test_an_error_names_the_file_if_it_is_known() -> None:
    """The file is what a user can look at."""
    with pytest.raises(PackageError) as caught:
        parse_metadata("Name: a\nVersion: one\n", Origin.WHEEL, source="a-one.whl")
    assert caught.value.what == "the metadata of a-one.whl is invalid"


def test_all_fields_of_a_file() -> None:
    """Fields keep their order and lose their folds."""
    assert read_fields("Dynamic: a\nDynamic: b\nLicense: x\n  y\n\nbody: no\n") == {
        "dynamic": ("a", "b"),
        "license": ("x y",),
    }


_lines = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["Name", "requires-dist", "X"]), st.text("ab :;", max_size=6)).map(": ".join),
        st.text(" \tab:", max_size=5),
    ),
    max_size=8,
)


@given(_lines)
def test_fields_are_those_of_the_standard_email_parser(lines: list[str]) -> None:
    """The scan ends the headers where ``email`` does and unfolds as it does."""
    text = "\n".join(lines)
    if text.startswith((" ", "\t", ":")) or "\n:" in text:
        return  # continuation without a field, or a field without a name: a defect there, nothing here
    message = email.message_from_string(text)
    expected: dict[str, tuple[str, ...]] = {}
    for name, value in message.items():
        unfolded = " ".join(part for part in (line.strip() for line in str(value).split("\n")) if part)
        expected[name.lower()] = (*expected.get(name.lower(), ()), unfolded)
    assert read_fields(text) == expected


_CLAUSES = (
    'python_version < "3.10"',
    'python_version  < "3.10"',
    "python_version < '3.10'",
    'python_version ~= "3.1"',
    'python_version in "3.8 3.9"',
    'sys_platform not in ""',
    'sys_platform != "it\'s"',
    '"linux" == sys_platform',
    'platform_version == "1"',
    'extra == "one-two"',
    'extra == "One_two"',
    'extra == "one--two"',
    'extra != "one"',
)


@given(
    st.lists(st.sampled_from(_CLAUSES), min_size=1, max_size=4),
    st.lists(st.sampled_from([" and ", " or "]), min_size=4, max_size=4),
    st.integers(0, 3),
    st.integers(0, 4),
)
def test_markers_are_what_packaging_writes(clauses: list[str], words: list[str], start: int, end: int) -> None:
    """Whether a marker is known to be canonical or not, with and without parentheses: it is packaging's own text."""
    last = min(end, len(clauses)) - 1 if start < end else -1
    parts = [
        f"{'(' if index == start < end else ''}{clause}{')' if index == last else ''}"
        for index, clause in enumerate(clauses)
    ]
    marker = "".join(part + word for part, word in zip(parts, [*words[: len(parts) - 1], ""], strict=True))
    try:
        expected = str(Marker(marker))
    except InvalidMarker:
        expected = ""
    text = f"Name: a\nVersion: 1\nRequires-Dist: b; {marker}\n"
    if expected:
        assert parse_metadata(text, Origin.WHEEL).requires == (Requirement("b", marker=expected),)
    else:
        with pytest.raises(PackageError):
            parse_metadata(text, Origin.WHEEL)
