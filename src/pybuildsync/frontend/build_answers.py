"""Judges what a backend's hooks have answered, by PEP 517, PEP 643, PEP 660 and the wheel's file name convention.

Each function returns what is right in the answer, or says what the backend did wrong. It never runs a hook.
"""

import os
from collections import Counter
from collections.abc import Iterable

from pybuildsync.core.facts import Origin, SourceMetadata
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import PackageError
from pybuildsync.frontend.core_metadata import header, headers_named, parse_requires, read_headers

_METADATA_BYTES = 64 << 20


def wrong_answer(title: str, hook: str, why: str) -> PackageError:
    """Return the error for a backend that answered *hook* wrongly while building *title*."""
    return PackageError(
        f"{title} could not be built: its backend answered {hook} wrongly",
        why=why,
        hint="this is a fault of the build backend or of its configuration: tell the author of the package",
    )


def check_requires(answer: object, title: str, hook: str) -> tuple[str, ...]:
    """Return the requirements that a ``get_requires_for_build_*`` hook answered, as PEP 508 texts.

    Raises:
        PackageError: it is no list of requirements.

    """
    if not isinstance(answer, list) or not all(isinstance(item, str) for item in answer):
        raise wrong_answer(title, hook, f"it gave {_short(answer)}, which is no list of texts")
    try:
        parse_requires(answer, "the answer")
    except PackageError as error:
        raise wrong_answer(title, hook, error.why) from error
    return tuple(answer)


def check_metadata_folder(answer: object, folder: str, title: str, hook: str) -> tuple[str, str]:
    """Return the ``.dist-info`` folder that a hook prepared in *folder*, and the text of its METADATA.

    Raises:
        PackageError: there is no such folder, or no METADATA in it.

    """
    if not isinstance(answer, str) or answer != os.path.basename(answer) or not answer.endswith(".dist-info"):
        raise wrong_answer(title, hook, f"it gave {_short(answer)}, which is no name of a .dist-info folder")
    path = os.path.join(folder, answer)
    try:
        with open(os.path.join(path, "METADATA"), encoding="utf-8", errors="replace") as stream:
            return path, stream.read(_METADATA_BYTES)
    except OSError as error:
        raise wrong_answer(title, hook, f"it gave {answer}, in which there is no METADATA to read") from error


def check_wheel(answer: object, folder: str, title: str, hook: str) -> tuple[str, str]:
    """Return the path of the wheel that a hook built in *folder*, and the text of the METADATA in it.

    Raises:
        PackageError: there is no such file, it is no wheel, or its name contradicts its METADATA.

    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    if not isinstance(answer, str) or answer != os.path.basename(answer):
        raise wrong_answer(title, hook, f"it gave {_short(answer)}, which is no name of a file")
    path = os.path.join(folder, answer)
    if not os.path.isfile(path):
        there = ", ".join(sorted(os.listdir(folder))) or "nothing"
        raise wrong_answer(title, hook, f"it gave {answer}, but in the folder for wheels there is: {there}")
    try:
        name, version, _, _ = parse_wheel_filename(answer)
    except InvalidWheelFilename as error:
        raise wrong_answer(title, hook, str(error)) from error
    text = _wheel_metadata(path, title, hook)
    check_identity(text, str(name), str(version), title=title, hook=hook, where="the wheel's file name")
    return path, text


def _wheel_metadata(path: str, title: str, hook: str) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            found = [
                name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")
            ]
            if len(found) != 1:
                raise wrong_answer(title, hook, f"the wheel has {len(found)} METADATA files instead of one")
            with archive.open(found[0]) as stream:
                return stream.read(_METADATA_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise wrong_answer(title, hook, f"the wheel can't be read: {error}") from error


def check_identity(text: str, project: str, version: str, *, title: str, hook: str, where: str) -> None:
    """Check that the METADATA *text* is of *project* at *version*, each unless "", as *where* says.

    Raises:
        PackageError: it is of another.

    """
    from packaging.version import InvalidVersion, Version

    headers = read_headers(text)
    name, found = header(headers, "name"), header(headers, "version")
    if not name or (project and normalize_name(name) != normalize_name(project)):
        raise wrong_answer(title, hook, f"METADATA has the name {name!r}, {where} has {project!r}")
    try:
        differs = Version(found) != Version(version or found)
    except InvalidVersion as error:
        raise wrong_answer(title, hook, f"METADATA has a version that is none: {error}") from error
    if differs:
        raise wrong_answer(title, hook, f"METADATA has the version {found!r}, {where} has {version!r}")


def check_static(text: str, source: SourceMetadata, *, title: str, hook: str) -> None:
    """Check that the METADATA *text* holds what the *source* states as static.

    A field stated whole must be the same (PEP 643, PEP 621), a list stated in part may only grow (PEP 808). Markers
    are not compared: backends write the same condition in many ways.

    Raises:
        PackageError: it doesn't.

    """
    headers = read_headers(text)
    built = Counter(map(_core, parse_requires(headers_named(headers, "requires-dist"), f"METADATA of {title}")))
    stated = Counter(map(_core, source.static_requires))
    whole = source.metadata.origin is Origin.STATIC
    missing, added = stated - built, built - stated if whole else Counter()
    if missing or added:
        lines = ["its static Requires-Dist and those of the built METADATA differ (PEP 643)"]
        lines += [f"- {text}" for text in _texts(missing)] + [f"+ {text}" for text in _texts(added)]
        raise wrong_answer(title, hook, "\n".join(lines))


def _core(requirement: Requirement) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    return (requirement.name, requirement.extras, tuple(sorted(requirement.specifier.split(","))), requirement.url)


def _texts(requirements: Iterable[tuple[str, tuple[str, ...], tuple[str, ...], str]]) -> list[str]:
    return sorted(
        str(Requirement(name=name, extras=extras, specifier=",".join(specifiers), url=url))
        for name, extras, specifiers, url in requirements
    )


def _short(answer: object) -> str:
    text = repr(answer)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004  # a line of a message
