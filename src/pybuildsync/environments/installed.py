"""What is installed: the distributions that folders on an interpreter's path hold.

Reads the folders' entries and, unless told to trust names, the first lines of each METADATA; never runs or imports what
it finds and never fails on what is broken: that is listed with the reason. Follows the specifications of recording
installed projects (PEP 376, 627) and direct URLs (PEP 610), and setuptools' older egg-info, egg-link and egg.

The first on the path wins, as it does for ``import``.
"""

import os
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.metadata_text import parse_metadata, read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import PackageError, PybuildsyncError

_NUMBER = r"(?:0|[1-9][0-9]*)"
# What str(packaging.version.Version(...)) leaves as it is (PEP 440, "Public" and "Local version identifiers").
_CANONICAL = re.compile(
    rf"(?:[1-9][0-9]*!)?{_NUMBER}(?:\.{_NUMBER})*(?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?"
    rf"(?:\+(?:{_NUMBER}|[a-z0-9]*[a-z][a-z0-9]*)(?:\.(?:{_NUMBER}|[a-z0-9]*[a-z][a-z0-9]*))*)?"
)
_EGG_PYTHON = re.compile(r"-py[0-9.]+(?:-[^-]+)?$")  # foo-1.0-py3.11-linux-x86_64.egg-info
_METADATA_IN_FOLDERS = {"dist-info": "METADATA", "egg-info": "PKG-INFO", "egg": "EGG-INFO/PKG-INFO"}
_BESIDE_METADATA = {
    "dist-info": ("pybuildsync.json", "entry_points.txt", "direct_url.json"),
    "egg-info": ("requires.txt",),
}
_MOST_ZIPPED = 1 << 24  # bytes of a zipped PKG-INFO that are read
_HEAD = 1024  # bytes of METADATA that hold Name and Version in all but odd files


class InstalledDistribution(NamedTuple):
    """One installed distribution.

    ``name`` is normalised, ``version`` canonical. ``location`` is the folder on the path, ``dist_info`` the absolute
    path of what describes the distribution in it: a folder, but for ``.egg-link`` files, zipped eggs and distutils'
    egg-info files. ``kind`` is the ending of its name: "dist-info", "egg-info", "egg-link" or "egg". ``broken`` says
    why this entry is no usable distribution, or is ""; name and version are then as far as they can be told, maybe "".
    """

    name: str
    version: str
    dist_info: str
    location: str
    kind: str = "dist-info"
    broken: str = ""


def installed_distributions(paths: Iterable[str], *, trust_names: bool = False) -> tuple[InstalledDistribution, ...]:
    """Return the distributions in the folders *paths* (import order), sorted by name; broken entries after them.

    With *trust_names*, names and versions come from the entries' names alone wherever those are whole (0.1 ms where
    looking inside takes 2 ms): for a first look at an environment that only we have written.
    """
    found: dict[str, InstalledDistribution] = {}
    broken: list[InstalledDistribution] = []
    for location in dict.fromkeys(os.path.abspath(path) for path in paths if path):
        here: dict[str, InstalledDistribution] = {}
        for distribution in _in_folder(location, trust_names=trust_names):
            if distribution.broken:
                broken.append(distribution)
            elif distribution.name in here:
                kept, dropped = _of_two(here[distribution.name], distribution)
                here[distribution.name] = kept
                if dropped.kind == "dist-info":  # an egg-info beside it is what some Linux distributions ship
                    broken.append(dropped._replace(broken=f"{os.path.basename(kept.dist_info)} is beside it"))
            else:
                here[distribution.name] = distribution
        for name, distribution in here.items():
            found.setdefault(name, distribution)
    return (*(found[name] for name in sorted(found)), *broken)


def read_metadata(distribution: InstalledDistribution) -> Metadata:
    """Return the distribution's own metadata, with origin WHEEL.

    Raises:
        PackageError: it is missing, unreadable or invalid.

    """
    text = _metadata_text(distribution.dist_info, distribution.kind)
    label = f"the installed {distribution.name} {distribution.version}"
    if text is None:
        raise PackageError(
            f"{label} has no metadata",
            why=f"{distribution.dist_info} cannot be read",
            hint="install it again",
        )
    metadata = parse_metadata(text, Origin.WHEEL, source=label)
    requires = metadata.requires or _egg_requires(distribution)
    return Metadata(
        name=metadata.name,
        version=metadata.version,
        requires=requires,
        requires_python=metadata.requires_python,
        extras=metadata.extras,
        origin=Origin.WHEEL,
    )


def metadata_text(distribution: InstalledDistribution) -> str:
    """Return the text of METADATA or PKG-INFO, "" where there is none."""
    return (_metadata_text(distribution.dist_info, distribution.kind) or b"").decode("utf-8", "replace")


def describing_bytes(distribution: InstalledDistribution) -> bytes:
    """Return what tells where it is from, what it requires, promises and was built against, as it stands on disk."""
    beside = [os.path.join(distribution.dist_info, name) for name in _BESIDE_METADATA.get(distribution.kind, ())]
    metadata = _metadata_text(distribution.dist_info, distribution.kind)
    return b"\0".join([each or b"" for each in (metadata, *map(_read_bytes, beside))])


def read_requires(distribution: InstalledDistribution) -> tuple[Requirement, ...]:
    """Return what the distribution requires, extras' requirements with their markers; raises as `read_metadata`."""
    return read_metadata(distribution).requires


def read_record_file(distribution: InstalledDistribution) -> tuple[tuple[str, str, str], ...]:
    """Return RECORD's rows: path ("/", relative to ``location``, or absolute), hash text, size text, both maybe "".

    An egg-info folder's ``installed-files.txt`` gives the same, without hashes. () where there is neither.
    """
    data = _read_bytes(list_of_files(distribution)) or b""
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    lines = text.split("\n")  # not at what else ends lines: it may be part of a name
    if "\0" in text:  # which is in no path
        lines = [line for line in lines if "\0" not in line]
        text = "\n".join(lines)
    if distribution.kind == "egg-info":
        folder = os.path.basename(distribution.dist_info)
        return tuple((os.path.normpath(f"{folder}/{line}").replace(os.sep, "/"), "", "") for line in lines if line)
    if '"' in text:
        import csv
        import io

        try:
            rows: Iterable[list[str]] = list(csv.reader(io.StringIO(text, newline="")))
        except csv.Error:  # a field beyond all bounds
            rows = ()
    else:
        rows = (line.split(",") for line in lines)
    return tuple((row[0], *(row[1:3] if len(row) > 2 else ("", ""))) for row in rows if row and row[0])  # noqa: PLR2004


def list_of_files(distribution: InstalledDistribution) -> str:
    """Return the path of the file that lists the distribution's files, whether or not it is there."""
    name = "installed-files.txt" if distribution.kind == "egg-info" else "RECORD"
    return os.path.join(distribution.dist_info, name)


def read_build_record(distribution: InstalledDistribution) -> dict[str, Any] | None:
    """Return the build record (docs/build-records.md) in the distribution, not yet checked; None if it has none."""
    return _read_json(distribution, "pybuildsync.json")


def direct_url(distribution: InstalledDistribution) -> dict[str, Any] | None:
    """Return ``direct_url.json`` (PEP 610); None for what came from an index."""
    return _read_json(distribution, "direct_url.json")


def is_editable(distribution: InstalledDistribution) -> bool:
    """Tell whether the distribution is an editable installation of a source tree."""
    if distribution.kind == "egg-link":
        return True
    origin = direct_url(distribution) or {}
    folder = origin.get("dir_info")
    return isinstance(folder, dict) and folder.get("editable") is True


def installer(distribution: InstalledDistribution) -> str:
    """Return what installed the distribution, as in "pip"; "" if it doesn't say."""
    return (_read(os.path.join(distribution.dist_info, "INSTALLER")) or "").strip()


def requested(distribution: InstalledDistribution) -> bool:
    """Tell whether the user asked for this very distribution (PEP 376)."""
    return os.path.exists(os.path.join(distribution.dist_info, "REQUESTED"))


def read_text(distribution: InstalledDistribution, filename: str) -> str:
    """Return the text of the file *filename* beside the metadata, "" where there is none."""
    return _read(os.path.join(distribution.dist_info, filename)) or ""


def why_not_removable(distribution: InstalledDistribution) -> str:
    """Return why the files of *distribution* can't be told from others, and so not removed; "" if they can."""
    if distribution.kind == "dist-info":
        if os.path.exists(os.path.join(distribution.dist_info, "RECORD")):
            return ""
        by = installer(distribution)
        return "it has no RECORD" + (f"; it was installed by {by}" if by else "")
    if distribution.kind == "egg-info" and os.path.isdir(distribution.dist_info):
        if os.path.exists(os.path.join(distribution.dist_info, "installed-files.txt")):
            return ""
        return "its egg-info has no list of files"
    return {
        "egg-info": "it was installed by distutils, which keeps no list of files",
        "egg-link": 'it is linked to its source tree by "setup.py develop"',
        "egg": "it was installed by easy_install",
    }[distribution.kind]


def _in_folder(location: str, *, trust_names: bool) -> Iterable[InstalledDistribution]:
    try:
        entries = sorted(os.listdir(location))
    except OSError:
        return
    for entry in entries:
        stem, _, kind = entry.rpartition(".")
        path = os.path.join(location, entry)
        if entry.startswith("~"):
            yield InstalledDistribution("", "", path, location, kind, "a removal by pip was interrupted; delete it")
        elif kind in ("dist-info", "egg-info", "egg-link", "egg") and stem:
            yield _describe(path, location, stem, kind, trust_names=trust_names)


def _describe(path: str, location: str, stem: str, kind: str, *, trust_names: bool) -> InstalledDistribution:
    name, version = _split(stem, kind)
    if not (trust_names and name and version):
        written = _name_and_version(path, kind)
        if written is None:
            why = "it has no METADATA" if kind == "dist-info" else "it has no PKG-INFO"
            return InstalledDistribution(normalize_name(name), version, path, location, kind, why)
        if kind == "dist-info" and name and normalize_name(written[0]) != normalize_name(name):
            why = f"its METADATA is that of {written[0]!r}"
            return InstalledDistribution(normalize_name(name), version, path, location, kind, why)
        name, version = written[0], _canonical(written[1])
        if not name or not version:
            why = f"its METADATA has no valid {'version' if name else 'name'}"
            return InstalledDistribution(normalize_name(name), version, path, location, kind, why)
    return InstalledDistribution(normalize_name(name), version, path, location, kind)


def _split(stem: str, kind: str) -> tuple[str, str]:
    """Return name and version as an entry's name gives them.

    The version is "" unless it is canonical; both are "" where it is unclear where the name ends.
    """
    if kind == "egg-link":
        return stem, ""
    if kind != "dist-info":
        stem = _EGG_PYTHON.sub("", stem)
    name, _, version = stem.partition("-")
    if "-" in version:  # a name that was never escaped
        return "", ""
    return name, version if _CANONICAL.fullmatch(version) else ""


def _canonical(text: str) -> str:
    if len(text) <= _HEAD and _CANONICAL.fullmatch(text):
        return text
    from packaging.version import Version

    try:
        return str(Version(text))
    except ValueError:  # also of numbers beyond all bounds
        return ""


def _name_and_version(path: str, kind: str) -> tuple[str, str] | None:
    head = _metadata_text(path, kind, _HEAD)
    if head is None:
        return None
    fields = read_fields(head)
    if len(head) == _HEAD and not _whole(fields):
        fields = read_fields(_metadata_text(path, kind) or b"")
    return next(iter(fields.get("name", ())), ""), next(iter(fields.get("version", ())), "")


def _whole(fields: dict[str, tuple[str, ...]]) -> bool:
    """Tell whether name and version are there with another field behind them, so that neither is cut off."""
    return "name" in fields and "version" in fields and list(fields)[-1] not in ("name", "version")


def _metadata_text(path: str, kind: str, size: int = -1) -> bytes | None:
    """Return (the first *size* bytes of) the file that holds an entry's core metadata; None if there is none."""
    if os.path.isfile(path):
        return _METADATA_OF_FILES[kind](path) if kind in _METADATA_OF_FILES else None
    return _read_bytes(os.path.join(path, _METADATA_IN_FOLDERS.get(kind, "")), size)


def _linked_metadata(path: str) -> bytes | None:
    """Return the PKG-INFO of the source tree whose folder an ``.egg-link`` file names in its first line."""
    tree = (_read(path) or "").partition("\n")[0].strip()
    name = normalize_name(os.path.basename(path).removesuffix(".egg-link"))
    try:
        entries = sorted(os.listdir(tree or os.devnull))
    except (OSError, ValueError):  # NUL is in no path
        return None
    for entry in entries:
        if entry.endswith(".egg-info") and normalize_name(entry.removesuffix(".egg-info")) == name:
            return _read_bytes(os.path.join(tree, entry, "PKG-INFO"))
    return None


def _zipped_metadata(path: str) -> bytes | None:
    import struct
    import zipfile
    import zlib

    broken = (OSError, LookupError, ValueError, EOFError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile)
    try:
        with zipfile.ZipFile(path) as archive, archive.open("EGG-INFO/PKG-INFO") as member:
            return member.read(_MOST_ZIPPED)
    except broken:
        return None


def _egg_requires(distribution: InstalledDistribution) -> tuple[Requirement, ...]:
    """Return what setuptools' ``requires.txt`` lists outside its sections: an egg-info's PKG-INFO need not say it."""
    if distribution.kind != "egg-info":
        return ()
    from pybuildsync.core.requirements import parse_requirement

    requires = []
    for line in (_read(os.path.join(distribution.dist_info, "requires.txt")) or "").splitlines():
        if line.startswith("["):
            break
        if line.strip():
            try:
                requires.append(parse_requirement(line.strip()))
            except PybuildsyncError:
                continue
    return tuple(requires)


def _of_two(
    one: InstalledDistribution, other: InstalledDistribution
) -> tuple[InstalledDistribution, InstalledDistribution]:
    """Return which of two entries for one project in one folder counts, and which doesn't.

    A dist-info counts before what it superseded; of two, the higher version does: an interrupted upgrade leaves both.
    """
    from packaging.version import Version

    ranks = [(entry.kind == "dist-info", Version(entry.version)) for entry in (one, other)]
    return (one, other) if ranks[0] >= ranks[1] else (other, one)


def _read_json(distribution: InstalledDistribution, filename: str) -> dict[str, Any] | None:
    text = _read(os.path.join(distribution.dist_info, filename))
    if text is None:
        return None
    import json

    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _read(path: str) -> str | None:
    data = _read_bytes(path)
    return None if data is None else data.decode("utf-8", "replace")


def _read_bytes(path: str, size: int = -1) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(size)
    except OSError:
        return None


_METADATA_OF_FILES = {"egg-info": _read_bytes, "egg-link": _linked_metadata, "egg": _zipped_metadata}
