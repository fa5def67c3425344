"""Direct references of one resolution: which of them lead to a project, and which came up too late to be looked into.

A project that the user gives by a path or URL comes from there and from nowhere else. A URL among what a distribution
or a build requires is one more place for its project, for those resolutions in which somebody asks for it by that URL.
"""

from functools import lru_cache
from typing import TypeAlias

from pybuildsync.core.direct_references import Key, reference_key
from pybuildsync.core.goal import Goal
from pybuildsync.core.variants import Direct, Facts

References: TypeAlias = frozenset[tuple[str, str]]
"""(project, URL) pairs."""

NO_REFERENCES: References = frozenset()

_key = lru_cache(maxsize=1024)(reference_key)


def unasked(asked: References, found: References) -> References:
    """Return which of *found* nobody has *asked* for by that URL."""
    wanted = {(name, _key(url)) for name, url in asked}
    return frozenset((name, url) for name, url in found if (name, _key(url)) not in wanted)


class Directs:
    """The direct references that *goal*, *facts* and *references* know of, but for those *left_out*.

    ``note`` collects others.
    """

    def __init__(self, goal: Goal, facts: Facts, references: References, left_out: References) -> None:
        self._given = {direct.name: direct for direct in goal.direct}
        self._running = {each.name for each in goal.constraints if each.url}
        self._building = {each.name for each in goal.build_constraints if each.url}
        self._late: set[tuple[str, str]] = set()
        self._left_out = {(name, _key(url)) for name, url in left_out}
        self._places: dict[str, dict[Key, Direct]] = {}
        limits = [(each.name, each.url) for each in (*goal.constraints, *goal.build_constraints) if each.url]
        fetched = {(each.name, _key(each.url)): each for each in facts.direct}
        for name, url in (*limits, *((each.name, each.url) for each in facts.direct), *sorted(references)):
            key = _key(url)
            direct = fetched.get((name, key)) or Direct(name, "", url=url)
            if (name, key) not in self._left_out:
                self._places.setdefault(name, {}).setdefault(key, direct)

    def of(self, name: str) -> tuple[Direct, ...]:
        """Return the references that lead to the project *name*."""
        given = self._given.get(name)
        places = tuple(self._places.get(name, {}).values())
        return places if given is None else (given, *places)

    def is_given(self, direct: Direct) -> bool:
        """Whether the user gives *direct*: then it is taken wherever its project is needed."""
        return direct is self._given.get(direct.name)

    def is_listed(self, name: str, *, building: bool) -> bool:
        """Whether *name* may come from an index: it isn't given, and no constraint says where it comes from."""
        return name not in self._given and name not in (self._building if building else self._running)

    def leads_to(self, url: str, direct: Direct) -> bool:
        """Whether who asks for *url* gets *direct*; what the user has at a path serves everybody."""
        serves_all = self.is_given(direct) and (direct.is_local or not direct.url)
        return serves_all or _key(url) == _key(direct.url)

    def note(self, name: str, url: str) -> None:
        """Note that *name* is asked for from *url*, unless it is known that this is in vain."""
        known = _key(url) in self._places.get(name, {}) or (name, _key(url)) in self._left_out
        if not known:
            self._late.add((name, url))

    def late(self) -> References:
        """Return what was noted."""
        return frozenset(self._late)
