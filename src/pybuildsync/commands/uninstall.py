"""``uninstall``: removes distributions, in one transaction, after asking.

Only what is named goes; what then misses something is told. What other distributions own stays.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from pybuildsync.commands.destination import scheme_of
from pybuildsync.commands.inputs import COMMAND_LINE, read_inputs
from pybuildsync.commands.options import IndexOptions, UninstallOptions
from pybuildsync.commands.remote_texts import RemoteTexts
from pybuildsync.commands.results import Change, UninstallResult
from pybuildsync.commands.surroundings import look_around, required_by
from pybuildsync.core.requirements import project_in
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.schemes import Scheme, check_changeable
from pybuildsync.errors import EnvironmentFault, RequestError
from pybuildsync.project.file_locations import is_remote


def run(
    options: UninstallOptions, story: Story, *, confirm: Callable[[tuple[Change, ...]], bool] = lambda _: True
) -> UninstallResult:
    """Remove what is named; *confirm* is asked first, unless ``options.yes``.

    Raises:
        EnvironmentFault: there is no such interpreter, or the environment can't be changed; it is as it was.
        RequestError: a name or a requirement file can't be read.
        IndexFault: a requirement file can't be fetched.

    """
    from pybuildsync.environments.planning import Changes
    from pybuildsync.environments.recovery import settle
    from pybuildsync.environments.transaction import apply, environment_lock

    interpreter, found = look_around(options.python, options.store, story)
    names = _names(options, story)
    chosen = _named(names, found)
    result = _result(options, names, chosen)
    if not chosen or options.dry_run:
        _tell_absent(names, result.missing, story)
        return result
    scheme = _scheme(options, chosen, interpreter)
    check_changeable(scheme)
    if not options.yes:
        _tell_absent(names, result.missing, story)
        if not confirm(result.changes):
            return result._replace(declined=True)
    with environment_lock(scheme, lambda: story.tell(WaitingForLock(interpreter.prefix))):
        recovered = settle(scheme)
        if recovered is not None:
            story.tell(Recovered(str(recovered)))
        found = tuple(one for one in installed_distributions(interpreter.site_packages) if not one.broken)
        seen, chosen = chosen, _named(names, found)
        if _has_changed(seen, chosen) and (not options.yes or _scheme(options, chosen, interpreter) != scheme):
            raise EnvironmentFault(
                "what is to be removed has changed meanwhile",
                why="\n".join(f"{one.name} {one.version} is there now" for one in chosen if one not in seen),
                hint="run the command again",
            )
        told = () if options.yes else result.missing
        result = _result(options, names, chosen)
        _tell_absent(names, tuple(name for name in result.missing if name not in told), story)
        applied = apply(Changes(remove=chosen), scheme, is_locked=True)
    for path in applied.outside:
        story.tell(Warned(f"{path} stays: it lies outside the environment"))
    _tell_missing(chosen, found, dict(interpreter.target.markers), story)
    return result


def _named(names: Iterable[str], found: tuple[InstalledDistribution, ...]) -> tuple[InstalledDistribution, ...]:
    """Return what of *found* is called by one of *names*, in their order."""
    by_name = {one.name: one for one in found}
    return tuple(by_name[name] for name in names if name in by_name)


def _result(
    options: UninstallOptions, names: Iterable[str], chosen: tuple[InstalledDistribution, ...]
) -> UninstallResult:
    there = {one.name for one in chosen}
    return UninstallResult(
        changes=tuple(Change(kind="remove", name=one.name, old=one.version) for one in chosen),
        missing=tuple(name for name in names if name not in there),
        dry_run=options.dry_run,
    )


def _scheme(options: UninstallOptions, chosen: tuple[InstalledDistribution, ...], interpreter: Interpreter) -> Scheme:
    scheme = scheme_of(chosen, interpreter)
    return scheme._replace(unchangeable="") if options.break_system_packages else scheme


def _has_changed(seen: tuple[InstalledDistribution, ...], now: tuple[InstalledDistribution, ...]) -> bool:
    """Whether something is there *now* that wasn't *seen* as it is; what has gone is no change to ask about."""
    return not set(now) <= set(seen)


def _tell_absent(names: Mapping[str, str], missing: Iterable[str], story: Story) -> None:
    for name in missing:
        story.tell(Warned(f"Skipping {names[name]} as it is not installed."))


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
            verb = "requires" if len(wanting[name]) == 1 else "require"
            story.tell(Warned(f"{', '.join(wanting[name])} still {verb} {name}, which is gone"))


def _names(options: UninstallOptions, story: Story) -> dict[str, str]:
    """Return what is to go: normalised names, each with the one that was typed.

    Raises:
        RequestError: nothing has a name, or something can't be read.

    """
    connection = IndexOptions(**options.connection._asdict())
    with RemoteTexts(connection, filter(is_remote, options.requirement_files), story) as texts:
        inputs = read_inputs(options.names, options.requirement_files, (), os.environ, fetch=texts.fetch)
    names: dict[str, str] = {}
    for requirement, text in zip(inputs.requirements, inputs.texts, strict=True):
        names.setdefault(requirement.name, project_in(text))
    for given in inputs.given:
        if given.name:
            names.setdefault(given.name, given.name)
        elif given.where == COMMAND_LINE:
            why = "the uninstall command expects named requirements."
            story.tell(Warned(f"Invalid requirement: {given.text!r} ignored - {why}"))
    if not names:
        raise RequestError(
            'You must give at least one requirement to uninstall (see "pip help uninstall")',
            hint="name a project, or a file that lists some with -r",
        )
    return names
