"""The build record: its format, its making, its checking (docs/build-records.md).

A record is a JSON object in ``NAME-VERSION.dist-info/pybuildsync.json`` of a wheel. Every field is always there; what
is unknown is "", [] or null. It never holds an absolute path, a host name or credentials: a text with one of these is
kept as its digest, so that it can still be compared.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional

from pybuildsync_hooks.rewriting import MemberChange, read_member, rewrite_wheel
from pybuildsync_hooks.sbom import SBOM_NAME, cyclonedx
from pybuildsync_hooks.shapes import Exactly, ListOf, MapOf, Maybe, Object, Text, Texts, texts

if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Sequence, Union

SCHEMA_VERSION = 1
RECORD_NAME = "pybuildsync.json"

SOURCE_KINDS = ("sdist", "archive", "directory", "vcs")
EVIDENCE = ("configured", "baked", "linked", "required twice")
POLICIES = ("exact", "micro", "minor", "at-least", "any")
BUILD_TIMES = ("latest", "source", "date", "retry")


class RecordError(ValueError):
    """A record that is not what docs/build-records.md says; ``problems`` are all that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("the build record is invalid: " + "; ".join(problems))
        self.problems = tuple(problems)


class Source(NamedTuple):
    """What was built: one of SOURCE_KINDS, the file's name, the SHA-256 of the archive or of the tree's content.

    ``path`` is where the index has the file, relative to its listing; ``subdirectory`` the project's place inside;
    ``commit`` the revision of a checkout.
    """

    kind: str
    filename: str
    sha256: str
    path: str = ""
    subdirectory: str = ""
    commit: str = ""


class Ingredient(NamedTuple):
    """A distribution of the build environment; ``build_key`` if it was itself built, ``sha256`` of its wheel or ""."""

    name: str
    version: str
    sha256: str = ""
    build_key: str = ""


class Match(NamedTuple):
    """A distribution of the build environment that the wheel must run with.

    ``evidence`` is one of EVIDENCE, ``policy`` one or more of POLICIES joined by "+", ``reason`` a sentence's rest.
    """

    name: str
    version: str
    evidence: str
    policy: str
    reason: str = ""


class Link(NamedTuple):
    """A shared library that a compiled file of the wheel needs and that a distribution's file provides."""

    module: str
    library: str
    distribution: str
    path: str


def make_record(
    *,
    name: str,
    version: str,
    source: Source,
    backend: str,
    build_requires: Sequence[str],
    hook_requires: Sequence[str],
    environment: Iterable[Ingredient],
    implementation: str,
    python: str,
    platform: str,
    tags: Sequence[str],
    prepared_requires: Optional[Sequence[str]],
    built_requires: Sequence[str],
    matches: Iterable[Match] = (),
    links: Iterable[Link] = (),
    config_settings: Optional[Mapping[str, Union[str, Sequence[str]]]] = None,
    variables: Optional[Mapping[str, str]] = None,
    build_time: str = "latest",
    as_of: str = "",
    build_key: str,
) -> Dict[str, Any]:
    """Return the record of one build, in its canonical order.

    The arguments are the fields of docs/build-records.md. *prepared_requires* is None where metadata was not prepared.
    *as_of* is the ISO 8601 time that the build tools were resolved as of, unless *build_time* is "latest".

    Raises:
        RecordError: the result would be no valid record.

    """
    record = {
        "schema": SCHEMA_VERSION,
        "name": name,
        "version": version,
        "source": source._asdict(),
        "backend": backend,
        "build_requires": [without_secrets(each) for each in build_requires],
        "hook_requires": [without_secrets(each) for each in hook_requires],
        "environment": [each._asdict() for each in sorted(environment)],
        "config_settings": {key: _settings(value) for key, value in sorted((config_settings or {}).items())},
        "variables": {key: without_secrets(value) for key, value in sorted((variables or {}).items())},
        "interpreter": {"implementation": implementation, "version": python, "platform": platform},
        "tags": list(tags),
        "prepared_requires": None
        if prepared_requires is None
        else [without_secrets(each) for each in prepared_requires],
        "built_requires": [without_secrets(each) for each in built_requires],
        "matches": matches_field(matches),
        "links": [each._asdict() for each in sorted(links)],
        "build_time": {"policy": build_time, "as_of": as_of},
        "build_key": build_key,
    }
    problems = check_record(record)
    if problems:
        raise RecordError(problems)
    return record


def matches_field(matches: Iterable[Match]) -> List[Dict[str, Any]]:
    """Return the field of a record that tells *matches*."""
    return [each._replace(reason=without_secrets(each.reason))._asdict() for each in sorted(matches)]


def check_record(record: object) -> List[str]:
    """Return what is wrong with *record*, each with its place ("matches[0].policy: ..."); [] for a valid one.

    Fields that this version doesn't know are no problem; a later schema is.
    """
    schema = record.get("schema") if isinstance(record, dict) else None
    if isinstance(schema, int) and schema > SCHEMA_VERSION:
        return ["schema: {} is later than {}, the last one known here".format(schema, SCHEMA_VERSION)]
    problems = list(_SHAPE.problems(record, ""))
    if not problems:
        problems += _contradictions(record)  # type: ignore[arg-type]  # its shape has just been checked
    problems += ["{}: {}".format(place, why) for place, text in texts(record) for why in filter(None, [leak(text)])]
    return problems


def dump_record(record: Mapping[str, Any]) -> bytes:
    """Return the bytes of the record's file: the same for equal records, whatever the order of their fields."""
    return (json.dumps(record, indent=1, sort_keys=True) + "\n").encode("ascii")


def write_record(wheel_path: str, record: Mapping[str, Any], destination_folder: str, *, sbom: bool = False) -> str:
    """Write a copy of the wheel *wheel_path* with *record* in it into *destination_folder*; return the copy's path.

    The copy has the wheel's name and replaces a file of that name, the wheel itself included, in one step. A record
    that was there is replaced. All other files keep their bytes, RECORD comes last, signatures of RECORD go (PEP 815).
    With *sbom*, the same is said in CycloneDX in ``sboms/`` (PEP 770). The same input gives the same bytes.

    Raises:
        RecordError: *record* is not valid.
        WheelError: the file is not a wheel.

    """
    problems = check_record(record)
    if problems:
        raise RecordError(problems)
    changes = [MemberChange(RECORD_NAME, dump_record(record))]
    changes.append(MemberChange(SBOM_NAME, dump_record(cyclonedx(record)) if sbom else None))
    return rewrite_wheel(wheel_path, changes, destination_folder)


def read_record(wheel_path: str) -> Optional[Dict[str, Any]]:
    """Return the build record in a wheel, not yet checked; None if it has none, or one that is no JSON object.

    Raises:
        WheelError: the file is not a wheel.

    """
    data = read_member(wheel_path, RECORD_NAME)
    try:
        record = json.loads(data.decode("utf-8")) if data is not None else None
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


_URL_REQUIREMENT = re.compile(r"(?P<name>[^@;]*[^@;\s])\s*@\s*(?P<url>\S+)(?P<marker>.*)", re.DOTALL)
_SCHEME = r"(?<![A-Za-z0-9+.-])[0-9+.-]*[A-Za-z][A-Za-z0-9+.-]*://"  # begins where a word does: a search takes one pass
_LEAKS = (
    ("a host name", re.compile(_SCHEME + r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+[:/]")),
    ("an absolute path", re.compile(r"(?:^|[\s=:,;'\"(\[@])(?:-[A-Za-z]+)?(?:~?/[^\s/]|[A-Za-z]:[\\/]|\\\\)")),
)


def leak(text: str) -> str:
    """Return what *text* holds that no record may: "an absolute path", "a host name", or "" for neither."""
    return next((what for what, pattern in _LEAKS if pattern.search(text)), "")


def without_secrets(text: str) -> str:
    """Return *text*, a requirement or a setting, fit for a record: what no record may hold is replaced by its digest.

    ``lib @ https://host/lib.whl ; marker`` becomes ``lib @ sha256:HEX ; marker``; anything else with an absolute path
    or a host name becomes ``sha256:HEX`` as a whole.
    """
    direct = _URL_REQUIREMENT.fullmatch(text)
    if direct and leak(direct["url"]) and not leak(direct["name"] + direct["marker"]):
        return "{} @ {}{}".format(direct["name"], _digest(direct["url"]), direct["marker"])
    return _digest(text) if leak(text) else text


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _settings(value: Union[str, Sequence[str]]) -> Union[str, List[str]]:
    return without_secrets(value) if isinstance(value, str) else [without_secrets(each) for each in value]


def _one_of(values: Sequence[str]) -> Text:
    return Text("|".join(map(re.escape, values)), "one of " + ", ".join(values))


_ANY = Text(r"[\s\S]*", "a text")
_NAME = Text(r"[a-z0-9]+(?:-[a-z0-9]+)*", "a normalised project name (PEP 503)")
_VERSION = Text(r"[0-9A-Za-z!.+_-]+", "a version")
_SHA256 = Text(r"[0-9a-f]{64}", "64 hexadecimal digits")
_SHA256_OR_NOT = Text(r"(?:[0-9a-f]{64})?", "64 hexadecimal digits or empty")
_POLICY = Text(r"(?:{0})(?:\+(?:{0}))*".format("|".join(POLICIES)), "policies joined by +: " + ", ".join(POLICIES))
_TIME = Text(r"(?:\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?)?)?", "an ISO 8601 time in UTC or empty")
_REQUIREMENTS = ListOf(Text(r"\S[\s\S]*", "a requirement"))

_SHAPE = Object({
    "schema": Exactly(SCHEMA_VERSION),
    "name": _NAME,
    "version": _VERSION,
    "source": Object({
        "kind": _one_of(SOURCE_KINDS),
        "filename": Text(r"[^/\\]*", "a file name without folders"),
        "sha256": _SHA256_OR_NOT,
        "path": _ANY,
        "subdirectory": _ANY,
        "commit": _ANY,
    }),
    "backend": _ANY,
    "build_requires": _REQUIREMENTS,
    "hook_requires": _REQUIREMENTS,
    "environment": ListOf(
        Object({"name": _NAME, "version": _VERSION, "sha256": _SHA256_OR_NOT, "build_key": _SHA256_OR_NOT})
    ),
    "config_settings": MapOf(Texts()),
    "variables": MapOf(_ANY),
    "interpreter": Object({"implementation": _ANY, "version": _VERSION, "platform": _ANY}),
    "tags": ListOf(Text(r"[^-\s]+-[^-\s]+-[^-\s]+", "a wheel tag")),
    "prepared_requires": Maybe(_REQUIREMENTS),
    "built_requires": _REQUIREMENTS,
    "matches": ListOf(
        Object({"name": _NAME, "version": _VERSION, "evidence": _one_of(EVIDENCE), "policy": _POLICY, "reason": _ANY})
    ),
    "links": ListOf(Object({"module": _ANY, "library": _ANY, "distribution": _NAME, "path": _ANY})),
    "build_time": Object({"policy": _one_of(BUILD_TIMES), "as_of": _TIME}),
    "build_key": _SHA256,
})  # fmt: skip


def _contradictions(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield where fields of a record with the right shape disagree with one another."""
    versions = {each["name"]: each["version"] for each in record["environment"]}
    if [each["name"] for each in record["environment"]] != sorted(versions):
        yield "environment: not sorted by name, or a name twice"
    for position, match in enumerate(record["matches"]):
        if versions.get(match["name"]) != match["version"]:
            yield "matches[{}]: {name} {version} is not in the environment".format(position, **match)
    for position, link in enumerate(record["links"]):
        if link["distribution"] not in versions:
            yield "links[{}]: {distribution} is not in the environment".format(position, **link)
    if not (record["source"]["sha256"] or record["source"]["commit"]):
        yield "source: neither sha256 nor commit tells what was built"
    if (record["build_time"]["policy"] == "latest") != (record["build_time"]["as_of"] == ""):
        yield "build_time: as_of is for every policy but latest"
