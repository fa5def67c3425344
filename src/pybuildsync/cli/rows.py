"""The kinds of rows that the table of options is made of."""

from typing import NamedTuple

FLAG = "flag"  # no value; ``off`` flags say False
COUNT = "count"  # no value; each one adds 1
TEXT = "text"
INTEGER = "integer"
NUMBER = "number"
SETTING = "setting"  # [PACKAGE:]KEY=VALUE
MATCH = "match"  # [PACKAGE:]LIBRARY=POLICY
FORMAT = "format"  # names, :all: or :none:, remembered with the option's own name
TIME = "time"  # latest, source or ISO 8601


class Option(NamedTuple):
    """One option.

    ``flags`` are its spellings, the long one first; ``off`` spell the opposite. ``repeat`` collects every value given;
    ``commas`` splits each at commas. A number is no smaller than ``least``. ``section`` names the group of options the
    field belongs to: "" for the command's own, else "asked", "selection", "tags", "index", "connection", "build",
    "store", "general" or "presentation". One without a field is understood and has no effect.
    """

    field: str
    flags: tuple[str, ...]
    help: str
    kind: str = TEXT
    off: tuple[str, ...] = ()
    metavar: str = ""
    repeat: bool = False
    commas: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    section: str = ""
    group: str = "Options"

    @property
    def takes_value(self) -> bool:
        """Whether a value follows."""
        return self.kind not in (FLAG, COUNT)

    @property
    def name(self) -> str:
        """The option as the user knows it: its first flag."""
        return self.flags[0]


class Positional(NamedTuple):
    """The words of a command that are no options: one, or, with ``many``, any number.

    At least one is ``required``, unless an option was given whose field stands in ``unless``. ``section`` as of
    :class:`Option`.
    """

    field: str
    metavar: str
    help: str
    many: bool = False
    required: bool = True
    unless: tuple[str, ...] = ()
    section: str = ""


class Command(NamedTuple):
    """One command; ``words`` are its one or two names, ``example`` a line to start from."""

    words: tuple[str, ...]
    summary: str
    options: tuple[Option, ...]
    positional: Positional | None = None
    example: str = ""

    @property
    def name(self) -> str:
        """The command's words with a blank between them."""
        return " ".join(self.words)


def placed(section: str, group: str, *options: Option) -> tuple[Option, ...]:
    """Return *options* with their section and the heading they stand under in ``--help``."""
    return tuple(option._replace(section=section, group=group) for option in options)


def ignored(*flags: str, kind: str = FLAG, metavar: str = "") -> Option:
    """Return an option of pip's that a script may pass and that needs no effect here."""
    return Option(field="", flags=flags, kind=kind, metavar=metavar, help="accepted for pip's sake; has no effect")


def variable(flag: str) -> str:
    """Return the environment variable that stands for the long *flag*: ``--index-url`` is ``PYBUILDSYNC_INDEX_URL``."""
    return "PYBUILDSYNC_" + flag.lstrip("-").replace("-", "_").upper()
