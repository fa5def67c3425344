"""Lock files (PEP 751): what is selected, and what is said of those that don't do."""

from pathlib import Path

import pytest
from core.fakes import TARGET

from pybuildsync.errors import RequestError
from pybuildsync.project.lock_files import Locked, is_lock_file, read_lock_file, split_extras

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
    assert is_lock_file("https://h.example/a/pylock.toml?token=/x#f")
    assert not is_lock_file("https://h.example/lock?pylock.toml")
    assert split_extras("https://h.example/pylock.toml[a]") == ("https://h.example/pylock.toml", ("a",))


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


URL = "https://u:secret@h.example:8443/a/pylock.toml?token=secret"
NEAR = """[[packages]]
name = "one"
version = "1.0+x"
[[packages.wheels]]
path = "wheels/one-1.0+x-py3-none-any.whl"
hashes = {sha256 = "aa"}
[packages.sdist]
path = "../one 1/one-1.0+x.tar.gz"
hashes = {sha256 = "bb"}
[[packages]]
name = "two"
version = "2"
sdist = {url = "https://index.example/two-2.tar.gz", path = "/elsewhere/two-2.tar.gz", hashes = {sha256 = "cc"}}
[[packages]]
name = "packed"
archive = {path = "x%20.zip", hashes = {sha256 = "aa"}, subdirectory = "sub"}
[[packages]]
name = "checkout"
vcs = {type = "git", path = "x", commit-id = "abc"}
"""


def at_url(text: str, url: str = URL) -> Locked:
    """Return what the lock file *text* at *url* has."""
    return read_lock_file(url, TARGET, fetch={url: HEAD + text}.__getitem__)


def test_by_url() -> None:
    """What is beside it is on its server, where the credentials go that it came with; they stand in no listing."""
    locked = at_url(NEAR)
    assert [(file.url, file.lock_file) for listing in locked.listings for file in listing.files(0)] == [
        ("https://h.example:8443/a/wheels/one-1.0+x-py3-none-any.whl", "https://h.example:8443/a/pylock.toml"),
        ("https://h.example:8443/one%201/one-1.0+x.tar.gz", "https://h.example:8443/a/pylock.toml"),
        ("https://index.example/two-2.tar.gz", "https://h.example:8443/a/pylock.toml"),
    ]
    assert [line.text for line in locked.lines[2:]] == [
        "packed @ https://u:secret@h.example:8443/a/x%2520.zip#subdirectory=sub",
        "checkout @ git+https://u:secret@h.example:8443/a/x@abc",
    ]
    assert {line.where for line in locked.lines} == {"https://h.example:8443/a/pylock.toml"}


def test_by_a_file_url(tmp_path: Path) -> None:
    """It is a file here."""
    url = Path(lock(tmp_path, WHEELS)).as_uri()
    locked = read_lock_file(url, TARGET)
    assert locked.listings[0].files(0)[1].url == f"file://{tmp_path}/one-1.0.tar.gz"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('sdist = {path = "/x-1.tar.gz", hashes = {sha256 = "aa"}}', "names /x-1.tar.gz, which is nowhere near it"),
        (
            'archive = {path = "file:///x.zip", hashes = {sha256 = "aa"}}',
            "names file:///x.zip, which is nowhere near it",
        ),
        ('archive = {path = "http://[x", hashes = {sha256 = "aa"}}', "names http://[x, which is nowhere near it"),
        ('directory = {path = "tree"}', "has x in a folder"),
        ("", "is no valid lock file"),
        ("= =", "can't be read"),
    ],
)
def test_what_cant_be_beside_a_url(text: str, what: str) -> None:
    """Paths of this machine, and folders, as in pip; no error shows a secret."""
    with pytest.raises(RequestError) as caught:
        at_url(f'[[packages]]\nname = "x"\n{text}\n')
    assert what in caught.value.what
    assert "https://h.example:8443/a/pylock.toml" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_who_fetches() -> None:
    """Where nobody does, it is an error that says so."""
    with pytest.raises(RequestError, match=r"the file https://h\.example:8443/a/pylock\.toml can't be read"):
        read_lock_file(URL, TARGET)
