"""Requirements that stand in a source tree or come from a backend: a wrong one is the package's fault."""

from collections.abc import Iterable

from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.errors import PackageError, RequestError


def parse_requires(texts: Iterable[str], where: str) -> tuple[Requirement, ...]:
    """Return the requirements that *texts* state (PEP 508).

    Raises:
        PackageError: one of them is no requirement; the error says that it stands in *where*.

    """
    parsed = []
    for text in texts:
        try:
            parsed.append(parse_requirement(text))
        except RequestError as error:
            raise PackageError(
                f"{where} has a requirement that is none",
                why=f"{text!r}: {error.why}",
                hint="tell its author, or correct the source tree",
            ) from error
    return tuple(parsed)


def of_an_extra(requirement: Requirement) -> bool:
    """Whether *requirement* counts only for an extra."""
    return "extra ==" in requirement.marker
