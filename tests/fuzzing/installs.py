"""Whole commands: ``install`` into an environment, of archives, pages and requirement files from a folder.

The law besides that of all families: status 0 or 1 (2 for usage), never "pybuildsync itself failed"; an install that
fails leaves the environment as it was, and none touches what lies beside it.
"""

import os
import tempfile
from functools import cache
from io import StringIO
from pathlib import Path

from commands.worlds import make_environment
from loopback import make_wheel

from fuzzing.archives import FAMILIES as ARCHIVES
from fuzzing.archives import sdist_of, wheel_of
from fuzzing.law import Family, tree
from fuzzing.listings import HTML
from fuzzing.texts import FAMILIES as TEXTS
from pybuildsync.cli.main import World, main

_FAMILIES = {family.name: family for family in (*ARCHIVES, *TEXTS)}
_NOISE = ("__pycache__", ".pybuildsync.lock")


@cache
def _store() -> "tempfile.TemporaryDirectory[str]":
    """Return a store for all commands of a process: asking an interpreter what it is takes long."""
    return tempfile.TemporaryDirectory(prefix="fuzzed-store-")


def install(folder: str, *words: str) -> object:
    """Run ``install`` with *words* into an environment in *folder*; return the status and what is there then."""
    environment = make_environment(Path(folder, "env"))
    environment.add("kept", "1.0")
    before = _state(folder)
    stdout, stderr = StringIO(), StringIO()
    variables = {"HOME": folder, "PIP_CONFIG_FILE": os.devnull, "PATH": os.environ.get("PATH", "")}
    command = ["install", "--debug", "--no-index", "--find-links", f"{folder}/links", "--cache-dir", _store().name]
    command += ["--python", f"{folder}/env/bin/python", *words]
    status = main(command, World(StringIO(), stdout, stderr, variables))
    said = stderr.getvalue()
    assert "Traceback" not in said.partition("the log ends with:")[0], said  # a backend may have one
    assert "pybuildsync itself failed" not in said, said
    assert status in (0, 1, 2), said
    after = _state(folder)
    if status:
        assert "error: " in said, said
        assert after == before, said
    assert {path for path in after if not path.startswith("env/")} == {
        path for path in before if not path.startswith("env/")
    }
    return status, after


def _state(folder: str) -> dict[str, bytes]:
    found = tree(folder)
    return {path: said for path, said in found.items() if not any(part in _NOISE for part in path.split(os.sep))}


def _links(folder: str, files: dict[str, bytes]) -> None:
    os.mkdir(f"{folder}/links")
    for name, content in files.items():
        with open(f"{folder}/links/{name}", "wb") as file:
            file.write(content)


def install_wheel(data: bytes, folder: str) -> object:
    """Install from a folder with *data* as a wheel in it."""
    _links(folder, {"a-1.0-py3-none-any.whl": data, "b-1.0-py3-none-any.whl": make_wheel("b", "1.0").data})
    return install(folder, "a")


def install_wheel_files(data: bytes, folder: str) -> object:
    """Install a wheel with *data* in it."""
    return install_wheel(wheel_of(data), folder)


def install_page(data: bytes, folder: str) -> object:
    """Install what the page *data* lists; relative addresses lead into the folder that it lies in."""
    _links(folder, {"a-1.0-py3-none-any.whl": make_wheel("a", "1.0").data})
    with open(f"{folder}/links/page.html", "wb") as file:
        file.write(data)
    return install(folder, "--retries", "0", "--timeout", "1", "--find-links", f"{folder}/links/page.html", "a")


def install_file(data: bytes, folder: str) -> object:
    """Install what a requirement file says."""
    _links(folder, {f"{name}-1.0-py3-none-any.whl": make_wheel(name, "1.0").data for name in ("a", "b", "c")})
    for number, part in enumerate(data.split(b"\x1d")[:9]):
        with open(f"{folder}/links/{number}.txt", "wb") as file:
            file.write(part)
    return install(folder, "-r", f"{folder}/links/0.txt")


def install_sdist(data: bytes, folder: str) -> object:
    """Install an sdist with *data* in it, as tar or, where its first byte is "z", as zip."""
    tar, zipped = sdist_of(data[1:])
    _links(folder, {"a-1.0.zip": zipped} if data[:1] == b"z" else {"a-1.0.tar.gz": tar})
    return install(folder, "a")


_FILES = _FAMILIES["requirement_files"]
_MEMBERS = _FAMILIES["sdist_members"]
_PAGES = (
    b'<a href="a-1.0-py3-none-any.whl" data-requires-python="&gt;=3.8">a-1.0-py3-none-any.whl</a><br/>\n',
    *[page.replace(b"../f/", b"").replace(b"https://f.example/", b"") for page in HTML],
)
FAMILIES = (
    Family("install_wheel", install_wheel, _FAMILIES["wheel"].seeds, _FAMILIES["wheel"].tokens),
    Family("install_wheel_files", install_wheel_files, _FAMILIES["wheel_files"].seeds, _FAMILIES["wheel_files"].tokens),
    Family(
        "install_page",
        install_page,
        _PAGES,
        (b"<a href=", b"'", b'"', b"file:", b"#sha256=", b"../", b"%2e%2e/", b"data-"),
    ),
    Family("install_file", install_file, (b"a==1\n-c 1.txt\n\x1db<2\n", *_FILES.seeds), _FILES.tokens),
    Family("install_sdist", install_sdist, tuple(b"t" + seed for seed in _MEMBERS.seeds), _MEMBERS.tokens),
)
