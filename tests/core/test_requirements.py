"""Requirements in canonical parts."""

import marshal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.core.facts import Origin
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, likely_meant, parse_requirement, project_in
from pybuildsync.errors import RequestError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A_b.C", Requirement("a-b-c")),
        ("a[Y_z,x] >=1, <2", Requirement("a", ("x", "y-z"), "<2,>=1")),
        ("a (==1.0)", Requirement("a", specifier="==1.0")),
        ("a==1,==1", Requirement("a", specifier="==1")),
        ("a; os_name=='nt'", Requirement("a", marker='os_name == "nt"')),
        ("a[x] @ https://index.example/a.zip ; os_name=='nt'",
         Requirement("a", ("x",), marker='os_name == "nt"', url="https://index.example/a.zip")),
    ],
)  # fmt: skip
def test_a_requirement_is_canonical(text: str, expected: Requirement) -> None:
    """Names and extras normalised and sorted, clauses sorted; written, it reads the same; its parts can be stored."""
    found = parse_requirement(text)
    assert found == expected
    assert parse_requirement(str(found)) == found
    assert Requirement(*marshal.loads(marshal.dumps(found.parts()))) == found


def test_what_is_no_requirement_says_how_to_write_one() -> None:
    """The text, what is wrong with it, and the forms there are."""
    with pytest.raises(RequestError) as caught:
        parse_requirement("a==")
    assert caught.value.what == "'a==' is not a requirement"
    assert caught.value.why
    assert "PEP 508" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a=2.0", "'a==2.0'"),
        ("a =< 2", "'a<=2'"),
        ("a=>2", "'a>=2'"),
        ("a~2.0", "'a~=2.0'"),
        ("A[x, y]=1.26.*", "'A[x, y]==1.26.*'"),
        ("a >2 <3", "'a>2,<3'"),
        ("a 2.0", "'a==2.0'"),
        ("a=2; os_name == 'nt'", "\"a==2; os_name == 'nt'\""),
        ("a>=2;", "'a>=2'"),
        ("'a[x]>=2'", "'a[x]>=2'"),
        ('"a=2"', "'a==2'"),
        ("a,", "'a'"),
        ("a, b", "'a' 'b'"),
        ("a>=2, b[x]", "'a>=2' 'b[x]'"),
    ],
)
def test_a_slip_is_recognised(text: str, meant: str) -> None:
    """The hint of what is no requirement has the requirement that was probably meant."""
    with pytest.raises(RequestError) as caught:
        parse_requirement(text)
    assert caught.value.hint == f"did you mean {meant}?"


def test_a_name_as_it_is_written() -> None:
    """As far as it is one."""
    assert [project_in(text) for text in ("A_b.C>=1", "a[x]; m", "a- @ u", "[x]", "")] == ["A_b.C", "a", "a", "", ""]


def test_a_version_is_no_address() -> None:
    """Elsewhere NAME@VERSION is usual; here it is a URL, if an odd one."""
    assert parse_requirement("a@2.0").url == "2.0"
    assert likely_meant("a@2.0") == "did you mean 'a==2.0'?"


@pytest.mark.parametrize(
    "text", ["", "'", "a==", "==2", "a b", "a==1 2", "a==1@2", "a@", "a@new", "a=1=2", "a@2,b@x", "a=" + "1" * 1000]
)
def test_what_may_mean_anything_is_not_guessed(text: str) -> None:
    """No proposal that is no requirement itself."""
    assert likely_meant(text) == ""


def test_names_are_normalised() -> None:
    """PEP 503."""
    assert [normalize_name(name) for name in ("A", "a__b", "a-_.b", "A.B")] == ["a", "a-b", "a-b", "a-b"]


@given(
    st.sampled_from(["a", "A_b", "a[x]", "a>=1,<2", "a (<2)", "a @ https://index.example/a;b", "a=="]),
    st.sampled_from(["", ";", "; os_name == 'nt'", ' ; extra == "x;y"', " ; no", "; extra == 'X' or os_name>'a'"]),
)
def test_a_line_of_metadata_is_read_as_any_requirement(head: str, tail: str) -> None:
    """That lines are taken apart to be read faster shows in nothing."""
    text = f"Name: b\nVersion: 1\nRequires-Dist: {head}{tail}\n"
    try:
        expected = (parse_requirement(f"{head}{tail}"),)
    except RequestError:
        with pytest.raises(Exception, match="invalid"):
            parse_metadata(text, Origin.WHEEL)
    else:
        assert parse_metadata(text, Origin.WHEEL).requires == expected
