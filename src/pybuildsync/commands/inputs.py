"""What the user asks for: words, requirement files and local paths become requirements and direct candidates.

Follows pip in what counts as a path: a word with a separator, one that starts with a dot, an archive's file name, or an
existing folder with a project in it.
"""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pybuildsync.core.candidates import DistributionFile, version_of_filename
from pybuildsync.core.goal import ALL, Direct, Formats
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.variants import Source
from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementFile, RequirementLine, read_requirement_file

_ARCHIVES = (".whl", ".tar.gz", ".tgz", ".zip")


class LocalPath(NamedTuple):
    """A path given as a requirement: a wheel, an sdist or a source tree, maybe with extras; ``where`` for messages."""

    path: str
    extras: tuple[str, ...]
    where: str
    text: str


class Inputs(NamedTuple):
    """What was asked for. ``texts`` gives, for each requirement, the words it was asked for with."""

    requirements: tuple[Requirement, ...]
    texts: tuple[str, ...]
    paths: tuple[LocalPath, ...]
    constraints: tuple[Requirement, ...]
    options: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    uses_variables: bool


def read_inputs(
    words: Iterable[str], requirement_files: Iterable[str], constraint_files: Iterable[str], environ: Mapping[str, str]
) -> Inputs:
    """Return what the command line and its files ask for.

    Raises:
        RequestError: a requirement, path or file is not what it should be.

    """
    found = RequirementFile()
    found.requirements += [RequirementLine(word, "the command line") for word in words]
    for path in requirement_files:
        _merge(found, read_requirement_file(path, environ=environ))
    for path in constraint_files:
        _merge(found, read_requirement_file(path, environ=environ, constraints=True))
    requirements: list[Requirement] = []
    texts: list[str] = []
    paths: list[LocalPath] = []
    for line in found.requirements:
        if line.editable:
            raise RequestError(
                "editable installations are not supported yet",
                why=f"{line.where}: -e {line.text}",
                hint="install the folder without -e",
            )
        named = _as_path(line.text)
        if named is not None:
            paths.append(LocalPath(*named, line.where, line.text))
            continue
        requirement = _parsed(line)
        if requirement.url.startswith("file:"):
            paths.append(LocalPath(_path_of_url(requirement.url), requirement.extras, line.where, line.text))
        elif requirement.url:
            raise RequestError(
                f"{line.text}: downloading from a URL is not supported yet",
                why=line.where,
                hint="download it and give its path",
            )
        else:
            requirements.append(requirement)
            texts.append(line.text)
    constraints = tuple(_constraint(line) for line in found.constraints)
    return Inputs(
        tuple(requirements), tuple(texts), tuple(paths), constraints,
        tuple(found.options), tuple(found.files), found.uses_variables,
    )  # fmt: skip


def read_constraints(files: Iterable[str], environ: Mapping[str, str]) -> tuple[Requirement, ...]:
    """Return the constraints in *files*."""
    return read_inputs((), (), files, environ).constraints


def _merge(into: RequirementFile, other: RequirementFile) -> None:
    into.requirements += other.requirements
    into.constraints += other.constraints
    into.options += other.options
    into.files += other.files
    into.uses_variables = into.uses_variables or other.uses_variables


def _parsed(line: RequirementLine) -> Requirement:
    try:
        return parse_requirement(line.text)
    except RequestError as error:
        raise RequestError(error.what, why=f"{line.where}\n{error.why}", hint=error.hint) from error


def _constraint(line: RequirementLine) -> Requirement:
    requirement = _parsed(line)
    if requirement.extras or line.editable or requirement.url:
        raise RequestError(
            f"{line.text!r} can't be a constraint",
            why=f"{line.where}: a constraint has a name and versions, no extras, URL or -e",
            hint="put it among the requirements",
        )
    return requirement


def _as_path(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the path and extras if *text* names a file or folder, else None."""
    if " @ " in text or ("://" in text and not text.startswith("file://")):
        return None
    if text.startswith("file://"):
        return _path_of_url(text), ()
    path = text
    extras: tuple[str, ...] = ()
    if text.endswith("]") and "[" in text:
        path, _, inside = text[:-1].rpartition("[")
        extras = tuple(sorted(normalize_name(extra.strip()) for extra in inside.split(",") if extra.strip()))
    looks = os.sep in path or "/" in path or path.startswith(".") or path.endswith(_ARCHIVES)
    if not looks:
        return None
    return os.path.abspath(os.path.expanduser(path)), extras


def _path_of_url(url: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(url).path)


def read_path(local: LocalPath) -> Direct | str:
    """Return the direct candidate at a local path; for a source tree whose name only its backend knows, its folder.

    Raises:
        RequestError: there is nothing, or nothing that can be installed.

    """
    path = local.path
    if os.path.isdir(path):
        if not any(os.path.exists(os.path.join(path, name)) for name in ("pyproject.toml", "setup.py")):
            raise RequestError(
                f"{local.text} can't be installed: it is no Python project",
                why=f"neither pyproject.toml nor setup.py is in {path}",
                hint="give the folder that has one of them",
            )
        return path
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
    for suffix in _ARCHIVES[1:]:
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


def formats_of(rules: Iterable[tuple[str, str]]) -> Formats:
    """Return what ``--no-binary`` and ``--only-binary`` *rules* (option, value) say together, the last word winning.

    As pip's format control: ":all:" and ":none:" reset, a name in one option leaves the other.
    """
    sets: dict[str, set[str]] = {"no-binary": set(), "only-binary": set()}
    for option, values in rules:
        mine = sets[option.lstrip("-")]
        other = sets["only-binary" if option.lstrip("-") == "no-binary" else "no-binary"]
        for value in values.split(","):
            word = value.strip()
            if word == ALL:
                other.clear()
                mine.clear()
                mine.add(ALL)
            elif word == ":none:":
                mine.clear()
            elif word:
                name = normalize_name(word)
                other.discard(name)
                mine.add(name)
    return Formats(frozenset(sets["no-binary"]), frozenset(sets["only-binary"]))
