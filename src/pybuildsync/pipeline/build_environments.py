"""Fills build environments from the store, as the frontend asks for it, and gathers what is worth keeping of them."""

import os
from contextlib import suppress

from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.schemes import Scheme, virtual_scheme
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store.gathered import find_gathered, gather
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel, digest_of, find_wheel


class FillEnvironment:
    """Puts unpacked wheels into a virtual environment that was made from *interpreter*'s base; can be pickled."""

    def __init__(self, store: Store, interpreter: Interpreter) -> None:
        self.store = store
        self.interpreter = interpreter

    def __call__(self, root: str, environment: tuple[str, ...]) -> None:
        """Fill the environment at *root* with the wheels whose unpacked folders are *environment*.

        Byte code that earlier builds have left of them comes along.
        """
        from pybuildsync.environments.transaction import populate

        wheels = tuple(self._wheel(path) for path in environment)
        scheme = virtual_scheme(root, self.interpreter)
        populate(wheels, scheme)
        for wheel in wheels:
            self._link_byte_code(wheel, _site_packages(wheel, scheme))

    def gather(self, root: str, environment: tuple[str, ...]) -> None:
        """Keep the byte code that the build in *root*, which has ended well, has left of the wheels in it."""
        scheme = virtual_scheme(root, self.interpreter)
        for path in environment:
            wheel = find_wheel(self.store, digest_of(path))
            if wheel is not None:
                gather(self.store, wheel, _site_packages(wheel, scheme), self._python)

    @property
    def _python(self) -> str:
        """What the format of byte code depends on."""
        target = self.interpreter.target
        return f"{target.implementation}-{target.full_version}"

    def _link_byte_code(self, wheel: UnpackedWheel, site_packages: str) -> None:
        from pybuildsync.environments.linking import link_file

        folders: set[str] = set()
        for source, place in find_gathered(self.store, wheel, self._python):
            path = f"{site_packages}/{place}"
            folder = os.path.dirname(path)
            with suppress(OSError):  # it only saves time
                if folder not in folders:
                    folders.add(folder)
                    os.makedirs(folder, exist_ok=True)
                if not os.path.lexists(path):  # wheels may hold byte code themselves
                    link_file(source, path, "hardlink")

    def _wheel(self, path: str) -> UnpackedWheel:
        wheel = find_wheel(self.store, digest_of(path))
        if wheel is None:
            raise EnvironmentFault(
                "a wheel of a build environment has left the cache meanwhile",
                why=f"{path} is gone or damaged",
                hint="run the command again",
            )
        return wheel


def _site_packages(wheel: UnpackedWheel, scheme: Scheme) -> str:
    return scheme.purelib if wheel.root_is_purelib else scheme.platlib
