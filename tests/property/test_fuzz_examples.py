"""Inputs that once ended in a traceback, or worse, each by what is wrong with it."""

import json
from pathlib import Path

import pytest
from fuzzing.families import COMMANDS, FAMILIES
from fuzzing.law import examine
from fuzzing.texts import TARGET

from pybuildsync.commands.inputs import read_asked
from pybuildsync.commands.options import AskedOptions
from pybuildsync.errors import PybuildsyncError, RequestError

_TREE = b'[project]\nname = "a"\nversion = "1"\n'
_INFO = b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\n"
_DIGITS = b"9" * 5000
_LINK = b'<a href="%s" data-size="%s">a</a><p>'

# Family, what is wrong, the input. All are answered, be it by an error of ours.
EXAMPLES = (
    ("requirement", "parentheses nested deep", b"a; " + b"(" * 2000 + b"os_name == 'x'" + b")" * 2000),
    ("requirement", "a number beyond all bounds", b"a ~= " + _DIGITS + b".0"),
    ("requirement", "a marker that compares what can't be", b"a; os_name ~= 'posix'"),
    ("requirement", "a variable that only lock files have", b"a; 'x' in extras"),
    ("metadata", "a version beyond all bounds", b"Name: a\nVersion: " + _DIGITS + b"\n"),
    ("metadata", "a Python beyond all bounds", _INFO + b"Requires-Python: >=3, !=" + _DIGITS + b".*\n"),
    ("metadata", "a Python by its very letters", _INFO + b"Requires-Python: ===3.8, >=3\n"),
    ("filenames", "a build number beyond all bounds", b"a_b-1.0-" + _DIGITS + b"-py3-none-any.whl"),
    ("filenames", "a name of many parts", b"a-b-" * 10_000 + b"1.0.zip"),
    ("filenames", "a thousand tags", b"a_b-1.0-" + b"-".join([b"x." * 300] * 3) + b".whl"),
    ("requirement_files", "NUL in a path", b"-r a\0b\n"),
    ("groups", "nested deep", b"a = " + b"[" * 2000),
    ("groups", "a marker nested deep", b"[dependency-groups]\ng = ['a; " + b"(" * 2000 + b"']\n"),
    ("pylock", "nested deep", b"a = " + b"[" * 2000),
    ("scripts", "nested deep", b"# /// script\n# a = " + b"[" * 2000 + b"\n# ///\n"),
    ("settings", "nested deep", b"[tool.pybuildsync]\na = " + b"[" * 2000),
    ("settings", "a number beyond all bounds", b"[tool.pybuildsync]\nverbose = " + _DIGITS),
    ("source_trees", "nested deep", b"a = " + b"[" * 2000),
    ("source_trees", "a number beyond all bounds", b"a = " + _DIGITS),
    ("source_trees", "a version beyond all bounds", b'[project]\nname = "a"\nversion = "' + _DIGITS + b'"\n'),
    ("source_trees", "an odd extra", _TREE + b"[project.optional-dependencies]\n'\"' = ['b']\n"),
    ("source_trees", "no list", _TREE + b"[tool.pybuildsync.extra-build-dependencies]\na = 1\n"),
    ("source_trees", "NUL in a path", b'[build-system]\nrequires = []\nbackend-path = ["\\u0000"]\n'),
    ("source_trees", "a metadata version beyond all bounds", _TREE + b"\x1dMetadata-Version: 2." + _DIGITS + b"\n"),
    ("html", "an address that is none", _LINK % (b"http://[/a-1.zip", b"1")),
    ("html", "a base that is none", b"<base href='http://['>" + _LINK % (b"a-1.zip", b"1")),
    ("html", "a size beyond all bounds", _LINK % (b"a-1.zip", _DIGITS)),
    ("html", "a character beyond all bounds", _LINK % (b"a-1.zip#&#" + _DIGITS + b";", b"1")),
    ("html", "a marked section that is none", b"<![CDATAx [ <a href=a-1.zip>"),
    ("json", "nested deep", b'{"files":' + b"[" * 2000),
    ("headers", "an age beyond all bounds", b"Cache-Control: max-age=" + _DIGITS + b"\nAge: " + _DIGITS),
    ("headers", "a time that no clock shows", b"Expires: Mon, 01 Jan 0001 00:00:00 +2359\nRetry-After: " + _DIGITS),
    ("upload_times", "nested deep", b"[" * 2000),
    ("wheel_files", "a name too long", _INFO + b"\x1d\x1d\x1d\x1d" + b"x" * 300),
    ("sdist_members", "a member without a name", b"f\t\tx\n"),
    ("sdist_members", "a time out of range", b"f\ta-1.0/x\ty\tmtime\t1e400\n"),
    ("sdist_members", "a sparse map that is none", b"f\ta-1.0/x\ty\tGNU.sparse.map\t1,x\n"),
    ("sdist_members", "a link to itself", b"f\ta-1.0/setup.py\t\nl\ta-1.0/PKG-INFO\tPKG-INFO\n"),
    ("sdist_members", "a folder in the place of a file", b"f\ta-1.0/setup.py\t\nd\ta-1.0/pyproject.toml\n"),
    ("sdist_members", "a path of many parts", b"f\ta-1.0" + b"/x" * 20_000 + b"\ty\n"),
    ("installed", "NUL in the link of an egg", b"\0"),
    ("installed", "NUL in RECORD", _INFO + b"\x1da\0b/c,,\n"),
    ("installed", "a field of RECORD beyond all bounds", _INFO + b'\x1d"' + b"x" * 200_000 + b'",,\n'),
    ("installed", "a folder in RECORD with a name that is too long", _INFO + b"\x1d" + b"x" * 300 + b"/y,,\n"),
    ("installed", "a URL that is none", _INFO + b'\x1d\x1d\x1d{"url": "file://[", "dir_info": {"editable": true}}'),
    ("installed", "mail in mail", _INFO + b"Content-Type: message/rfc822\n\n" * 2000),
    ("build_record", "nested deep", b"[" * 2000),
    ("command_lines", "a number beyond all bounds", b"install\n--build-jobs\n" + _DIGITS),
    ("command_lines", "a Python beyond all bounds", b"install\n--python-version\n3.99999999\na"),
    ("command_lines", "columns that are no number", "COLUMNS=²\ninstall\n--help".encode()),
    ("journal", "a section without a folder", b"jpybuildsync journal 1\0x\0@\0\0moves\0\0end"),
    ("journal", "all of the environment put aside", b"cpybuildsync journal 1\0x\0@\0\0moves\0@/lib\0@/lib/a\0\0end"),
    ("journal", "a way out", b"jpybuildsync journal 1\0x\0@\0\0files\0@/lib\0../../beside/kept\0\0end"),
    (
        "journal",
        "a file to bring back elsewhere",
        b"jpybuildsync journal 1\0x\0@\0\0moves\0@/lib/.pybuildsync/old\0x\0\0end",
    ),
    ("journal", "a folder to remove elsewhere", b"jpybuildsync journal 1\0x\0@\0\0folders\0x\0\0end"),
    ("journal", "no base", b"jpybuildsync journal 1\0x\0\0\0files\0^\0kept\0\0end"),
    ("journal", "a file elsewhere", b"jpybuildsync journal 1\0x\0@\0\0files\0^\0kept\0\0end"),
    ("store_foreign", "another shape", b"[1, 2, 3]"),
)


@pytest.mark.parametrize(
    ("family", "data"), [(each[0], each[2]) for each in EXAMPLES], ids=[" ".join(e[:2]) for e in EXAMPLES]
)
def test_it_is_answered(family: str, data: bytes) -> None:
    """The law holds."""
    examine(FAMILIES[family], data)


def refusal(family: str, data: bytes) -> str:
    """Return the error that *data* gives."""
    answer = examine(FAMILIES[family], data)
    assert isinstance(answer, tuple)
    kind, text = answer
    assert issubclass(kind, PybuildsyncError)
    return str(text)


def test_a_listing_that_asks_for_no_python() -> None:
    """What is no specifier counts as none, as in pip; what is fetched ahead doesn't stumble over it either."""
    page = b'<a href="a-1.0-py3-none-any.whl" data-requires-python="no python">a</a>'
    answer = examine(COMMANDS["install_page"], page)
    assert isinstance(answer, tuple)
    assert answer[0] == 0


def test_a_listing_with_a_file_whose_name_has_nul() -> None:
    """No such file can be there: the other one counts."""
    page = b'<a href="a-1.0-py3-none\x01\x00-any.whl">a</a><a href="a-1.0-py3-none-any.whl">a</a>'
    answer = examine(COMMANDS["install_page"], page)
    assert isinstance(answer, tuple)
    assert answer[0] == 0


def test_a_script_that_asks_for_no_python(tmp_path: Path) -> None:
    """The script is named."""
    path = tmp_path / "script.py"
    path.write_text("# /// script\n# requires-python = 'no python'\n# ///\n")
    asked = AskedOptions(scripts=(str(path),))
    with pytest.raises(RequestError, match="requires-python is no specifier"):
        read_asked(asked, {}, TARGET)


def test_files_within_files_without_end() -> None:
    """Ten files that include each other twice would be read a thousand times a thousand times."""
    parts = [b"-r %d.txt\n-r %d.txt\n" % (number, number) for number in range(1, 9)]
    assert examine(FAMILIES["requirement_files"], b"\x1d".join([*parts, b"a\n"]))
    deep = b"-r 1.txt\n" * 101
    twice = [b"-r %d.txt\n" % number * 101 for number in (1, 2)]
    assert "one file too many" in refusal("requirement_files", b"\x1d".join([*twice, b"a\n"]))
    assert "one file too many" not in refusal("requirement_files", deep)


def test_groups_within_groups_without_end() -> None:
    """Forty groups that include each other twice would have a trillion requirements."""
    groups = "".join(
        f"g{at} = [{{include-group = 'g{at + 1}'}}, {{include-group = 'g{at + 1}'}}]\n" for at in range(40)
    )
    text = f"[dependency-groups]\ng = [{{include-group = 'g0'}}]\n{groups}g40 = ['a']\n"
    assert "more than 100000 requirements" in refusal("groups", text.encode())


def test_a_journal_that_names_what_no_transaction_makes() -> None:
    """It is told as damaged."""
    for family, what, data in EXAMPLES:
        if family == "journal":
            assert "is damaged" in refusal(family, data), what


def test_a_record_that_json_can_hold_and_our_reader_can_not() -> None:
    """Nested just not too deep for JSON."""
    for depth in (100, 400, 900, 990):
        record = {"schema": 1, "x": json.loads("[" * depth + "]" * depth)} if depth < 500 else {"schema": 1}
        examine(
            FAMILIES["build_record"],
            json.dumps(record).encode().replace(b"}", b', "y": ' + b"[" * depth + b"]" * depth + b"}"),
        )
