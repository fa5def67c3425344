"""What counts as a requirement, a path, a constraint, a hash."""

import os
from pathlib import Path

import pytest

from pybuildsync.commands.inputs import Inputs, LocalPath, read_inputs
from pybuildsync.commands.local_paths import read_locals, tree_digest
from pybuildsync.commands.options import Setting
from pybuildsync.core.variants import Source
from pybuildsync.errors import RequestError


def read(*words: str) -> Inputs:
    """Return what *words* ask for."""
    return read_inputs(words, (), (), {})


def asked_in_vain(source: Source, _settings: tuple[Setting, ...]) -> tuple[str, str]:
    """Be the backend that should not have been asked."""
    raise AssertionError(source)


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
    (local,) = read(word).paths
    assert (local.path, local.extras, local.marker) == (path, extras, marker)


@pytest.mark.parametrize("word", [".", "./x", "x.whl", "x-1.0.tar.gz", "x.zip", "x.tgz", "x/y"])
def test_words_relative_to_the_working_directory(word: str) -> None:
    """Relative paths become absolute."""
    (local,) = read(word).paths
    assert local.path == os.path.abspath(word)


@pytest.mark.parametrize("word", ["name", "name[x]>=1", "na.me==1.0", "name; platform_version > '1/2'"])
def test_words_that_are_names(word: str) -> None:
    """Everything else is a requirement (PEP 508)."""
    found = read(word)
    assert (len(found.requirements), found.paths, found.texts) == (1, (), (word,))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("no name",), "'no name' is not a requirement"),
        (("a @ https://x.example/a.zip",), "a: downloading from a URL is not supported yet"),
        (("git+https://x.example/a",), "is not a requirement"),
    ],
)
def test_words_that_are_wrong(words: tuple[str, ...], what: str) -> None:
    """Each with where it stands."""
    with pytest.raises(RequestError) as caught:
        read(*words)
    assert what in caught.value.what
    assert "the command line" in caught.value.why


@pytest.mark.parametrize("line", ["a[x]", "-e ./tree", "./tree", "a @ file:///a.whl"])
def test_what_is_no_constraint(tmp_path: Path, line: str) -> None:
    """A constraint has a name and versions."""
    path = tmp_path / "c.txt"
    path.write_text(f"{line}\n")
    with pytest.raises(RequestError, match="can't be a constraint"):
        read_inputs((), (), (str(path),), {})


def test_what_stands_beside(tmp_path: Path) -> None:
    """Hashes of requirements, constraints and paths, and config settings."""
    (tmp_path / "r.txt").write_text("A==1 --hash=sha256:AA -C k=v\n./p --hash=sha384:bb -C l=w=x\n")
    (tmp_path / "c.txt").write_text("b==2 --hash=sha512:cc\nc<3\n")
    found = read_inputs((), (str(tmp_path / "r.txt"),), (str(tmp_path / "c.txt"),), {})
    assert found.hashes == (("a", ("sha256:aa",)), ("b", ("sha512:cc",)))
    assert found.needs_hashes
    assert found.settings == (Setting("a", "k", "v"),)
    assert (found.paths[0].hashes, found.paths[0].settings) == (("sha384:bb",), (Setting("", "l", "w=x"),))
    assert [str(each) for each in found.constraints] == ["b==2", "c<3"]


@pytest.mark.parametrize("text", ["a -C k", "a -C =v"])
def test_settings_that_are_none(tmp_path: Path, text: str) -> None:
    """KEY=VALUE."""
    (tmp_path / "r.txt").write_text(text)
    with pytest.raises(RequestError, match="is not KEY=VALUE"):
        read_inputs((), (str(tmp_path / "r.txt"),), (), {})


def test_when_hashes_are_needed(tmp_path: Path) -> None:
    """A hash anywhere, in a URL too, or the option in a file."""
    (tmp_path / "r.txt").write_text("--require-hashes\n")
    assert not read("a").needs_hashes
    assert read("file:///a.whl#egg=a&sha256=AB").paths[0].hashes == ("sha256:ab",)
    assert read("file:///a.whl#egg=a&sha256=AB").needs_hashes
    assert not read("file:///a.whl#egg=a").needs_hashes
    assert read_inputs((), (str(tmp_path / "r.txt"),), (), {}).needs_hashes


def local(path: Path, marker: str = "", *hashes: str) -> LocalPath:
    """Return the path as it was asked for."""
    return LocalPath(str(path), (), "the command line", str(path), marker, hashes)


def test_archives_by_their_names(tmp_path: Path) -> None:
    """Names and versions come from the file names, in all their forms."""
    names = {
        "A_b-1.0-py3-none-any.whl": ("a-b", "1.0"),
        "c-d-1.0.0.tar.gz": ("c-d", "1.0.0"),
        "e-1.0a1.zip": ("e", "1.0a1"),
        "f-2.tgz": ("f", "2"),
    }
    for name in names:
        (tmp_path / name).write_text(name)
    found = read_locals(tuple(local(tmp_path / name) for name in names), asked_in_vain)
    assert [(each.name, each.version) for each in found.direct] == list(names.values())
    assert [each.file is not None for each in found.direct] == [True, False, False, False]


def test_one_path_in_two_ways(tmp_path: Path) -> None:
    """The same file twice is one candidate; hashes and markers of both count."""
    path = tmp_path / "a-1-py3-none-any.whl"
    path.touch()
    found = read_locals((local(path, "", "sha256:00"), local(path, "os_name == 'nt'", "sha256:11")), asked_in_vain)
    assert found.hashes == (("a", ("sha256:00", "sha256:11")),)
    assert [str(each) for each in found.requirements] == ["a", 'a; os_name == "nt"']
    assert len(found.direct) == 1


def test_the_digest_of_a_tree(tmp_path: Path) -> None:
    """Names, modes, contents and links count; what version control and Python keep doesn't."""
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "a.txt"
    file.write_text("a")
    seen = {tree_digest(str(tmp_path))}
    for name in (".git", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    assert {tree_digest(str(tmp_path))} == seen
    file.chmod(0o755)
    seen.add(tree_digest(str(tmp_path)))
    (tmp_path / "link").symlink_to("sub/a.txt")
    seen.add(tree_digest(str(tmp_path)))
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("elsewhere")
    seen.add(tree_digest(str(tmp_path)))
    file.rename(tmp_path / "sub" / "b.txt")
    seen.add(tree_digest(str(tmp_path)))
    assert len(seen) == 5
