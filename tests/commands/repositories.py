"""Repositories for tests: git's own, on this machine, with fixed authors and times."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

WHO = {
    **{f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "Somebody"), ("EMAIL", "somebody@index.example"), ("DATE", "2024-01-01T00:00:00Z"),
    )},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    """Return what git says in *folder*."""
    environ = {**os.environ, **WHO}
    done = subprocess.run(["git", *words], cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make_repository(folder: Path, files: Mapping[str, bytes]) -> str:
    """Make a repository with *files* in *folder*; return its first commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    return commit(folder, files)


def commit(folder: Path, files: Mapping[str, bytes]) -> str:
    """Write *files* into the repository in *folder* and return the commit that has them."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "files")
    return git(folder, "rev-parse", "HEAD")
