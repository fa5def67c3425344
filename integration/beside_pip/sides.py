"""One command line, run by pip and by us, and what each leaves: exit status, words, and every file."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from integration.beside_pip.ground import lay, server
from integration.command import PATIENCE

_UNTOLD = ("__pycache__", ".cache", ".rustup", ".pybuildsync.lock", ".git")
_OWN = "pybuildsync.json"  # the build record that a built wheel has of ours


@dataclass(frozen=True, slots=True)
class Left:
    """What a tool left: the exit status of the last command, what it printed, and all files by path, told as text."""

    status: int
    stdout: str
    stderr: str
    files: dict[str, str]

    def words(self) -> list[str]:
        """Return the lines that scripts look for."""
        lines = [line.strip() for line in self.stdout.splitlines()]
        installed = [line for line in lines if line.startswith(("Successfully installed", "Would install"))]
        return sorted(installed or [line for line in lines if line.startswith("Successfully uninstalled")])


def run_side(tool: str, commands: tuple[tuple[str, ...], ...], root: Path, index: str) -> Left:
    """Lay fresh ground at *root*, run *commands* there with *tool* ("pip" or "pybuildsync"), and clear it away.

    ``{index}``, ``{server}`` and ``{work}`` in a command stand for the addresses of the index and of its server, and
    for the folder that it runs in. The folder stays under the tool's name beside *root*.
    """
    root.mkdir()
    lay(root, index)
    environment = root / "env"
    program = [sys.executable, "-m", "pybuildsync"]
    if tool == "pip":
        program = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    ran = None
    for words in commands:
        filled = [word.format(index=index, server=server(index), work=root / "work", root=root) for word in words]
        names = [word for word in filled if word.partition("=")[0].isupper() and "=" in word]
        variables = dict(name.split("=", 1) for name in names)
        ran = subprocess.run(
            [*program, *filled[len(names) :]],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=root / "work",
            env={**_variables(root, environment, index), **variables},
        )
    assert ran is not None
    left = Left(ran.returncode, ran.stdout, ran.stderr, tell(root))
    root.rename(root.with_name(tool))
    return left


def _variables(root: Path, environment: Path, index: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYBUILDSYNC_"))}
    return {
        **kept,
        "HOME": str(root / "home"),
        "VIRTUAL_ENV": str(environment),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_COMPILE": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def tell(root: Path) -> dict[str, str]:
    """Return every file below *root* with what is to be compared of it.

    Not told: byte code, caches, who installed (INSTALLER), our build record, and the text of logs. RECORD is told by
    its sorted rows.
    """
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _UNTOLD)
        for name in files:
            path = Path(folder, name)
            shown = path.relative_to(root).as_posix()
            in_dist_info = folder.endswith(".dist-info")
            if name in _UNTOLD or (in_dist_info and name in ("INSTALLER", _OWN)):
                continue
            if path.is_symlink():
                found[shown] = f"-> {path.readlink()}"
                continue
            data = path.read_bytes()
            text = data.decode("utf-8", "backslashreplace")
            if in_dist_info and name == "RECORD":
                text = _rows(text)
            elif in_dist_info and name == "direct_url.json":
                text = json.dumps(json.loads(text), sort_keys=True)
            elif name == "report.json":
                text = _report(text)
            elif name == "log.txt":
                text = "a log"
            found[shown] = f"{'x' if os.access(path, os.X_OK) else '-'} {text}"
    return found


def _report(text: str) -> str:
    """Return an installation report but for which version of which tool wrote it, and in which order."""
    report = json.loads(text)
    report.pop("pip_version")
    report["install"].sort(key=lambda each: each["metadata"]["name"])
    return json.dumps(report, sort_keys=True)


def _rows(record: str) -> str:
    rows = [row for row in csv.reader(io.StringIO(record)) if not row[0].endswith((".pyc", "/INSTALLER", f"/{_OWN}"))]
    return "\n".join(sorted(",".join(row) for row in rows))


def differences(pip: Left, ours: Left) -> list[str]:
    """Return the paths that are not the same, a line each: "-" only pip has it, "+" only we have it, "~" it differs."""
    lines = []
    for path in sorted(pip.files.keys() | ours.files.keys()):
        one, other = pip.files.get(path), ours.files.get(path)
        if one != other:
            lines.append(f"{'+' if one is None else '-' if other is None else '~'} {path}")
    return lines
