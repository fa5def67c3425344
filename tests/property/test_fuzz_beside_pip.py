"""Where pip has a reader, it and ours accept the same nearly sound inputs and find the same in them.

The differences that are meant stand beside the laws. Requirement files have a law of their own
(``test_requirement_files``).
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.parser import HeaderParser
from importlib.metadata import EntryPoints
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fuzzing.families import FAMILIES
from fuzzing.mutations import mutated
from fuzzing.texts import TARGET
from hypothesis import assume, given
from hypothesis import strategies as st
from pip._internal.configuration import Configuration
from pip._internal.exceptions import ConfigurationError, InstallationError
from pip._internal.req.pep723 import PEP723Exception, pep723_metadata
from pip._internal.req.req_dependency_group import parse_dependency_groups
from pip._vendor.packaging.markers import Marker
from pip._vendor.packaging.requirements import InvalidRequirement
from pip._vendor.packaging.requirements import Requirement as PipRequirement
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.utils import canonicalize_name
from pip._vendor.packaging.version import Version

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.metadata_text import parse_metadata
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.version_sets import accepts
from pybuildsync.environments.scripts import read_entry_points
from pybuildsync.errors import PybuildsyncError
from pybuildsync.project.dependency_groups import read_group
from pybuildsync.project.pip_configuration import read_file
from pybuildsync.project.scripts import read_script

if TYPE_CHECKING:
    from fuzzing.law import Family


def nearly_sound(name: str) -> st.SearchStrategy[bytes]:
    """Return the strategy of one family, without what is beyond all bounds: there pip has tracebacks."""
    family: Family = FAMILIES[name]
    return st.one_of(st.sampled_from(family.seeds), mutated(family)).filter(lambda data: b"999999" not in data)


@contextmanager
def folder(name: str, data: bytes) -> Iterator[str]:
    """Give the path of a file with *data*; the working directory is its folder."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as made:
        Path(made, name).write_bytes(data)
        os.chdir(made)
        try:
            yield os.path.join(made, name)
        finally:
            os.chdir(before)


def same(ours: Requirement, theirs: PipRequirement) -> None:
    """Make sure that two requirements ask for the same."""
    assert ours.name == canonicalize_name(theirs.name)
    assert ours.extras == tuple(sorted({canonicalize_name(extra) for extra in theirs.extras}))
    assert SpecifierSet(ours.specifier) == theirs.specifier
    assert ours.url == (theirs.url or "")
    assert ours.marker == (str(theirs.marker) if theirs.marker else "")


@given(nearly_sound("requirement"))
def test_requirements(data: bytes) -> None:
    """Names, extras, specifiers, URLs, markers; what a specifier accepts and whether a marker holds."""
    text = data.decode("utf-8", "replace")
    try:
        theirs = PipRequirement(text)
    except (InvalidRequirement, RecursionError):
        with pytest.raises(PybuildsyncError):
            parse_requirement(text)
        return
    ours = parse_requirement(text)
    same(ours, theirs)
    for version in ("1.0", "1.5.1", "2.0rc1", "1!2.0rc1.post3.dev4+local.7", "1.0+local.7"):
        assert accepts(ours.specifier, version) == theirs.specifier.contains(Version(version), prereleases=True)
    if theirs.marker:
        try:
            held = Marker(str(theirs.marker)).evaluate({**dict(TARGET.markers), "extra": "x"})
        except (ValueError, KeyError):
            with pytest.raises(PybuildsyncError):
                MarkerAnswers(TARGET, {}).hold(ours.marker, "x")
        else:
            assert MarkerAnswers(TARGET, {}).hold(ours.marker, "x") == held


def unfolded(value: object) -> str:
    """Return *value* in one line: with folded fields pip would stumble later."""
    return " ".join(filter(None, map(str.strip, str(value).splitlines())))


def pips_metadata(data: bytes) -> tuple[str, str, list[PipRequirement], str]:
    """Return name, version, requirements and Python as pip reads METADATA."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    message = HeaderParser().parsestr(text)
    name, version, python = (unfolded(message.get(field, "")) for field in ("Name", "Version", "Requires-Python"))
    requires = [PipRequirement(unfolded(line)) for line in message.get_all("Requires-Dist", [])]
    try:
        python = str(SpecifierSet(python))
    except ValueError:
        python = ""
    return name, str(Version(version)), requires, python


@given(nearly_sound("metadata"))
def test_metadata(data: bytes) -> None:
    """Name, version, requirements and Python of METADATA.

    Meant: lines end with LF, CR or both, as in the specification; the standard library's parser also ends them at form
    feeds and the like, of which sound files have none.
    """
    assume(not any(odd in data.decode("utf-8", "replace") for odd in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0"))
    try:
        name, version, requires, python = pips_metadata(data)
    except (ValueError, RecursionError):
        with pytest.raises(PybuildsyncError):
            parse_metadata(data, Origin.WHEEL)
        return
    if not name:
        with pytest.raises(PybuildsyncError):
            parse_metadata(data, Origin.WHEEL)
        return
    ours: Metadata = parse_metadata(data, Origin.WHEEL)
    assert (ours.name, ours.version) == (canonicalize_name(name), version)
    assert len(ours.requires) == len(requires)
    for one, other in zip(ours.requires, requires, strict=True):
        same(one, other)
    assert SpecifierSet(ours.requires_python) == SpecifierSet(python)


def taken(read: Callable[[], object], *errors: type[Exception]) -> object:
    """Return what *read* gives, None for *errors*."""
    try:
        return read()
    except errors:
        return None


@given(nearly_sound("scripts"))
def test_scripts(data: bytes) -> None:
    """What pip takes of a script we take, and the same of it; it looks at types only later."""
    assume(not data.startswith(b"\xef\xbb\xbf"))  # pip takes no mark of the byte order
    with folder("script.py", data) as path:
        theirs = taken(lambda: pep723_metadata(path), PEP723Exception, UnicodeDecodeError)
        ours = taken(lambda: read_script(path), PybuildsyncError)
    if ours is None:
        lines = theirs.get("dependencies", []) if isinstance(theirs, dict) else None
        is_sound = isinstance(lines, list) and all(isinstance(line, str) for line in lines)
        assert not (is_sound and isinstance(theirs, dict) and isinstance(theirs.get("requires-python", ""), str))
    else:
        assert isinstance(theirs, dict)
        assert [line.text for line in ours[0]] == theirs.get("dependencies", [])  # type: ignore[index]  # ScriptNeeds
        assert ours[1] == theirs.get("requires-python", "")  # type: ignore[index]  # likewise


@given(nearly_sound("groups"))
def test_groups(data: bytes) -> None:
    """The requirements of a group, those of groups in it included."""
    with folder("pyproject.toml", data):
        theirs = taken(
            lambda: list(parse_dependency_groups([("pyproject.toml", "g")])), InstallationError, Exception
        )  # pip tells most of what is wrong, and has tracebacks for some
        ours = taken(lambda: [line.text for line in read_group("pyproject.toml", "g")], PybuildsyncError)
    assert ours == theirs


@given(nearly_sound("pip_conf"))
def test_pip_configuration(data: bytes) -> None:
    """Sections, names and values of pip.conf."""
    with folder("pip.conf", data) as path:
        theirs = taken(lambda: pips_settings(path), ConfigurationError, Exception)
        ours = taken(lambda: read_file(path), PybuildsyncError)
    if isinstance(ours, dict):
        ours = {f"{section}.{name}": text for section, found in ours.items() for name, text in found.items()}
    assert ours == theirs


def pips_settings(path: str) -> dict[str, str]:
    """Return what pip reads in the file at *path*, by section and name."""
    configuration: Any = Configuration(isolated=False)  # its reader is not for everybody
    configuration._load_file("env", path)
    return {name: str(text) for name, text in configuration._config["env"][path].items()}


@given(nearly_sound("entry_points"))
def test_entry_points(data: bytes) -> None:
    """Scripts that we take are those that the standard library, and pip with it, finds; for odd ones we have errors."""
    text = data.decode("utf-8", "replace")
    ours = taken(lambda: read_entry_points(text, "a 1.0"), PybuildsyncError)
    if ours is None:
        return
    try:
        found = EntryPoints._from_text_for(text, None)  # type: ignore[attr-defined]  # its reader
        theirs = {
            each.name: (each.module, each.attr) for each in found if each.group in ("console_scripts", "gui_scripts")
        }
    except (AttributeError, ValueError, TypeError):  # it has tracebacks for what isn't NAME = VALUE
        return
    assert isinstance(ours, tuple)
    assert {each.name: (each.module, each.attribute) for each in ours} == theirs
