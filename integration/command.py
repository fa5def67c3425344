"""The command line under test, as users have it: processes, environments, and what is in them afterwards.

Nothing here imports the product: what it says of an environment is checked by other means (``findings``).
"""

import csv
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version

PROGRAM = (sys.executable, "-m", "pybuildsync")
PATIENCE = 600  # seconds for one command; the longest build takes two minutes
_OWN = (".pybuildsync.lock", "__pycache__")  # what using an environment leaves in it

Ran = subprocess.CompletedProcess[str]


def run(*arguments: str | Path, variables: Mapping[str, str] | None = None, timeout: float = PATIENCE) -> Ran:
    """Run ``pybuildsync ARGUMENTS`` with *variables* in its environment; the exit status is the test's to judge."""
    environment = {**os.environ, **(variables or {})}
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=timeout)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment; ``install`` runs on it with *options* besides its own."""

    folder: Path
    options: tuple[str, ...] = ()

    @classmethod
    def make(cls, folder: Path, *options: str) -> "Environment":
        """Return a new, empty environment in *folder*."""
        made = run("venv", folder)
        assert made.returncode == 0, made.stderr
        return cls(folder, options)

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its distributions are."""
        (found,) = self.folder.glob("lib/*/site-packages")
        return found

    def command(
        self, verb: str, *arguments: str | Path, variables: Mapping[str, str] | None = None, timeout: float = PATIENCE
    ) -> Ran:
        """Run ``pybuildsync VERB --python THIS ARGUMENTS``."""
        options = self.options if verb == "install" else ()
        return run(verb, "--python", self.folder, *options, *arguments, variables=variables, timeout=timeout)

    def install(self, *arguments: str | Path, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Install what must work; return the result that ``--json`` gives, and the story as "stderr"."""
        ran = self.command("install", "--json", *arguments, variables=variables)
        assert ran.returncode == 0, ran.stderr
        return {**json.loads(ran.stdout), "stderr": ran.stderr}

    def imports(self, *modules: str) -> str:
        """Import *modules* in the environment's interpreter, and return what they print meanwhile."""
        return self.evaluate(f"import {', '.join(modules)}")

    def evaluate(self, code: str) -> str:
        """Run *code* in the environment's interpreter; return what it prints."""
        ran = subprocess.run(
            [self.python, "-I", "-W", "ignore", "-c", code], check=False, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def versions(self) -> dict[str, str]:
        """Return the version of every distribution that is installed, by its normalised name."""
        return {_name(each): each.version for each in distributions(path=[str(self.site_packages)])}

    def record(self, name: str) -> dict[str, Any]:
        """Return the build record of the installed *name*."""
        (found,) = self.site_packages.glob(f"{name.replace('-', '_')}-*.dist-info/pybuildsync.json")
        record: dict[str, Any] = json.loads(found.read_text())
        return record

    def findings(self) -> list[str]:
        """Return all that is wrong here, by standards that are not the product's: RECORD, requirements, ``pip check``.

        The product's own ``check`` must say the same: what it finds is added.
        """
        found = [line for each in distributions(path=[str(self.site_packages)]) for line in _of_files(each)]
        found += _of_requirements(tuple(distributions(path=[str(self.site_packages)])), self.evaluate(_MARKERS))
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "check"]
        checked = subprocess.run(pip, check=False, capture_output=True, text=True, timeout=120)
        found += checked.stdout.splitlines() if checked.returncode else []
        own = self.command("check")
        found += own.stdout.splitlines() if own.returncode else []
        return found


_MARKERS = """
import json, os, platform, sys
version = platform.python_version()
print(json.dumps({"python_version": ".".join(platform.python_version_tuple()[:2]), "python_full_version": version,
"implementation_version": version, "implementation_name": sys.implementation.name,
"platform_python_implementation": platform.python_implementation()}))
"""


def _name(distribution: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()


def _of_files(distribution: Distribution) -> Iterator[str]:
    """Yield what RECORD says and the files don't."""
    record = distribution.read_text("RECORD")
    if record is None:
        yield f"{_name(distribution)}: no RECORD"
        return
    for path, digest, size in csv.reader(record.splitlines()):
        place = Path(str(distribution.locate_file(path)))
        if not place.is_file():
            yield f"{_name(distribution)}: {path} is missing"
        elif digest:
            algorithm, _, expected = digest.partition("=")
            data = place.read_bytes()
            actual = urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
            if (actual, len(data)) != (expected, int(size)):
                yield f"{_name(distribution)}: {path} is not what RECORD says"


def _of_requirements(found: tuple[Distribution, ...], markers: str) -> Iterator[str]:
    """Yield requirements that nothing meets; *markers* are those of the environment's interpreter, as JSON."""
    versions = {_name(each): Version(each.version) for each in found}
    environment = {**default_environment(), **json.loads(markers), "extra": ""}
    if len(versions) != len(found):
        yield f"a distribution is there twice: {sorted(map(_name, found))}"
    for each in found:
        for text in each.requires or []:
            requirement = Requirement(text)
            if requirement.marker and not requirement.marker.evaluate(environment):
                continue
            version = versions.get(re.sub(r"[-_.]+", "-", requirement.name).lower())
            if version is None or not requirement.specifier.contains(version, prereleases=True):
                yield f"{_name(each)} {each.version} requires {text}, and there is {version}"


def pip(python: Path, *arguments: str | Path) -> Ran:
    """Run the pip of the environment of *python*, which must work."""
    command = [str(python), "-m", "pip", *map(str, arguments)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert ran.returncode == 0, ran.stderr
    return ran


def snapshot(folder: Path, *, without: tuple[str, ...] = _OWN) -> dict[str, str]:
    """Return all that is below *folder*, path by path: kind, mode, and the digest of the content or the link's target.

    Names in *without* are left out.
    """
    found: dict[str, str] = {}
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in without)
        for name in (*folders, *sorted(files)):
            if name in without:
                continue
            path = os.path.join(root, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                said = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    said = hashlib.file_digest(file, "sha256").hexdigest()
            else:
                said = ""
            found[os.path.relpath(path, folder)] = f"{stat.filemode(status.st_mode)} {said}"
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return how two snapshots differ, a line each: "-" gone, "+" new, "~" changed."""
    lines = []
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            mark = "-" if path not in after else "+" if path not in before else "~"
            lines.append(f"{mark} {path}: {before.get(path, '')} -> {after.get(path, '')}")
    return lines
