"""Requirement files: every piece of pip's syntax."""

from pathlib import Path

import pytest

from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementFile, read_requirement_file


def read(folder: Path, text: str, **environ: str) -> RequirementFile:
    """Return what a file with *text* says."""
    path = folder / "r.txt"
    path.write_text(text)
    return read_requirement_file(str(path), environ=environ)


def texts(folder: Path, text: str, **environ: str) -> list[str]:
    """Return the requirements of a file with *text*."""
    return [line.text for line in read(folder, text, **environ).requirements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n  b  \n", ["a", "b"]),
        ("# a comment\na # another\nb#c\n\t# d\n", ["a", "b#c"]),
        ("a \\\n>=1\\\n,<2\nb", ["a >=1,<2", "b"]),
        ("a \\\n# ends it\n>=1", ["a", ">=1"]),
        ("a \\", ["a"]),
        ("a ; python_version > '3' # x\n", ["a ; python_version > '3'"]),
        ("a @ https://x.example/a.zip#sha256=0\n", ["a @ https://x.example/a.zip#sha256=0"]),
        ("\ufeffa\n", ["a"]),
        ("a==1 --hash=sha256:0\n", ["a==1"]),
    ],
)
def test_lines(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Comments need white space before them, a backslash joins, a comment ends what is joined."""
    assert texts(tmp_path, text) == expected


def test_variables(tmp_path: Path) -> None:
    """Only ${UPPER_0_9} expands; what is unset or empty stays; the file says whether any did."""
    text = "${NAME_1} $NAME_1 ${name} ${UNSET} ${EMPTY}\n"
    found = read(tmp_path, text, NAME_1="value", name="no", EMPTY="")
    assert found.requirements[0].text == "value $NAME_1 ${name} ${UNSET} ${EMPTY}"
    assert found.uses_variables
    assert not read(tmp_path, "${UNSET}\n").uses_variables


def test_where_a_line_stands(tmp_path: Path) -> None:
    """A joined line stands where it begins."""
    found = read(tmp_path, "\na \\\n  >=1\nb\n")
    path = tmp_path / "r.txt"
    assert [line.where for line in found.requirements] == [f"{path}, line 2", f"{path}, line 4"]
    assert found.files == [str(path)]


def test_beside_a_requirement(tmp_path: Path) -> None:
    """Hashes and config settings, in any spelling."""
    text = "a==1 --hash=sha256:0 --hash sha512:1 -C k=v --config-settings=l=w --config-setting 'm=x y'\n"
    (line,) = read(tmp_path, text).requirements
    assert (line.text, line.hashes, line.config_settings) == ("a==1", ("sha256:0", "sha512:1"), ("k=v", "l=w", "m=x y"))


def test_options_of_a_file(tmp_path: Path) -> None:
    """Options have lines of their own; short ones, with and without equals signs."""
    text = "-i https://i.example\n--extra-index-url=https://e.example --no-index\n-f links\n-fmore\n--pre\n"
    text += "--no-binary :all:\n--only-binary=a,b\n--trusted-host h\n--require-hashes\n--pypi-url x\n"
    assert read(tmp_path, text).options == [
        ("--index-url", "https://i.example"),
        ("--extra-index-url", "https://e.example"),
        ("--no-index", ""),
        ("--find-links", "links"),
        ("--find-links", "more"),
        ("--pre", ""),
        ("--no-binary", ":all:"),
        ("--only-binary", "a,b"),
        ("--trusted-host", "h"),
        ("--require-hashes", ""),
        ("--index-url", "x"),
    ]


def test_find_links_beside_the_file(tmp_path: Path) -> None:
    """A folder beside the file is meant, where there is one."""
    (tmp_path / "links").mkdir()
    assert read(tmp_path, "-f links\n").options == [("--find-links", str(tmp_path / "links"))]


def test_files_include_files(tmp_path: Path) -> None:
    """-r and -c are relative to the file they stand in; what -r includes is installed, also from a constraint file."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "r.txt").write_text("b\n-r deeper.txt\n-c limits.txt\n")
    (tmp_path / "sub" / "deeper.txt").write_text("c\n--pre\n-e ./tree\n")
    (tmp_path / "sub" / "limits.txt").write_text("d<1\n-c more-limits.txt\n-r most.txt\n-e ./limit\n")
    (tmp_path / "sub" / "more-limits.txt").write_text("e<1\n")
    (tmp_path / "sub" / "most.txt").write_text("f\n")
    found = read(tmp_path, f"a\n-r sub/r.txt\n--requirement={tmp_path}/sub/deeper.txt\n")
    assert [(line.text, line.editable) for line in found.requirements] == [
        ("a", False), ("b", False), ("c", False), ("./tree", True), ("f", False), ("c", False), ("./tree", True),
    ]  # fmt: skip
    assert [(line.text, line.editable) for line in found.constraints] == [
        ("d<1", False), ("e<1", False), ("./limit", True),
    ]  # fmt: skip
    assert found.options == [("--pre", ""), ("--pre", "")]
    names = ["r.txt", "r.txt", "deeper.txt", "limits.txt", "more-limits.txt", "most.txt", "deeper.txt"]
    assert [Path(path).name for path in found.files] == names


def test_a_constraint_file(tmp_path: Path) -> None:
    """Read as constraints, nothing in it is a requirement."""
    (tmp_path / "c.txt").write_text("a<1\n")
    found = read_requirement_file(str(tmp_path / "c.txt"), environ={}, constraints=True)
    assert ([line.text for line in found.constraints], found.requirements) == (["a<1"], [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-r r.txt\n", "includes itself"),
        ("-r absent.txt\n", "the requirement file absent.txt can't be read"),
        ("a --pre\n", "--pre doesn't go with a requirement"),
        ("--no-such-thing x\n", "--no-such-thing is no option of a requirement file"),
        ("-i\n", "-i needs a value"),
        ("-f 'open\n", "a line with an open quote"),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, what: str) -> None:
    """Each mistake is one clear error that says where."""
    with pytest.raises(RequestError) as caught:
        read(tmp_path, text)
    assert what in caught.value.what
    assert caught.value.why


def test_not_a_text(tmp_path: Path) -> None:
    """A file that is no text can't be read."""
    (tmp_path / "r.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RequestError, match="can't be read"):
        read_requirement_file(str(tmp_path / "r.txt"), environ={})
