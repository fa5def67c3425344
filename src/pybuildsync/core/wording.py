"""Words for the solver's proofs: packages, version sets and reasons, as a user of Python packages says them."""

from pybuildsync.core.policies import EXACT, Policy
from pybuildsync.core.provider import ROOT, PackagingProvider
from pybuildsync.core.reasons import (
    AlreadyBuilt,
    Asked,
    AsOf,
    Barred,
    BuildRequires,
    BuiltAgainst,
    Constrained,
    Loads,
    MustMatch,
    NeedsItself,
    Requires,
    SameAsBefore,
)
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.shelves import Shelf
from pybuildsync.core.solver.explain import explain
from pybuildsync.core.solver.outcome import Failure
from pybuildsync.core.solver.wording import enumerate_words
from pybuildsync.core.variants import EVIDENCE_WORDS, Package, Scope

_OTHERS = {
    "micro": "the same in its first two numbers",
    "minor": "the same in its first number",
    "at-least": "newer",
    "any": "of any version",
}
_RUNS = 3  # runs of versions that are told one by one


def explain_failure(provider: PackagingProvider, failure: Failure[Package]) -> str:
    """Return why there is no resolution, in sentences, one a line."""
    return explain(failure, PackagingWords(provider))


class PackagingWords:
    """The words for one provider's packages."""

    def __init__(self, provider: PackagingProvider) -> None:
        self._provider = provider

    def package(self, package: Package) -> str:
        """Return what *package* is called."""
        if package == ROOT:
            return "your request"
        return _title(package) + _purpose(package[0])

    def versions(self, package: Package, mask: int) -> str:
        """Return what the entries of *mask* are called: ``lib 1.0``, ``lib >=1,<=2``, ``lib 1.0 as built``."""
        if package == ROOT:
            return "your request"
        shelf = self._provider.shelf(package)
        return f"{_title(package)}{_range(shelf, mask)}{_purpose(package[0])}"

    def reason(self, reason: object, subject: str) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one line for each reason
        """Return the clause that *reason* is, about *subject*."""
        match reason:
            case Asked(requirement):
                stays = requirement in self._provider.goal.staying
                return f"{requirement} is installed" if stays else f"you asked for {requirement}"
            case Constrained(requirement, build=True):
                return f"a build constraint says {requirement}"
            case Constrained(requirement):
                return f"a constraint says {requirement}"
            case Requires(requirement):
                return f"{subject} requires {_without_marker(requirement)}"
            case BuildRequires(requirement):
                return f"{subject} needs {_without_marker(requirement)} to be built"
            case BuiltAgainst(library, built, evidence, policy):
                return f"{subject} must run with {library} {built}{_or_what_goes(policy)} ({EVIDENCE_WORDS[evidence]})"
            case Loads(library, built, libraries):
                return f"{subject} needs {enumerate_words(libraries)}, as {library} {built} brings"
            case MustMatch(scope, library, evidence):
                its = f"the {library} that it is built with"
                or_another = _or_what_goes(*self._provider.ties.policies_of(scope, library))
                return f"{scope[-1][0]} {scope[-1][1]} must run with {its}{or_another} ({EVIDENCE_WORDS[evidence]})"
            case AlreadyBuilt(project, version, coupled):
                against = ", ".join(f"{name} {built}" for name, built in coupled)
                return f"{project} {version} has been built{f' against {against}' if against else ''} already"
            case SameAsBefore(project, version, requirement, tools):
                built = f"whichever {enumerate_words(tools)} it is built with"
                return f"{project} {version} requires {_without_marker(requirement)}, {built}"
            case AsOf(project, date):
                return f"{project} is built with tools from {date[:10]} or before"
            case Barred(text):
                return f"{subject} {text}"
            case NeedsItself(chain, project):
                path = " -> ".join([*(f"{name} {version}" for name, version in chain), project])
                return f"{project} is needed to build itself ({path})"
        return None


def _without_marker(requirement: Requirement) -> Requirement:
    """Return *requirement* as it is here, where its marker holds."""
    return requirement._replace(marker="")


def _or_what_goes(*policies: Policy) -> str:
    """Return which other versions than that which was built against *policies* accept, with the space before it."""
    first, *others = policies or (EXACT,)
    if others:  # what holds depends on the version that is built with
        return " or one that goes with that"
    if first.is_exact:
        return ""
    return f" or one that is {' and '.join(_OTHERS[condition] for condition in first.conditions)}"


def _title(package: Package) -> str:
    return f"{package[1]}[{package[2]}]" if package[2] else package[1]


def _purpose(scope: Scope) -> str:
    return f" (to build {scope[-1][0]} {scope[-1][1]})" if scope else ""


def _range(shelf: Shelf, mask: int) -> str:
    """Return the versions of *mask* with the space before them; "" for all of them."""
    versions = shelf.versions_in(mask)
    if len(versions) == len(shelf.versions) and len(versions) > 1:
        return ""
    if len(versions) == 1:
        return f" {versions[0]}{_how(shelf, mask)}"
    runs = _runs(shelf, versions)
    if len(runs) > _RUNS:
        return f" ({len(versions)} releases from {versions[-1]} to {versions[0]})"
    return " " + " or ".join(runs)


def _runs(shelf: Shelf, versions: tuple[str, ...]) -> list[str]:
    """Return *versions*, newest first, as runs of neighbours, oldest run first."""
    positions = {version: at for at, version in enumerate(shelf.versions)}
    runs: list[list[str]] = []
    for version in versions:
        if runs and positions[version] == positions[runs[-1][-1]] + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    texts = []
    for run in reversed(runs):
        newest, oldest = run[0], run[-1]
        if len(run) == 1:
            texts.append(newest)
        elif newest == shelf.versions[0]:
            texts.append(f">={oldest}")
        elif oldest == shelf.versions[-1]:
            texts.append(f"<={newest}")
        else:
            texts.append(f">={oldest},<={newest}")
    return texts


def _how(shelf: Shelf, mask: int) -> str:
    """Say how a version is meant, where it has been built: as it was built against something, or not built again."""
    entries = [shelf.entry(bit) for bit in range(1, shelf.count + 1) if mask >> bit & 1]
    variants = [entry.variant for entry in entries if entry.variant is not None]
    if len(entries) == 1 and entries[0].installed:
        return " (installed)"
    if len(entries) != 1 or not variants:
        return ""
    against = ", ".join(f"{name} {version}" for name, version in variants[0].coupled)
    if variants[0].contradiction:
        return ""  # which says itself what it was built against
    return f", built against {against}," if against else ", as built,"
