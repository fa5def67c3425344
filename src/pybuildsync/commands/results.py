"""What commands give back, to be printed or written as JSON by the command line.

Named tuples instead of dataclasses: every command imports them, and making one at import takes 0.1 ms where a frozen
dataclass takes 0.6.
"""

from typing import Any, Literal, NamedTuple, TypeAlias

ChangeKind: TypeAlias = Literal["install", "remove", "upgrade", "downgrade", "rebuild", "keep"]


class Change(NamedTuple):
    """One distribution of the plan. ``old`` is "" for an install, ``new`` for a removal; ``reason`` may be "".

    ``built`` if this command has built it; what comes from an earlier build or an index wasn't.
    """

    kind: ChangeKind
    name: str
    old: str = ""
    new: str = ""
    reason: str = ""
    built: bool = False


class Satisfied(NamedTuple):
    """A requirement, as the user wrote it, and the *version* in the folder *location* that meets it in the end.

    ``name`` is its project's, normalised.
    """

    requirement: str
    version: str
    location: str
    name: str


class Ignored(NamedTuple):
    """A requirement that isn't for this environment: its project, as the user wrote it, and the marker that says so."""

    name: str
    marker: str


class InstallResult(NamedTuple):
    """What an install did, or would do (``dry_run``).

    ``changes`` in the order to print; those of kind "keep" are not printed. ``satisfied`` are all requirements asked
    for, with what meets them once the changes are made; those that no change concerns are told. ``watched`` is what
    :mod:`pybuildsync.commands.watched` saw of every file and folder that this answer depends on; with it, the same
    command line may be answered next time by looking at them alone. It is empty where that would not be sound: where
    the answer hung on an index, on a local source tree, or on an environment variable named in a requirement file.
    ``conflicts`` says, a sentence each, which installed distributions the install leaves without what they require.
    ``recipe`` does the same in another environment (:func:`pybuildsync.commands.placing.repeatable`); it isn't told.
    ``report`` is the installation report, where that is all that is to go to stdout. ``ignored`` are requirements that
    were asked for and whose markers don't hold.
    """

    changes: tuple[Change, ...] = ()
    satisfied: tuple[Satisfied, ...] = ()
    seconds: float = 0.0
    rounds: int = 0
    builds: int = 0
    dry_run: bool = False
    watched: tuple[tuple[str, str], ...] = ()
    recipe: tuple[Any, ...] = ()
    conflicts: tuple[str, ...] = ()
    report: str = ""
    ignored: tuple[Ignored, ...] = ()


class BuiltFile(NamedTuple):
    """A wheel that was written: ``path`` is absolute.

    ``against`` are the (name, version) pairs that it must match; ``is_built`` if it was built from source.
    """

    name: str
    version: str
    path: str
    against: tuple[tuple[str, str], ...] = ()
    is_built: bool = False


class WheelResult(NamedTuple):
    """The wheels that were built or fetched into the wheel folder; ``ignored`` as for an install."""

    wheels: tuple[BuiltFile, ...] = ()
    seconds: float = 0.0
    rounds: int = 0
    ignored: tuple[Ignored, ...] = ()


class DownloadedFile(NamedTuple):
    """A distribution and its file: ``path`` is absolute, "" for a folder, which stays where it is.

    ``is_new`` unless the very same file was there.
    """

    name: str
    version: str
    path: str
    is_new: bool = True


class DownloadResult(NamedTuple):
    """What was downloaded, by name; ``ignored`` as for an install."""

    files: tuple[DownloadedFile, ...] = ()
    seconds: float = 0.0
    rounds: int = 0
    ignored: tuple[Ignored, ...] = ()


class FileDifference(NamedTuple):
    """A file, by its path in RECORD, and *what* differs from what RECORD says of it."""

    path: str
    what: str


class Problem(NamedTuple):
    """Something wrong in an environment.

    ``kind`` is "missing", "conflict", "match" (built against another version than runs), "library" (a shared library
    is not found), "broken" (what describes it), "platform" (made for another one) or "files" (``files`` are not what
    its RECORD says). ``pip`` is the line that pip's check has for it, "" where it has none.
    """

    kind: Literal["missing", "conflict", "match", "library", "broken", "platform", "files"]
    name: str
    version: str
    text: str
    hint: str = ""
    pip: str = ""
    files: tuple[FileDifference, ...] = ()


class CheckResult(NamedTuple):
    """All that was found wrong; an environment without problems has none. ``distributions`` were looked at."""

    problems: tuple[Problem, ...] = ()
    distributions: int = 0


class Listed(NamedTuple):
    """One installed distribution, called as its metadata have it.

    ``editable`` is the folder of an editable installation, or "". ``stated_version`` is the version as its metadata
    write it, ``build`` the build tag of its wheel (PEP 427). ``latest`` is the newest version that could be installed,
    ``filetype`` as what ("wheel" or "sdist"); both are "" unless asked for.
    """

    name: str
    version: str
    location: str = ""
    editable: str = ""
    installer: str = ""
    stated_version: str = ""
    build: str = ""
    latest: str = ""
    filetype: str = ""


class ListResult(NamedTuple):
    """The installed distributions, by name; ``outdated`` if only such were asked for."""

    distributions: tuple[Listed, ...] = ()
    outdated: bool = False


class InspectResult(NamedTuple):
    """The inspection report, as JSON text."""

    report: str


class VersionsResult(NamedTuple):
    """The ``versions`` of the project *name* (as typed), newest first; the one ``installed``, or ""."""

    name: str
    versions: tuple[str, ...]
    installed: str = ""


class DebugResult(NamedTuple):
    """What is known of an interpreter, as (label, text); the ``tags`` of wheels that fit, for ``target`` if not ""."""

    values: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    target: str = ""


class CompletionResult(NamedTuple):
    """A shell's script, or the words, a line each, that may stand in a place."""

    text: str


class Hashed(NamedTuple):
    """A file as it was named and its hexadecimal digest."""

    path: str
    digest: str


class HashResult(NamedTuple):
    """The digests of files by one ``algorithm``."""

    algorithm: str
    files: tuple[Hashed, ...]


class FreezeResult(NamedTuple):
    """Requirement lines that give the same distributions again."""

    lines: tuple[str, ...] = ()


class Described(NamedTuple):
    """What is known of one installed distribution.

    ``fields`` are (label, text) pairs in the order to print, ``details`` more of them and ``lists`` (label, lines)
    pairs for who wants to know more. ``files`` are None unless asked for, () where there is no list of them. ``record``
    is the build record (docs/matching.md, "Build records") as JSON-like data, or None; ``sentences`` say it in words.
    """

    name: str
    version: str
    fields: tuple[tuple[str, str], ...]
    details: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    files: tuple[str, ...] | None = None
    record: dict[str, object] | None = None
    sentences: tuple[str, ...] = ()


class ShowResult(NamedTuple):
    """The distributions asked for, in that order, and the names that are not installed."""

    distributions: tuple[Described, ...] = ()
    missing: tuple[str, ...] = ()


class UninstallResult(NamedTuple):
    """What was removed, or would be (``dry_run``, or ``declined``: the user said no); the names not installed."""

    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()
    declined: bool = False
    dry_run: bool = False


class VenvResult(NamedTuple):
    """A virtual environment was made in the folder *path* with *python*, whose version is *version*.

    ``base`` is what it took from its interpreter (:func:`pybuildsync.environments.venv.base_of`); while everything in
    ``watched`` looks as it did, the same words mean the same interpreter. Neither is told.
    """

    path: str
    python: str
    version: str
    base: tuple[str, str, str, str, str] = ("", "", "", "", "")
    watched: tuple[tuple[str, str], ...] = ()


class ConfigEntry(NamedTuple):
    """A setting: ``key`` is SECTION.NAME, ``origin`` the file or the variable that says it."""

    key: str
    value: str
    origin: str


class ConfigEntries(NamedTuple):
    """All settings, in the order to print."""

    entries: tuple[ConfigEntry, ...]


class ConfigValue(NamedTuple):
    """What one setting is."""

    value: str


class ConfigFile(NamedTuple):
    """A place where pip looks; ``values`` are its (SECTION.NAME, text) pairs."""

    kind: str
    path: str
    exists: bool
    values: tuple[tuple[str, str], ...]


class ConfigFiles(NamedTuple):
    """The places, weakest first, and pip's variables as (name, text)."""

    variables: tuple[tuple[str, str], ...]
    files: tuple[ConfigFile, ...]


class ConfigWritten(NamedTuple):
    """The file that was changed."""

    path: str


class CacheFolder(NamedTuple):
    """Where the store is."""

    path: str


class CacheSize(NamedTuple):
    """What the store holds: (kind, number of files, bytes), by kind."""

    path: str
    kinds: tuple[tuple[str, int, int], ...] = ()


class CacheRemoved(NamedTuple):
    """What was removed from the store."""

    path: str
    files: int
    size: int


class CacheInfo(NamedTuple):
    """What the store holds: files and bytes of all but the wheels that were built here, and theirs."""

    path: str
    files: int
    size: int
    wheels_path: str
    wheels: int
    wheels_size: int


class CacheWheels(NamedTuple):
    """Wheels that were built here: (path, bytes), by file name."""

    wheels: tuple[tuple[str, int], ...] = ()


class CacheFilesRemoved(NamedTuple):
    """What was removed from the store, told as pip tells it."""

    path: str
    files: int
    size: int


Result: TypeAlias = (
    InstallResult
    | WheelResult
    | DownloadResult
    | CheckResult
    | ListResult
    | FreezeResult
    | InspectResult
    | VersionsResult
    | DebugResult
    | CompletionResult
    | HashResult
    | ShowResult
    | UninstallResult
    | VenvResult
    | ConfigEntries
    | ConfigValue
    | ConfigFiles
    | ConfigWritten
    | CacheFolder
    | CacheSize
    | CacheRemoved
    | CacheInfo
    | CacheWheels
    | CacheFilesRemoved
)
