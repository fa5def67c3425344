"""The log of a build: a header that says what, against what and when; then all that the backend has said.

The backend's processes write to the file themselves. Values of variables stand in it only where the table of build
variables knows the name: what a user sets besides may be a secret. What is called like a secret is one, and addresses
are told without credentials.
"""

import os
import time
from collections.abc import Mapping
from typing import Final

from pybuildsync.errors import EnvironmentFault, without_credentials
from pybuildsync.frontend.build_job import BuildJob
from pybuildsync.frontend.build_variables import is_build_variable, is_secret

_TAIL_BYTES: Final = 1 << 16


def start_log(job: BuildJob, *, afresh: bool) -> int:
    """Write the header of *job* to its log, *afresh* or after what is there; return the log's size then, in bytes.

    Raises:
        EnvironmentFault: the log can't be written.

    """
    python = job.python
    lines = [
        f"pybuildsync build of {job.title}",
        f"  key:      {job.key}",
        f"  source:   {os.path.basename(job.source)}" + (f" ({job.subdirectory})" if job.subdirectory else ""),
        f"  python:   {python.implementation} {python.full_version or python.version} ({python.executable})",
        f"  wants:    {', '.join(job.want)}",
        f"  when:     {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}",
    ]
    lines += [_told("setting: ", name, str(value)) for name, value in job.config_settings]
    lines += [_told("variable:", name, value if is_build_variable(name) else "") for name, value in job.variables]
    try:
        os.makedirs(os.path.dirname(job.log_path) or ".", exist_ok=True)
        if afresh:
            open(job.log_path, "wb").close()
        append_log(job.log_path, "\n".join(lines))
        return os.path.getsize(job.log_path)
    except OSError as error:
        raise EnvironmentFault(
            f"the log of {job.title} can't be written",
            why=str(error),
            hint="make the folder writable, or choose another one with --cache-dir",
        ) from error


def _told(kind: str, name: str, value: str) -> str:
    shown = "" if is_secret(name) else without_credentials(value)
    return f"  {kind} {name}" + (f"={shown}" if shown else "")


def log_environment(path: str, versions: Mapping[str, str]) -> None:
    """Write the *versions* of the distributions that the build environment has, by name."""
    append_log(path, "\n".join(["  against:", *(f"    {name}=={versions[name]}" for name in sorted(versions))]))


def append_log(path: str, text: str) -> None:
    """Write *text* and a line's end to the log."""
    with open(path, "a", encoding="utf-8", errors="replace") as log:
        log.write(text + "\n")


def log_tail(path: str, start: int) -> str:
    """Return what stands in the log from byte *start* on, at most its last 64 kB, "" if it can't be read."""
    try:
        with open(path, "rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(start, size - _TAIL_BYTES))
            return log.read(_TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
