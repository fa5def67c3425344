"""``venv``: makes a virtual environment."""

import os

from pybuildsync.commands.options import VenvOptions
from pybuildsync.commands.results import VenvResult
from pybuildsync.commands.stores import open_store
from pybuildsync.core.story import Note, Story
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.environments.venv import create


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
    story.tell(Note(f"activate it with: {activation(options.path)}"))
    return VenvResult(path=path, python=interpreter.base_executable, version=interpreter.target.full_version)


def activation(path: str, system: str = os.name, shell: str | None = None) -> str:
    """Return the line that activates the environment *path* in *shell* (a path; None is ``$SHELL``)."""
    import shlex

    if system == "nt":
        return f"{path}\\Scripts\\activate"
    name = os.path.basename(os.environ.get("SHELL", "") if shell is None else shell)
    suffix = {"fish": ".fish", "csh": ".csh", "tcsh": ".csh", "nu": ".nu"}.get(name, "")
    return f"source {shlex.quote(os.path.join(path, 'bin', 'activate' + suffix))}"
