"""``check``: whether what is installed fits together.

Three questions for each distribution: are its requirements met; does it run with what it was built against, as its
build record tells; are the shared libraries there that its compiled files need from others (docs/matching.md).
"""

from pybuildsync.commands.options import CheckOptions
from pybuildsync.commands.results import CheckResult, Problem
from pybuildsync.commands.stores import open_store
from pybuildsync.core.install_plan import Disturbed, broken_matches, broken_requirements
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.story import Recovered, Story, WaitingForLock
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions, read_record_file
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import environment_scheme
from pybuildsync.native.providers import Link, unmet
from pybuildsync.pipeline.environment import installed_of


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
    markers = MarkerAnswers(interpreter.target)
    for each in installed:
        wrong = (*broken_matches(each, running), *broken_requirements(each, running, markers))
        seen = {one.library for one in wrong if one.match is not None}
        told: set[str] = set()
        for one in wrong:
            if one.library in seen and one.library in told:
                continue
            told.add(one.library)
            problems.append(_problem(one))
        if each.variant is not None and each.variant.links:
            problems += _missing_libraries(each.name, each.version, each.variant.links, distributions)
    known = {each.name for each in installed}
    problems += [
        Problem(
            kind="broken",
            name=each.name,
            version=each.version,
            text=f"the metadata of {each.name} can't be read: {each.dist_info}",
            hint=f"install it again: pybuildsync install --reinstall-package {each.name} {each.name}",
        )
        for each in distributions
        if each.name not in known
    ]
    return CheckResult(
        problems=tuple(sorted(problems, key=lambda one: (one.name, one.kind, one.text))),
        distributions=len(distributions),
    )


def _problem(one: Disturbed) -> Problem:
    name, version = one.installed.name, one.installed.version
    if one.match is not None:
        hint = _again(name, version)
        return Problem(kind="match", name=name, version=version, text=one.text, hint=hint)
    wanted = next((str(r) for r in one.installed.metadata.requires if r.name == one.library), one.library)
    hint = f"pybuildsync install '{wanted.partition(';')[0].strip()}'"
    return Problem(kind="missing" if one.missing else "conflict", name=name, version=version, text=one.text, hint=hint)


def _again(name: str, version: str) -> str:
    """Return the next step; without --reinstall-package the library might be changed back instead."""
    command = f"pybuildsync install --reinstall-package {name} --no-binary {name} {name}=={version}"
    return f"build it again against what is there: {command}"


def _missing_libraries(
    name: str,
    version: str,
    links: tuple[tuple[str, str, str, str, bool], ...],
    distributions: tuple[InstalledDistribution, ...],
) -> list[Problem]:
    wanted = {distribution for _, _, distribution, _, _ in links}
    files = {
        each.name: tuple(path for path, _, _ in read_record_file(each)) for each in distributions if each.name in wanted
    }
    return [
        Problem(
            kind="library",
            name=name,
            version=version,
            text=f"{link.module} of {name} {version} needs {link.library}, which {link.distribution} doesn't bring",
            hint=_again(name, version),
        )
        for link in unmet((Link(*parts) for parts in links), files)
    ]
