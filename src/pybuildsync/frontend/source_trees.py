"""What an unpacked source tree states before any of its code runs (docs/matching.md, "Variants").

Field by field, the surest first:

1. PKG-INFO of an sdist, metadata 2.2 or later, field not ``Dynamic`` (PEP 643): static, also when it is absent;
2. ``[project]`` of pyproject.toml, field not in ``dynamic`` (PEP 621): static, also when it is absent;
3. entries listed although the field is dynamic (PEP 808, PKG-INFO of metadata 2.6): they hold, more may come;
4. the names that PKG-INFO, or setuptools' older ``requires.txt``, lists: a name is a good guess, a version is not.

It never runs a backend, and never believes PKG-INFO of a tree that is no sdist: whoever edits a tree doesn't edit that.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.errors import PackageError, RequestError
from pybuildsync.frontend.build_system import Table, broken, build_system, read_pyproject, table, texts
from pybuildsync.frontend.requirement_texts import of_an_extra, parse_requires

_MOST_GUESSES: Final = 1000
_NUMBERS: Final = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\Z")
_STATIC_SINCE: Final = (2, 2)  # PEP 643
_GROWING_SINCE: Final = (2, 6)  # PEP 808


def read_source(
    root: str, *, filename_project: str | None = None, filename_version: str | None = None
) -> SourceMetadata:
    """Return what the source tree at *root* states.

    *filename_project* and *filename_version* are those of the sdist's file name; None for a tree that is no sdist. A
    name or version that nothing states is "".

    Raises:
        PackageError: the files are malformed, or name another project or version than the sdist's file name.

    """
    pyproject = read_pyproject(root)
    system = build_system(pyproject, root)
    tree = _Tree(
        root=root,
        project=table(pyproject, "project") or {},
        fields=_read_pkg_info(root),
        is_sdist=filename_project is not None,
    )
    name, version = _identity(tree, filename_project, filename_version)
    requires = _requires(tree)
    extras, extras_static = _extras(tree)
    requires_python, python_static = _requires_python(tree)
    extra_requires, match_runtime = _own_configuration(pyproject, name)
    whole = requires.whole and extras_static and python_static
    return SourceMetadata(
        metadata=Metadata(
            name=name,
            version=version,
            requires=_distinct(requires.static + requires.assumed),
            requires_python=requires_python,
            extras=extras,
            origin=Origin.STATIC if whole else Origin.ASSUMED,
        ),
        static_requires=_distinct(requires.static),
        build_requires=parse_requires(system.requires, "[build-system] of pyproject.toml") + extra_requires,
        backend=system.backend,
        match_runtime=match_runtime,
    )


def states_exactly(root: str) -> bool:
    """Whether PKG-INFO of the unpacked sdist at *root* states Requires-Dist in the very words of every wheel of it."""
    return _Tree(root=root, project={}, fields=_read_pkg_info(root), is_sdist=True).settled("requires-dist")


class _Tree(NamedTuple):
    root: str
    project: Table
    fields: Mapping[str, tuple[str, ...]]
    is_sdist: bool

    def one(self, field: str) -> str:
        """Return PKG-INFO's first value of *field* (lower case), "" if there is none."""
        return next(iter(self.fields.get(field, ())), "")

    def metadata_version(self) -> tuple[int, int]:
        """Return PKG-INFO's metadata version of an sdist, (0, 0) where there is none to be believed."""
        major, _, minor = self.one("metadata-version").partition(".") if self.is_sdist else ("", "", "")
        return (int(major), int(minor)) if _NUMBERS.match(f"{major}.{minor}") else (0, 0)

    def settled(self, field: str) -> bool:
        """Whether PKG-INFO states *field* (lower case) as static (PEP 643)."""
        dynamic = {value.lower() for value in self.fields.get("dynamic", ())}
        return self.metadata_version() >= _STATIC_SINCE and field not in dynamic

    def stated(self, key: str) -> bool:
        """Whether ``[project]`` states *key* as static (PEP 621)."""
        return "name" in self.project and key not in texts(self.project.get("dynamic", []), "[project] dynamic")


class _Requires(NamedTuple):
    static: tuple[Requirement, ...] = ()
    assumed: tuple[Requirement, ...] = ()
    whole: bool = False


def _read_pkg_info(root: str) -> Mapping[str, tuple[str, ...]]:
    try:
        with open(os.path.join(root, "PKG-INFO"), "rb") as stream:
            return read_fields(stream.read())
    except FileNotFoundError:
        return {}
    except OSError as error:  # an archive may have a link to itself, or a folder, in its place
        raise broken("PKG-INFO can't be read", str(error)) from error


def _identity(tree: _Tree, filename_project: str | None, filename_version: str | None) -> tuple[str, str]:
    stated_name = tree.project.get("name", "")
    stated_version = tree.project.get("version", "") if tree.stated("version") else ""
    if not isinstance(stated_name, str) or not isinstance(stated_version, str):
        raise broken("[project] of pyproject.toml is wrong", "name and version must be texts")
    claims: list[tuple[str, str, str]] = [("pyproject.toml", stated_name, stated_version)]
    if tree.is_sdist:
        claims.insert(0, ("PKG-INFO", tree.one("name"), tree.one("version")))
        claims.append(("the file name", filename_project or "", filename_version or ""))
    names = [(where, normalize_name(name)) for where, name, _ in claims if name]
    versions = [(where, _canonical(version, where)) for where, _, version in claims if version]
    _check_agreement("project", names)
    _check_agreement("version", versions)
    return names[0][1] if names else "", versions[0][1] if versions else ""


def _canonical(version: str, where: str) -> str:
    from packaging.version import Version

    try:
        return str(Version(version))
    except ValueError as error:  # also of numbers beyond all bounds
        raise broken("the source tree's version is none", f"{where} says {version!r} (PEP 440)") from error


def _check_agreement(what: str, claims: Sequence[tuple[str, str]]) -> None:
    if len({value for _, value in claims}) > 1:
        raise PackageError(
            f"the source distribution contradicts itself about its {what}",
            why="\n".join(f"{where}: {value}" for where, value in claims),
            hint="tell its author; another release may be right",
        )


def _requires(tree: _Tree) -> _Requires:
    listed = tree.fields.get("requires-dist", ())
    if tree.settled("requires-dist"):
        return _Requires(static=parse_requires(listed, "PKG-INFO"), whole=True)
    if tree.metadata_version() >= _GROWING_SINCE:
        return _Requires(static=parse_requires(listed, "PKG-INFO"))
    dependencies, optional = _project_requires(tree.project)
    plain, extra = tree.stated("dependencies"), tree.stated("optional-dependencies")
    if plain and extra:
        return _Requires(static=dependencies + optional, whole=True)
    known = {(requirement.name, requirement.marker) for requirement in dependencies + optional}
    guesses = _guesses(listed or _requires_txt(tree.root))
    return _Requires(
        static=dependencies + optional,
        assumed=tuple(
            guess
            for guess in guesses
            if not (extra if of_an_extra(guess) else plain) and (guess.name, guess.marker) not in known
        ),
    )


def _project_requires(project: Table) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """Return ``dependencies`` and ``optional-dependencies`` of ``[project]``, these with their extra's marker."""
    dependencies = texts(project.get("dependencies", []), "[project] dependencies")
    optional = project.get("optional-dependencies", {})
    if not isinstance(optional, Mapping):
        raise broken("[project] of pyproject.toml is wrong", "optional-dependencies must be a table")
    return (
        parse_requires(dependencies, "[project] dependencies of pyproject.toml"),
        tuple(
            _under_extra(requirement, normalize_name(extra))
            for extra, lines in optional.items()
            for requirement in parse_requires(
                texts(lines, f"[project] optional-dependencies {extra}"),
                f"[project] optional-dependencies {extra} of pyproject.toml",
            )
        ),
    )


def _under_extra(requirement: Requirement, extra: str) -> Requirement:
    from packaging.markers import InvalidMarker, Marker

    marker = f'({requirement.marker}) and extra == "{extra}"' if requirement.marker else f'extra == "{extra}"'
    try:
        canonical = str(Marker(marker))
    except (InvalidMarker, RecursionError) as error:
        raise broken("[project] of pyproject.toml is wrong", f"{extra!r} is no name of an extra") from error
    return Requirement(requirement.name, requirement.extras, requirement.specifier, canonical, requirement.url)


def _guesses(listed: Iterable[str]) -> Iterator[Requirement]:
    """Yield the *listed* requirements without their version specifiers; what can't be read is no guess."""
    for text in islice(listed, _MOST_GUESSES):
        try:
            found = parse_requirement(text)
        except RequestError:
            continue
        yield Requirement(found.name, found.extras, "", found.marker, found.url)


def _requires_txt(root: str) -> Iterator[str]:
    """Yield the requirements in setuptools' ``NAME.egg-info/requires.txt``; sections are ``[extra:marker]``."""
    for folder in (root, os.path.join(root, "src")):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            path = os.path.join(folder, entry, "requires.txt")
            if entry.endswith(".egg-info") and os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as stream:
                    yield from _requires_txt_lines(stream)
                return


def _requires_txt_lines(lines: Iterable[str]) -> Iterator[str]:
    suffix = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            conditions = [f"({marker})"] if marker else []
            conditions += [f'extra == "{normalize_name(extra)}"'] if extra else []
            suffix = f" ; {' and '.join(conditions)}" if conditions else ""
        elif line and not line.startswith("#"):
            yield line + suffix


def _extras(tree: _Tree) -> tuple[tuple[str, ...], bool]:
    provided = tuple(normalize_name(extra) for extra in tree.fields.get("provides-extra", ()))
    if tree.settled("provides-extra"):
        return tuple(dict.fromkeys(provided)), True
    optional = table(tree.project, "optional-dependencies") or {}
    named = tuple(normalize_name(extra) for extra in optional)
    if tree.stated("optional-dependencies"):
        return tuple(dict.fromkeys(named)), True
    return tuple(dict.fromkeys(named + provided)), False


def _requires_python(tree: _Tree) -> tuple[str, bool]:
    if tree.settled("requires-python"):
        return tree.one("requires-python"), True
    if tree.stated("requires-python"):
        value = tree.project.get("requires-python", "")
        if not isinstance(value, str):
            raise broken("[project] of pyproject.toml is wrong", "requires-python must be a text")
        return value, True
    return "", False


def _own_configuration(pyproject: Table | None, name: str) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the tree's own additional build requirements and the names that it says must match.

    ``extra-build-dependencies`` as uv has it: tables by project, of texts or ``{requirement, match-runtime}``; a plain
    array means the tree itself. ``match-runtime`` beside it is an array of names.
    """
    own = table(pyproject, "tool", "pybuildsync") or {}
    entries = own.get("extra-build-dependencies", [])
    if isinstance(entries, dict):
        chosen = [found for key, found in entries.items() if normalize_name(key) == name]
        are_lists = all(isinstance(found, list) for found in chosen)
        entries = [entry for found in chosen for entry in found] if are_lists else None
    if not isinstance(entries, list):
        raise broken("[tool.pybuildsync] of pyproject.toml is wrong", "extra-build-dependencies must be an array")
    lines: list[str] = []
    matched: list[bool] = []
    for entry in entries:
        line, match = (entry.get("requirement"), entry.get("match-runtime")) if isinstance(entry, dict) else (entry, 0)
        if not isinstance(line, str):
            raise broken(
                "[tool.pybuildsync] of pyproject.toml is wrong", "an extra-build-dependencies entry has no requirement"
            )
        lines.append(line)
        matched.append(bool(match))
    requires = parse_requires(lines, "[tool.pybuildsync] extra-build-dependencies of pyproject.toml")
    names = [requirement.name for requirement, match in zip(requires, matched, strict=True) if match]
    names += map(normalize_name, texts(own.get("match-runtime", []), "[tool.pybuildsync] match-runtime"))
    return requires, tuple(dict.fromkeys(names))


def _distinct(requires: Iterable[Requirement]) -> tuple[Requirement, ...]:
    return tuple(dict.fromkeys(requires))
