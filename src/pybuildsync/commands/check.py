"""``check``: whether what is installed fits together.

Four questions for each distribution: are its requirements met; does it run with what it was built against, as its
build record tells; are the shared libraries there that its compiled files need from others (docs/matching.md); was its
wheel made for this Python. And a fifth, if asked: are its files what its RECORD says.
"""

from collections.abc import Mapping
from typing import Literal

from pybuildsync.commands.options import CheckOptions
from pybuildsync.commands.results import CheckResult, Problem
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.surroundings import names_required, path_of_url
from pybuildsync.commands.verifying import differences
from pybuildsync.core.goal import Installed
from pybuildsync.core.install_plan import Disturbed, broken_matches, broken_requirements
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.story import Note, Recovered, Story, WaitingForLock
from pybuildsync.core.version_sets import accepts
from pybuildsync.core.wheel_choice import expand_tags
from pybuildsync.environments.installed import (
    InstalledDistribution,
    installed_distributions,
    read_build_record,
    read_record_file,
    read_text,
)
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import environment_scheme
from pybuildsync.native.providers import Link, unmet
from pybuildsync.pipeline.environment import installed_of

_DASHES = 2  # in a tag


def run(options: CheckOptions, story: Story) -> CheckResult:
    """Look at the environment; nothing is changed but what a killed command left half done.

    Raises:
        EnvironmentFault: there is no such interpreter, or its environment can't be put right.

    """
    with open_store(options.store) as store:
        interpreter = find_interpreter(options.python or None, store)
    recovered = recover(environment_scheme(interpreter), waiting=lambda: story.tell(WaitingForLock(interpreter.prefix)))
    if recovered is not None:
        story.tell(Recovered(str(recovered)))
    everything = installed_distributions(interpreter.site_packages)
    problems = [
        Problem(
            kind="broken",
            name=each.name,
            version=each.version,
            text=f"{each.dist_info}: {each.broken}",
            hint="remove it by hand, or install the project again",
        )
        for each in everything
        if each.broken
    ]
    distributions = tuple(each for each in everything if not each.broken)
    installed = installed_of(distributions, PolicyBook())
    running = {each.name: each.version for each in distributions}
    by_name = {each.name: each for each in distributions}
    markers = MarkerAnswers(interpreter.target)
    for each in installed:
        wrong = (*broken_matches(each, running), *broken_requirements(each, running, markers))
        seen = {one.library for one in wrong if one.match is not None}
        told: set[str] = set()
        for one in wrong:
            if one.library in seen and one.library in told:
                continue
            told.add(one.library)
            problems.append(_problem(one, by_name, markers))
        if each.variant is not None and each.variant.links:
            problems += _missing_libraries(each, each.variant.links, distributions)
    problems += _strangers(distributions, interpreter.target.tags)
    known = {each.name: each for each in installed}
    if options.verify:
        problems += _changed_files(distributions, known, story)
    problems += [
        Problem(
            kind="broken",
            name=each.name,
            version=each.version,
            text=f"the metadata of {each.name} can't be read: {each.dist_info}",
            hint=_unreadable(each.name),
        )
        for each in distributions
        if each.name not in known
    ]
    return CheckResult(
        problems=tuple(sorted(problems, key=lambda one: (one.name, one.kind, one.text))),
        distributions=len(distributions),
    )


def _unreadable(name: str) -> str:
    return f"install it again: pybuildsync install --reinstall-package {name} {name}"


def _unbuildable(distribution: InstalledDistribution, library: str, version: str, markers: MarkerAnswers) -> str:
    """Return what *distribution* needs of *library* to be built, by its record, if *version* isn't that; else ""."""
    record = read_build_record(distribution) or {"build_requires": [], "hook_requires": []}
    for text in (*record["build_requires"], *record["hook_requires"]):
        needed = parse_requirement(text)
        is_it = needed.name == library and needed.specifier and markers.hold(needed.marker)
        if is_it and not accepts(needed.specifier, version):
            return f"{needed.name}{needed.specifier}"
    return ""


def _problem(one: Disturbed, by_name: Mapping[str, InstalledDistribution], markers: MarkerAnswers) -> Problem:
    name, version = one.installed.name, one.installed.version
    if one.missing:
        pip = f"{name} {version} requires {one.library}, which is not installed."
    elif one.requirement:
        stated = names_required(by_name[name]).get(one.library, one.library)
        wanted = stated + one.requirement.removeprefix(one.library)
        pip = f"{name} {version} has requirement {wanted}, but you have {one.library} {by_name[one.library].version}."
    else:
        pip = ""
    if one.match is not None:
        needed = _unbuildable(by_name[name], one.library, by_name[one.library].version, markers)
        back = f"it needs {needed} to be built, so put that back: pybuildsync install '{needed}'"
        hint = back if needed else _again(one.installed)
        return Problem(kind="match", name=name, version=version, text=one.text, hint=hint, pip=pip)
    hint = f"pybuildsync install '{one.requirement.partition(';')[0].strip()}'"
    kind: Literal["missing", "conflict"] = "missing" if one.missing else "conflict"
    return Problem(kind=kind, name=name, version=version, text=one.text, hint=hint, pip=pip)


def _strangers(distributions: tuple[InstalledDistribution, ...], tags: tuple[str, ...]) -> list[Problem]:
    """Return what was made for another Python or platform, by the tags of its wheel."""
    known = frozenset(tags)
    found = []
    for each in distributions:
        stated = read_fields(read_text(each, "WHEEL")).get("tag", ())
        if stated and not any(
            tag in known for text in stated if text.count("-") == _DASHES for tag in expand_tags(text)
        ):
            text = f"{each.name} {each.version} is not supported on this platform"
            hint = f"pybuildsync install --reinstall-package {each.name} {each.name}=={each.version}"
            found.append(Problem(kind="platform", name=each.name, version=each.version, text=text, hint=hint, pip=text))
    return found


def _changed_files(
    distributions: tuple[InstalledDistribution, ...], known: Mapping[str, Installed], story: Story
) -> list[Problem]:
    """Return a problem for each distribution with files that aren't what its RECORD says; *known* ones by name."""
    found = []
    for each in distributions:
        if not read_record_file(each):
            story.tell(Note(f"{each.name} {each.version} has no RECORD: its files can't be compared"))
        files = tuple(differences(each))
        if not files:
            continue
        text = f"{len(files)} files aren't what RECORD says" if len(files) > 1 else "1 file isn't what RECORD says"
        one = known.get(each.name)
        hint = _command(one, one.origin, built=one.variant is not None) if one is not None else _unreadable(each.name)
        found.append(Problem(kind="files", name=each.name, version=each.version, text=text, hint=hint, files=files))
    return found


def _again(installed: Installed) -> str:
    """Return the next step; without --reinstall-package the library might be changed back instead."""
    command = _command(installed, installed.source_origin, built=True)
    return f"build it again against what is there: {command}"


def _command(installed: Installed, origin: str, *, built: bool) -> str:
    """Return the command that installs *installed* anew: from *origin*, if it has one, or as it was *built*."""
    name = installed.name
    if installed.editable:
        what = f"-e {path_of_url(installed.origin)}"
    elif origin:
        what = f"--reinstall-package {name} '{name} @ {origin}'"
    else:
        what = f"--reinstall-package {name} {f'--no-binary {name} ' * built}{name}=={installed.version}"
    return f"pybuildsync install {what}"


def _missing_libraries(
    installed: Installed,
    links: tuple[tuple[str, str, str, str, bool], ...],
    distributions: tuple[InstalledDistribution, ...],
) -> list[Problem]:
    title = f"{installed.name} {installed.version}"
    wanted = {distribution for _, _, distribution, _, _ in links}
    files = {
        each.name: tuple(path for path, _, _ in read_record_file(each)) for each in distributions if each.name in wanted
    }
    return [
        Problem(
            kind="library",
            name=installed.name,
            version=installed.version,
            text=f"{link.module} of {title} needs {link.library}, which {link.distribution} doesn't bring",
            hint=_again(installed),
        )
        for link in unmet((Link(*parts) for parts in links), files)
    ]
