"""Requirement files: every piece of pip's syntax."""

import locale
from pathlib import Path

import pytest

from pybuildsync.errors import IndexFault, RequestError
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A file may say in which encoding it is, by a mark or a comment."""
    (tmp_path / "r.txt").write_bytes("one  # \u00fc\n".encode(encoding))
    (tmp_path / "s.txt").write_bytes("# coding: latin-1\ntwo ${\u00fc}\n".encode("latin-1"))
    for name, expected in (("r.txt", "one"), ("s.txt", "two ${\u00fc}")):
        found = read_requirement_file(str(tmp_path / name), environ={})
        assert [line.text for line in found.requirements] == [expected]


def test_what_says_no_encoding(tmp_path: Path) -> None:
    """What is not UTF-8 is in this machine's encoding; where that is UTF-8, too, it can't be read."""
    (tmp_path / "r.txt").write_bytes(b"one  # \xfc\n")
    try:
        expected = b"one  # \xfc\n".decode(locale.getencoding())
    except UnicodeDecodeError:
        with pytest.raises(RequestError, match="can't be read"):
            read_requirement_file(str(tmp_path / "r.txt"), environ={})
    else:
        assert expected.startswith("one")
        assert read_requirement_file(str(tmp_path / "r.txt"), environ={}).requirements[0].text == "one"


def test_a_constraint_file_that_cant_be_read(tmp_path: Path) -> None:
    """It is told as what it is, in pip's words as well."""
    with pytest.raises(RequestError) as caught:
        read(tmp_path, "-c absent.txt\n")
    assert caught.value.what == "the constraint file absent.txt can't be read"
    assert caught.value.hint == "check the path after -c or --build-constraint"
    assert caught.value.pip[0].startswith("Could not open constraint file: [Errno 2]")
    assert caught.value.why.splitlines()[-1] == f"it is included by {tmp_path / 'r.txt'}"


@pytest.mark.parametrize("data", [b"# coding: utf-8\none  # \xfc\n", b"# coding: nothing\none\n"])
def test_a_file_in_another_encoding_than_it_says(tmp_path: Path, data: bytes) -> None:
    """The path is right, and the hint is about the text."""
    (tmp_path / "r.txt").write_bytes(data)
    with pytest.raises(RequestError) as caught:
        read_requirement_file(str(tmp_path / "r.txt"), environ={})
    assert caught.value.hint == "save it as UTF-8, or begin it with # coding: NAME"


class Web(dict[str, str]):
    """Texts by URL, and which of them were fetched."""

    def __init__(self, **texts: str) -> None:
        super().__init__({f"https://h.example/{name}": text for name, text in texts.items()})
        self.asked: list[str] = []

    def fetch(self, url: str) -> str:
        """Return the text at *url*."""
        self.asked.append(url)
        if url not in self:
            raise IndexFault(f"the file {url} can't be read", why="it isn't there")
        return self[url]


def from_web(web: Web, name: str = "r", *, constraints: bool = False) -> RequirementFile:
    """Return what a text of *web* says."""
    url = f"https://h.example/{name}"
    return read_requirement_file(url, environ={"SET": "value"}, constraints=constraints, fetch=web.fetch)


def test_a_file_by_url(tmp_path: Path) -> None:
    """What stands in it is what stands in a file, but that it is no file here, and --find-links is beside nothing."""
    web = Web(r="a  # note\nb \\\n<2\n${SET}\n-f links\n--pre\n-e ./tree\n")
    (tmp_path / "links").mkdir()
    found = from_web(web)
    assert [line.text for line in found.requirements] == ["a", "b <2", "value", "./tree"]
    assert [line.where for line in found.requirements[:2]] == [f"https://h.example/r, line {at}" for at in (1, 2)]
    assert found.options == [("--find-links", "links"), ("--pre", "")]
    assert (found.files, found.uses_variables) == ([], True)
    assert [line.text for line in from_web(Web(r="a"), constraints=True).constraints] == ["a"]


def test_files_by_url_include_others(tmp_path: Path) -> None:
    """Relative to the URL they came from; files here may include those, and be included by them."""
    (tmp_path / "a b.txt").write_text("f\n-r c.txt\n")
    (tmp_path / "c.txt").write_text("g\n")
    local = (tmp_path / "a b.txt").as_uri()
    web = Web(**{
        "r": f"a\n-r sub/s\n-r {local}\n-c ${{HOST}}/c\n", "sub/s": "b\n-r ../t\n-r /u", "t": "c", "u": "d", "c": "e<1",
    })  # fmt: skip
    (tmp_path / "r.txt").write_text("z\n-r HTTPS://h.example/t\n-r https://h.example/r\n")
    web["HTTPS://h.example/t"] = "y"
    environ = {"HOST": "https://h.example"}
    found = read_requirement_file(str(tmp_path / "r.txt"), environ=environ, fetch=web.fetch)
    assert [line.text for line in found.requirements] == ["z", "y", "a", "b", "c", "d", "f", "g"]
    assert [line.text for line in found.constraints] == ["e<1"]
    assert found.files == [str(tmp_path / name) for name in ("r.txt", "a b.txt", "c.txt")]
    assert [line.where for line in found.requirements[-3:]] == [
        "https://h.example/u, line 1", f"{local}, line 1", "c.txt, line 1",
    ]  # fmt: skip


def test_a_file_url(tmp_path: Path) -> None:
    """It is a file here; what it names is relative to the URL, --find-links to the working directory, as in pip."""
    (tmp_path / "links").mkdir()
    (tmp_path / "r 1.txt").write_text("a\n-r s%201.txt\n-f links\n")
    (tmp_path / "s 1.txt").write_text("b\n")
    found = read_requirement_file((tmp_path / "r 1.txt").as_uri(), environ={})
    assert [line.text for line in found.requirements] == ["a", "b"]
    assert found.files == [str(tmp_path / "r 1.txt"), str(tmp_path / "s 1.txt")]
    assert found.options == [("--find-links", "links")]


def test_what_is_wrong_with_files_by_url(tmp_path: Path) -> None:
    """One error each, which tells the way; credentials and queries are left out."""
    circle = Web(r="-r s", s="-r ../r")
    with pytest.raises(RequestError, match=r"https://h\.example/r includes itself") as caught:
        from_web(circle)
    assert caught.value.why == "https://h.example/r -> https://h.example/s -> https://h.example/r"
    with pytest.raises(IndexFault, match="gone can't be read") as fault:
        from_web(Web(r="a\n-r gone\n"))
    assert fault.value.why == "it isn't there\nit is included by https://h.example/r"
    (tmp_path / "r.txt").write_text("-r https://u:secret@h.example/r?token=secret\n")
    with pytest.raises(RequestError) as nobody:
        read_requirement_file(str(tmp_path / "r.txt"), environ={})
    assert nobody.value.what == "the file https://h.example/r can't be read"
    assert "secret" not in str(nobody.value)
    (tmp_path / "s.txt").write_text(f"-r {(tmp_path / 's.txt').as_uri()}\n")
    with pytest.raises(RequestError, match="includes itself"):
        read_requirement_file(str(tmp_path / "s.txt"), environ={})


def test_there_is_a_bound_to_files_by_url() -> None:
    """A hundred deep; ten thousand in all, however often each was fetched."""
    with pytest.raises(RequestError, match=r"h\.example/t101 is one file too many"):
        from_web(Web(**{f"t{at}": f"-r t{at + 1}" for at in range(200)}), "t0")
    doubling = Web(**{f"t{at}": f"-r t{at + 1}\n-r t{at + 1}\n" for at in range(40)}, t40="a")
    with pytest.raises(RequestError, match="is one file too many"):
        from_web(doubling, "t0")


def test_not_a_text(tmp_path: Path) -> None:
    """A file that is no text can't be read."""
    (tmp_path / "r.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RequestError, match="can't be read"):
        read_requirement_file(str(tmp_path / "r.txt"), environ={})
