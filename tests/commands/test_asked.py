"""Where it stands what to install, from words to lock files."""

from pathlib import Path

import pytest
from core.fakes import TARGET

from pybuildsync.commands.asked import gather
from pybuildsync.commands.options import AskedOptions
from pybuildsync.errors import RequestError, UsageError

LOCK = """lock-version = "1.0"
created-by = "x"
extras = ["more"]
dependency-groups = ["test", "docs"]
default-groups = ["docs"]
"""


def locked(name: str, marker: str = "") -> str:
    """Return the entry of *name* in a lock file."""
    sdist = f'{{url = "https://index.example/{name}-1.tar.gz", hashes = {{sha256 = "aa"}}}}'
    return f'[[packages]]\nname = "{name}"\nversion = "1"\nsdist = {sdist}\n' + f'marker = "{marker}"\n' * bool(marker)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a file of every kind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\ntest = ["grouped"]\n')
    (tmp_path / "script.py").write_text(
        '# /// script\n# requires-python = ">=3.12"\n# dependencies = ["scripted"]\n# ///\n'
    )
    (tmp_path / "r.txt").write_text("filed\n-c c.txt\n")
    (tmp_path / "c.txt").write_text("limited<2\n")
    markers = {"always": "", "extra": "'more' in extras", "test": "'test' in dependency_groups"}
    markers["docs"] = "'docs' in dependency_groups"
    (tmp_path / "pylock.toml").write_text(LOCK + "".join(locked(*each) for each in markers.items()))
    return tmp_path


def texts(asked: AskedOptions, *, any_python: bool = False) -> list[str]:
    """Return the lines that are gathered, in their order."""
    found, _ = gather(asked, {}, TARGET, any_python=any_python)
    return [line.text for line in found.requirements]


def test_the_order_is_pips(folder: Path) -> None:
    """Words, groups, editables, files, scripts; constraints apart; every file that was read is named."""
    asked = AskedOptions(
        requirements=("word",),
        groups=("test",),
        editables=("tree",),
        requirement_files=("r.txt",),
        scripts=("script.py",),
    )
    found, listings = gather(asked, {}, TARGET, any_python=True)
    assert [line.text for line in found.requirements] == ["word", "grouped", "tree", "filed", "scripted"]
    assert [line.text for line in found.constraints] == ["limited<2"]
    assert {Path(path).name for path in found.files} == {"pyproject.toml", "r.txt", "c.txt", "script.py"}
    assert listings == ()
    assert folder == Path.cwd()


@pytest.mark.usefixtures("folder")
def test_lock_files() -> None:
    """With -r its default groups count, with --group alone only that one; extras and groups of both come together."""
    assert texts(AskedOptions(requirement_files=("pylock.toml",))) == ["always==1", "docs==1"]
    assert texts(AskedOptions(requirement_files=("pylock.toml[more]",))) == ["always==1", "extra==1", "docs==1"]
    assert texts(AskedOptions(groups=("pylock.toml:test",))) == ["always==1", "test==1"]
    both = texts(AskedOptions(requirement_files=("pylock.toml[more]",), groups=("pylock.toml:test",)))
    assert both == ["always==1", "extra==1", "test==1", "docs==1"]
    _, listings = gather(AskedOptions(requirement_files=("pylock.toml",)), {}, TARGET, any_python=False)
    assert [listing.project for listing in listings] == ["always", "docs"]


@pytest.mark.usefixtures("folder")
def test_scripts() -> None:
    """One script, for this Python, unless that is not to be heeded."""
    assert texts(AskedOptions(scripts=("script.py",)), any_python=True) == ["scripted"]
    with pytest.raises(RequestError, match=r"the script script\.py needs another Python"):
        texts(AskedOptions(scripts=("script.py",)))
    with pytest.raises(UsageError, match="once"):
        texts(AskedOptions(scripts=("script.py", "other.py")))
