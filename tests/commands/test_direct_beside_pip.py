"""What pip records of direct references, and what it installs again: pip and we do the same, side by side."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands.repositories import WHO, commit, git, make_repository
from commands.worlds import make_environment
from loopback import LoopbackIndex
from pipeline.worlds import sdist, tree_files, wheel, write_tree


class Side:
    """One of the two: its own environment and way to be called."""

    def __init__(self, root: Path, program: str) -> None:
        """Stand in *root* and be called by the module *program*."""
        self.root = root
        self.program = program
        self.environment = make_environment(root / "env")
        with (root / "env" / "pyvenv.cfg").open("a") as file:
            file.write("include-system-site-packages = false\n")

    def run(self, *words: str, into: str = "") -> str:
        """Return what a command line says, which must work; *into* comes behind the way to the environment."""
        python = str(self.environment.root / "bin" / "python")
        environ = {**os.environ, **WHO, "PIP_CONFIG_FILE": os.devnull, "HOME": str(self.root)}
        environ["PYBUILDSYNC_CACHE_DIR"] = str(self.root / "cache")
        done = subprocess.run(
            [sys.executable, "-m", self.program, "--python", python, *words],
            cwd=into or self.root.parent, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout.replace(str(self.root), "SIDE")

    def install(self, *words: str) -> None:
        """Install without an index."""
        self.run("install", "--no-index", *words)

    def told(self) -> dict[str, tuple[Any, bool]]:
        """Return what is recorded of each project: where it came from, and whether it was asked for."""
        found = {}
        for folder in self.environment.site_packages.glob("*.dist-info"):
            origin = folder / "direct_url.json"
            text = origin.read_text().replace(str(self.root), "SIDE") if origin.exists() else "null"
            found[folder.name] = (json.loads(text), (folder / "REQUESTED").exists())
        return found

    def marks(self) -> dict[str, int]:
        """Return what changes with each installation of a project."""
        found = self.environment.site_packages.glob("*.dist-info/INSTALLER")
        return {path.parent.name.partition("-")[0]: path.stat().st_mtime_ns for path in found}

    def installed_again_by(self, *words: str) -> set[str]:
        """Install, and return which projects came anew."""
        before = self.marks()
        self.install(*words)
        after = self.marks()
        return {name for name in after if after[name] != before.get(name)}


def stated(name: str, version: str = "1.0", *requires: str) -> dict[str, bytes]:
    """Return the files of a tree that states what it is called."""
    pyproject = f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {json.dumps(requires)}\n'
    return tree_files(name, version, pyproject=pyproject, requires=requires)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Side, Side]:
    """Give pip and us."""
    return Side(tmp_path / "pip", "pip"), Side(tmp_path / "us", "pybuildsync")


@pytest.fixture
def words(tmp_path: Path) -> Iterator[list[str]]:
    """Give one direct reference of each kind."""
    tagged, needed = tmp_path / "tagged", tmp_path / "needed"
    first = make_repository(tagged, {f"below/{name}": data for name, data in stated("tagged").items()})
    git(tagged, "tag", "v1")
    commit(tagged, {})
    make_repository(needed, stated("needed"))
    write_tree(tmp_path / "folder", stated("folder", "1.0", f"needed @ git+file://{needed}"))
    write_tree(tmp_path / "edited", stated("edited"))
    with LoopbackIndex() as index:
        plain, hashed, source = wheel("plain", "1.0"), wheel("hashed", "1.0"), sdist("source", "1.0")
        for archive in (plain, hashed, source):
            index.pages[f"/away/{archive.filename}"] = ("application/octet-stream", archive.data)
        near = wheel("near", "1.0")
        (tmp_path / near.filename).write_bytes(near.data)
        digest = hashlib.sha512(hashed.data).hexdigest()
        yield [
            f"plain @ {index.root}/away/{plain.filename}",
            f"{index.root}/away/{hashed.filename}#sha512={digest}",
            f"{index.root}/away/{source.filename}#egg=source",
            f"{tmp_path}/{near.filename}",
            str(tmp_path / "folder"),
            f"tagged @ git+file://{tagged}@v1#subdirectory=below",
            f"tagged @ git+file://{tagged}@{first}#subdirectory=below",
            "-e", str(tmp_path / "edited"),
        ]  # fmt: skip


def test_what_is_recorded(sides: tuple[Side, Side], words: list[str]) -> None:
    """The same ``direct_url.json`` and REQUESTED, also for what is required by URL; what is frozen, and comes anew."""
    asked = [word for at, word in enumerate(words) if at != 6]
    for side in sides:
        side.install(*asked)
    pip, us = (side.told() for side in sides)
    assert us == pip
    assert len(us) == 8
    assert sides[1].run("freeze") == sides[0].run("freeze")
    pip_again, us_again = (side.installed_again_by("-U", *asked) for side in sides)
    assert us_again == pip_again == {"folder", "edited"}  # local sources and editables always, other URLs never


@pytest.mark.parametrize("more", [(), ("--force-reinstall",)])
def test_what_is_installed_again(sides: tuple[Side, Side], words: list[str], more: tuple[str, ...]) -> None:
    """A version that is there stays, unless all is to come anew."""
    for side in sides:
        side.install(words[0], words[5])
    pip, us = (side.installed_again_by(*more, words[0], words[5]) for side in sides)
    assert us == pip == ({"plain", "tagged"} if more else set())


def test_a_commit_and_an_editable_checkout(sides: tuple[Side, Side], words: list[str], tmp_path: Path) -> None:
    """Checked out where pip does, frozen as pip does, with a subdirectory as well."""
    repository = f"git+file://{tmp_path}/tagged"
    for side in sides:
        side.install(words[6])
        side.install("-e", f"{repository}@v1#egg=tagged&subdirectory=below")
        assert (side.environment.root / "src" / "tagged" / "below" / "recipe.json").exists()
    assert sides[1].told() == sides[0].told()
    assert sides[1].run("freeze") == sides[0].run("freeze")
    (tmp_path / "again.txt").write_text(sides[1].run("freeze"))
    for side in sides:
        side.install("-r", str(tmp_path / "again.txt"))
    assert sides[1].told() == sides[0].told()
