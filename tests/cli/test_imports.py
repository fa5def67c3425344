"""Start-up is a feature: what the fast paths import is a list, and the list is here."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands.worlds import make_environment
from loopback import LoopbackIndex
from pipeline.worlds import wheel

from pybuildsync.commands.watched import watch

# What `import site`, left out here, has imported in every usual interpreter.
WITH_SITE = {"os", "os.path", "posixpath", "stat", "_stat", "genericpath", "_collections_abc", "abc", "_abc"}

REPORT = """
import sys
before = set(sys.modules)
sys.argv[1:] = {argv!r}
from pybuildsync.__main__ import main
status = main()
after = set(sys.modules)
import json
print(json.dumps([status, sorted(after - before)]), file=sys.stderr)
"""


def imported(
    argv: list[str], environ: dict[str, str], folder: Path | None = None, *others: str
) -> tuple[int, list[str], str]:
    """Run *argv* in a bare interpreter (no site) in *folder*; return its status, the imported modules, its stdout.

    Modules are found in our sources and the *others*.
    """
    folders = [str(Path(__file__).resolve().parents[2] / "src"), *others]
    code = f"import sys; sys.path[:0] = {folders!r}\n" + REPORT.format(argv=argv)
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=environ, cwd=folder, capture_output=True, text=True, check=True
    )
    status, modules = json.loads(run.stderr.splitlines()[-1])
    return status, modules, run.stdout


def run_whole(argv: list[str], environ: dict[str, str], folder: Path | None = None) -> None:
    """Run *argv* in such an interpreter, with all that pybuildsync may import."""
    folders = [str(Path(__file__).resolve().parents[2] / "src"), *sys.path]
    code = f"import sys; sys.path[:0] = {folders!r}; from pybuildsync.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-I", "-S", "-c", code, *argv]
    subprocess.run(command, env=environ, cwd=folder, capture_output=True, check=True)


def test_the_version_imports_nothing() -> None:
    """``--version`` needs our own two modules."""
    status, modules, out = imported(["--version"], {})
    assert (status, modules) == (0, ["gc", "pybuildsync", "pybuildsync.__main__"])
    assert out.startswith("pybuildsync ")


@pytest.mark.skipif(os.name == "nt", reason="other built-in modules")
def test_nothing_to_do_imports_next_to_nothing(tmp_path: Path) -> None:
    """An install that finds nothing to do imports four modules of ours and built-in ones."""
    environ = {"PYBUILDSYNC_CACHE_DIR": str(tmp_path), "PATH": "/bin"}
    (tmp_path / "folder").mkdir()
    time.sleep(0.02)
    code = (
        "import sys, os, json, time; from pybuildsync.cli.fast import remember;"
        "((path, seen),) = json.loads(sys.argv[1]);"
        "rest = {'python': path, 'since': time.time_ns()};"
        "sys.exit(not remember(['install', 'a'], os.environ, ((path, seen),), 'nothing to do', **rest))"
    )
    source = str(Path(__file__).resolve().parents[2] / "src")
    watched = json.dumps([watch(str(tmp_path / "folder"))])
    program = f"import sys; sys.path[:0] = [{source!r}]\n{code}"
    subprocess.run([sys.executable, "-I", "-S", "-c", program, watched], env=environ, check=True)
    status, modules, out = imported(["install", "a"], environ)
    assert (status, out) == (0, "nothing to do")
    ours = [name for name in modules if name.startswith("pybuildsync")]
    assert ours == [
        "pybuildsync",
        "pybuildsync.__main__",
        "pybuildsync.cli",
        "pybuildsync.cli.fast",
        "pybuildsync.commands",
        "pybuildsync.commands.watched",
    ]
    others = [name for name in modules if not name.startswith("pybuildsync")]
    assert set(others) - WITH_SITE <= {"_imp", "gc", "time"}


HEAVY = [
    "argparse",
    "rich",
    "urllib3",
    "packaging",
    "subprocess",
    "tempfile",
    "json",
    "hashlib",
    "concurrent",
    "ssl",
    "importlib.util",
]


def test_a_usual_command_reads_its_line_without_argparse(tmp_path: Path) -> None:
    """Reading a well-formed line and printing a result loads none of the heavy modules."""
    _, modules, _ = imported(["cache", "dir"], {"PYBUILDSYNC_CACHE_DIR": str(tmp_path)})
    assert [name for name in HEAVY if name in modules] == []


def test_a_second_resolution_needs_little(tmp_path: Path) -> None:
    """Resolving from listings and metadata that are known loads none of the heavy modules."""
    environ = {
        "PYBUILDSYNC_CACHE_DIR": str(tmp_path / "cache"),
        "PIP_CONFIG_FILE": os.devnull,
        "HOME": str(tmp_path),
        "PATH": "/bin",
    }
    with LoopbackIndex(form="json", metadata=True, cache_control="max-age=600") as index:
        for archive in (wheel("app", "1.0", "lib>=1"), wheel("lib", "1.0"), wheel("lib", "2.0")):
            index.add(archive)
        python = str(make_environment(tmp_path / "environment").root)
        argv = ["install", "--dry-run", "--index-url", index.url, "--python", python, "app", "lib<2"]
        run_whole(argv, environ, tmp_path)
        asked = len(index.requests)
        status, modules, out = imported(argv, environ, tmp_path, *sys.path)
        assert len(index.requests) == asked
    assert (status, out.splitlines()[-1]) == (0, "Would install app-1.0 lib-1.0")
    heavy = [*HEAVY, "dataclasses", "inspect", "shutil", "zipfile", "configparser", "tomllib", "email", "locale"]
    assert [name for name in heavy if name in modules] == []


def test_nobody_looks_for_circles() -> None:
    """The process doesn't look for circles of objects: not while it works, and not when it ends."""
    source = Path(__file__).resolve().parents[2] / "src"
    code = (
        f"import sys, gc; sys.path[:0] = [{str(source)!r}]; from pybuildsync.__main__ import run;"
        "sys.argv[1:] = ['--version']; run(); print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False True"
