"""What sets options besides the command line: pip's configuration, the project's settings, ``PYBUILDSYNC_*``.

Each source is read by its own rules and comes out as layers of the same form, the weakest first. Nothing is converted
here but yes, no and counts.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.cli.conversions import read_count, read_truth
from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.pip_flags import inverted_flags, pip_flags
from pybuildsync.cli.rows import COUNT, FLAG, FORMAT, MATCH, SETTING, Option, variable
from pybuildsync.cli.words import Line, flags_of
from pybuildsync.errors import UsageError
from pybuildsync.project.pip_configuration import Entry, read_pip_configuration
from pybuildsync.project.places import target_prefix
from pybuildsync.project.settings import OTHER_KEYS, ProjectSettings, read_project_settings

PREFIX = "PYBUILDSYNC_"
_IN_PIPS_CACHE = "pybuildsync"  # the store's folder in a cache folder that pip was given
_ONE_FILE = ("FILE", "FOLDER", "FILE|URL")
_FILE_OR_URL = ("URL|FOLDER", "PATH|URL")
_GROUP = "[FILE:]GROUP"

Flags: TypeAlias = Mapping[str, tuple[Option, bool]]


class Said(NamedTuple):
    """One setting: of a flag whether it holds, of a counted one how often, else its values as texts."""

    option: Option
    value: bool | int | tuple[str, ...]
    origin: str


class Sources(NamedTuple):
    """What is set, in layers, the weakest first, and what is to be said about it."""

    layers: tuple[tuple[Said, ...], ...]
    warnings: tuple[str, ...] = ()


def adds_up(option: Option) -> bool:
    """Tell whether values of a stronger layer come after those of a weaker one instead of replacing them.

    So it is in pip with all options that are kept by name, where the last word on a name counts, and with groups.
    """
    return option.kind in (FORMAT, SETTING, MATCH) or option.field in ("groups", "refresh_packages")


def read_sources(line: Line, environ: Mapping[str, str], folder: str) -> Sources:
    """Return what is set for *line* by all that isn't the command line; *folder* is the working directory.

    Raises:
        UsageError: a file can't be read as what it is, or a value is neither yes nor no, no number, of no known type.

    """
    command = line.command.words[0]
    flags = flags_of(line.command.options)
    isolated = any(given.option.field == "isolated" for given in line.given)
    variables = {} if isolated else environ
    project = read_project_settings(folder)
    own = _from_project(project, flags)
    entries = read_pip_configuration(
        command, environ, prefix=target_prefix(_python(line, variables, project), environ), isolated=isolated
    )
    known, inverted = pip_flags(command), inverted_flags(command)
    entries = tuple(entry for entry in entries if f"--{entry.name}" in known)
    pip = tuple(_from_pip(entry, flags, inverted) for entry in entries)
    # pip evaluates --no-cache-dir last, whatever it stands beside
    pip = tuple(sorted(pip, key=lambda said: [each.option.field for each in said] == ["no_cache"]))
    warnings = [_unknown_key(project, key) for key in sorted(set(project.table) - OTHER_KEYS) if not _is_option(key)]
    warnings += [_is_inverted(entry) for entry in entries if _surprises(entry, flags, inverted)]
    unread = sorted(name for name in variables if name.startswith(PREFIX) and _flag_of(name) not in flags)
    warnings += [_unknown_variable(name) for name in unread if not _is_option(_flag_of(name)[2:])]
    return Sources((*pip, tuple(own), tuple(_from_variables(variables, flags))), tuple(warnings))


def _python(line: Line, variables: Mapping[str, str], project: ProjectSettings) -> str:
    """Return what names the interpreter, as far as that doesn't depend on the environment's own file."""
    given = [str(given.value) for given in line.given if given.option.field == "python"]
    text = variables.get(f"{PREFIX}PYTHON") or project.table.get("python") or variables.get("PIP_PYTHON") or ""
    return given[-1] if given else str(text)


def _from_variables(environ: Mapping[str, str], flags: Flags) -> Iterator[Said]:
    """Yield what ``PYBUILDSYNC_*`` say. Several values stand on lines of their own, or between blanks."""
    for name in sorted([name for name in environ if name.startswith(PREFIX)]):
        option, says_yes = flags.get(_flag_of(name), (None, True))
        text = environ[name]
        if option is None or not option.field:
            continue
        if option.kind == FLAG:
            yield Said(option, read_truth(text, name) == says_yes, name)
        elif option.kind == COUNT:
            yield Said(option, read_count(option, text, name), name)
        elif option.repeat:
            parts = text.splitlines() if "\n" in text else text.split()
            yield Said(option, tuple(part.strip() for part in parts), name)
        elif text:
            yield Said(option, (text,), name)


def _flag_of(variable: str) -> str:
    """Return the long flag that *variable*, one of ours, stands for."""
    return "--" + variable[len(PREFIX) :].lower().replace("_", "-")


def _from_pip(entry: Entry, flags: Flags, inverted: frozenset[str]) -> tuple[Said, ...]:
    """Return what *entry* of pip's configuration says to us: one thing, or nothing; by pip's rules (``cli/parser``)."""
    flag = f"--{entry.name}"
    option, says_yes = flags.get(flag, (None, True))
    if option is None or not option.field:
        return ()
    origin = entry.origin if entry.origin.startswith("PIP_") else f"{entry.name} in {entry.origin}"
    if option.kind == FLAG:
        truth = read_truth(entry.text, origin)
        if option.field == "no_cache":  # a no means yes, too: pip keeps it so for those who rely on it
            truth = True
        if flag == "--no-compile" and truth:  # which is pip's default in other words; ours is another
            return ()
        return (Said(option, truth == (says_yes != (flag in inverted)), origin),)
    if option.kind == COUNT:
        return (Said(option, read_count(option, entry.text, origin), origin),)
    text = entry.text
    if option.field == "cache_dir":
        text = os.path.join(text, _IN_PIPS_CACHE)
    whole = not option.repeat or adds_up(option)
    return (Said(option, (text,) if whole else tuple(text.split()), origin),)


def _surprises(entry: Entry, flags: Flags, inverted: frozenset[str]) -> bool:
    """Tell whether *entry* says yes to an option of effect and so, as pip reads it, no."""
    flag = f"--{entry.name}"
    return flag in inverted and flag in flags and bool(flags[flag][0].field) and read_truth(entry.text, entry.origin)


def _is_inverted(entry: Entry) -> str:
    what = entry.origin if entry.origin.startswith("PIP_") else f"{entry.name} in {entry.origin}"
    own = f"{PREFIX}{entry.name.upper().replace('-', '_')}"
    return f"{what} set to yes does not mean --{entry.name}, in pip as here: set it to no for that, or {own} to yes"


def _from_project(project: ProjectSettings, flags: Flags) -> Iterator[Said]:
    """Yield what the project's settings say; paths are relative to their file."""
    folder = os.path.dirname(project.path)
    for key, value in project.table.items():
        option, says_yes = flags.get(f"--{key}", (None, True))
        if option is None or not option.field:
            continue
        origin = f"{key} in {project.place}"
        if option.kind == FLAG:
            yield Said(option, _of_type(bool, value, origin, "true or false") == says_yes, origin)
        elif option.kind == COUNT:
            yield Said(option, _of_type(int, value, origin, "a number"), origin)
        else:
            yield Said(option, tuple(_beside(option, folder, text) for text in _texts(option, value, origin)), origin)


def _texts(option: Option, value: object, origin: str) -> list[str]:
    """Return the values of *option* that a TOML *value* stands for."""
    if isinstance(value, dict) and option.kind in (SETTING, MATCH):
        return list(_pairs(value, origin))
    if isinstance(value, list) and option.repeat:
        return [_text(each, origin) for each in value]
    return [_text(value, origin)]


def _pairs(table: Mapping[str, Any], origin: str, package: str = "") -> Iterator[str]:
    """Yield ``PACKAGE:KEY=VALUE`` for a table of keys; a table in it is that of a package."""
    for key, value in table.items():
        if isinstance(value, dict) and not package:
            yield from _pairs(value, origin, key)
        else:
            for each in value if isinstance(value, list) else [value]:
                yield f"{package}:{key}={_text(each, origin)}"


def _text(value: object, origin: str) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    import datetime as dt

    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise UsageError(f"{origin}: {value!r} is not a text")


def _of_type(type_: type, value: object, origin: str, name: str) -> Any:  # noqa: ANN401 - of that type
    if type(value) is not type_:
        raise UsageError(f"{origin}: {value!r} is not {name}")
    return value


def _beside(option: Option, folder: str, text: str) -> str:
    """Return *text*, with a relative path in it taken from *folder*."""
    if option.metavar == _GROUP:
        file, _, group = text.rpartition(":")
        return f"{os.path.join(folder, file or 'pyproject.toml')}:{group}"
    is_path = option.metavar in _ONE_FILE or (option.metavar in _FILE_OR_URL and ":" not in text)
    is_path = is_path or (option.field == "python" and ("/" in text or os.sep in text))
    if not is_path or not text or text == "-" or text.startswith("~") or "://" in text:
        return text
    return os.path.normpath(os.path.join(folder, text))


def _is_option(key: str) -> bool:
    """Tell whether some command has the long option *key*."""
    return any(f"--{key}" in (*option.flags, *option.off) for option in _all_options())


def _all_options() -> Iterable[Option]:
    return (option for command in COMMANDS for option in command.options)


def _unknown_key(project: ProjectSettings, key: str) -> str:
    close = _nearest(key)
    return f"{project.place}: unknown key {key!r} is ignored" + (f" (did you mean {close!r}?)" if close else "")


def _unknown_variable(name: str) -> str:
    close = _nearest(_flag_of(name)[2:])
    return f"{name} is ignored: no option is called so" + (f" (did you mean {variable(close)}?)" if close else "")


def _nearest(key: str) -> str:
    """Return the long option, without its dashes, that *key* looks like; "" if there is none."""
    from difflib import get_close_matches

    flags = sorted({flag[2:] for option in _all_options() for flag in option.flags if flag.startswith("--")})
    return "".join(get_close_matches(key, flags, n=1))
