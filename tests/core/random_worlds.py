"""Random small worlds for the loop, and what must hold of their results, found without any of the core's own code.

Versions are plain numbers and clauses are compared as numbers, so that nothing here knows of specifiers, solvers or
scopes. A world is data: hypothesis shrinks it, and :func:`open_world` makes a :class:`~core.fakes.World` of it.
"""

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from core.fakes import Built, World
from hypothesis import strategies as st

from pybuildsync.core.facts import Origin
from pybuildsync.core.goal import Goal
from pybuildsync.core.loop import Settled
from pybuildsync.core.policies import Policy, PolicyBook

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt,
}  # fmt: skip

LIBRARIES = ("l0", "l1", "l2")
SOURCES = ("s0", "s1")

Versions = Mapping[str, int]


class Need(NamedTuple):
    """A requirement: *name*, at versions that compare as *comparison* with *version*; "" is any."""

    name: str
    comparison: str = ""
    version: int = 0

    def __str__(self) -> str:
        """Return PEP 508 text."""
        return f"{self.name}{self.comparison}{self.version}" if self.comparison else self.name

    def met(self, versions: Versions) -> bool:
        """Whether *versions* have the name at such a version."""
        if self.name not in versions:
            return False
        return not self.comparison or _COMPARISONS[self.comparison](versions[self.name], self.version)


class Release(NamedTuple):
    """A library's wheel: what it requires."""

    name: str
    version: int
    needs: tuple[Need, ...] = ()


class Sdist(NamedTuple):
    """A source: what it says to require for sure, what it builds with, what its backend makes of each library.

    ``bakes`` are (library, behaviour): the wheel always requires the library, as *behaviour* makes it of the version
    that it was built with. ``links`` are libraries whose files its modules need, if built with them.
    """

    name: str
    version: int
    static: tuple[Need, ...] = ()
    build: tuple[Need, ...] = ()
    bakes: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    is_dynamic: bool = True

    def says(self, environment: Versions) -> tuple[Need, ...]:
        """Return what the wheel requires that is built in *environment*."""
        if not self.is_dynamic:
            return self.static
        baked: list[Need] = list(self.static)
        for library, behaviour in self.bakes:
            version = environment.get(library)
            baked += [Need(library)] if version is None else BEHAVIOURS[behaviour](library, version)
        return tuple(baked)


BEHAVIOURS: dict[str, Callable[[str, int], list[Need]]] = {
    "nothing": lambda library, _: [Need(library)],
    "exact": lambda library, version: [Need(library, "==", version)],
    "at least": lambda library, version: [Need(library, ">=", version)],
    "range": lambda library, version: [Need(library, ">=", version), Need(library, "<", version + 2)],
    "fixed": lambda library, _: [Need(library, "<", 3)],
    "contradicting": lambda library, version: [Need(library, "!=", version)],
    "sometimes contradicting": lambda library, version: [Need(library, "<", version if version > 2 else 9)],
    "growing": lambda library, version: [Need(library), *([Need("l2", "<", 3)] if version % 2 else [Need("l1")])],
}


class Plan(NamedTuple):
    """A world and what is asked of it; libraries ``at_least`` are configured to match like that, ``free`` ones never.

    The shared libraries of those ``versioned`` have a version in their names, a new one every other release; those
    ``promising`` promise that they run what was built with an older release.
    """

    releases: tuple[Release, ...]
    sdists: tuple[Sdist, ...]
    asked: tuple[Need, ...]
    constraints: tuple[Need, ...] = ()
    build_constraints: tuple[Need, ...] = ()
    at_least: tuple[str, ...] = ()
    versioned: tuple[str, ...] = ()
    promising: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    def soname(self, library: str, version: int) -> str:
        """Return the name of the shared library in a release."""
        return f"lib{library}.so.{(version + 1) // 2}" if library in self.versioned else f"lib{library}.so"


def needs_of(names: Iterable[str]) -> st.SearchStrategy[Need]:
    """Return requirements on *names*."""
    name = st.sampled_from(sorted(names))
    versioned = st.tuples(name, st.sampled_from(sorted(_COMPARISONS)), st.integers(1, 4))
    return st.tuples(name, st.just(""), st.just(0)).map(Need._make) | versioned.map(Need._make)


def _unique(needs: list[Need]) -> tuple[Need, ...]:
    return tuple({need.name: need for need in needs}.values())


@st.composite
def plans(draw: st.DrawFn, *, nested: bool = False) -> Plan:
    """Draw a plan; with *nested* the first source may be needed to build the second."""
    releases = []
    for at, name in enumerate(LIBRARIES):
        others = [other for other in LIBRARIES if other != name]
        for version in range(1, draw(st.integers(2, 4)) + 1):
            wants = draw(st.lists(needs_of(others), max_size=1)) if at < 2 and draw(st.booleans()) else []
            releases.append(Release(name, version, tuple(wants)))
    sdists = []
    for name in SOURCES:
        helpers = ("s0",) if nested and name == "s1" else ()
        for version in range(1, draw(st.integers(1, 2)) + 1):
            baked = draw(st.lists(st.sampled_from(LIBRARIES), min_size=1, max_size=2, unique=True))
            wanted = [Need(library) for library in baked if draw(st.integers(0, 4))]
            wanted += draw(st.lists(needs_of((*LIBRARIES, *helpers)), max_size=2))
            sdists.append(
                Sdist(
                    name,
                    version,
                    static=tuple(draw(st.lists(needs_of(set(LIBRARIES) - set(baked)), max_size=1))),
                    build=_unique(wanted),
                    bakes=tuple((library, draw(st.sampled_from(sorted(BEHAVIOURS)))) for library in baked),
                    links=tuple(draw(st.lists(st.sampled_from(LIBRARIES), max_size=1))),
                    is_dynamic=draw(st.integers(0, 3)) > 0,
                )
            )
    asked = [
        Need(name, *draw(st.sampled_from([("", 0), ("", 0), ("==", 1)])))
        for name in draw(st.sampled_from([SOURCES, SOURCES, SOURCES[:1], SOURCES[1:]]))
    ]
    asked += draw(st.lists(needs_of(LIBRARIES), max_size=2))
    return Plan(
        tuple(releases),
        tuple(sdists),
        tuple(asked),
        tuple(draw(st.lists(needs_of(LIBRARIES), max_size=1))),
        tuple(draw(st.lists(needs_of(LIBRARIES), max_size=1))) if draw(st.booleans()) else (),
        tuple(draw(st.lists(st.sampled_from(LIBRARIES), max_size=1))) if draw(st.booleans()) else (),
        tuple(draw(st.lists(st.sampled_from(LIBRARIES), unique=True))),
        tuple(draw(st.lists(st.sampled_from(LIBRARIES), max_size=1))) if draw(st.booleans()) else (),
    )


def open_world(plan: Plan) -> World:
    """Return the index and the builder of *plan*."""
    world = World()
    for release in plan.releases:
        world.wheel(release.name, str(release.version), *map(str, release.needs))
        key = (release.name, str(release.version))
        world.sonames[key] = plan.soname(release.name, release.version)
        if release.name in plan.promising:
            world.promises[key] = Policy(("at-least",), "the library's own promise")
    for sdist in plan.sdists:
        static = tuple(map(str, sdist.static))
        assumed = (*static, *(library for library, _ in sdist.bakes))
        world.sdist(
            sdist.name, str(sdist.version), *assumed, build=tuple(map(str, sdist.build)),
            static=None if sdist.is_dynamic else static, built=_backend(sdist), links=sdist.links,
        )  # fmt: skip
        if sdist.is_dynamic and sdist.static:
            key = (sdist.name, str(sdist.version))
            stated = world.sources[key]
            world.sources[key] = stated._replace(static_requires=stated.metadata.requires[: len(static)])
        assert world.sources[sdist.name, str(sdist.version)].metadata.origin is (
            Origin.ASSUMED if sdist.is_dynamic else Origin.STATIC
        )
    return world


def _backend(sdist: Sdist) -> Built:
    return lambda versions: tuple(
        str(need) for need in sdist.says({name: int(text) for name, text in versions.items()})
    )


def goal_of(plan: Plan, world: World) -> Goal:
    """Return what *plan* asks for."""
    constraints = world.goal(*map(str, plan.constraints)).requirements
    build_constraints = world.goal(*map(str, plan.build_constraints)).requirements
    configured = [*((name, "any") for name in plan.free), *((name, "at-least") for name in plan.at_least)]
    policies = PolicyBook(libraries=tuple((name, Policy((text,), "configuration")) for name, text in configured))
    return world.goal(
        *map(str, plan.asked), constraints=constraints, build_constraints=build_constraints, policies=policies
    )


# What must hold (docs/matching.md, "What must hold"), conditions 1 to 3


def faults(plan: Plan, settled: Settled, before: Versions | None = None) -> list[str]:
    """Return what doesn't hold in *settled*, in words, where the libraries *before* were installed."""
    before = before or {}
    found: list[str] = []
    releases = {(each.name, each.version): each for each in plan.releases}
    sdists = {(each.name, each.version): each for each in plan.sdists}
    running = {chosen.name: int(chosen.version) for chosen in settled.resolution.running}
    if not all(need.met(running) for need in plan.asked):
        found.append("a requirement of the user isn't met")
    reachable = {need.name for need in plan.asked}
    for chosen in settled.resolution.running:
        key = (chosen.name, int(chosen.version))
        variant = chosen.pick.variant
        if chosen.name in LIBRARIES:
            needs = releases[key].needs
        elif variant is None or variant.is_prepared:
            found.append(f"{chosen.name} isn't built")
            continue
        else:
            environment = {each.name: int(each.version) for each in variant.ingredients}
            needs = sdists[key].says(environment)
            found += environment_faults(plan, sdists[key], environment)
            found += match_faults(plan, sdists[key], environment, {**before, **running})
        reachable |= {need.name for need in needs}
        found += [f"{key} requires {need}" for need in needs if not need.met(running)]
    found += [f"nobody needs {name}" for name in sorted(running.keys() - reachable - before.keys())]
    # As with other installers, constraints limit what is resolved: what is installed, and nothing in the request
    # requires, stays as it is. (It is in a resolution only because something was built against it.)
    untouched = {name for name in running.keys() - reachable if running[name] == before.get(name)}
    limited = running.keys() - untouched
    found += [
        f"a constraint says {need}" for need in plan.constraints if need.name in limited and not need.met(running)
    ]
    return found


def environment_faults(plan: Plan, sdist: Sdist, environment: Versions) -> list[str]:
    """Return what is wrong with a build environment, sources in it left out of account."""
    releases = {(each.name, each.version): each for each in plan.releases}
    found = [f"{sdist.name} needs {need} to be built" for need in sdist.build if not need.met(environment)]
    limits = (need for need in plan.build_constraints if need.name in environment)
    found += [f"a build constraint says {need}" for need in limits if not need.met(environment)]
    reachable = {need.name for need in sdist.build}
    waiting = sorted(reachable)
    while waiting:
        name = waiting.pop()
        release = releases.get((name, environment.get(name, 0)))
        for need in release.needs if release else ():
            if not need.met(environment):
                found.append(f"{name} requires {need} in the build environment")
            if need.name not in reachable:
                reachable.add(need.name)
                waiting.append(need.name)
    if not any(name in SOURCES for name in environment):
        found += [f"nobody needs {name} to build {sdist.name}" for name in sorted(environment.keys() - reachable)]
    return found


def match_faults(plan: Plan, sdist: Sdist, environment: Versions, running: Versions) -> list[str]:
    """Return what *sdist*, built in *environment*, must match and doesn't."""
    found: list[str] = []
    says = sdist.says(environment)
    for name, version in environment.items():
        told = [need for need in says if need.name == name]
        baked = [need for need in told if need.comparison and need not in sdist.static]
        now = running.get(name, version)
        is_linked = name in sdist.links
        if is_linked and plan.soname(name, now) != plan.soname(name, version):
            found.append(f"{sdist.name} needs {plan.soname(name, version)}, and {name} {now} runs")
        if name in plan.free:
            continue
        if baked and name not in plan.at_least and not all(need.met(environment) for need in baked):
            found.append(f"{sdist.name} contradicts itself: {name} {version}")
        if name in plan.at_least or name in plan.promising or (is_linked and name in plan.versioned and not baked):
            if now < version and (told or is_linked or name in plan.at_least):
                found.append(f"{sdist.name} was built with {name} {version} and runs with an older one")
        elif (told or is_linked) and not baked and now != version:
            found.append(f"{sdist.name} was built with {name} {version} and runs with {now}")
    return found


# The oracle: every assignment, every build


def has_solution(plan: Plan) -> bool:
    """Whether some versions, and some build environment for each source among them, meet all conditions.

    A source is built only with the very versions that run of what it may require, as nobody knows beforehand that its
    wheel will bake more freedom than that. Sources that build other sources are not this oracle's business.
    """
    versions: dict[str, list[int]] = {}
    sdists = [(each.name, each.version) for each in plan.sdists]
    for name, version in [(each.name, each.version) for each in plan.releases] + sdists:
        versions.setdefault(name, []).append(version)
    outcomes = {
        (sdist.name, sdist.version): [
            environment for environment in _assignments(versions, LIBRARIES)
            if not environment_faults(plan, sdist, environment)
        ]
        for sdist in plan.sdists
    }  # fmt: skip
    tied = {
        key: {need.name for environment in ({}, *found) for need in sdist.says(environment)}
        for (key, found), sdist in zip(outcomes.items(), plan.sdists, strict=True)
    }
    return any(_fits(plan, running, outcomes, tied) for running in _assignments(versions, (*LIBRARIES, *SOURCES)))


def _fits(
    plan: Plan,
    running: Versions,
    outcomes: Mapping[tuple[str, int], list[Versions]],
    tied: Mapping[tuple[str, int], set[str]],
) -> bool:
    if not all(need.met(running) for need in plan.asked):
        return False
    if not all(need.met(running) for need in plan.constraints if need.name in running):
        return False
    for release in plan.releases:
        if running.get(release.name) == release.version and not all(need.met(running) for need in release.needs):
            return False
    return all(
        any(
            not match_faults(plan, sdist, environment, running)
            and all(need.met(running) for need in sdist.says(environment))
            and all(
                running.get(name, version) == version
                or (name in plan.promising and running.get(name, version) > version)
                for name, version in environment.items()
                if name not in plan.at_least and name in tied[sdist.name, sdist.version]
            )
            for environment in outcomes[sdist.name, sdist.version]
        )
        for sdist in plan.sdists
        if running.get(sdist.name) == sdist.version
    )


def _assignments(versions: Mapping[str, list[int]], names: tuple[str, ...]) -> Iterator[Versions]:
    """Yield every way to give each of *names* a version or none."""
    for choice in itertools.product(*([0, *versions.get(name, ())] for name in names)):
        yield {name: version for name, version in zip(names, choice, strict=True) if version}
