"""What the user asks for: words and requirement files become requirements, direct references, and what is beside them.

Follows pip in what counts as a path: a word with a separator, one that starts with a dot, or an archive's file name; a
marker may follow. Any ``--hash`` turns hash mode on for everything, as in pip; a hash in a URL serves there, and is
compared in any case.
"""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pybuildsync.commands.asked import gather, merge
from pybuildsync.commands.options import AskedOptions, Setting
from pybuildsync.commands.results import Ignored
from pybuildsync.core.candidates import Listing
from pybuildsync.core.direct_references import Reference, is_url, parse_reference, reference_text
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import Requirement, likely_meant, parse_requirement, project_in
from pybuildsync.core.targets import Target
from pybuildsync.errors import RequestError, without_credentials
from pybuildsync.index.addresses import last_segment, path_url
from pybuildsync.project.file_locations import Fetch
from pybuildsync.project.requirement_files import RequirementFile, RequirementLine, read_requirement_file

ARCHIVES = (".whl", ".tar.gz", ".tgz", ".zip", ".tar", ".tar.bz2", ".tbz")
COMMAND_LINE = "the command line"  # where a word stands
HASHES = ("sha256", "sha384", "sha512")  # what pip takes; weaker ones prove nothing


class Given(NamedTuple):
    """A direct reference given as a requirement, maybe with extras; ``where`` for messages.

    ``name`` is normalised, "" where only what is there tells. ``hashes`` are "ALGORITHM:HEX" texts of ``--hash``,
    ``settings`` config settings for its build. ``locked`` ones stand in a lock file, which needn't have their hash.
    """

    reference: Reference
    extras: tuple[str, ...]
    where: str
    text: str
    marker: str = ""
    name: str = ""
    editable: bool = False
    hashes: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    locked: bool = False


class Inputs(NamedTuple):
    """What was asked for. ``texts`` gives, for each requirement, the words it was asked for with.

    ``hashes`` are ("ALGORITHM:HEX", ...) by project; with ``needs_hashes`` every file must have one. ``settings`` are
    config settings that stand beside a requirement. ``locked`` are listings that take the place of what indexes offer
    to run.
    """

    requirements: tuple[Requirement, ...]
    texts: tuple[str, ...]
    given: tuple[Given, ...]
    constraints: tuple[Requirement, ...]
    options: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    uses_variables: bool
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs_hashes: bool = False
    settings: tuple[Setting, ...] = ()
    locked: tuple[Listing, ...] = ()


def read_asked(
    asked: AskedOptions,
    environ: Mapping[str, str],
    target: Target,
    *,
    any_python: bool = False,
    fetch: Fetch | None = None,
) -> Inputs:
    """Return what is *asked* for *target*, by words and by files of every kind; the rest is as for :func:`gather`.

    Raises:
        RequestError: a requirement, path, URL or file is not what it should be.
        UsageError: a file is given where another kind has its place.

    """
    found, listings = gather(asked, environ, target, any_python=any_python, fetch=fetch)
    return _understood(found)._replace(locked=listings)


def read_inputs(
    words: Iterable[str],
    requirement_files: Iterable[str],
    constraint_files: Iterable[str],
    environ: Mapping[str, str],
    *,
    fetch: Fetch | None = None,
) -> Inputs:
    """Return what the command line and its files ask for; files by URL come by *fetch*, without it they are refused.

    Raises:
        RequestError: a requirement, path, URL or file is not what it should be.
        PybuildsyncError: whatever *fetch* raises.

    """
    found = RequirementFile()
    found.requirements += [RequirementLine(word, COMMAND_LINE) for word in words]
    for path in requirement_files:
        merge(found, read_requirement_file(path, environ=environ, fetch=fetch))
    for path in constraint_files:
        merge(found, read_requirement_file(path, environ=environ, constraints=True, fetch=fetch))
    return _understood(found)


def ignored(inputs: Inputs, target: Target) -> tuple[Ignored, ...]:
    """Return what of *inputs* is not for *target*, by the markers beside it.

    Raises:
        RequestError: a marker is none, or has no answer.

    """
    markers = MarkerAnswers(target)
    found = [
        Ignored(project_in(text), requirement.marker)
        for requirement, text in zip(inputs.requirements, inputs.texts, strict=True)
        if not markers.hold(requirement.marker)
    ]
    for given in inputs.given:
        marker = marker_of(given)
        if not markers.hold(marker):
            found.append(Ignored(_called(given), marker))
    return tuple(found)


def _called(given: Given) -> str:
    """Return the project of *given* as the user wrote it, as far as that is told, else what was given."""
    written = project_in(given.text)
    if given.name:
        return written if normalize_name(written) == given.name else given.name
    return without_credentials(_split_marker(given.text)[0])


def marker_of(given: Given) -> str:
    """Return the marker of *given* in canonical form, "" for none; raises RequestError where it is no marker."""
    return parse_requirement(f"project; {given.marker}").marker if given.marker else ""


def _understood(found: RequirementFile) -> Inputs:
    """Return what the lines of *found* mean."""
    read = [(_read(line), line) for line in found.requirements]
    named = [(asked, line) for asked, line in read if isinstance(asked, Requirement)]
    given = tuple(asked for asked, _ in read if isinstance(asked, Given))
    limits = [(_constraint(line), line) for line in found.constraints]
    hashes: dict[str, tuple[str, ...]] = {}
    for asked, line in (*named, *limits):
        if line.hashes:
            hashes[asked.name] = _both(hashes.get(asked.name), line)
    needs_hashes = bool(hashes) or any(each.hashes for each in given) or ("--require-hashes", "") in found.options
    for asked, _ in limits:
        if asked.url and (own := parse_reference(asked.url).hashes):
            hashes[asked.name] = (*hashes.get(asked.name, ()), *own)
    return Inputs(
        requirements=tuple(asked for asked, _ in named),
        texts=tuple(line.text for _, line in named),
        given=given,
        constraints=tuple(asked for asked, _ in limits),
        options=tuple(found.options),
        files=tuple(found.files),
        uses_variables=found.uses_variables,
        hashes=tuple(hashes.items()),
        needs_hashes=needs_hashes,
        settings=tuple(setting for asked, line in named for setting in _settings(line, asked.name)),
    )


def _read(line: RequirementLine) -> Requirement | Given:
    """Return what *line* asks for: a project by its name, or what a path or URL leads to."""
    text, marker = _split_marker(line.text)
    found = _as_reference(text, line)
    if found is not None:
        reference, extras = found
        name = _name_of(reference)
    else:
        requirement = _parsed(line)
        if not requirement.url:
            if line.editable:
                raise _not_editable(line)
            return requirement
        reference = _parse_url(requirement.url, line)
        name, extras, marker = requirement.name, requirement.extras, requirement.marker
    if line.editable and not (reference.vcs or reference.is_local):
        raise _not_editable(line)
    return Given(
        reference=reference,
        extras=extras,
        where=line.where,
        text=line.text,
        marker=marker,
        name=name,
        editable=line.editable,
        hashes=_checked_hashes(line),
        settings=_settings(line, ""),
        locked=line.locked,
    )


def _not_editable(line: RequirementLine) -> RequestError:
    return RequestError(
        f"-e {line.text} can't be installed as editable",
        why=f"{line.where}: it is neither a folder nor a repository",
        hint="give the folder of a project, or NAME @ and a URL of version control, such as git+https://...",
    )


def _parsed(line: RequirementLine) -> Requirement:
    try:
        return parse_requirement(line.text)
    except RequestError as error:
        raise RequestError(error.what, why=f"{line.where}\n{error.why}", hint=error.hint) from error


def _parse_url(url: str, line: RequirementLine) -> Reference:
    try:
        return parse_reference(url)
    except RequestError as error:
        hint = likely_meant(line.text) or error.hint
        raise RequestError(error.what, why=f"{line.where}\n{error.why}".strip(), hint=hint) from error


def _name_of(reference: Reference) -> str:
    """Return the name that a URL tells by itself, normalised: ``#egg=``, or that of a wheel; "" if it tells none."""
    filename = "" if reference.vcs else last_segment(reference.url)
    if filename.endswith(".whl"):
        return normalize_name(filename.partition("-")[0])
    return normalize_name(reference.egg) if reference.egg else ""


def _constraint(line: RequirementLine) -> Requirement:
    requirement = None
    if not line.editable:
        text, marker = _split_marker(line.text)
        found = _as_reference(text, line)
        if found is None:
            requirement = _parsed(line)
            if requirement.url:
                _parse_url(requirement.url, line)
        elif name := _name_of(found[0]):
            held = parse_requirement(f"{name}; {marker}").marker if marker else ""
            requirement = Requirement(name, found[1], marker=held, url=reference_text(found[0]))
    if requirement is None or requirement.extras:
        raise RequestError(
            f"{line.text!r} can't be a constraint",
            why=f"{line.where}: a constraint has a name and versions, or a name and a URL, but no extras and no -e",
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


def _both(known: tuple[str, ...] | None, line: RequirementLine) -> tuple[str, ...]:
    """Return the hashes that *line* leaves of those *known*, as in pip: a file must please all who give some.

    Of hashes by other algorithms nothing can be told before the file is there: there those given first count.
    """
    given = _checked_hashes(line)
    if known is None:
        return given
    if not {text.partition(":")[0] for text in known} & {text.partition(":")[0] for text in given}:
        return known
    both = tuple(text for text in known if text in given)
    if not both:
        raise RequestError(
            f"the hashes of {line.text} exclude each other",
            why=f"{line.where}: none of those given before is among {', '.join(given)}",
            hint="remove those that are out of date",
        )
    return both


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


def _as_reference(text: str, line: RequirementLine) -> tuple[Reference, tuple[str, ...]] | None:
    """Return the reference and the extras, if *text* is a URL or names a file or folder, else None."""
    if " @ " in text or ("://" in text and not is_url(text)):
        return None
    if is_url(text) and not text.startswith("file:"):
        return _parse_url(text, line), ()
    path, extras = _split_extras(text)
    if is_url(path):
        return _parse_url(path, line), extras
    is_folder = line.editable and os.path.isdir(path)  # only then a bare name is a folder's
    if is_folder or os.sep in path or "/" in path or path.startswith(".") or path.endswith(ARCHIVES):
        return Reference(path_url(os.path.abspath(os.path.expanduser(path)))), extras
    return None


def _split_extras(text: str) -> tuple[str, tuple[str, ...]]:
    if not (text.endswith("]") and "[" in text):
        return text, ()
    path, _, inside = text[:-1].rpartition("[")
    return path, tuple(sorted(normalize_name(extra.strip()) for extra in inside.split(",") if extra.strip()))
