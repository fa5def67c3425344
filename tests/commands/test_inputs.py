"""What counts as a requirement, a path, a constraint, a hash."""

import os
from pathlib import Path

import pytest
from core.fakes import TARGET

from pybuildsync.commands.inputs import Given, Inputs, read_asked, read_inputs
from pybuildsync.commands.options import AskedOptions, Setting
from pybuildsync.errors import RequestError
from pybuildsync.index.addresses import local_path


def read(*words: str) -> Inputs:
    """Return what *words* ask for."""
    return read_inputs(words, (), (), {})


def path_of(given: Given) -> str | None:
    """Return the path that was given."""
    return local_path(given.reference.url)


@pytest.mark.parametrize(
    ("word", "path", "extras", "marker"),
    [
        ("/a/b", "/a/b", (), ""),
        ("/a/b[Y,x_z]", "/a/b", ("x-z", "y"), ""),
        ("/a/b ; python_version > '3'", "/a/b", (), "python_version > '3'"),
        ("/a/b[x];python_version > '3'", "/a/b", ("x",), "python_version > '3'"),
        ("/a/../b/c.whl", "/b/c.whl", (), ""),
        ("file:///a%20b/c.tar.gz", "/a b/c.tar.gz", (), ""),
        ("file:///a/b[x] ; os_name == 'posix'", "/a/b", ("x",), "os_name == 'posix'"),
        ("name[x] @ file:///a/b.zip", "/a/b.zip", ("x",), ""),
        ("name@file:///a/b.zip ; os_name == 'posix'", "/a/b.zip", (), 'os_name == "posix"'),
    ],
)
def test_words_that_are_paths(word: str, path: str, extras: tuple[str, ...], marker: str) -> None:
    """A separator, a leading dot, an archive's name or a file URL make a path; extras and a marker may follow."""
    (given,) = read(word).given
    assert (path_of(given), given.extras, given.marker) == (path, extras, marker)


@pytest.mark.parametrize("word", [".", "./x", "x.whl", "x-1.0.tar.gz", "x.zip", "x.tgz", "x/y"])
def test_words_relative_to_the_working_directory(word: str) -> None:
    """Relative paths become absolute."""
    (given,) = read(word).given
    assert path_of(given) == os.path.abspath(word)


@pytest.mark.parametrize("word", ["name", "name[x]>=1", "na.me==1.0", "name; platform_version > '1/2'"])
def test_words_that_are_names(word: str) -> None:
    """Everything else is a requirement (PEP 508)."""
    found = read(word)
    assert (len(found.requirements), found.given, found.texts) == (1, (), (word,))


@pytest.mark.parametrize(
    ("word", "name", "extras", "marker"),
    [
        ("https://x.example/a_b-1.0-py3-none-any.whl", "a-b", (), ""),
        ("https://x.example/archive/main.zip", "", (), ""),
        ("https://x.example/main.zip#egg=A_b&subdirectory=c", "a-b", (), ""),
        ("https://x.example/main.zip#egg=a ; os_name == 'nt'", "a", (), "os_name == 'nt'"),
        ("A[x,Y] @ https://x.example/main.zip ; os_name == 'nt'", "a", ("x", "y"), 'os_name == "nt"'),
        ("git+https://x.example/a@main", "", (), ""),
        ("git+ssh://git@x.example/a.git#egg=a", "a", (), ""),
        ("a @ hg+http://x.example/a", "a", (), ""),
    ],
)
def test_words_that_are_urls(word: str, name: str, extras: tuple[str, ...], marker: str) -> None:
    """Bare, or behind a name; what the URL tells of the name counts."""
    (given,) = read(word).given
    assert (given.name, given.extras, given.marker, given.editable) == (name, extras, marker, False)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("no name",), "'no name' is not a requirement"),
        (("a @ ftp://x.example/a.zip",), "ftp://x.example/a.zip can't be fetched"),
        (("git://x.example/a",), "git://x.example/a can't be fetched"),
        (("git+https://x.example/a@",), "has an empty revision"),
    ],
)
def test_words_that_are_wrong(words: tuple[str, ...], what: str) -> None:
    """Each with where it stands."""
    with pytest.raises(RequestError) as caught:
        read(*words)
    assert what in caught.value.what
    assert "the command line" in caught.value.why


def test_what_is_installed_as_editable(tmp_path: Path) -> None:
    """A folder, also by its bare name, or a URL of version control; a name and extras may stand there."""
    words = (f"{tmp_path}[x]", f"file://{tmp_path}", "git+https://x.example/a#egg=a", "b[y] @ git+https://x.example/b")
    found = read_asked(AskedOptions(editables=words), {}, TARGET)
    assert [(each.editable, each.name, each.extras) for each in found.given] == [
        (True, "", ("x",)),
        (True, "", ()),
        (True, "a", ()),
        (True, "b", ("y",)),
    ]


@pytest.mark.parametrize("word", ["name", "https://x.example/a.zip", "a @ https://x.example/a.zip"])
def test_what_is_never_editable(word: str) -> None:
    """There is nothing that could be edited."""
    with pytest.raises(RequestError, match="can't be installed as editable"):
        read_asked(AskedOptions(editables=(word,)), {}, TARGET)


@pytest.mark.parametrize("line", ["a[x]", "-e ./tree", "./tree", "https://x.example/main.zip", "a[x] @ file:///a.whl"])
def test_what_is_no_constraint(tmp_path: Path, line: str) -> None:
    """A constraint has a name, and versions or a URL."""
    path = tmp_path / "c.txt"
    path.write_text(f"{line}\n")
    with pytest.raises(RequestError, match="can't be a constraint"):
        read_inputs((), (), (str(path),), {})


def test_urls_in_constraints(tmp_path: Path) -> None:
    """They say where a project comes from; a hash in one serves, and asks nobody else for hashes."""
    path = tmp_path / "c.txt"
    path.write_text(
        "a @ https://x.example/a.zip#sha256=AB\n"
        "https://x.example/m.zip#egg=b ; os_name == 'nt'\n"
        "/c-1-py3-none-any.whl\n"
    )
    found = read_inputs((), (), (str(path),), {})
    assert [str(each) for each in found.constraints] == [
        "a @ https://x.example/a.zip#sha256=AB",
        'b @ https://x.example/m.zip ; os_name == "nt"',
        "c @ file:///c-1-py3-none-any.whl",
    ]
    assert (found.hashes, found.needs_hashes) == ((("a", ("sha256:ab",)),), False)


def test_what_stands_beside(tmp_path: Path) -> None:
    """Hashes of requirements, constraints and paths, and config settings."""
    (tmp_path / "r.txt").write_text("A==1 --hash=sha256:AA -C k=v\n./p --hash=sha384:bb -C l=w=x\n")
    (tmp_path / "c.txt").write_text("b==2 --hash=sha512:cc\nc<3\n")
    found = read_inputs((), (str(tmp_path / "r.txt"),), (str(tmp_path / "c.txt"),), {})
    assert found.hashes == (("a", ("sha256:aa",)), ("b", ("sha512:cc",)))
    assert found.needs_hashes
    assert found.settings == (Setting("a", "k", "v"),)
    assert (found.given[0].hashes, found.given[0].settings) == (("sha384:bb",), (Setting("", "l", "w=x"),))
    assert [str(each) for each in found.constraints] == ["b==2", "c<3"]


@pytest.mark.parametrize("text", ["a -C k", "a -C =v"])
def test_settings_that_are_none(tmp_path: Path, text: str) -> None:
    """KEY=VALUE."""
    (tmp_path / "r.txt").write_text(text)
    with pytest.raises(RequestError, match="is not KEY=VALUE"):
        read_inputs((), (str(tmp_path / "r.txt"),), (), {})


def test_when_hashes_are_needed(tmp_path: Path) -> None:
    """A hash beside something, or the option in a file; one in a URL asks for no others, as in pip."""
    (tmp_path / "r.txt").write_text("--require-hashes\n")
    assert not read("a").needs_hashes
    assert read("file:///a.whl#egg=a&sha256=AB").given[0].reference.hashes == ("sha256:ab",)
    assert not read("file:///a.whl#egg=a&sha256=AB").needs_hashes
    assert read_inputs((), (str(tmp_path / "r.txt"),), (), {}).needs_hashes
