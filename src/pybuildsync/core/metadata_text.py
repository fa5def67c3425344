"""Core metadata text: METADATA of wheels and installed distributions, PKG-INFO of sdists.

A scan of the header block for the few fields that resolving needs (core metadata specification, RFC 822 folding), where
``packaging.metadata`` parses and validates all of them in 300 us. It never looks at the body and never judges a field
that it wasn't asked for.
"""

import re
from functools import lru_cache

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.names import normalize_name
from pybuildsync.core.plain_markers import read_marker, write_marker
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.version_sets import is_plain, order_key
from pybuildsync.errors import PackageError, RequestError

# The first line that is neither a field nor a continuation: the blank line before the body, or what the standard
# library's email parser takes for the start of the body, too; which passes over fields without a name, and "From ".
_BODY = re.compile(r"^(?![!-9;-~]*:|[ \t]|From )", re.MULTILINE)
_FIELD = re.compile(r"^([!-9;-~]+):(.*(?:\n[ \t].*)*)", re.MULTILINE)
_WANTED = re.compile(
    r"^(Name|Version|Requires-Dist|Requires-Python|Provides-Extra):(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE
)
_LONGEST = 1000  # characters of a version
_PLAIN_VERSION = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*\Z")
_parse = lru_cache(maxsize=8192)(parse_requirement)  # the releases of a project repeat theirs


class InvalidMetadataError(PackageError):
    """Metadata that can't be read: of a release among others, a reason to take another one."""


def read_fields(text: str | bytes) -> dict[str, tuple[str, ...]]:
    """Return every header field of *text*: lower-case name to its values in order, unfolded and stripped."""
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(_headers(text)):
        fields.setdefault(name.lower(), []).append(_unfold(value))
    return {name: tuple(values) for name, values in fields.items()}


def parse_metadata(text: str | bytes, origin: Origin, *, source: str = "") -> Metadata:
    """Return what *text*, a METADATA or PKG-INFO file, says about requirements; *source* names the file in errors.

    A ``Requires-Python`` that is no PEP 440 specifier counts as absent, as it does for pip: old releases hold many.

    Raises:
        PackageError: no name, no version, or a field that is not what the specification says; ``why`` names the field.

    """
    fields: dict[str, list[str]] = {}
    for key, value in _WANTED.findall(_headers(text)):
        fields.setdefault(key.lower(), []).append(_unfold(value))
    name = next(iter(fields.get("name", ())), "")
    version = next(iter(fields.get("version", ())), "")
    label = source or " ".join(filter(None, (name, version))) or "a distribution"
    if not name:
        raise _invalid(label, "Name is missing")
    requires: list[Requirement] = []
    for line in fields.get("requires-dist", ()):
        try:
            requires.append(_requirement(line))
        except RequestError as error:
            hint = f"exclude this release: {name}!={version}"
            raise _invalid(label, f"Requires-Dist: {line}\n{error.why}", hint) from error
    return Metadata(
        name=normalize_name(name),
        version=_canonical_version(version, label),
        requires=tuple(requires),
        requires_python=_valid_specifier(next(iter(fields.get("requires-python", ())), "")),
        extras=tuple(dict.fromkeys(normalize_name(extra) for extra in fields.get("provides-extra", ()) if extra)),
        origin=origin,
    )


def _requirement(line: str) -> Requirement:
    """Return what ``parse_requirement`` does, with the marker apart: most lines of a file have one of few markers."""
    head, semicolon, marker = line.partition(";")
    if not semicolon or "@" in head:
        return _parse(line)
    canonical = _canonical_marker(marker)
    if not canonical:
        return _parse(line)
    return _parse(head)._replace(marker=canonical)


@lru_cache(maxsize=8192)
def _canonical_marker(text: str) -> str:
    plain = read_marker(text)
    if plain is not None:
        return write_marker(plain)
    from packaging.markers import InvalidMarker, Marker

    try:
        return str(Marker(text))
    except (InvalidMarker, RecursionError):
        return ""


def _headers(text: str | bytes) -> str:
    decoded = text if isinstance(text, str) else text.decode("utf-8", "replace")
    decoded = decoded.removeprefix("\ufeff")
    if "\r" in decoded:
        decoded = decoded.replace("\r\n", "\n").replace("\r", "\n")
    body = _BODY.search(decoded)
    return decoded[: body.start()] if body else decoded


def _unfold(value: str) -> str:
    if "\n" not in value:
        return value.strip()
    return " ".join(filter(None, map(str.strip, value.split("\n"))))


def _canonical_version(text: str, label: str) -> str:
    if len(text) <= _LONGEST and _PLAIN_VERSION.match(text):
        return text
    from packaging.version import Version

    try:
        return str(Version(text))
    except ValueError as error:  # also of numbers beyond all bounds
        raise _invalid(label, f"Version: {text}\nnot a version (PEP 440)" if text else "Version is missing") from error


@lru_cache(maxsize=1024)
def _valid_specifier(text: str) -> str:
    if not text or is_plain(text):
        return text
    from packaging.specifiers import SpecifierSet

    try:
        for clause in SpecifierSet(text):
            if clause.operator != "===":
                order_key(clause.version.removesuffix(".*"))
    except ValueError:
        return ""
    return text


def _invalid(
    label: str, why: str, hint: str = "ask its maintainers for a release with valid metadata"
) -> InvalidMetadataError:
    return InvalidMetadataError(f"the metadata of {label} is invalid", why=why, hint=hint)
