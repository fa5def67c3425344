"""``debug``: what is known of an interpreter, in pip's form: versions, encodings, and the tags of its wheels."""

import os
import subprocess

import pybuildsync
from pybuildsync.commands.metadata_json import PIP_VERSION
from pybuildsync.commands.options import DebugOptions, TagOptions
from pybuildsync.commands.results import DebugResult
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.tags import python_version, wheels_for
from pybuildsync.core.story import Story
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.errors import EnvironmentFault

_LABELS = (
    "sys.version", "sys.executable", "sys.getdefaultencoding", "sys.getfilesystemencoding", "locale.getencoding",
    "sys.platform", "sys.implementation.name",
)  # fmt: skip
# Runs in the interpreter that is asked about, Python 3.8 and later; runs nothing of the working directory.
_ASK = """
import sys
sys.path[:] = filter(None, sys.path)
import locale
encoding = getattr(locale, "getencoding", lambda: locale.getpreferredencoding(False))()
facts = [sys.version, sys.executable, sys.getdefaultencoding(), sys.getfilesystemencoding(), encoding, sys.platform]
sys.stdout.buffer.write("\\0".join([*facts, sys.implementation.name]).encode("utf-8", "surrogateescape"))
"""


def run(options: DebugOptions, _story: Story) -> DebugResult:
    """Return what there is to know; the tags are those that *options* ask for, else the interpreter's.

    Raises:
        EnvironmentFault: there is no such interpreter, or it doesn't answer.
        UsageError: the version of Python is none.

    """
    with open_store(options.store) as store:
        interpreter = find_interpreter(options.python or None, store)
    target = wheels_for(options.tags, interpreter.target) or interpreter.target
    folder = os.path.dirname(pybuildsync.__file__)
    ours = f"pip {PIP_VERSION} from {folder} (python {interpreter.target.version})"
    values = zip(_LABELS, _ask(interpreter.executable), strict=True)
    return DebugResult(values=(("pip version", ours), *values), tags=target.tags, target=_given(options.tags))


def _ask(python: str) -> list[str]:
    try:
        done = subprocess.run([python, "-S", "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except OSError as error:
        raise _silent(python, str(error)) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise _silent(python, said.rpartition("\n")[2] or f"exit status {error.returncode}") from error
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")


def _silent(python: str, why: str) -> EnvironmentFault:
    return EnvironmentFault(f"the interpreter {python} doesn't answer", why=why, hint="give another --python")


def _given(tags: TagOptions) -> str:
    """Return what tags were asked for, in pip's words; "" for the interpreter's own."""
    version = ".".join(map(str, python_version(tags.python_version)))
    given = (
        ("platforms", list(tags.platforms)),
        ("version_info", version),
        ("abis", list(tags.abis)),
        ("implementation", tags.implementation),
    )
    return " ".join(f"{name}={value!r}" for name, value in given if value)
