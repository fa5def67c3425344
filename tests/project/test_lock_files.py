"""Lock files (PEP 751): what is selected, and what is said of those that don't do."""

from pathlib import Path

import pytest
from core.fakes import TARGET

from pybuildsync.errors import RequestError
from pybuildsync.project.lock_files import is_lock_file, read_lock_file, split_extras

HEAD = 'lock-version = "1.0"\ncreated-by = "x"\n'
WHEELS = """extras = ["more"]
dependency-groups = ["test", "docs"]
default-groups = ["test"]
[[packages]]
name = "one"
version = "1.0"
[[packages.wheels]]
url = "https://index.example/one-1.0-py3-none-any.whl"
size = 7
hashes = {sha256 = "AA"}
[packages.sdist]
path = "one-1.0.tar.gz"
hashes = {sha256 = "bb", sha512 = "cc"}
[[packages]]
name = "extra"
version = "2"
marker = "'more' in extras"
sdist = {url = "https://index.example/extra-2.tar.gz", hashes = {sha256 = "dd"}}
[[packages]]
name = "tests"
marker = "'test' in dependency_groups"
sdist = {url = "https://index.example/tests-3.tar.gz", hashes = {sha256 = "ee"}}
[[packages]]
name = "docs"
marker = "'docs' in dependency_groups"
sdist = {url = "https://index.example/docs-4.tar.gz", hashes = {sha256 = "ff"}}
[[packages]]
name = "elsewhere"
version = "1"
marker = "sys_platform == 'win32'"
sdist = {url = "https://index.example/elsewhere-1.tar.gz", hashes = {sha256 = "00"}}
"""
TWO_VERSIONS = """[[packages]]
name = "x"
wheels = [{path = "x-2-py3-none-any.whl", hashes = {sha256 = "aa"}}]
sdist = {path = "x-1.tar.gz", hashes = {sha256 = "aa"}}
"""
DIRECT = """[[packages]]
name = "checkout"
vcs = {type = "git", url = "https://git.example/x", commit-id = "abc", subdirectory = "sub"}
[[packages]]
name = "near"
vcs = {type = "hg", path = "x", commit-id = "abc"}
[[packages]]
name = "folder"
directory = {path = "tree"}
[[packages]]
name = "stays"
directory = {path = "tree", editable = true, subdirectory = "sub"}
[[packages]]
name = "packed"
archive = {url = "https://index.example/x.zip", hashes = {sha256 = "aa"}, subdirectory = "sub"}
[[packages]]
name = "packed-near"
archive = {path = "x.zip", hashes = {sha256 = "aa"}}
"""


def lock(folder: Path, text: str) -> str:
    """Write a lock file and return its path."""
    path = folder / "pylock.toml"
    path.write_text(HEAD + text)
    return str(path)


def test_names_of_lock_files() -> None:
    """PEP 751 has two forms."""
    assert [name for name in ("pylock.toml", "a/pylock.dev.toml", "pylock.a.b.toml", "lock.toml", "xpylock.toml")
            if is_lock_file(name)] == ["pylock.toml", "a/pylock.dev.toml"]  # fmt: skip


def test_extras_stand_behind_the_file(tmp_path: Path) -> None:
    """As in requirements; unless a file is called so."""
    assert split_extras("pylock.toml") == ("pylock.toml", ())
    assert split_extras("pylock.toml[B_b, a]") == ("pylock.toml", ("a", "b-b"))
    odd = tmp_path / "x[y]"
    odd.touch()
    assert split_extras(str(odd)) == (str(odd), ())


def test_files_of_an_index(tmp_path: Path) -> None:
    """Each package is one release with its files; markers, extras and groups choose, default groups by default."""
    locked = read_lock_file(lock(tmp_path, WHEELS), TARGET)
    assert [(line.text, line.hashes) for line in locked.lines] == [
        ("one==1.0", ("sha256:aa", "sha256:bb", "sha512:cc")),
        ("tests==3", ("sha256:ee",)),
    ]
    one = locked.listings[0]
    wheel, sdist = one.files(0)
    assert (wheel.url, wheel.size, wheel.sha256) == ("https://index.example/one-1.0-py3-none-any.whl", 7, "aa")
    assert (sdist.url, sdist.size) == (f"file://{tmp_path}/one-1.0.tar.gz", -1)


def test_extras_and_groups(tmp_path: Path) -> None:
    """They are chosen by name, however it is spelled."""
    path = lock(tmp_path, WHEELS)
    chosen = read_lock_file(path, TARGET, extras=("more",), groups=("Docs",), default_groups=False)
    assert [line.text for line in chosen.lines] == ["one==1.0", "extra==2", "docs==4"]
    for extras, groups, named in ((("less",), (), "less"), ((), ("dev",), "dev")):
        with pytest.raises(RequestError, match=named) as caught:
            read_lock_file(path, TARGET, extras=extras, groups=groups)
        assert caught.value.hint == "it has the extras more and the dependency groups test, docs"


def test_direct_references(tmp_path: Path) -> None:
    """Checkouts at their commit, folders, archives with their hash; paths are relative to the file."""
    locked = read_lock_file(lock(tmp_path, DIRECT), TARGET)
    assert locked.listings == ()
    assert [(line.text, line.editable, line.hashes) for line in locked.lines] == [
        ("checkout @ git+https://git.example/x@abc#subdirectory=sub", False, ()),
        (f"near @ hg+file://{tmp_path}/x@abc", False, ()),
        (f"folder @ file://{tmp_path}/tree", False, ()),
        (f"{tmp_path}/tree/sub", True, ()),
        ("packed @ https://index.example/x.zip#subdirectory=sub", False, ("sha256:aa",)),
        (f"packed-near @ file://{tmp_path}/x.zip", False, ("sha256:aa",)),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[[packages", "can't be read"),
        ('[[packages]]\nname = "x"\n', "no valid lock file"),
        ('requires-python = "<3"\npackages = []\n', "nothing to install here"),
        ("environments = [\"sys_platform == 'win32'\"]\npackages = []\n", "nothing to install here"),
        (
            TWO_VERSIONS,
            "not of one version",
        ),
    ],
)
def test_what_is_no_lock_for_this(tmp_path: Path, text: str, what: str) -> None:
    """It is broken, not valid, or for something else; the file is named."""
    path = lock(tmp_path, text)
    with pytest.raises(RequestError, match=what) as caught:
        read_lock_file(path, TARGET)
    assert path in caught.value.what


def test_a_lock_file_that_isnt_there(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(RequestError, match="nowhere"):
        read_lock_file(str(tmp_path / "nowhere.toml"), TARGET)
