"""Judges what a backend's hooks have answered, by PEP 517, PEP 643, PEP 660 and the wheel's file name convention.

Each function returns what is right in the answer, or says what the backend did wrong. It never runs a hook.
"""

import os
import struct

from pybuildsync.core.facts import Origin, SourceMetadata
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import PackageError
from pybuildsync.frontend.requirement_texts import of_an_extra, parse_requires

_METADATA_BYTES = 64 << 20
_DAMAGE = (OSError, EOFError, RuntimeError, ValueError, LookupError, struct.error)  # what else zipfile raises


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
    from packaging.utils import parse_wheel_filename

    if not isinstance(answer, str) or answer != os.path.basename(answer):
        raise wrong_answer(title, hook, f"it gave {_short(answer)}, which is no name of a file")
    path = os.path.join(folder, answer)
    if not os.path.isfile(path):
        there = ", ".join(sorted(os.listdir(folder))) or "nothing"
        raise wrong_answer(title, hook, f"it gave {answer}, but in the folder for wheels there is: {there}")
    try:
        name, version, _, _ = parse_wheel_filename(answer)
    except ValueError as error:
        raise wrong_answer(title, hook, str(error)) from error
    text = _wheel_metadata(path, title, hook)
    check_identity(text, str(name), str(version), title=title, hook=hook, where="the wheel's file name")
    return path, text


def _wheel_metadata(path: str, title: str, hook: str) -> str:
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(path) as archive:
            found = [
                name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")
            ]
            if len(found) != 1:
                raise wrong_answer(title, hook, f"the wheel has {len(found)} METADATA files instead of one")
            with archive.open(found[0]) as stream:
                return stream.read(_METADATA_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, *_DAMAGE) as error:
        raise wrong_answer(title, hook, f"the wheel can't be read: {error}") from error


def check_identity(text: str, project: str, version: str, *, title: str, hook: str, where: str) -> None:
    """Check that the METADATA *text* is of *project* at *version*, each unless "", as *where* says.

    Raises:
        PackageError: it is of another.

    """
    from packaging.version import Version

    fields = read_fields(text)
    name, found = (next(iter(fields.get(field, ())), "") for field in ("name", "version"))
    if not name or (project and normalize_name(name) != normalize_name(project)):
        raise wrong_answer(title, hook, f"METADATA has the name {name!r}, {where} has {project!r}")
    try:
        differs = Version(found) != Version(version or found)
    except ValueError as error:  # also of numbers beyond all bounds
        raise wrong_answer(title, hook, f"METADATA has a version that is none: {error}") from error
    if differs:
        raise wrong_answer(title, hook, f"METADATA has the version {found!r}, {where} has {version!r}")


def check_static(text: str, source: SourceMetadata, *, exact: bool, title: str, hook: str) -> None:
    """Check that the METADATA *text* holds what the *source* states as static.

    A list stated whole must be the same (PEP 643, PEP 621), one stated in part may only grow (PEP 808). With *exact*
    the source states it in METADATA's own words; else, in pyproject.toml, backends translate: then only names are
    compared. Markers never are, and what extras ask for may be spelt out: there the same condition has many forms.

    Raises:
        PackageError: it doesn't.

    """
    lines = read_fields(text).get("requires-dist", ())
    built = [_core(found, exact=exact) for found in parse_requires(lines, f"METADATA of {title}")]
    stated = [
        _core(found, exact=exact)
        for found in source.static_requires
        if found.name != source.metadata.name and (exact or not of_an_extra(found))
    ]
    wrong = [f"- {found}" for found in stated if found not in built]
    if source.metadata.origin is Origin.STATIC:
        plain = {_core(found, exact=exact) for found in parse_requires(lines, "METADATA") if not of_an_extra(found)}
        wrong += [f"+ {found}" for found in built if found in plain and found not in stated]
    if wrong:
        why = "\n".join(["its static Requires-Dist and the built METADATA's differ (PEP 643)", *sorted(set(wrong))])
        raise wrong_answer(title, hook, why)


def _core(requirement: Requirement, *, exact: bool) -> Requirement:
    if not exact:
        return Requirement(requirement.name)
    specifier = ",".join(sorted(requirement.specifier.split(",")))
    return Requirement(requirement.name, requirement.extras, specifier, "", requirement.url)


def _short(answer: object) -> str:
    text = repr(answer)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004  # a line of a message
