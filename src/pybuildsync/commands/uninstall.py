"""``uninstall``: removes distributions, in one transaction, after asking.

Only what is named goes; what then misses something is told. What other distributions own stays.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from pybuildsync.commands.destination import scheme_of
from pybuildsync.commands.options import UninstallOptions
from pybuildsync.commands.results import Change, UninstallResult
from pybuildsync.commands.surroundings import look_around, required_by
from pybuildsync.core.names import normalize_name
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution


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
    scheme = scheme_of(chosen, interpreter)
    if options.break_system_packages:
        scheme = scheme._replace(unchangeable="")
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
    """Return the requirements in requirement files; source trees in them have no name to go by."""
    if not paths:
        return []
    from pybuildsync.project.requirement_files import read_requirement_file

    files = [read_requirement_file(path, environ=os.environ) for path in paths]
    return [line.text for file in files for line in file.requirements if not line.editable]
