"""What the user asks for: words and requirement files become requirements, local paths, and what stands beside them.

Follows pip in what counts as a path: a word with a separator, one that starts with a dot, or an archive's file name; a
marker may follow. Any ``--hash`` turns hash mode on for everything, as in pip.
"""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pybuildsync.commands.options import Setting
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.errors import RequestError
from pybuildsync.project.requirement_files import RequirementFile, RequirementLine, read_requirement_file

ARCHIVES = (".whl", ".tar.gz", ".tgz", ".zip")
HASHES = ("sha256", "sha384", "sha512")  # what pip takes; weaker ones prove nothing


class LocalPath(NamedTuple):
    """A path given as a requirement: a wheel, an sdist or a source tree, maybe with extras; ``where`` for messages.

    ``hashes`` are "ALGORITHM:HEX" texts, ``settings`` config settings for its build.
    """

    path: str
    extras: tuple[str, ...]
    where: str
    text: str
    marker: str = ""
    hashes: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()


class Inputs(NamedTuple):
    """What was asked for. ``texts`` gives, for each requirement, the words it was asked for with.

    ``hashes`` are ("ALGORITHM:HEX", ...) by project; with ``needs_hashes`` every file must have one. ``settings`` are
    config settings that stand beside a requirement.
    """

    requirements: tuple[Requirement, ...]
    texts: tuple[str, ...]
    paths: tuple[LocalPath, ...]
    constraints: tuple[Requirement, ...]
    options: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    uses_variables: bool
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs_hashes: bool = False
    settings: tuple[Setting, ...] = ()


def read_inputs(
    words: Iterable[str],
    requirement_files: Iterable[str],
    constraint_files: Iterable[str],
    environ: Mapping[str, str],
    *,
    editables: Iterable[str] = (),
) -> Inputs:
    """Return what the command line and its files ask for.

    Raises:
        RequestError: a requirement, path or file is not what it should be.

    """
    found = RequirementFile()
    found.requirements += [RequirementLine(word, "the command line") for word in words]
    found.requirements += [RequirementLine(word, "the command line", editable=True) for word in editables]
    for path in requirement_files:
        _merge(found, read_requirement_file(path, environ=environ))
    for path in constraint_files:
        _merge(found, read_requirement_file(path, environ=environ, constraints=True))
    read = [(_read(line), line) for line in found.requirements]
    named = [(asked, line) for asked, line in read if isinstance(asked, Requirement)]
    paths = tuple(asked for asked, _ in read if isinstance(asked, LocalPath))
    limits = [(_constraint(line), line) for line in found.constraints]
    hashes: dict[str, tuple[str, ...]] = {}
    for asked, line in (*named, *limits):
        if line.hashes:
            hashes[asked.name] = (*hashes.get(asked.name, ()), *_checked_hashes(line))
    return Inputs(
        requirements=tuple(asked for asked, _ in named),
        texts=tuple(line.text for _, line in named),
        paths=paths,
        constraints=tuple(asked for asked, _ in limits),
        options=tuple(found.options),
        files=tuple(found.files),
        uses_variables=found.uses_variables,
        hashes=tuple(hashes.items()),
        needs_hashes=bool(hashes) or any(each.hashes for each in paths) or ("--require-hashes", "") in found.options,
        settings=tuple(setting for asked, line in named for setting in _settings(line, asked.name)),
    )


def _merge(into: RequirementFile, other: RequirementFile) -> None:
    into.requirements += other.requirements
    into.constraints += other.constraints
    into.options += other.options
    into.files += other.files
    into.uses_variables = into.uses_variables or other.uses_variables


def _read(line: RequirementLine) -> Requirement | LocalPath:
    """Return what *line* asks for: a project by its name, or what is at a path."""
    if line.editable:
        raise RequestError(
            "editable installations are not supported yet",
            why=f"{line.where}: -e {line.text}",
            hint="install the folder without -e",
        )
    text, marker = _split_marker(line.text)
    named = _as_path(text)
    if named is None:
        requirement = _parsed(line)
        if not requirement.url:
            return requirement
        if not requirement.url.startswith("file:"):
            raise RequestError(
                f"{requirement.name}: downloading from a URL is not supported yet",
                why=line.where,
                hint="download it and give its path",
            )
        named, marker = (requirement.url, requirement.extras), requirement.marker
    location, extras = named
    path, digest = _local(location) if location.startswith("file:") else (location, "")
    return LocalPath(
        path=path,
        extras=extras,
        where=line.where,
        text=line.text,
        marker=marker,
        hashes=(*_checked_hashes(line), *((digest,) if digest else ())),
        settings=_settings(line, ""),
    )


def _parsed(line: RequirementLine) -> Requirement:
    try:
        return parse_requirement(line.text)
    except RequestError as error:
        raise RequestError(error.what, why=f"{line.where}\n{error.why}", hint=error.hint) from error


def _constraint(line: RequirementLine) -> Requirement:
    is_path = line.editable or _as_path(_split_marker(line.text)[0]) is not None
    requirement = None if is_path else _parsed(line)
    if requirement is None or requirement.extras or requirement.url:
        raise RequestError(
            f"{line.text!r} can't be a constraint",
            why=f"{line.where}: a constraint has a name and versions, no extras, path, URL or -e",
            hint="put it among the requirements",
        )
    return requirement


def _checked_hashes(line: RequirementLine) -> tuple[str, ...]:
    for text in line.hashes:
        algorithm, colon, digest = text.partition(":")
        if not colon or algorithm not in HASHES or not digest:
            raise RequestError(
                f"--hash={text} is no hash",
                why=f"{line.where}: {line.text}",
                hint=f"write it as ALGORITHM:DIGEST, with one of {', '.join(HASHES)}",
            )
    return tuple(text.lower() for text in line.hashes)


def _settings(line: RequirementLine, package: str) -> tuple[Setting, ...]:
    found = []
    for text in line.config_settings:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise RequestError(f"--config-settings {text} is not KEY=VALUE", why=f"{line.where}: {line.text}")
        found.append(Setting(package, key, value))
    return tuple(found)


def _split_marker(text: str) -> tuple[str, str]:
    """Split a requirement that may be a path from its marker; in a URL only ``; `` with a blank begins one."""
    before, semicolon, marker = text.partition("; " if "://" in text else ";")
    return (before.strip(), marker.strip()) if semicolon else (text, "")


def _as_path(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the path or ``file:`` URL, and the extras, if *text* names a file or folder, else None."""
    if " @ " in text or ("://" in text and not text.startswith("file://")):
        return None
    path = text
    extras: tuple[str, ...] = ()
    if text.endswith("]") and "[" in text:
        path, _, inside = text[:-1].rpartition("[")
        extras = tuple(sorted(normalize_name(extra.strip()) for extra in inside.split(",") if extra.strip()))
    if text.startswith("file://"):
        return path, extras
    if os.sep in path or "/" in path or path.startswith(".") or path.endswith(ARCHIVES):
        return os.path.abspath(os.path.expanduser(path)), extras
    return None


def _local(url: str) -> tuple[str, str]:
    """Return the path that a ``file:`` URL names, and the hash in its fragment, "" if there is none."""
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    parts = urlsplit(url)
    for piece in parts.fragment.split("&"):
        algorithm, equals, digest = piece.partition("=")
        if equals and algorithm in HASHES:
            return url2pathname(parts.path), f"{algorithm}:{digest.lower()}"
    return url2pathname(parts.path), ""
