"""An index and a builder in memory: worlds for tests of the core, said in a few lines."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pybuildsync.core.build_key import BuildInputs, build_key
from pybuildsync.core.candidates import DistributionFile, Listing, make_listing
from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.goal import Direct, Formats, Goal, Installed
from pybuildsync.core.loop import Seen, Settled, is_left_out, settle
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import judge
from pybuildsync.core.policies import Policy
from pybuildsync.core.requirements import Requirement, parse_requirement
from pybuildsync.core.resolution import Chosen, Doubt, Resolution
from pybuildsync.core.story import Event
from pybuildsync.core.targets import Target
from pybuildsync.core.variants import Facts, Ingredient, Source, Variant

TARGET = Target(
    implementation="cpython",
    version="3.11",
    full_version="3.11.7",
    tags=("cp311-cp311-manylinux_2_17_x86_64", "cp311-abi3-manylinux_2_17_x86_64", "py3-none-any"),
    markers=(
        ("implementation_name", "cpython"),
        ("implementation_version", "3.11.7"),
        ("os_name", "posix"),
        ("platform_machine", "x86_64"),
        ("platform_python_implementation", "CPython"),
        ("platform_release", "6.1"),
        ("platform_system", "Linux"),
        ("platform_version", "1"),
        ("python_full_version", "3.11.7"),
        ("python_version", "3.11"),
        ("sys_platform", "linux"),
    ),
)

Built = Callable[[dict[str, str]], tuple[str, ...]]
"""What a backend writes into Requires-Dist, from the versions in its build environment."""


def requirements(*texts: str) -> tuple[Requirement, ...]:
    """Return the requirements that *texts* state."""
    return tuple(parse_requirement(text) for text in texts)


def named_extras(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the extras that the markers of requirements name: who names one declares it."""
    return tuple(sorted({found for text in texts for found in re.findall(r"extra == ['\"]([^'\"]+)", text)}))


@dataclass
class World:
    """Projects with wheels and sdists; knowledge for the core, and a builder that obeys it.

    ``hooks`` are what a backend asks for before it builds; ``fails`` are (tool, version, date): with that version of
    the tool a source can't be built, and is tried with tools of the date. ``promises`` are those of libraries, and
    ``sonames`` the names of their shared libraries, by name and version; ``looked`` is what was looked into.
    """

    files: dict[str, list[DistributionFile]] = field(default_factory=dict)
    wheels: dict[str, Metadata] = field(default_factory=dict)
    sources: dict[tuple[str, str], SourceMetadata] = field(default_factory=dict)
    backends: dict[tuple[str, str], Built] = field(default_factory=dict)
    finishers: dict[tuple[str, str], Built] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    hooks: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    fails: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)
    builds: list[str] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    built_keys: list[str] = field(default_factory=list)
    prepared_keys: list[str] = field(default_factory=list)
    foreseen: list[Resolution] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    promises: dict[tuple[str, str], Policy] = field(default_factory=dict)
    sonames: dict[tuple[str, str], str] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    twins: dict[str, tuple[str, str]] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    asked_metadata: list[str] = field(default_factory=list)

    def wheel(
        self, name: str, version: str, *requires: str, tag: str = "py3-none-any", python: str = "", time: str = "",
        yanked: str | None = None, extras: tuple[str, ...] = (),
    ) -> "World":  # fmt: skip
        """Put a wheel on the index."""
        file = DistributionFile(
            f"{name.replace('-', '_')}-{version}-{tag}.whl", f"https://index.example/{name}-{version}-{tag}.whl",
            requires_python=python, upload_time=time, yanked=yanked,
        )  # fmt: skip
        self.files.setdefault(name, []).append(file)
        self.wheels[file.url] = Metadata(
            name, version, requirements(*requires), python, extras or named_extras(requires)
        )
        return self

    def releases(self, name: str, *versions: str) -> "World":
        """Put wheels of these versions on the index that require nothing."""
        for version in versions:
            self.wheel(name, version)
        return self

    def sdist(
        self, name: str, version: str, *assumed: str, build: tuple[str, ...] = (),
        static: tuple[str, ...] | None = None, built: Built | None = None, links: tuple[str, ...] = (),
        python: str = "", time: str = "", match_runtime: tuple[str, ...] = (), built_by_finish: Built | None = None,
    ) -> "World":  # fmt: skip
        """Put an sdist on the index; ``built`` tells what its wheel requires, ``static`` what it states for sure.

        ``built_by_finish`` is for a backend whose wheel says something else than its metadata before.
        """
        file = DistributionFile(
            f"{name}-{version}.tar.gz", f"https://index.example/{name}-{version}.tar.gz",
            hashes=(("sha256", f"{name}-{version}"),), requires_python=python, upload_time=time,
        )  # fmt: skip
        self.files.setdefault(name, []).append(file)
        stated = requirements(*(assumed if static is None else static))
        origin = Origin.ASSUMED if static is None else Origin.STATIC
        self.sources[name, version] = SourceMetadata(
            metadata=Metadata(name, version, stated, python, named_extras(map(str, stated)), origin),
            static_requires=() if static is None else stated,
            build_requires=requirements(*build),
            match_runtime=match_runtime,
        )
        texts = tuple(assumed if static is None else static)
        self.backends[name, version] = built or (lambda _: texts)
        if built_by_finish is not None:
            self.finishers[name, version] = built_by_finish
        self.links[name, version] = links
        return self

    # Knowledge

    def listing(self, project: str) -> Listing:
        """Return what was put on the index; nothing of unknown projects."""
        self.listed.append(project)
        return make_listing(project, self.files.get(project, ()))

    def wheel_metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return what the wheel was put there with."""
        self.asked_metadata.append(f"{project}=={version}")
        return self.wheels[file.url]

    def metadata_of(self, name: str, version: str) -> Metadata:
        """Return what the pure wheel of a release requires."""
        return self.wheels[f"https://index.example/{name}-{version}-py3-none-any.whl"]

    def source_metadata(self, source: Source) -> SourceMetadata:
        """Return what the sdist was put there with."""
        return self.sources[self.title(source)]

    def title(self, source: Source) -> tuple[str, str]:
        """Return under which name and version *source* was put there: twins have a title of their own, by digest."""
        return self.twins.get(source.digest, (source.name, source.version))

    # Builder

    def foresee(self, resolution: Resolution) -> None:
        """Remember that it was told."""
        self.foreseen.append(resolution)

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """Build all that is ready; nothing is built with what is only prepared."""
        assert not [e for e in resolution.chosen if e.scope and e.pick.variant and e.pick.variant.is_prepared]
        for chosen in resolution.ready_to_build():
            source = chosen.pick.source
            assert source is not None
            environment = resolution.in_scope(chosen.inner)
            against = tuple(
                Ingredient(e.name, e.version, e.pick.variant.wheel, e.pick.variant.key)
                if e.pick.variant
                else Ingredient(e.name, e.version, f"{e.name}-{e.version}")
                for e in environment
            )
            key = build_key(BuildInputs(source=source.digest, subdirectory="", environment=against, target=goal.target))
            facts = facts.with_place(source, chosen.inner).with_promises(self._promises(against))
            versions = {each.name: each.version for each in environment}
            identity = self.title(source)
            tool, version, date = self.fails.get(identity, ("", "", ""))
            if set(self.hooks.get(identity, ())) - versions.keys():
                facts = facts.with_hook_requires(source, requirements(*self.hooks[identity]))
                continue
            if tool and versions[tool] == version:
                facts = facts.with_date(source, date)
                continue
            if facts.by_key(key) is None:
                wheel = "" if prepare or is_left_out(goal, chosen) else key
                facts = facts.with_variant(self._variant(goal, source, key, against, wheel=wheel))
        return facts

    def finish(self, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
        """Build what is only prepared."""
        for each in chosen:
            variant = each.pick.variant
            if variant is not None and variant.is_prepared:
                facts = facts.with_variant(
                    self._variant(goal, variant.source, variant.key, variant.ingredients, wheel=variant.key)
                )
        return facts

    def look(self, doubts: tuple[Doubt, ...]) -> tuple[Seen, ...]:
        """Tell what was said of the wheels."""
        seen = []
        for chosen, variant in doubts:
            assert chosen.pick.source is None
            assert not chosen.pick.installed
            self.looked.append(f"{chosen.name}=={chosen.version}")
            brings = variant is None or variant.libraries_of(chosen.name) == (self.soname(chosen.name, chosen.version),)
            seen.append(Seen(self.promises.get((chosen.name, chosen.version)), brings))
        return tuple(seen)

    def soname(self, name: str, version: str) -> str:
        """Return the name of the one shared library in a release."""
        return self.sonames.get((name, version), f"lib{name}.so")

    def _promises(self, against: tuple[Ingredient, ...]) -> tuple[tuple[tuple[str, str], Policy], ...]:
        keys = [(each.name, each.version) for each in against]
        return tuple((key, self.promises[key]) for key in keys if key in self.promises)

    def _variant(self, goal: Goal, source: Source, key: str, against: tuple[Ingredient, ...], *, wheel: str) -> Variant:
        versions = {each.name: each.version for each in against}
        said = " ".join(f"{name}={version}" for name, version in sorted(versions.items()))
        (self.builds if wheel else self.prepared).append(f"{'=='.join(self.title(source))} [{said}]")
        (self.built_keys if wheel else self.prepared_keys).append(key)
        identity = self.title(source)
        backend = self.finishers.get(identity, self.backends[identity]) if wheel else self.backends[identity]
        told = backend(versions)
        metadata = Metadata(source.name, source.version, requirements(*told), extras=named_extras(told))
        owners = [name for name in self.links[identity] if name in versions] if wheel else []
        links = [("module.so", self.soname(owner, versions[owner]), owner, f"{owner}.libs", True) for owner in owners]
        verdict = judge(
            source.name,
            static_requires=self.sources[identity].static_requires,
            built=metadata,
            ingredients=against,
            links=[(owner, library) for _, library, owner, _, _ in links],
            match_runtime=self.sources[identity].match_runtime,
            policies=goal.policies.with_promises(self._promises(against)),
            markers=MarkerAnswers(goal.target),
        )
        return Variant(
            source=source, key=key, metadata=metadata, ingredients=against, matches=verdict.matches,
            coupled=verdict.coupled, contradiction=verdict.contradiction, wheel=wheel,
            links=tuple(links),
        )  # fmt: skip

    # Story

    def tell(self, event: Event) -> None:
        """Remember what was told."""
        self.told.append(event)

    # Acting

    def goal(self, *texts: str, no_binary: str = "", **more: object) -> Goal:
        """Return the goal that a command line with *texts* states."""
        formats = Formats(no_binary=frozenset(filter(None, re.split("[, ]+", no_binary))))
        given = Goal(target=TARGET, requirements=requirements(*texts), formats=formats)
        return given._replace(**more)  # type: ignore[arg-type]  # whatever a test says

    def settle(self, goal: Goal, facts: Facts | None = None, max_rounds: int = 25) -> Settled:
        """Run the loop in this world."""
        return settle(goal, self, self, facts or Facts(), self, max_rounds=max_rounds)


def versions_of(settled: Settled) -> dict[str, str]:
    """Return what runs in the end."""
    return {chosen.name: chosen.version for chosen in settled.resolution.running}


def installed_by(settled: Settled) -> tuple[Installed, ...]:
    """Return what is installed once a settled result is."""
    return tuple(Installed(c.name, c.version, c.metadata, c.pick.variant) for c in settled.resolution.running)


__all__ = ["TARGET", "Direct", "World", "installed_by", "requirements", "versions_of"]
