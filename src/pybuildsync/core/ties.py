"""Ties between what a source will be built with and what runs (docs/matching.md, "One resolution for both sides").

A tie connects a library in a build environment with the same library one scope further out, under the policy that holds
for them. What is built already has matches instead.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import TypeAlias

from pybuildsync.core.policies import EXACT, Policy, PolicyBook
from pybuildsync.core.reasons import MustMatch
from pybuildsync.core.shelves import Shelf
from pybuildsync.core.solver.problem import Tie
from pybuildsync.core.variants import Package, Scope
from pybuildsync.core.version_sets import accepts, same_version

Followed: TypeAlias = Mapping[str, tuple[tuple[str, str], ...]]
"""Of names that needn't match: the version that a wheel was built with, and the specifier that it made of that."""


class Ties:
    """The ties of one resolution, under *policies*.

    ``silent`` libraries are known to promise nothing; others may, and are taken to, if ``hopeful``.
    """

    def __init__(
        self, policies: PolicyBook, shelf: Callable[[Package], Shelf], *, silent: Iterable[str], hopeful: bool
    ) -> None:
        self._policies = policies
        self._shelf = shelf
        self._silent = frozenset(silent)
        self._hopeful = hopeful
        self._run_time_names: dict[tuple[str, str], frozenset[str]] = {}
        self._match_runtime: dict[tuple[str, str], frozenset[str]] = {}
        self._followed: dict[tuple[str, str], Followed] = {}
        self._of_extras: set[tuple[Scope, str]] = set()
        self._said = cache(self._look_up)

    def note(
        self, source: tuple[str, str], run_time_names: Iterable[str], match_runtime: Iterable[str], followed: Followed
    ) -> None:
        """Note what *source*, (name, version), requires at run time, and what it says itself that must match.

        *followed* is what its wheels are known to require just as they were built.
        """
        self._match_runtime[source] = frozenset(match_runtime)
        self._followed[source] = followed
        self._run_time_names[source] = frozenset(run_time_names) | self._match_runtime[source]
        self._said.cache_clear()

    def must_match(self, scope: Scope, name: str) -> bool:
        """Whether *name* in the build environment *scope* is tied to *name* as it runs, before anything is built."""
        if self.never(scope, name):
            return False
        if name in self._followed[scope[-1]]:
            return True
        return name in self._run_time_names[scope[-1]] or bool(self._policies.configured(scope[-1][0], name))

    def never(self, scope: Scope, name: str) -> bool:
        """Whether *name* in the build environment *scope* goes with whatever runs: a build tool, mostly."""
        known = name in self._match_runtime[scope[-1]] or name in self._followed[scope[-1]]
        return self._policies.never_ties(scope[-1][0], name) and not known

    def match_for_extra(self, scope: Scope, name: str) -> bool:
        """Whether *name* in the build environment *scope* must match only as an extra of what is built requires it."""
        is_one = not self.never(scope, name) and not self.must_match(scope, name)
        self._of_extras |= {(scope, name)} if is_one else set()
        return is_one

    def tie(self, scope: Scope, name: str) -> Tie[Package]:
        """Return what ties *name* in the build environment *scope*, which must match, to *name* as it runs."""
        left: Package = (scope, name, "")
        right: Package = (scope[:-1], name, "")
        built, running = self._shelf(left), self._shelf(right)
        accepts = partial(self._accepts, scope, name)

        def image(states: int) -> int:
            return running.everything if states & 1 else built.reach(states, running, accepts) | 1

        def preimage(states: int) -> int:
            if states & 1:
                return built.everything
            return running.reach(states, built, lambda running_version, v: accepts(v, running_version)) | 1

        return Tie(left, right, image, preimage, MustMatch(scope, name, self.evidence(scope, name)))

    def _accepts(self, scope: Scope, name: str, built: str, running: str) -> bool:
        """Whether the tie accepts these versions of *name*, for now: it may promise so itself."""
        may_promise = self._hopeful and name not in self._silent and self._said(scope, name, built) is None
        return may_promise or self._agree(scope, name, built, running)

    def _agree(self, scope: Scope, name: str, built: str, running: str) -> bool:
        """Whether *running* runs what is *built* with it: by the policy, or as a wheel that was built so says."""
        said = self._followed[scope[-1]].get(name, ())
        if any(same_version(version, built) and accepts(specifier, running) for version, specifier in said):
            return True
        return self.policy(scope, name, built).accepts(built, running)

    def goes_with(self, scope: Scope, name: str, built: str, running: str) -> bool:
        """Whether *name* isn't tied in *scope*, or somebody says that *running* runs what is *built* with it."""
        is_tied = self.must_match(scope, name) or (scope, name) in self._of_extras
        return not is_tied or self._agree(scope, name, built, running)

    def policies_of(self, scope: Scope, name: str) -> tuple[Policy, ...]:
        """Return the policies that hold for what is built with some version of *name*, the newest version's first."""
        versions = self._shelf((scope, name, "")).versions
        return tuple(dict.fromkeys(self.policy(scope, name, version) for version in versions))

    def policy(self, scope: Scope, name: str, built: str) -> Policy:
        """Return the policy for what is built in *scope* with version *built* of *name*."""
        return self._said(scope, name, built) or EXACT

    def evidence(self, scope: Scope, name: str) -> str:
        """Return why *name*, if it must match, has to."""
        if name in self._followed[scope[-1]]:
            return "baked"
        configured = self._policies.configured(scope[-1][0], name)
        is_configured = configured is not None or name in self._match_runtime[scope[-1]]
        return "configured" if is_configured else "required twice"

    def _look_up(self, scope: Scope, name: str, built: str) -> Policy | None:
        """Return the policy that somebody has stated for what is built in *scope* with version *built* of *name*."""
        if name in self._followed[scope[-1]]:
            return EXACT
        configured = self._policies.configured(scope[-1][0], name)
        if configured is None and name in self._match_runtime[scope[-1]]:
            return EXACT
        return configured or self._policies.documented(name, built)
