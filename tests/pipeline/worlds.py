"""Worlds for whole commands: an index on loopback, sources whose backend does what a recipe says, an environment."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cli.worlds import Said, say
from commands.worlds import Environment, make_environment
from loopback import Archive, LoopbackIndex, make_sdist, make_wheel

COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine")
BAKER = Path(__file__).resolve().parent.parent / "trees" / "baker" / "baker.py"


def wheel(name: str, version: str, *requires: str, **more: Any) -> Archive:  # noqa: ANN401 - as for make_wheel
    """Return a wheel with one module that knows its version."""
    files = {f"{name.replace('-', '_')}.py": f"VERSION = {version!r}\n".encode()}
    return make_wheel(name, version, requires=requires, files={**files, **more.pop("files", {})}, **more)


def tree_files(
    name: str, version: str, *, needs: Sequence[str] = (), pyproject: str = "", **recipe: object
) -> dict[str, bytes]:
    """Return the files of a source tree that is built with *needs*, as *recipe* says (``tests/trees/baker``)."""
    told = {"name": name, "version": version, **recipe}
    system = f'[build-system]\nrequires = {json.dumps(list(needs))}\nbuild-backend = "baker"\nbackend-path = ["."]\n'
    return {
        "pyproject.toml": (system + pyproject).encode(),
        "baker.py": BAKER.read_bytes(),
        "recipe.json": json.dumps(told).encode(),
    }


def sdist(
    name: str,
    version: str,
    *,
    needs: Sequence[str] = (),
    lists: Sequence[str] = (),
    upload_time: str = "",
    pyproject: str = "",
    **recipe: object,
) -> Archive:
    """Return the sdist of such a tree; *lists* is what its PKG-INFO says it requires."""
    files = tree_files(name, version, needs=needs, pyproject=pyproject, **recipe)
    return make_sdist(name, version, files=files, requires=tuple(lists), upload_time=upload_time)


def write_tree(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write *files* into *folder* and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@dataclass(frozen=True, slots=True)
class Place:
    """An environment, an index and a cache; every command works on these."""

    root: Path
    index: LoopbackIndex
    environment: Environment
    options: list[str] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        """The folder of the cache."""
        return self.root / "cache"

    def run(self, *argv: str, environ: Mapping[str, str] | None = None) -> Said:
        """Run the command line *argv* here."""
        command, *rest = argv
        here = ["--cache-dir", str(self.cache), "--python", str(self.environment.root)]
        if command in ("install", "wheel", "download"):
            here += self.options or ["--index-url", self.index.url]
        return say([command, *here, *rest], environ=environ)

    def file(self, text: str, name: str = "requirements.txt") -> str:
        """Write a file of requirements and return its path."""
        path = self.root / name
        path.write_text(text)
        return str(path)

    def install(self, *argv: str) -> Said:
        """Install, which must work."""
        said = self.run("install", *argv)
        assert said.status == 0, said.err
        return said

    def refused(self, *argv: str) -> str:
        """Install, which must fail, and return what is said then; nothing has changed."""
        before = self.versions()
        said = self.run("install", *argv)
        assert (said.status, said.out) == (1, ""), said
        assert self.versions() == before
        return said.err

    def versions(self) -> dict[str, str]:
        """Return what is installed, name to version, as the folders say."""
        found = sorted(path.name.removesuffix(".dist-info") for path in self.site_packages.glob("*.dist-info"))
        return {name: version for name, _, version in (stem.rpartition("-") for stem in found)}

    @property
    def site_packages(self) -> Path:
        """Where modules are."""
        return self.environment.site_packages

    def built_with(self, name: str) -> dict[str, str]:
        """Return the build environment of the installed *name*, as its module says."""
        said: dict[str, str] = self.tell(name, "BUILT_WITH")
        return said

    def tell(self, name: str, attribute: str) -> Any:  # noqa: ANN401 - any JSON
        """Return an attribute of an installed module, as the environment's interpreter sees it.

        Without writing byte code: of a source that is written twice in a second, Python would take it for current.
        """
        code = f"import json, {name} as module; print(json.dumps(module.{attribute}))"
        python = self.environment.root / "bin" / "python"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
        found = subprocess.run([python, "-I", "-B", "-c", code], capture_output=True, text=True, check=True, env=clean)
        return json.loads(found.stdout)

    def record(self, name: str) -> dict[str, Any]:
        """Return the build record of the installed *name*."""
        (path,) = self.site_packages.glob(f"{name}-*.dist-info/pybuildsync.json")
        found: dict[str, Any] = json.loads(path.read_text())
        return found


def make_place(root: Path, index: LoopbackIndex) -> Place:
    """Return a new place below *root*."""
    return Place(root, index, make_environment(root / "environment"))


def fill(place: Place) -> None:
    """Fill the index with wheels that need one another."""
    for version in ("1.0", "2.0", "3.0a1"):
        place.index.add(wheel("lib", version))
    place.index.add(wheel("app", "1.0", "lib<2", "more; extra == 'x'", "none; python_version < '3'"))
    place.index.add(wheel("app", "2.0", "lib"))
    place.index.add(wheel("more", "1.0", "lib"))


def compile_library(folder: Path, name: str, *options: str) -> bytes:
    """Return a shared library called *name*, made in *folder* by the C compiler."""
    folder.mkdir(exist_ok=True)
    source, output = folder / "source.c", folder / name
    source.write_text("int thing(void) { return 1; }\n")
    command = [str(COMPILER), "-shared", "-fPIC", str(source), "-o", str(output), *options]
    subprocess.run(command, check=True, capture_output=True)
    return output.read_bytes()


def builds(said: Said) -> list[str]:
    """Return what was built, in order of its end, as "name version" texts."""
    lines = [line.strip() for line in said.err.splitlines()]
    return [line.removeprefix("built ").partition(" in ")[0] for line in lines if line.startswith("built ")]
