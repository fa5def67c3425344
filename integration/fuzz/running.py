"""Runs a family in a process of its own and says how it went."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fuzzing.law import Family

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = Path(__file__).resolve().parent.parent.parent
FOLDER = PROJECT / ".fuzz"
_DONE = re.compile(r"stat::number_of_executed_units: (\d+)")
_PATIENCE = 60.0  # seconds beyond what was asked for: to import with instrumentation takes some
_OPTIONS = ("-max_len=8192", "-timeout=20", "-rss_limit_mb=3072", "-print_final_stats=1")


class Run(NamedTuple):
    """How it went: inputs tried; the file with the input that broke the law, "" for none; what was said."""

    family: str
    executions: int
    found: str
    said: str


def why_not() -> str:
    """Return why there is no fuzzing here, "" if there is."""
    return "" if find_spec("atheris") else "atheris has wheels for CPython 3.11 to 3.13 on Linux (x86_64) only"


def run(family: Family, seconds: int, folder: Path = FOLDER, seed: int = 0) -> Run:
    """Fuzz *family* for *seconds*; *folder* keeps the corpus, which grows, and what was found.

    With a *seed* and a new *folder*, the same inputs come in the same order each time; 0 takes others each time.
    """
    here = folder / family.name
    for name in ("seeds", "corpus", "found"):
        (here / name).mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(family.seeds):
        (here / "seeds" / str(number)).write_bytes(sample)
    tokens = sorted({token for token in family.tokens if token})
    (here / "tokens").write_text("".join(f'"{_escaped(token)}"\n' for token in tokens))
    before = {path.name for path in (here / "found").iterdir()}
    ran = subprocess.run(
        [sys.executable, "-m", "integration.fuzz.harness", family.name, *_OPTIONS, f"-max_total_time={seconds}",
         f"-seed={seed}",
         *([f"-dict={here / 'tokens'}"] * bool(tokens)), f"-artifact_prefix={here / 'found'}/",
         str(here / "corpus"), str(here / "seeds")],
        check=False, cwd=PROJECT, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds + _PATIENCE,
    )  # fmt: skip
    new = sorted({path.name for path in (here / "found").iterdir()} - before)
    done = _DONE.search(ran.stdout)
    if ran.returncode and not new:
        new = ["nothing but the words"]
    found = str(here / "found" / new[0]) if new else ""
    return Run(family.name, int(done[1]) if done else 0, found, ran.stdout)


def _environment() -> dict[str, str]:
    paths: Iterable[str] = (str(PROJECT / "tests"), str(PROJECT))
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYBUILDSYNC_", "COV"))
    }
    return {**variables, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)}


def _escaped(token: bytes) -> str:
    """Return *token* as libFuzzer's dictionaries have it."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in token)
