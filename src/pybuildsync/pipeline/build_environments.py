"""Fills build environments from the store, as the frontend asks for it."""

from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.schemes import virtual_scheme
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel, digest_of, find_wheel


class FillEnvironment:
    """Puts unpacked wheels into a virtual environment that was made from *interpreter*'s base; can be pickled."""

    def __init__(self, store: Store, interpreter: Interpreter) -> None:
        self.store = store
        self.interpreter = interpreter

    def __call__(self, root: str, environment: tuple[str, ...]) -> None:
        """Fill the environment at *root* with the wheels whose unpacked folders are *environment*."""
        from pybuildsync.environments.transaction import populate

        populate(tuple(self._wheel(path) for path in environment), virtual_scheme(root, self.interpreter))

    def _wheel(self, path: str) -> UnpackedWheel:
        wheel = find_wheel(self.store, digest_of(path))
        if wheel is None:
            raise EnvironmentFault(
                "a wheel of a build environment has left the cache meanwhile",
                why=f"{path} is gone or damaged",
                hint="run the command again",
            )
        return wheel
