"""Laws of markers that are read without ``packaging``: it says what ``packaging`` says, or that it doesn't know."""

from hypothesis import example, given
from hypothesis import strategies as st
from packaging.markers import InvalidMarker
from packaging.markers import Marker as Reference

from pybuildsync.core.plain_markers import evaluate, read_marker, write_marker

VARIABLES = [
    "python_version", "python_full_version", "sys_platform", "os_name", "platform_machine", "platform_system",
    "platform_python_implementation", "implementation_name", "extra",
]  # fmt: skip
RARE = ["platform_release", "os.name", "python_implementation", "extras", "nothing"]
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "not  in", "~=", "==="]
VALUES = [
    "3.8", "3.11", "3.11.7", "3.8.*", "4", "3.12.0rc1", "linux", "linux win32", "posix", "x", "X_y", "", "CPython", "é",
]  # fmt: skip
SPACES = st.sampled_from(["", " ", "  ", "\t"])
ENVIRONMENTS = st.fixed_dictionaries({
    "python_version": st.sampled_from(["3.8", "3.11", "3.12"]),
    "python_full_version": st.sampled_from(["3.8.1", "3.11.7", "3.12.0rc1", "3.12.0+"]),
    "sys_platform": st.sampled_from(["linux", "win32"]),
    "os_name": st.sampled_from(["posix", "nt"]),
    "platform_machine": st.sampled_from(["x86_64", ""]),
    "platform_system": st.sampled_from(["Linux", "Windows"]),
    "platform_python_implementation": st.sampled_from(["CPython", "PyPy"]),
    "implementation_name": st.sampled_from(["cpython", "pypy"]),
    "extra": st.sampled_from(["", "x", "x-y", "X_y"]),
})  # fmt: skip


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    """Give a comparison, mostly one that means something."""
    variable = draw(st.one_of(st.sampled_from(VARIABLES), st.sampled_from(VARIABLES), st.sampled_from(RARE)))
    operator, value = draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(VALUES))
    quote = draw(st.sampled_from("\"'"))
    value = f"{quote}{value}{quote}"
    if draw(st.integers(0, 9)) == 0:
        variable, value = value, variable
    space = draw(SPACES) if not operator[0].isalpha() else " "
    return draw(SPACES) + variable + space + operator + draw(SPACES) + value + draw(SPACES)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give markers out of several, with and without parentheses."""
    parts = st.one_of(inner, inner.map("({})".format), inner.map(" ( {} ) ".format))
    return st.builds("{}{}{}".format, parts, st.sampled_from([" and ", " or ", "and", " or"]), parts)


MARKERS = st.recursive(comparisons(), joined, max_leaves=6)
PIECES = ["(", ")", " and ", " or ", "os_name", "extra", " == ", " not in ", "in", '"x"', "'x'", '"', "\\", " "]


def said(text: str, environment: dict[str, str]) -> tuple[str, bool] | None:
    """Return what ``packaging`` makes of *text*; None if it is no marker."""
    try:
        reference = Reference(text)
    except InvalidMarker:
        return None
    return str(reference), reference.evaluate(dict(environment))


@given(st.one_of(MARKERS, MARKERS.map("({})".format)), ENVIRONMENTS)
@example("(os_name == 'nt')", {"os_name": "nt"})
@example("((os_name == 'nt' and extra == 'X_y'))", {"os_name": "nt", "extra": "x.Y"})
@example("(os_name == 'nt') or extra != 'x'", {"os_name": "nt"})
@example("python_version >= '3.8'", {"python_version": "odd"})
def test_what_is_read_is_what_packaging_reads(text: str, environment: dict[str, str]) -> None:
    """The canonical text and the answer are the same; what can't be answered here isn't."""
    marker = read_marker(text)
    if marker is not None:
        answer = evaluate(marker, environment)
        canonical, reference = said(text, environment) or ("", None)
        assert write_marker(marker) == canonical
        assert answer in (None, reference)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("os_name == 'x' and")
@example("os_name == 'x')")
@example("(os_name == 'x'")
@example("os_name == 'x' os_name == 'x'")
@example("and os_name == 'x'")
@example("()")
@example("(" * 60 + "os_name == 'x'" + ")" * 60)
def test_what_is_no_marker_is_not_read(text: str) -> None:
    """Whatever is read is a marker."""
    if read_marker(text) is not None:
        assert said(text, {})


def test_the_usual_ones_are_read() -> None:
    """What stands in nearly all metadata needs no ``packaging``."""
    usual = {
        "extra == 'test'": 'extra == "test"',
        'python_version<"3.8" and sys_platform != "win32"': 'python_version < "3.8" and sys_platform != "win32"',
        '(os_name=="nt" or extra=="A_b") and python_full_version <= "3.11.0"': (
            '(os_name == "nt" or extra == "a-b") and python_full_version <= "3.11.0"'
        ),
        "platform_machine not in 'arm64 aarch64'": 'platform_machine not in "arm64 aarch64"',
    }
    assert {text: write_marker(read_marker(text) or []) for text in usual} == usual
