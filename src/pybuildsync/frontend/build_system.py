"""The ``[build-system]`` table of a source tree (PEP 517, PEP 518), read from its pyproject.toml.

Thirty lines of validation of our own: ``build`` has the same in ``ProjectBuilder``, at 63 ms of import and without
telling the table from the hook caller. It never runs a backend.
"""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from pybuildsync.core.toml_text import parse_toml
from pybuildsync.errors import PackageError

Table: TypeAlias = Mapping[str, object]

_LEGACY_REQUIRES: Final = ("setuptools>=40.8.0",)
_LEGACY_BACKEND: Final = "setuptools.build_meta:__legacy__"


class BuildSystem(NamedTuple):
    """What builds a tree: ``requires`` as written, ``backend`` as ``module:object``, in-tree ``backend_path``."""

    requires: tuple[str, ...]
    backend: str
    backend_path: tuple[str, ...] = ()


def read_pyproject(root: str) -> Table | None:
    """Return the content of the tree's pyproject.toml, None if it has none.

    Raises:
        PackageError: the file is no TOML, or can't be read.

    """
    path = os.path.join(root, "pyproject.toml")
    try:
        with open(path, "rb") as stream:
            return parse_toml(stream.read())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # an archive may have a link to itself, or a folder, in its place
        raise broken("pyproject.toml can't be read", str(error)) from error


def build_system(pyproject: Table | None, root: str) -> BuildSystem:
    """Return the build system of the tree at *root*, whose pyproject.toml is *pyproject*.

    A tree without the table is built by setuptools as it always was (PEP 517); a table without ``build-backend``
    likewise, with its own ``requires``.

    Raises:
        PackageError: the table is not as PEP 517 and 518 have it, or there is nothing to build.

    """
    found = (pyproject or {}).get("build-system")
    if found is None:
        if pyproject is None and not os.path.exists(os.path.join(root, "setup.py")):
            raise PackageError(
                f"{os.path.basename(root)} is no Python source tree",
                why="it has neither pyproject.toml nor setup.py",
                hint="name the folder that holds one of them, or a subdirectory of the archive or repository",
            )
        return BuildSystem(requires=_LEGACY_REQUIRES, backend=_LEGACY_BACKEND)
    if not isinstance(found, dict):
        raise broken("[build-system] of pyproject.toml is wrong", "it must be a table")
    backend = found.get("build-backend", _LEGACY_BACKEND)
    if not isinstance(backend, str) or not backend:
        raise broken("[build-system] of pyproject.toml is wrong", "build-backend must be a text")
    if "requires" not in found:
        raise broken("[build-system] of pyproject.toml is wrong", "requires is missing (PEP 518)")
    paths = texts(found.get("backend-path", []), "[build-system] backend-path")
    for path in paths:
        _check_backend_path(path, root)
    return BuildSystem(
        requires=texts(found["requires"], "[build-system] requires"), backend=backend, backend_path=paths
    )


def _check_backend_path(path: str, root: str) -> None:
    # PEP 517: "MUST be relative to the project root, and MUST refer to a location within the source tree"; symbolic
    # links are resolved before the check.
    real_root = os.path.realpath(root)
    found = os.path.realpath(os.path.join(real_root, path.partition("\0")[0]))
    inside = found == real_root or found.startswith(real_root + os.sep)
    if "\0" in path or os.path.isabs(path) or not inside or not os.path.isdir(found):
        raise broken("[build-system] of pyproject.toml is wrong", f"backend-path: {path!r} is no folder of the tree")


def texts(value: object, where: str) -> tuple[str, ...]:
    """Return *value* as a tuple of texts.

    Raises:
        PackageError: it is no array of texts; the error says where it stands.

    """
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise broken("pyproject.toml is wrong", f"{where} must be an array of texts")
    return tuple(value)


def table(parent: Table | None, *keys: str) -> Table | None:
    """Return the table found under *keys* in *parent*, None if it isn't there.

    Raises:
        PackageError: something on the way is no table.

    """
    found: object = parent
    for at, key in enumerate(keys):
        if found is None:
            return None
        if not isinstance(found, dict):
            raise broken("pyproject.toml is wrong", f"{'.'.join(keys[:at])} must be a table")
        found = found.get(key)
    if found is not None and not isinstance(found, dict):
        raise broken("pyproject.toml is wrong", f"{'.'.join(keys)} must be a table")
    return found


def broken(what: str, why: str) -> PackageError:
    """Return the error for a tree whose files are wrong."""
    return PackageError(what, why=why, hint="correct the file, or tell the author of the package")
