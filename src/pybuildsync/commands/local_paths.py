"""What lies at paths that the user names: wheels, sdists, and source trees, whose name maybe only the backend knows."""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from pybuildsync.commands.inputs import ARCHIVES, LocalPath
from pybuildsync.commands.options import Setting
from pybuildsync.core.candidates import DistributionFile, version_of_filename
from pybuildsync.core.goal import Direct
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.variants import Source
from pybuildsync.errors import RequestError
from pybuildsync.frontend.source_trees import read_source

Ask: TypeAlias = Callable[[Source, tuple[Setting, ...]], tuple[str, str]]
"""Asks the backend of a source tree, whose name and version are provisional, for both."""

UNKNOWN = "0"  # the provisional version of a tree whose backend knows it


class Locals(NamedTuple):
    """Local paths as direct candidates with their requirements; ``paths`` gives each project's path.

    ``hashes`` and ``settings`` are as for :class:`~pybuildsync.commands.inputs.Inputs`.
    """

    direct: tuple[Direct, ...]
    requirements: tuple[Requirement, ...]
    paths: Mapping[str, str]
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    settings: tuple[Setting, ...] = ()


def read_locals(paths: tuple[LocalPath, ...], ask: Ask) -> Locals:
    """Return the direct candidates at *paths*; *ask* is asked about trees that don't state name and version.

    Raises:
        RequestError: there is nothing that can be installed, or two paths hold one project.
        PackageError: a backend couldn't be asked.

    """
    found: dict[str, Direct] = {}
    requirements: list[Requirement] = []
    typed: dict[str, str] = {}
    hashes: dict[str, tuple[str, ...]] = {}
    settings: list[Setting] = []
    for local in paths:
        direct = _read_folder(local, ask) if os.path.isdir(local.path) else _read_file(local)
        name = direct.name
        if name in found and found[name] != direct:
            raise RequestError(f"{name} is asked for twice", why=f"{typed[name]}\n{local.path}", hint="leave one out")
        found[name], typed[name] = direct, local.path
        requirements.append(_requirement(name, local))
        settings += [setting._replace(package=name) for setting in local.settings]
        if local.hashes:
            hashes[name] = (*hashes.get(name, ()), *local.hashes)
    return Locals(tuple(found.values()), tuple(requirements), typed, tuple(hashes.items()), tuple(settings))


def _requirement(name: str, local: LocalPath) -> Requirement:
    if not local.marker:
        return Requirement(name, local.extras)
    return Requirement(name, local.extras, marker=parse_requirement(f"{name}; {local.marker}").marker)


def _read_folder(local: LocalPath, ask: Ask) -> Direct:
    path = local.path
    if not any(os.path.exists(os.path.join(path, name)) for name in ("pyproject.toml", "setup.py")):
        raise RequestError(
            f"{local.text} can't be installed: it is no Python project",
            why=f"neither pyproject.toml nor setup.py is in {path}",
            hint="give the folder that has one of them",
        )
    stated = read_source(path).metadata
    name, version = stated.name, stated.version
    digest = tree_digest(path)
    if not name or not version:
        provisional = name or normalize_name(os.path.basename(path)).strip("-") or "project"
        name, version = ask(Source(provisional, UNKNOWN, digest, path=path), local.settings)
    return Direct(name, version, source=Source(name, version, digest, path=path))


def _read_file(local: LocalPath) -> Direct:
    path = local.path
    if not os.path.isfile(path):
        raise RequestError(f"{local.text} doesn't exist", why=local.where, hint="check the path")
    filename = os.path.basename(path)
    name = _name_in(filename)
    version = version_of_filename(filename, name) if name else None
    if not name or version is None:
        raise RequestError(
            f"{local.text} is neither a wheel nor an sdist",
            why="its name should be NAME-VERSION-PYTHON-ABI-PLATFORM.whl or NAME-VERSION.tar.gz",
            hint="give an unpacked folder, or rename it to what it was called when it was built",
        )
    from packaging.version import InvalidVersion, Version

    try:
        version = str(Version(version))
    except InvalidVersion as error:
        raise RequestError(f"{local.text}: {version!r} is no version", hint="see PEP 440") from error
    digest = _digest(path)
    file = DistributionFile(filename, _url(path), (("sha256", digest),))
    if file.is_wheel:
        return Direct(name, version, file=file)
    return Direct(name, version, source=Source(name, version, digest, file, path))


def _name_in(filename: str) -> str:
    stem = filename.removesuffix(".whl")
    if stem != filename:
        return normalize_name(stem.partition("-")[0])
    for suffix in ARCHIVES[1:]:
        if filename.endswith(suffix):
            return normalize_name(filename[: -len(suffix)].rpartition("-")[0])
    return ""


def _url(path: str) -> str:
    from urllib.request import pathname2url

    return "file://" + pathname2url(path)


def _digest(path: str) -> str:
    import hashlib

    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(folder: str) -> str:
    """Return a digest of the source tree *folder*: names, modes and contents, without what version control keeps."""
    import hashlib

    digest = hashlib.sha256()
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", ".hg", ".svn", ".bzr", "__pycache__"))
        for name in sorted(files):
            path = os.path.join(current, name)
            relative = os.path.relpath(path, folder)
            digest.update(f"{relative}\0{os.lstat(path).st_mode & 0o111}\0".encode("utf-8", "surrogateescape"))
            if os.path.islink(path):
                digest.update(os.readlink(path).encode("utf-8", "surrogateescape"))
                continue
            with open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
