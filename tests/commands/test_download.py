"""``download``: the files that pip downloads, and nothing built that needn't be."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cli.worlds import Said
from commands.repositories import git, make_repository
from loopback import make_wheel
from pipeline.worlds import Place, builds, sdist, tree_files, wheel, write_tree

FOLDER = "got"
STATED = '[project]\nname = "plain"\nversion = "1.0"\ndependencies = ["lib"]\n'


@pytest.fixture
def filled(place: Place) -> Place:
    """Fill the index with wheels, sdists that state their metadata and such that don't."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version, upload_time=f"202{version[0]}-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "1.0"))
    place.index.add(make_wheel("elsewhere", "1.0", requires=("lib; os_name == 'posix'",), tag="py3-none-win_amd64"))
    place.index.add(sdist("plain", "1.0", needs=["nowhere"], pyproject=STATED))
    place.index.add(sdist("asked", "1.0", needs=["tool"], lists=["lib"], requires=["lib<2"]))
    return place


def get(place: Place, *argv: str) -> tuple[Said, dict[str, str]]:
    """Run ``download`` into a folder; return what it said and the digests of the files there."""
    folder = place.root / FOLDER
    said = place.run("download", "-d", str(folder), *argv)
    return said, digests(folder)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file in *folder*."""
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def with_pip(place: Place, *argv: str) -> dict[str, str]:
    """Download with pip; return the digests of the files."""
    folder = place.root / "pips"
    environ = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": str(place.root)}
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-d", str(folder), "--index-url", place.index.url, *argv],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return digests(folder)


@pytest.mark.parametrize(
    "words",
    [
        ("asked", "tool"),
        ("--no-deps", "lib<2", "asked"),
        ("--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.12", "elsewhere"),
        ("--only-deps", "asked"),
    ],
    ids=" ".join,
)
def test_the_same_files(filled: Place, words: tuple[str, ...]) -> None:
    """Wheels as wheels and sdists as sdists, byte for byte what pip downloads."""
    said, files = get(filled, *words)
    assert said.status == 0, said.err
    assert files == with_pip(filled, *words)
    assert builds(said) == []
    assert filled.versions() == {}


def test_what_states_its_metadata_is_not_asked(filled: Place) -> None:
    """No backend runs, so what it would need isn't looked for, even where no index has it."""
    said, files = get(filled, "plain")
    assert said.out.splitlines() == [
        f"Saved {filled.root}/{FOLDER}/lib-2.0-py3-none-any.whl",
        f"Saved {filled.root}/{FOLDER}/plain-1.0.tar.gz",
        "Successfully downloaded lib plain",
    ]
    assert list(files) == ["lib-2.0-py3-none-any.whl", "plain-1.0.tar.gz"]
    assert "asking" not in said.err


def test_files_that_are_there(filled: Place, tmp_path: Path) -> None:
    """The very same file stays, another one of that name gives way; empty requirement files are no error."""
    get(filled, "lib")
    again, files = get(filled, "lib", "--json")
    assert [one["is_new"] for one in json.loads(again.out)["files"]] == [False]
    path = filled.root / FOLDER / next(iter(files))
    path.write_text("other")
    assert get(filled, "lib")[1] == files
    said = filled.run("download", "-d", os.path.relpath(filled.root / FOLDER), "lib")
    assert "File was already downloaded " in said.out
    (tmp_path / "empty.txt").write_text("")
    nothing = filled.run("download", "-r", str(tmp_path / "empty.txt"))
    assert (nothing.status, nothing.out) == (0, "")
    blocked = filled.run("download", "-d", str(path), "lib")
    assert blocked.status == 1
    assert "give another folder with -d" in blocked.err


def test_paths_and_repositories(place: Place) -> None:
    """Archives are copied, folders stay, a checkout becomes an archive that can be installed."""
    archive = place.root / "local-1.0-py3-none-any.whl"
    archive.write_bytes(wheel("local", "1.0").data)
    source = place.root / "packed-1.0.tar.gz"
    source.write_bytes(sdist("packed", "1.0").data)
    tree = write_tree(place.root / "tree", tree_files("tree", "1.0"))
    other = write_tree(place.root / "other", tree_files("other", "1.0"))
    repository = place.root / "repository"
    make_repository(repository, {f"below/{name}": data for name, data in tree_files("checked", "1.0").items()})
    url = f"checked @ git+{repository.as_uri()}@{git(repository, 'rev-parse', 'HEAD')}#subdirectory=below"
    said, files = get(place, str(archive), str(source), str(tree), url, "-e", str(other))
    assert said.status == 0, said.err
    assert list(files) == ["checked-1.0.zip", "local-1.0-py3-none-any.whl", "packed-1.0.tar.gz"]
    assert said.out.splitlines()[-1] == "Successfully downloaded checked local other packed tree"
    with zipfile.ZipFile(place.root / FOLDER / "checked-1.0.zip") as packed:
        assert packed.namelist() == ["checked/baker.py", "checked/pyproject.toml", "checked/recipe.json"]
    place.install("--no-index", str(place.root / FOLDER / "checked-1.0.zip"))
    assert place.versions() == {"checked": "1.0"}


def test_hashes(filled: Place) -> None:
    """In hash mode every file has a hash that was given, sources that aren't built too."""
    file = filled.root / "requirements.txt"
    right = hashlib.sha256(filled.index.archives["plain"][0].data).hexdigest()
    file.write_text(f"plain==1.0 --hash=sha256:{right}\n")
    assert list(get(filled, "--no-deps", "-r", str(file))[1]) == ["plain-1.0.tar.gz"]
    whole, _ = get(filled, "-r", str(file))
    assert (whole.status, "hashes are missing" in whole.err) == (1, True)
    filled.index.archives["plain"][0] = filled.index.archives["plain"][0].with_hashes()
    file.write_text(f"plain==1.0 --hash=sha256:{'0' * 64}\n")
    wrong = filled.run("download", "--no-cache-dir", "--no-deps", "-r", str(file))
    assert (wrong.status, "none of the hashes" in wrong.err) == (1, True)


def test_what_does_not_go_together(filled: Place) -> None:
    """Another platform's sources can't be asked: pip's rule."""
    said, _ = get(filled, "--platform", "win_amd64", "elsewhere")
    assert said.status == 2
    assert "--only-binary=:all:" in said.err
