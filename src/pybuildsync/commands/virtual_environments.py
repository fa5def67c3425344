"""``--require-virtualenv``: nothing but a virtual environment is worked on."""

from pybuildsync.commands.options import StoreOptions
from pybuildsync.commands.stores import open_store
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.errors import NoVirtualEnvironment


def require_virtual_environment(python: str, options: StoreOptions) -> None:
    """Pass where *python* ("" is the active one) is that of a virtual environment.

    Raises:
        NoVirtualEnvironment: it isn't.
        EnvironmentFault: there is no such interpreter.

    """
    with open_store(options) as store:
        interpreter = find_interpreter(python or None, store)
    if not interpreter.is_virtual:
        raise NoVirtualEnvironment(
            "Could not find an activated virtualenv (required).",
            why=f"{interpreter.executable} is not that of a virtual environment",
            hint="activate one, name one with --python, or make one: pybuildsync venv",
        )
