"""Entry points and ``#!python`` files become scripts that start the right interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

from pybuildsync.environments.scripts import (
    EntryPoint,
    adapt_script,
    read_entry_points,
    render_entry_point,
    shebang,
)
from pybuildsync.errors import PackageError

POINT = EntryPoint(name="greet", module="greeting.words", attribute="Speaker.greet", kind="console")


def test_entry_points_are_read_in_their_order() -> None:
    """Both kinds of scripts, comments and other groups apart; extras are dropped; the last of one name counts."""
    text = """
    # a comment
    [console_scripts]
    b = package.module:main
    a = package.module:main.inner [extra]
    ; another
    b = package.other:main

    [plugins]
    c = anything at all
    [gui_scripts]
    d=package:show
    """
    assert read_entry_points(text, "p 1") == (
        EntryPoint(name="b", module="package.other", attribute="main", kind="console"),
        EntryPoint(name="a", module="package.module", attribute="main.inner", kind="console"),
        EntryPoint(name="d", module="package", attribute="show", kind="gui"),
    )


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "..", ".", ""])
def test_a_script_is_named_like_a_file(name: str) -> None:
    """A name that leads out of the folder for scripts is refused."""
    with pytest.raises(PackageError, match="its name is no file name"):
        read_entry_points(f"[console_scripts]\n{name} = m:f\n", "p 1")


@pytest.mark.parametrize("value", ["module", "module:", ":f", "a b:c", "m:f()", "m;import os:f", ""])
def test_a_script_names_a_function(value: str) -> None:
    """What is no ``module:name`` would give a script that can't run, or runs something else."""
    with pytest.raises(PackageError, match="it names no function") as caught:
        read_entry_points(f"[console_scripts]\ns = {value}\n", "p 1")
    assert caught.value.what == f"p 1 declares a script that can't be: s = {value}"


def test_a_plain_path_is_the_first_line() -> None:
    """An ordinary path stands as it is, arguments behind it."""
    assert shebang("/env/bin/python") == b"#!/env/bin/python"
    assert shebang("/env/bin/python", "-E -s") == b"#!/env/bin/python -E -s"


@pytest.mark.parametrize("folder", ["with space", "x" * 120, "it's"])
def test_odd_paths_run_too(tmp_path: Path, folder: str) -> None:
    """White space and length that the kernel doesn't take go through ``/bin/sh``; arguments arrive unchanged."""
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    (tmp_path / "greeting").mkdir()
    (tmp_path / "greeting" / "words.py").write_text(
        "import sys\nclass Speaker:\n    def greet():\n        print(sys.argv[1:])\n        return 3\n"
    )
    script = tmp_path / "greet"
    name, content = render_entry_point(POINT, str(python), "posix")
    assert name == "greet"
    script.write_bytes(content)
    script.chmod(0o755)
    run = subprocess.run(
        [script, "a b", "$c"], capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (3, "['a b', '$c']\n", "")


def test_scripts_are_light() -> None:
    """A script imports nothing but ``sys`` and what it is for."""
    assert render_entry_point(POINT, "/env/bin/python", "posix")[1].decode() == (
        "#!/env/bin/python\n# -*- coding: utf-8 -*-\nimport sys\nfrom greeting.words import Speaker\n"
        'if __name__ == "__main__":\n    sys.exit(Speaker.greet())\n'
    )


def test_windows_has_launchers() -> None:
    """There a script is a launcher of ``installer`` with the code behind it."""
    name, content = render_entry_point(POINT, "C:\\env\\python.exe", "win-amd64")
    assert name == "greet.exe"
    assert content.startswith(b"MZ")
    assert b"#!C:\\env\\python.exe" in content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"#!python\nrest\n", b"#!/env/bin/python\nrest\n"),
        (b"#!python -E\r\nrest", b"#!/env/bin/python -E\nrest"),
        (b"#!pythonw\nrest", b"#!/env/bin/python\nrest"),
        (b"#!python3", b"#!/env/bin/python\n"),
        (b"#!/usr/bin/env python\nrest", None),
        (b"\x7fELF#!python", None),
        (b"", None),
    ],
)
def test_only_the_first_line_is_rewritten(before: bytes, after: bytes | None) -> None:
    """``#!python`` becomes the environment's, arguments stay, all else is left as it is."""
    assert adapt_script(before, "/env/bin/python") == after
