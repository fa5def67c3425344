"""``uninstall``: removes distributions, in one transaction, after asking.

Only what is named goes; what then misses something is told. What other distributions own stays.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pybuildsync.commands.options import UninstallOptions
from pybuildsync.commands.results import Change, UninstallResult
from pybuildsync.commands.surroundings import look_around, required_by
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.environments.schemes import environment_scheme
from pybuildsync.errors import RequestError


def run(
    options: UninstallOptions, story: Story, *, confirm: Callable[[tuple[Change, ...]], bool] = lambda _: True
) -> UninstallResult:
    """Remove what is named; *confirm* is asked first, unless ``options.yes``.

    Raises:
        EnvironmentFault: there is no such interpreter, or the environment can't be changed; it is as it was.
        RequestError: a name or a requirement file can't be read.

    """
    from pybuildsync.environments.planning import Changes
    from pybuildsync.environments.transaction import apply

    interpreter, found = look_around(options.python, options.store, story)
    names = _names([*options.names, *_listed(options.requirement_files)])
    by_name = {one.name: one for one in found}
    chosen = [by_name[name] for name in names if name in by_name]
    missing = tuple(name for name in names if name not in by_name)
    for name in missing:
        story.tell(Warned(f"{name} is not installed"))
    changes = tuple(Change(kind="remove", name=one.name, old=one.version) for one in chosen)
    result = UninstallResult(changes=changes, missing=missing, dry_run=options.dry_run)
    if not chosen or options.dry_run:
        return result
    if not options.yes and not confirm(changes):
        return result._replace(declined=True)
    scheme = environment_scheme(interpreter)
    if options.break_system_packages:
        scheme = replace(scheme, unchangeable="")
    applied = apply(
        Changes(remove=tuple(chosen)), scheme, waiting=lambda: story.tell(WaitingForLock(interpreter.prefix))
    )
    if applied.recovered is not None:
        story.tell(Recovered(str(applied.recovered)))
    for path in applied.outside:
        story.tell(Warned(f"{path} stays: it lies outside the environment"))
    _tell_missing(chosen, found, dict(interpreter.target.markers), story)
    return result


def _tell_missing(
    gone: Iterable[InstalledDistribution],
    found: Iterable[InstalledDistribution],
    markers: Mapping[str, str],
    story: Story,
) -> None:
    """Tell what still requires something that has gone."""
    names = [one.name for one in gone]
    wanting = required_by((one for one in found if one.name not in names), markers)
    for name in names:
        if name in wanting:
            story.tell(Warned(f"{', '.join(wanting[name])} still requires {name}, which is gone"))


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the normalised names that *texts*, names or requirements, name, each once."""
    return tuple(dict.fromkeys(normalize_name(parse_requirement(text).name) for text in texts))


def _listed(paths: Iterable[str]) -> list[str]:
    """Return the requirements in requirement files and in those they name; options in them mean nothing here."""
    texts: list[str] = []
    waiting = [os.path.abspath(path) for path in reversed(tuple(paths))]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            with open(path, encoding="utf-8") as file:
                lines = file.read().replace("\\\n", "").splitlines()
        except (OSError, UnicodeError) as error:
            raise RequestError(f"the requirement file {path} can't be read", why=str(error)) from error
        for line in lines:
            text = line.partition(" #")[0].strip()
            for flag in ("-r", "--requirement"):
                if text.startswith((f"{flag} ", f"{flag}=")):
                    named = text[len(flag) + 1 :].strip()
                    waiting.append(os.path.normpath(os.path.join(os.path.dirname(path), named)))
            if text and not text.startswith(("#", "-")):
                texts.append(text.partition(" --")[0].strip())
    return texts
