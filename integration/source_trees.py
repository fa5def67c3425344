"""The source trees in ``trees/`` as what an index has: sdists, and wheels of the library, the same bytes each time."""

import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from integration.command import run

TREES = Path(__file__).parent / "trees"
BUILD = "import backend, sys; backend.build_wheel(sys.argv[1])"


def copy_tree(name: str, folder: Path) -> Path:
    """Copy the tree *name* into *folder* with all that its build needs; return where it is."""
    tree = folder / name
    shutil.copytree(TREES / name, tree, ignore=shutil.ignore_patterns("__pycache__"))
    if (tree / "backend.py").exists():
        shutil.copy(TREES / "cc_backend.py", tree)
    return tree


def make_sdist(name: str, folder: Path, *, version: str = "1.0") -> Path:
    """Write the sdist of the tree *name* into *folder* and return it."""
    path = folder / f"{name}-{version}.tar.gz"
    work = folder / "trees"
    tree = copy_tree(name, work)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in sorted(tree.rglob("*")):
            if file.is_file():
                member = tarfile.TarInfo(f"{name}-{version}/{file.relative_to(tree)}")
                member.size = file.stat().st_size
                archive.addfile(member, io.BytesIO(file.read_bytes()))
    path.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    shutil.rmtree(work)
    return path


def make_library(version: str, folder: Path, *, interface: str = "") -> None:
    """Build the wheel of ``lib`` at *version* into *folder*, by its backend alone.

    Its shared library is named by the version of its *interface*, by its own version if that is "".
    """
    work = folder / f"lib-{version}"
    tree = copy_tree("lib", work)
    (tree / "VERSION").write_text(version)
    (tree / "INTERFACE").write_text(interface or version)
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], check=True, cwd=tree, timeout=60)
    shutil.rmtree(work)


def make_links(folder: Path, *names: str, libraries: tuple[str, ...] = ("1.0", "1.9", "2.0")) -> Path:
    """Fill *folder* with the *libraries*, the sdists of *names*, and setuptools from the real registry."""
    folder.mkdir()
    for version in libraries:
        make_library(version, folder)
    for name in names:
        make_sdist(name, folder)
    fetched = run("wheel", "-q", "-w", folder, "setuptools")
    assert fetched.returncode == 0, fetched.stderr
    return folder


def make_index(folder: Path, links: Path) -> str:
    """Write a simple index (PEP 503) of the files in *links* into *folder*; return its ``file:`` address."""
    pages: dict[str, list[str]] = {}
    for file in sorted(links.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        name = file.name.partition("-")[0].replace("_", "-").lower()
        pages.setdefault(name, []).append(f'<a href="{file.as_uri()}#sha256={digest}">{file.name}</a><br>')
    for name, lines in pages.items():
        (folder / name).mkdir(parents=True)
        body = "\n".join(lines)
        (folder / name / "index.html").write_text(f"<!DOCTYPE html><html><body>\n{body}\n</body></html>")
    return folder.as_uri() + "/"
