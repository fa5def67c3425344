"""``venv``: makes a virtual environment."""

import os
import sys
from collections.abc import Mapping

from pybuildsync.commands.options import VenvOptions
from pybuildsync.commands.results import VenvResult
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.watched import watch_all
from pybuildsync.core.story import Note, Story
from pybuildsync.environments.activation import activation_command
from pybuildsync.environments.interpreters import Interpreter, find_interpreter
from pybuildsync.environments.venv import base_of, create


def run(options: VenvOptions, story: Story) -> VenvResult:
    """Make the environment.

    Raises:
        EnvironmentFault: there is no such interpreter, or the folder can't be made or isn't empty.

    """
    path = os.path.abspath(os.path.expanduser(options.path))
    with open_store(options.store) as store:
        interpreter = find_interpreter(options.python or None, store)
        create(
            path,
            interpreter,
            prompt=options.prompt,
            clear=options.clear,
            system_site_packages=options.system_site_packages,
        )
    story.tell(Note(f"activate it with: {activation_command(options.path, os.environ.get('SHELL', ''))}"))
    return VenvResult(
        path=path,
        python=interpreter.base_executable,
        version=interpreter.target.full_version,
        base=base_of(interpreter),
        watched=watched_interpreter(options.python, interpreter, os.environ),
    )


def watched_interpreter(
    named: str, interpreter: Interpreter, environ: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return what it hangs on that *named*, as in :func:`find_interpreter`, means *interpreter*, as it looks now.

    () where that would have to be searched for again: a version, a command.
    """
    own = sys.executable if sys.prefix != sys.base_prefix else ""
    place = named or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX") or own
    if "/" not in place:
        return ()
    whole = os.path.abspath(os.path.expanduser(place))
    executable = interpreter.executable
    if executable not in (whole, f"{whole}/bin/python"):
        return ()
    folder = os.path.dirname(executable)
    return watch_all((executable, f"{folder}/pyvenv.cfg", f"{os.path.dirname(folder)}/pyvenv.cfg"))
