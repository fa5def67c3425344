"""Worlds for builds: trees copied into a folder of the test's own, environments filled without any index."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pybuildsync.frontend.build_job import BuildJob, BuildPython

TREES = Path(__file__).resolve().parent.parent / "trees"


def fill(root: str, unpacked: tuple[str, ...]) -> None:
    """Put the folders *unpacked* into the environment at *root*: the simplest thing that populates one."""
    for site_packages in Path(root).glob("lib/*/site-packages"):
        for folder in unpacked:
            shutil.copytree(folder, site_packages, dirs_exist_ok=True)


def base_python(executable: str) -> BuildPython | None:
    """Return the base interpreter behind *executable*, None if it doesn't run."""
    code = "import sys; print(sys._base_executable, *sys.version_info[:3], sys.implementation.name)"
    found = subprocess.run([executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    base, major, minor, micro, implementation = found.stdout.split()
    return BuildPython(
        executable=base,
        version=f"{major}.{minor}",
        full_version=f"{major}.{minor}.{micro}",
        implementation=implementation,
    )


def pythons() -> list[BuildPython]:
    """Return one interpreter of every version that this machine has."""
    names = [shutil.which(f"python3.{minor}") for minor in range(8, 15)]
    found = [base_python(name) for name in [*names, shutil.which("pypy3")] if name]
    return [python for python in found if python is not None] or [THIS_PYTHON]


_THIS = base_python(sys.executable)
assert _THIS is not None
THIS_PYTHON = _THIS


def build_job(folder: Path, tree: str, **more: Any) -> BuildJob:  # noqa: ANN401  # fields of any type
    """Return the job that builds the tree of that name in *folder*, in an environment with the tiny backend."""
    fields: dict[str, Any] = {
        "key": f"key-of-{tree}",
        "source": str(TREES / tree),
        "python": THIS_PYTHON,
        "populate": fill,
        "work": str(folder / "work"),
        "output": str(folder / "output"),
        "log_path": str(folder / "logs" / f"{tree}.log"),
        "environment": (str(TREES / "tiny_backend"),),
        "timeout": 60.0,
    }
    return BuildJob(**{**fields, **more})


def make_sdist(folder: Path, name: str, files: Mapping[str, str], *, root: str | None = None) -> str:
    """Write ``NAME.tar.gz`` with *files* under the folder *root* (by default *name*) and return its path."""
    path = folder / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, text in files.items():
            info = tarfile.TarInfo(f"{name if root is None else root}/{member}")
            content = text.encode()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return str(path)


def tree_files(tree: str) -> dict[str, str]:
    """Return the files of the tree of that name, by path."""
    root = TREES / tree
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in sorted(root.rglob("*")) if path.is_file()}


def read_log(job: BuildJob) -> str:
    """Return the log of *job*."""
    with open(job.log_path, encoding="utf-8") as stream:
        return stream.read()


def is_alive(process: int) -> bool:
    """Whether a process with that number runs (and is no zombie)."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        os.kill(process, 0)
        return True
