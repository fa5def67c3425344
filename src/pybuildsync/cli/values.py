"""From a command line and all that is configured to a command's frozen options.

The order of rank, the weakest first: the default, pip's files, ``PIP_<OPTION>``, the project's settings,
``PYBUILDSYNC_<OPTION>``, the command line. Of options that collect values, a stronger source replaces what a weaker one
says, and the command line adds to that, as in pip; those that go by name add up over all sources (``sources.adds_up``).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from pybuildsync.cli.conversions import convert
from pybuildsync.cli.rows import COUNT, FLAG, Option
from pybuildsync.cli.sources import Said, adds_up, read_sources
from pybuildsync.cli.words import Line
from pybuildsync.commands import options as asked
from pybuildsync.errors import RequestError, UsageError
from pybuildsync.store.location import VARIABLE, default_root

CommandOptions: TypeAlias = (
    asked.InstallOptions
    | asked.WheelOptions
    | asked.DownloadOptions
    | asked.CheckOptions
    | asked.UninstallOptions
    | asked.ListOptions
    | asked.FreezeOptions
    | asked.ShowOptions
    | asked.InspectOptions
    | asked.IndexVersionsOptions
    | asked.DebugOptions
    | asked.CompletionOptions
    | asked.HashOptions
    | asked.VenvOptions
    | asked.ConfigOptions
    | asked.CacheOptions
)


class Presentation(NamedTuple):
    """How to print. ``color`` is "auto", "always" or "never"; ``format`` is "" where the command has its own.

    ``log`` is the file to add the story to, "" for none. ``as_pip`` says errors and warnings in pip's words;
    ``pip_compat`` has its exit statuses as well.
    """

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
    as_pip: bool = False

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
    warnings: tuple[str, ...] = ()


Sections: TypeAlias = dict[str, dict[str, Any]]
_TYPES: dict[str, type[CommandOptions]] = {
    "install": asked.InstallOptions,
    "uninstall": asked.UninstallOptions,
    "check": asked.CheckOptions,
    "list": asked.ListOptions,
    "freeze": asked.FreezeOptions,
    "show": asked.ShowOptions,
    "inspect": asked.InspectOptions,
    "index": asked.IndexVersionsOptions,
    "debug": asked.DebugOptions,
    "completion": asked.CompletionOptions,
    "hash": asked.HashOptions,
    "wheel": asked.WheelOptions,
    "download": asked.DownloadOptions,
    "venv": asked.VenvOptions,
    "config": asked.ConfigOptions,
    "cache": asked.CacheOptions,
}
# Section of the table of options -> the field that holds it, and its type.
_SECTIONS: dict[str, tuple[str, Any]] = {
    "asked": ("asked", asked.AskedOptions),
    "selection": ("selection", asked.SelectionOptions),
    "tags": ("tags", asked.TagOptions),
    "index": ("indexes", asked.IndexOptions),
    "connection": ("connection", asked.ConnectionOptions),
    "build": ("build", asked.BuildOptions),
    "store": ("store", asked.StoreOptions),
}


def understand(line: Line, environ: Mapping[str, str], folder: str = ".") -> Order:
    """Return what *line* orders, with what *environ* and the configuration that holds in *folder* set.

    Raises:
        UsageError: a value is no number, no setting, none of the choices; a word is missing or too much; a
            configuration file can't be read.
        RequestError: options don't go together.

    """
    sections: Sections = {name: {} for name in ("", "general", "presentation", *_SECTIONS)}
    sources = read_sources(line, environ, folder)
    for layer in sources.layers:
        _lay(sections, layer)
    for given in line.given:
        if given.option.field:
            _add(sections[given.option.section], given.option, given.value)
    for section, fields in _read_words(line, sections):
        sections[section].update(fields)
    if sections["general"].get("isolated") and VARIABLE in environ:
        sections["store"].setdefault("cache_dir", default_root({**environ, VARIABLE: ""}))
    for section in ("index", "connection"):
        if _SECTIONS[section][0] in _TYPES[line.command.words[0]]._fields:
            _settle_connections(sections, section)
    own = sections[""]
    _check_format(sections)
    for section, (field, type_) in _SECTIONS.items():
        if sections[section]:
            own[field] = type_(**sections[section])
    return Order(
        words=line.command.words,
        options=_TYPES[line.command.words[0]](**own),
        presentation=_settled(Presentation(**sections["presentation"])),
        general=General(**sections["general"]),
        warnings=sources.warnings,
    )


def _check_format(sections: Sections) -> None:
    """Refuse to give what is outdated as requirements: they would pin the old versions. As pip does."""
    if sections[""].get("outdated") and sections["presentation"].get("format") == "freeze":
        raise RequestError(
            "List format 'freeze' cannot be used with the --outdated option.", hint="say --format columns or json"
        )


def _settle_connections(sections: Sections, section: str) -> None:
    """Set in *section* what follows from other options, as in pip."""
    values = sections[section]
    if values.get("proxy") == "":  # who names none wants none
        values["no_proxy_env"] = True
    if sections["presentation"].get("no_input") and values.get("keyring_provider", "auto") in ("", "auto"):
        values["keyring_provider"] = "disabled"  # one that nobody has named may ask the user


def _settled(presentation: Presentation) -> Presentation:
    """Return *presentation* with what pip calls otherwise said in one way."""
    return presentation._replace(
        color="never" if presentation.no_color else presentation.color,
        no_progress=presentation.no_progress or presentation.progress_bar in ("off", "raw"),
        as_pip=presentation.pip_compat,
    )


def _lay(sections: Sections, layer: tuple[Said, ...]) -> None:
    """Lay what a source says over what weaker ones have said."""
    fresh: set[str] = set()
    for said in layer:
        if said.option.field not in fresh and not adds_up(said.option):
            sections[said.option.section].pop(said.option.field, None)
        fresh.add(said.option.field)
        _set(sections[said.option.section], said)


def _set(values: dict[str, Any], said: Said) -> None:
    """Set what a source says."""
    option = said.option
    if isinstance(said.value, tuple):
        for text in said.value:
            _take(values, option, text, said.origin)
    else:
        values[option.field] = said.value


def _add(values: dict[str, Any], option: Option, value: str | bool) -> None:  # noqa: FBT001 - as given
    """Add what the command line says."""
    if option.kind == COUNT:
        values[option.field] = values.get(option.field, 0) + 1
    elif option.kind == FLAG:
        values[option.field] = value
    else:
        _take(values, option, str(value), option.name)


def _take(values: dict[str, Any], option: Option, text: str, origin: str) -> None:
    """Take the value *text*: instead of the one before, or, where an option collects, after those."""
    if option.repeat:
        parts = [part.strip() for part in text.split(",")] if option.commas else [text]
        added = tuple(convert(option, part, origin) for part in parts if part)
        values[option.field] = values.get(option.field, ()) + added
    else:
        values[option.field] = convert(option, text, origin)
    if option.field == "cache_dir":  # whoever names a cache wants one
        values.pop("no_cache", None)


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
