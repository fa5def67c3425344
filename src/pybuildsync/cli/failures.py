"""What goes wrong, as text for stderr and as exit status. Never a traceback for anything that has a class."""

import os

from pybuildsync.cli.colors import Colors
from pybuildsync.commands.results import (
    CacheFilesRemoved,
    CacheRemoved,
    ConfigWritten,
    DownloadResult,
    InstallResult,
    Result,
    UninstallResult,
    VenvResult,
    WheelResult,
)
from pybuildsync.errors import EnvironmentFault, InternalError, PybuildsyncError, without_credentials

INTERRUPTED = 130  # as shells have it: 128 + SIGINT
PIPE_CLOSED = 141  # 128 + SIGPIPE

# Results of commands that leave something behind.
_CHANGING = (
    InstallResult, UninstallResult, WheelResult, DownloadResult, VenvResult, ConfigWritten, CacheRemoved,
    CacheFilesRemoved,
)  # fmt: skip


def describe(error: PybuildsyncError, colors: Colors, *, as_pip: bool = False) -> str:
    """Return *error* as text: ``error: what``, why indented, ``hint: what to do``.

    With *as_pip* it begins as pip's: ``ERROR:`` and, where pip has words for it, those.
    """
    first, *rest = error.what.splitlines() or [""]
    if as_pip:
        lines = [f"{colors.paint('bold red', 'ERROR:')} {line}" for line in error.pip or (first,)]
        lines += () if error.pip else rest
    else:
        lines = [f"{colors.paint('bold red', 'error:')} {first}", *rest]
    lines += [f"  {line}".rstrip() for line in error.why.splitlines()]
    if error.hint:
        first, *rest = error.hint.splitlines()
        lines.append(f"{colors.paint('cyan', 'hint:')} {first}")
        lines += [f"      {line}" for line in rest]
    return "\n".join(lines) + "\n"


def as_data(error: PybuildsyncError) -> str:
    """Return *error* as the JSON text that stands on stdout with ``--json``."""
    import json

    data = {"kind": error.kind, "what": error.what, "why": error.why, "hint": error.hint}
    return json.dumps({"error": data}, indent=2) + "\n"


def describe_interrupt(error: KeyboardInterrupt) -> str:
    """Return what to say after Ctrl-C: what became of the work is said by whoever was at it, in notes or arguments."""
    said = [*map(str, error.args), *getattr(error, "__notes__", [])]
    return "; ".join(["interrupted", *filter(None, said)]) + "\n"


def from_system(error: OSError) -> EnvironmentFault | None:
    """Return the fault that *error* stands for where the machine is plainly to blame; else None."""
    import errno

    hints = {
        errno.EACCES: "use a folder that is yours; a virtual environment is: pybuildsync venv",
        errno.EPERM: "use a folder that is yours; a virtual environment is: pybuildsync venv",
        errno.EROFS: "use a folder that can be written; --cache-dir moves the cache",
        errno.ENOSPC: "make room (pybuildsync cache prune), or move the cache with --cache-dir",
        errno.EDQUOT: "make room (pybuildsync cache prune), or move the cache with --cache-dir",
        errno.EMFILE: "raise the limit on open files (ulimit -n)",
    }
    if error.errno not in hints:
        return None
    where = f": {error.filename}" if error.filename else ""
    return EnvironmentFault(f"{error.strerror}{where}", hint=hints[error.errno])


def unprinted(error: OSError, done: str) -> EnvironmentFault:
    """Return the fault that standard output can't be written; *done* says what was done before, "" for nothing."""
    return EnvironmentFault(
        f"standard output can't be written: {error.strerror or error}",
        why=f"{done}; only the answer is lost" if done else "",
        hint="send it to another place, or make room where it goes",
    )


def work_done(words: tuple[str, ...], result: Result) -> str:
    """Return the sentence that the command *words* was done, where *result* says that it changed something; or ""."""
    looked_only = getattr(result, "dry_run", False) or getattr(result, "declined", False)
    return "" if looked_only or not isinstance(result, _CHANGING) else f"{' '.join(words)} was done"


def from_defect(error: BaseException, folder: str, *, loud: bool) -> InternalError:
    """Return our own fault: the traceback goes into a file in *folder*, and, where *loud*, into the text too."""
    import traceback

    text = without_credentials("".join(traceback.format_exception(error)))
    summary = " ".join(traceback.format_exception_only(error)[-1].split())
    path = os.path.join(folder, "tracebacks", f"{os.getpid()}.txt")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        where = f"the traceback is in {path}"
    except OSError:
        where, loud = "", True
    why = "\n".join(filter(None, [where, text if loud else ""]))
    hint = "please report this with the traceback"
    return InternalError(f"pybuildsync itself failed: {summary}", why=why, hint=hint)
