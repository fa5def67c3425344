"""Copies of source trees."""

import os
from pathlib import Path

import pytest

from pybuildsync.frontend.source_copy import copy_source


def test_a_copy_has_what_a_build_reads(tmp_path: Path) -> None:
    """Files with their times, history, links inside; no caches, no virtual environments, no pipes."""
    source = tmp_path / "source"
    for folder in (".git", "lib/__pycache__", "env", "node_modules", "build"):
        (source / folder).mkdir(parents=True)
    for name in (".git/HEAD", "lib/a.py", "lib/__pycache__/a.pyc", "env/pyvenv.cfg", "node_modules/x", "build/y"):
        (source / name).write_text(name)
    os.utime(source / "lib/a.py", (1, 1))
    (source / "lib/b.py").symlink_to("a.py")
    (source / "up").symlink_to("lib/../lib/a.py")
    (source / "away").symlink_to("../elsewhere")
    (source / "absolute").symlink_to("/nowhere")
    os.mkfifo(source / "pipe")
    copy_source(str(source), str(tmp_path / "copy"))
    copy = tmp_path / "copy"
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*")) == [
        ".git", ".git/HEAD", "absolute", "away", "build", "build/y", "lib", "lib/a.py", "lib/b.py", "up",
    ]  # fmt: skip
    assert (copy / "lib/a.py").stat().st_mtime == 1
    assert [os.readlink(copy / name) for name in ("lib/b.py", "up", "away", "absolute")] == [
        "a.py",
        "lib/../lib/a.py",
        str(tmp_path / "elsewhere"),
        "/nowhere",
    ]


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    """It is an error of the operating system, which the caller explains."""
    with pytest.raises(FileNotFoundError):
        copy_source(str(tmp_path / "nowhere"), str(tmp_path / "copy"))
