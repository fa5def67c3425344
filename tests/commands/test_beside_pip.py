"""Where pip puts what, and what it writes beside it: pip and we install one wheel that has everything, side by side."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from commands.worlds import make_environment
from loopback import Archive, LoopbackIndex, make_wheel
from pipeline.worlds import sdist, wheel

Tree: TypeAlias = dict[str, tuple[str, bool]]

BASE = os.path.realpath(sys.executable)
PACKAGE = "everything"
_COMMA = f"{PACKAGE}/name, in quotes.txt"


def everything(version: str = "1.0") -> Archive:
    """Return a wheel with all that a wheel may have."""
    data = f"{PACKAGE}-{version}.data"
    files = {
        f"{PACKAGE}/__init__.py": b"def main():\n    print('it runs')\n",
        f"{PACKAGE}/of_{version.replace('.', '_')}.py": b"",
        _COMMA: b"",
        f"{data}/scripts/plain": b"#!/bin/sh\necho plain\n",
        f"{data}/scripts/rewritten": b"#!python\nprint('rewritten')\n",
        f"{data}/scripts/{PACKAGE}-script.py": b"made by setuptools for an entry point\n",
        f"{data}/data/share/{PACKAGE}/data.txt": b"data",
        f"{data}/data/etc/{PACKAGE}.cfg": b"data",
        f"{data}/headers/deep/{PACKAGE}.h": b"header",
        f"{data}/purelib/{PACKAGE}_pure.py": b"",
        f"{data}/platlib/{PACKAGE}_plat.py": b"",
        f"{PACKAGE}-{version}.dist-info/entry_points.txt": (
            f"[console_scripts]\n{PACKAGE} = {PACKAGE}:main\n[gui_scripts]\n{PACKAGE}-gui = {PACKAGE}:main\n"
        ).encode(),
    }
    made = make_wheel(PACKAGE, version, files=files, requires=("plain-dependency",))
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.data)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            info.external_attr = (0o100755 if "/scripts/" in info.filename else 0o100644) << 16
            text = old.read(info)
            if info.filename.endswith("/RECORD"):
                text = text.replace(_COMMA.encode(), f'"{_COMMA}"'.encode())
            new.writestr(info, text)
    return Archive(filename=made.filename, data=packed.getvalue(), metadata=made.metadata)


class Side:
    """One of the two: its own environment, folders, and way to be called."""

    def __init__(self, root: Path, command: list[str]) -> None:
        """Stand in the folder *root* and be called by *command*."""
        self.root = root
        self.command = command
        self.python = str(make_environment(root / "env").root / "bin" / "python")
        with (root / "env" / "pyvenv.cfg").open("a") as file:
            file.write("include-system-site-packages = false\n")
        self.links = root / "links"
        self.links.mkdir()
        for archive in (everything(), everything("2.0"), make_wheel("plain-dependency", "1.0")):
            (self.links / archive.filename).write_bytes(archive.data)

    def run(self, *words: str, python: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Install from the links."""
        environ = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": str(self.root), **variables}
        environ["PYBUILDSYNC_CACHE_DIR"] = str(self.root.parent / "cache")
        return subprocess.run(
            [*self.command, "--python", python or self.python, "install", *words],
            cwd=self.root, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def install(self, *words: str, python: str = "", **variables: str) -> None:
        """Install from the links, which must work."""
        done = self.run("--no-index", "-f", "links", *words, python=python, **variables)
        assert done.returncode == 0, done.stderr + done.stdout

    def tree(self, *folders: str) -> Tree:
        """Return the files below *folders*: as far as they must be equal, and whether they may be run.

        The two folders that differ are written SIDE; of entry points' scripts the first line counts, of RECORD the
        rows without the digests of what differs.
        """
        found: Tree = {}
        for path in sorted(each for folder in folders for each in (self.root / folder).rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_dir() or path.name in ("pyvenv.cfg", ".pybuildsync.lock") or path.is_symlink():
                continue
            name = name.replace(str(self.root)[1:], "SIDE")
            text = path.read_bytes().decode("utf-8", "replace").replace(str(self.root), "SIDE")
            if path.name == "INSTALLER" or path.suffix == ".pyc":
                text = ""
            elif path.name.startswith(PACKAGE) and "bin" in path.parts:
                text = text.partition("\n")[0]
            elif path.name == "RECORD":
                text = record(text)
            elif path.name == "direct_url.json":
                text = json.dumps(json.loads(text), sort_keys=True)
            found[name] = (text, os.access(path, os.X_OK))
        return found


def record(text: str) -> str:
    """Return the rows of a RECORD, sorted, without the digests of files that are not the same on both sides.

    Those that name a file in the wheel's data folder are left out: pip has them for scripts that it doesn't install.
    """
    rows = sorted(row for row in csv.reader(text.splitlines()) if ".data/" not in row[0])
    differ = ("INSTALLER", f"bin/{PACKAGE}", f"bin/{PACKAGE}-gui", "bin/rewritten", "direct_url.json")
    return "\n".join(" ".join(row[:1] if row[0].endswith(differ) else row) for row in rows)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Side, Side]:
    """Give pip and us."""
    roots = [tmp_path / name for name in ("pip", "us")]
    for root in roots:
        root.mkdir()
    pip, us = ([sys.executable, "-m", name] for name in ("pip", "pybuildsync"))
    return Side(roots[0], pip), Side(roots[1], us)


def compare(sides: tuple[Side, Side], *words: str, python: str = "", folders: tuple[str, ...], **more: str) -> Tree:
    """Install *words* on both sides and compare *folders*; return what is there."""
    for side in sides:
        here = {name: value.replace("ROOT", str(side.root)) for name, value in more.items()}
        side.install(*words, python=python, **here)
    pip, us = (side.tree(*folders) for side in sides)
    assert us == pip
    return us


@pytest.mark.parametrize(
    ("words", "folders", "expected"),
    [
        ((), ("env",), "env/bin/rewritten"),
        (("--compile",), ("env",), f"env/lib/python3.11/site-packages/{PACKAGE}/__pycache__/__init__.cpython-311.pyc"),
        (("--prefix", "there"), ("env", "there"), f"there/include/site/python3.11/{PACKAGE}/deep/{PACKAGE}.h"),
        (("--root", "there"), ("env", "there"), f"there/SIDE/env/bin/{PACKAGE}-gui"),
        (("--root", "there", "--prefix", "/usr"), ("env", "there"), f"there/usr/etc/{PACKAGE}.cfg"),
    ],
)  # fmt: skip
def test_an_environment_and_other_places(
    sides: tuple[Side, Side], words: tuple[str, ...], folders: tuple[str, ...], expected: str
) -> None:
    """The same files with the same contents, rights, RECORD and REQUESTED lie in the same places."""
    version = "{}.{}".format(*sys.version_info)
    expected = expected.replace("3.11", version).replace("311", version.replace(".", ""))
    compiled = () if "--compile" in words else ("--no-compile",)
    assert expected in compare(sides, PACKAGE, *words, *compiled, folders=folders)


def test_the_users_own(sides: tuple[Side, Side]) -> None:
    """--user: PYTHONUSERBASE, else the home; the interpreter's own folders stay as they are."""
    words = ("--user", "--no-compile", "--break-system-packages", PACKAGE)
    named = compare(sides, *words, python=BASE, folders=("base",), PYTHONUSERBASE="ROOT/base")
    assert f"base/bin/{PACKAGE}" in named
    home = compare(sides, *words, python=BASE, folders=(".local",))
    assert [f"base{name.removeprefix('.local')}" for name in home] == list(named)


def test_a_target_folder(sides: tuple[Side, Side]) -> None:
    """--target: the same files. RECORD differs: pip's names the paths from before it moved the files."""
    words = ("-t", "there", "--no-compile", PACKAGE)
    for side in sides:
        side.install(*words)
    pip, us = (side.tree("there", "env") for side in sides)
    for tree in (pip, us):
        for name, (text, is_executable) in tree.items():
            rows = [row.removeprefix("../../") for row in text.split("\n")] if name.endswith("/RECORD") else [text]
            tree[name] = ("\n".join(sorted(rows)), is_executable)
    assert us == pip
    assert f"there/bin/{PACKAGE}" in us


def test_a_target_folder_that_has_it_already(sides: tuple[Side, Side]) -> None:
    """Without --upgrade what is there stays, and pip's warning tells so; with it the new version is there.

    pip leaves the old version's dist-info beside the new one's, both times, and says that it has installed it.
    """
    warned = []
    for side in sides:
        side.install("-t", "there", "--no-compile", f"{PACKAGE}==1.0")
        first = side.tree("there")
        again = side.run("--no-index", "-f", "links", "-t", "there", "--no-compile", f"{PACKAGE}==1.0")
        assert (again.returncode, side.tree("there")) == (0, first)
        lines = [line for line in again.stderr.splitlines() if "already exists" in line]
        warned.append({line.split(": ", 1)[1].replace(str(side.root), "SIDE") for line in lines})
        side.run("--no-index", "-f", "links", "-t", "there", "--no-compile", f"{PACKAGE}==2.0")
        stale = f"there/{PACKAGE}-2.0.dist-info/"
        assert {name: each for name, each in side.tree("there").items() if not name.startswith(stale)} == first
        side.install("-t", "there", "-U", "--no-compile", PACKAGE)
    assert warned[1] == warned[0]
    assert f"Target directory SIDE/there/{PACKAGE} already exists. Specify --upgrade to force replacement." in warned[1]
    pip, us = (side.tree("there") for side in sides)
    old = f"there/{PACKAGE}-1.0.dist-info/"
    assert set(us) == {name for name in pip if not name.startswith(old)}
    assert not any(name.startswith(old) for name in us)


def test_a_local_wheel(sides: tuple[Side, Side]) -> None:
    """direct_url.json says where it is from."""
    found = compare(sides, f"./links/{everything().filename}", "--no-compile", folders=("env",))
    assert any(name.endswith("direct_url.json") for name in found)


def test_what_lies_in_the_environment(sides: tuple[Side, Side]) -> None:
    """--ignore-installed, --force-reinstall and --no-deps leave the same, but for what pip doesn't clear away."""
    for side in sides:
        side.install("--no-compile", "--no-deps", f"{PACKAGE}==1.0")
    compare(sides, "--no-compile", "--no-deps", "--force-reinstall", f"{PACKAGE}==1.0", folders=("env",))
    compare(sides, "--no-compile", "--force-reinstall", PACKAGE, folders=("env",))
    for side in sides:
        side.install("--no-compile", "--no-deps", "-I", f"{PACKAGE}==1.0")
    pip, us = (set(side.tree("env")) for side in sides)
    stale = {name for name in pip if f"{PACKAGE}-2.0.dist-info/" in name or name.endswith("of_2_0.py")}
    assert (us, len(stale)) == (pip - stale, 7)


def test_the_scripts_run(sides: tuple[Side, Side]) -> None:
    """Entry points and rewritten scripts, also with an interpreter whose path has a blank in it or is long."""
    _, us = sides
    for folder in ("with a blank", "long" * 40):
        environment = make_environment(us.root / folder)
        us.install(PACKAGE, python=str(environment.root))
        for name, said in ((PACKAGE, "it runs"), ("rewritten", "rewritten")):
            script = environment.root / "bin" / name
            run = subprocess.run([script], capture_output=True, text=True, check=True, cwd="/")
            assert run.stdout == f"{said}\n"


def reports(sides: tuple[Side, Side], *words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what both report on *words*, without pip's version, sorted by name."""
    found = []
    for side in sides:
        done = side.run("--report", "report.json", "-q", *words)
        assert done.returncode == 0, done.stderr
        report = json.loads((side.root / "report.json").read_text().replace(side.root.as_uri(), "file:///SIDE"))
        assert report.pop("pip_version").startswith("26.")
        report["install"].sort(key=lambda each: each["metadata"]["name"])
        found.append(report)
    return found[0], found[1]


def test_the_report(sides: tuple[Side, Side]) -> None:
    """--report says the same as pip's: all keys, all values, for every kind of thing that is installed."""
    header = (
        "Summary: a summary\nKeywords: one two\nLicense: many\n        lines of\n          it\nAuthor: Jürgen\n"
        "Classifier: A :: B\nClassifier: C\nProject-URL: Home, https://index.example\nProvides-Extra: more\n"
        "Description-Content-Type: text/plain\nDynamic: license-file\nUnknown-Field: x\n"
    )
    with LoopbackIndex(form="json") as index:
        index.add(wheel("app", "1.0", "lib", "more; extra == 'x'", extra=header + "Provides-Extra: x\n"))
        index.add(wheel("lib", "1.0", extra="Keywords: one, two,three\n"))
        index.add(wheel("more", "1.0"))
        index.add(wheel("gone", "1.0", yanked="broken"))
        index.add(sdist("built", "1.0"))
        words = ("-i", index.url, "-f", "links")
        for asked in (
            ("app[x]", "gone==1.0", "built"),
            (PACKAGE, f"./links/{make_wheel('plain-dependency', '1.0').filename}"),
        ):
            pip, us = reports(sides, "--dry-run", *words, *asked)
            assert us == pip
            pip, us = reports(sides, *words, *asked)
            assert us == pip
        pip, us = reports(sides, *words, "app")
        assert us == pip
        assert us["install"] == []
        said = [side.run("--report", "-", "-q", "--dry-run", "-I", *words, "lib").stdout for side in sides]
        assert json.loads(said[1])["install"] == json.loads(said[0])["install"]
