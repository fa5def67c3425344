"""Which releases and files count: what the options of the command line and those in requirement files say together."""

from collections.abc import Iterable

from pybuildsync.commands.options import SelectionOptions
from pybuildsync.core.goal import ALL, Formats, Releases
from pybuildsync.core.names import normalize_name
from pybuildsync.errors import UsageError

_FORMATS = ("no-binary", "only-binary")
_RELEASES = ("all-releases", "only-final")


def formats_of(rules: Iterable[tuple[str, str]]) -> Formats:
    """Return what ``--no-binary`` and ``--only-binary`` *rules* (option, value) say together, the last word winning."""
    return Formats(*_last_words(rules, _FORMATS))


def releases_of(rules: Iterable[tuple[str, str]]) -> Releases:
    """Return what ``--all-releases``, ``--only-final`` and ``--pre`` *rules* (option, value) say together.

    ``--pre`` adds ":all:" to the first and leaves the second, as in pip.
    """
    words = (("all-releases", "+" + ALL) if option.lstrip("-") == "pre" else (option, value) for option, value in rules)
    return Releases(*_last_words(words, _RELEASES))


def selected(selection: SelectionOptions, file_options: Iterable[tuple[str, str]]) -> tuple[Formats, Releases]:
    """Return which formats and releases count, by the command line and then by the *file_options* (option, value).

    Raises:
        UsageError: ``--pre`` and what is finer than it are both on the command line.

    """
    named = tuple(file_options)
    if selection.pre and any(releases_of((rule.option, rule.value) for rule in selection.releases)):
        raise UsageError(
            "--pre cannot be used with --all-releases or --only-final", hint="--all-releases :all: says what --pre says"
        )
    releases = [(rule.option, rule.value) for rule in selection.releases]
    releases += [("--pre", "")] if selection.pre else []
    releases += [each for each in named if each[0].lstrip("-") in ("pre", *_RELEASES)]
    formats = [(rule.option, rule.value) for rule in selection.formats]
    formats += [each for each in named if each[0].lstrip("-") in _FORMATS]
    return formats_of(formats), releases_of(releases)


def _last_words(rules: Iterable[tuple[str, str]], options: tuple[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of each of two *options* that exclude each other, by *rules* in their order.

    As in pip: ":all:" takes the place of everything said before, ":none:" of what was said with the same option, and a
    name in one option leaves the other.
    """
    sets: dict[str, set[str]] = {option: set() for option in options}
    for option, values in rules:
        mine = sets[option.lstrip("-")]
        other = sets[options[0] if option.lstrip("-") == options[1] else options[1]]
        for value in values.split(","):
            word = value.strip()
            if word == ALL:
                other.clear()
                mine.clear()
                mine.add(ALL)
            elif word == ":none:":
                mine.clear()
            elif word == "+" + ALL:
                mine.add(ALL)
            elif word:
                name = normalize_name(word)
                other.discard(name)
                mine.add(name)
    return frozenset(sets[options[0]]), frozenset(sets[options[1]])
