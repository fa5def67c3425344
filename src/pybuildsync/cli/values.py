"""From a command line and the environment to a command's frozen options.

The order of rank, the weakest first: the default, the environment variable ``PYBUILDSYNC_<OPTION>``, the command line.
Options that collect values take those of the environment first, then those of the command line, as pip does.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.cli.rows import COUNT, FLAG, FORMAT, INTEGER, MATCH, NUMBER, SETTING, TEXT, TIME, Option, variable
from pybuildsync.cli.words import Line
from pybuildsync.commands import options as asked
from pybuildsync.errors import UsageError

CommandOptions: TypeAlias = (
    asked.InstallOptions
    | asked.WheelOptions
    | asked.CheckOptions
    | asked.UninstallOptions
    | asked.ListOptions
    | asked.FreezeOptions
    | asked.ShowOptions
    | asked.VenvOptions
    | asked.CacheOptions
)


class Presentation(NamedTuple):
    """How to print. ``color`` is "auto", "always" or "never"; ``format`` is "" where the command has its own."""

    verbose: int = 0
    quiet: int = 0
    color: str = "auto"
    no_progress: bool = False
    json: bool = False
    format: str = ""
    no_color: bool = False
    progress_bar: str = ""
    log: str = ""
    no_input: bool = False
    debug: bool = False
    pip_compat: bool = False

    @property
    def loudness(self) -> int:
        """0 is usual, -1 is ``-q``, 2 is ``-vv``."""
        return self.verbose - self.quiet


class General(NamedTuple):
    """What holds for every command: configuration left aside, and only virtual environments."""

    isolated: bool = False
    require_virtualenv: bool = False


class Order(NamedTuple):
    """A command line, understood."""

    words: tuple[str, ...]
    options: CommandOptions
    presentation: Presentation
    general: General = General()


_TYPES: dict[str, type[CommandOptions]] = {
    "install": asked.InstallOptions,
    "uninstall": asked.UninstallOptions,
    "check": asked.CheckOptions,
    "list": asked.ListOptions,
    "freeze": asked.FreezeOptions,
    "show": asked.ShowOptions,
    "wheel": asked.WheelOptions,
    "venv": asked.VenvOptions,
    "cache": asked.CacheOptions,
}
# Section of the table of options -> the field that holds it, and its type.
_SECTIONS: dict[str, tuple[str, Any]] = {
    "asked": ("asked", asked.AskedOptions),
    "selection": ("selection", asked.SelectionOptions),
    "tags": ("tags", asked.TagOptions),
    "index": ("indexes", asked.IndexOptions),
    "build": ("build", asked.BuildOptions),
    "store": ("store", asked.StoreOptions),
}
# Fields that the table has and no command heeds yet.
PENDING = frozenset(
    {
        "groups", "scripts", "only_deps", "src", "no_require_hashes", "releases", "prefer_binary",
        "ignore_requires_python", "uploaded_prior_to", "platforms", "python_version", "implementation", "abis",
        "index_strategy", "no_proxy_env", "keyring_provider", "refresh_packages", "no_build_isolation",
        "check_build_dependencies", "require_build_hashes", "prefix", "root", "user", "report", "no_warn_conflicts",
        "pip_compat", "no_color", "progress_bar", "log", "no_input", "debug", "isolated", "require_virtualenv",
    }
)  # fmt: skip
_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off", "")


def understand(line: Line, environ: Mapping[str, str]) -> Order:
    """Return what *line* orders, with what *environ* sets.

    Raises:
        UsageError: a value is no number, no setting, none of the choices; a word is missing or too much.

    """
    sections: dict[str, dict[str, Any]] = {name: {} for name in ("", "general", "presentation", *_SECTIONS)}
    for option in line.command.options:
        for flag, says_yes in _variables(option):
            if (text := environ.get(variable(flag))) is not None:
                _add_from_environment(sections[option.section], option, text, flag, says_yes=says_yes)
    seen: set[str] = set()
    for given in line.given:
        if given.option.field in PENDING:
            raise UsageError(f"{given.option.name} is not supported yet")
        if given.option.field:
            _add(sections[given.option.section], given.option, given.value, seen)
    for section, fields in _read_words(line, sections):
        sections[section].update(fields)
    own = sections[""]
    for section, (field, type_) in _SECTIONS.items():
        if sections[section]:
            own[field] = type_(**sections[section])
    return Order(
        words=line.command.words,
        options=_TYPES[line.command.words[0]](**own),
        presentation=Presentation(**sections["presentation"]),
        general=General(**sections["general"]),
    )


def _variables(option: Option) -> list[tuple[str, bool]]:
    """Return the long flags of *option* that have an environment variable, and what "1" in it says."""
    if not option.field:
        return []
    return [(flag, True) for flag in option.flags if flag.startswith("--")] + [(flag, False) for flag in option.off]


def _add_from_environment(values: dict[str, Any], option: Option, text: str, flag: str, *, says_yes: bool) -> None:
    """Add what an environment variable says. Several values stand on lines of their own, or between blanks."""
    name = variable(flag)
    if option.kind == FLAG:
        values[option.field] = _read_truth(text, name) == says_yes
    elif option.kind == COUNT:
        values[option.field] = _read_number(option, text, name)
    elif option.repeat:
        parts = text.splitlines() if "\n" in text else text.split()
        for part in parts:
            _collect(values, option, part.strip(), name)
    elif text:
        values[option.field] = _convert(option, text, name)


def _add(values: dict[str, Any], option: Option, value: str | bool, seen: set[str]) -> None:  # noqa: FBT001 - as given
    """Add what the command line says; the first count replaces the environment's."""
    if option.kind == COUNT:
        values[option.field] = values[option.field] + 1 if option.field in seen else 1
    elif option.kind == FLAG:
        values[option.field] = value
    elif option.repeat:
        _collect(values, option, str(value), option.name)
    else:
        values[option.field] = _convert(option, str(value), option.name)
    seen.add(option.field)


def _collect(values: dict[str, Any], option: Option, text: str, origin: str) -> None:
    parts = [part.strip() for part in text.split(",")] if option.commas else [text]
    added = tuple(_convert(option, part, origin) for part in parts if part)
    values[option.field] = values.get(option.field, ()) + added


def _convert(option: Option, text: str, origin: str) -> object:
    """Return the value that *text* stands for; *origin* is the flag or variable to blame."""
    if option.choices and text not in option.choices:
        raise UsageError(f"{origin}: {text!r} is not one of {', '.join(option.choices)}")
    return _CONVERTERS[option.kind](option, text, origin)


def _read_truth(text: str, origin: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise UsageError(f"{origin}: {text!r} is neither yes nor no", hint="write 1 or 0")


def _read_text(_option: Option, text: str, _origin: str) -> str:
    return text


def _read_number(option: Option, text: str, origin: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{origin}: {text!r} is not a whole number")
    return int(_at_least(option, int(text), text, origin))


def _read_seconds(option: Option, text: str, origin: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number or number == float("inf"):  # noqa: PLR0124 - only nan differs from itself
        raise UsageError(f"{origin}: {text!r} is not a number")
    return _at_least(option, number, text, origin)


def _at_least(option: Option, number: float, text: str, origin: str) -> float:
    if number < option.least:
        raise UsageError(f"{origin}: {text} is less than {option.least}")
    return number


def _split_scope(text: str) -> tuple[str, str, str, str]:
    """Split ``[PACKAGE:]KEY=VALUE`` into package, key, the equals sign or "", and value."""
    before, equals, value = text.partition("=")
    package, colon, key = before.partition(":")
    return (package, key, equals, value) if colon else ("", before, equals, value)


def _read_setting(option: Option, text: str, origin: str) -> asked.Setting:
    package, key, equals, value = _split_scope(text)
    if not equals or not key:
        raise UsageError(
            f"{origin}: {text!r} is not KEY=VALUE",
            hint=f"write {option.name} KEY=VALUE, or {option.name} PACKAGE:KEY=VALUE for one package",
        )
    return asked.Setting(package=package, key=key, value=value)


def _read_match(option: Option, text: str, origin: str) -> asked.MatchRule:
    from pybuildsync.core.policies import parse_policy

    package, library, equals, policy = _split_scope(text)
    if not equals or not library:
        raise UsageError(
            f"{origin}: {text!r} is not LIBRARY=POLICY",
            hint=f"write {option.name} LIBRARY=POLICY, or {option.name} PACKAGE:LIBRARY=POLICY for one package",
        )
    parse_policy(policy, source=origin)
    return asked.MatchRule(package=package, library=library, policy=policy)


def _read_format(option: Option, text: str, _origin: str) -> asked.FormatRule:
    return asked.FormatRule(option=option.name.removeprefix("--"), value=text)


def _read_time(_option: Option, text: str, origin: str) -> str:
    if text in ("latest", "source"):
        return text
    from datetime import datetime

    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{origin}: {text!r} is neither latest, source nor a date", hint="write a date as 2024-05-31 (ISO 8601)"
        ) from error
    return text


_CONVERTERS = {
    TEXT: _read_text,
    INTEGER: _read_number,
    NUMBER: _read_seconds,
    SETTING: _read_setting,
    MATCH: _read_match,
    FORMAT: _read_format,
    TIME: _read_time,
}


def _read_words(line: Line, sections: Mapping[str, Mapping[str, object]]) -> tuple[tuple[str, dict[str, object]], ...]:
    """Return the field that the command's words fill, with its section."""
    command = line.command
    positional = command.positional
    most = 0 if positional is None else len(line.words) if positional.many else 1
    if len(line.words) > most:
        raise UsageError(
            f"{command.name}: unexpected {line.words[most]!r}", hint=f"see pybuildsync {command.name} --help"
        )
    if positional is None:
        return ()
    if not line.words:
        if positional.required and not any(sections[positional.section].get(field) for field in positional.unless):
            raise UsageError(
                f"{command.name}: give at least one {positional.metavar}"
                if positional.many
                else f"{command.name}: give a {positional.metavar}",
                hint=f"for instance: pybuildsync {command.example}",
            )
        return ()
    return ((positional.section, {positional.field: line.words if positional.many else line.words[0]}),)
