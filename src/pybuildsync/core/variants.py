"""Source candidates, what is learnt by building them, and the facts of one run (docs/matching.md, "Variants").

A variant is a source candidate together with one build key. Facts stay true, so they only grow: every change gives a
new :class:`Facts` that holds all of the old one.
"""

from typing import NamedTuple, TypeAlias

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata
from pybuildsync.core.policies import Policy
from pybuildsync.core.requirements import Requirement

LinkParts: TypeAlias = tuple[str, str, str, str, bool]
"""A library that a wheel needs: module, library, distribution, the library's path, whether a run path leads there."""

Scope: TypeAlias = tuple[tuple[str, str], ...]
"""For whom a distribution is needed: () at run time, ((a, 1.0),) in the build environment of a 1.0, and so on down."""

Package: TypeAlias = tuple[Scope, str, str]
"""What the solver calls a package: for whom it is needed, the project, and an extra of it or ""."""


class Source(NamedTuple):
    """A source candidate: a project at a version that is installed from an sdist or a source tree.

    ``digest`` is the SHA-256 of the archive or of the tree's content, "" while the index doesn't say and the archive is
    not here. ``file`` is the sdist as listed; ``path`` a local source tree or archive; one of them is given.
    ``commit`` is the revision of a checkout by the version control ``vcs``. Of an ``editable`` source the tree itself
    is used, as it is at any time; nothing that is built of it is the same twice.
    """

    name: str
    version: str
    digest: str = ""
    file: DistributionFile | None = None
    path: str = ""
    subdirectory: str = ""
    commit: str = ""
    vcs: str = ""
    editable: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells this source from every other."""
        if self.editable:
            return (self.name, self.version, f"editable {self.path}/{self.subdirectory}")
        return (self.name, self.version, self.digest or (self.file.url if self.file else self.path))


class Direct(NamedTuple):
    """A project that is given directly, by a path or URL: a source, or a wheel file.

    ``url`` is the direct reference that it was fetched by, "" for the source of an index. The ``version`` is "" while
    it isn't fetched.
    """

    name: str
    version: str
    source: Source | None = None
    file: DistributionFile | None = None
    url: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it is at a path: then it serves whoever requires the project from somewhere else."""
        return self.url[:5].lower() == "file:"

    @property
    def comes_anew(self) -> bool:
        """Whether it is installed though its version is: a local source may have changed, as pip has it."""
        return self.source is not None and (self.source.editable or self.is_local)


class Ingredient(NamedTuple):
    """A distribution of a build environment: its name, version and the SHA-256 of its wheel; ``key`` if we built it."""

    name: str
    version: str
    sha256: str
    key: str = ""


# What a user is told of each evidence.
EVIDENCE_WORDS = {
    "configured": "configured",
    "baked": "its wheel says so",
    "linked": "linked",
    "required twice": "required to build and to run",
}


class Match(NamedTuple):
    """A distribution that a variant was built against and must run with (docs/matching.md, "Evidence").

    ``evidence`` is "configured", "baked", "linked" or "required twice"; ``baked`` matches are kept by the wheel's own
    requirement, so ``policy`` only tells them.
    """

    name: str
    built: str
    evidence: str
    policy: Policy
    sentence: str = ""


class Variant(NamedTuple):
    """What one build key of one source gave.

    ``coupled`` are the (name, version) pairs of the build environment that also matter at run time: another variant
    of the same source differs in them. ``contradiction`` says why the wheel fits nothing, "" for a good one.
    ``wheel`` is the SHA-256 of the built wheel, "" while only its metadata is prepared.
    """

    source: Source
    key: str
    metadata: Metadata
    ingredients: tuple[Ingredient, ...]
    matches: tuple[Match, ...] = ()
    coupled: tuple[tuple[str, str], ...] = ()
    contradiction: str = ""
    wheel: str = ""
    build_time: str = ""
    links: tuple[LinkParts, ...] = ()

    def with_matches(self, more: tuple[Match, ...]) -> "Variant":
        """Return what it is where *more* has to match as well."""
        matches = tuple(sorted((*self.matches, *more), key=lambda match: match.name))
        coupled = tuple(sorted({*self.coupled, *((match.name, match.built) for match in more)}))
        return self._replace(matches=matches, coupled=coupled)

    @property
    def is_prepared(self) -> bool:
        """Whether only the metadata is known, from prepare_metadata_for_build_wheel."""
        return not self.wheel

    @property
    def linked(self) -> tuple[tuple[str, str], ...]:
        """The ``coupled`` pairs whose files its extension modules need."""
        owners = {owner for _, _, owner, _, _ in self.links}
        return tuple(pair for pair in self.coupled if pair[0] in owners)

    def libraries_of(self, owner: str) -> tuple[str, ...]:
        """Return the names of the libraries that its extension modules need of the distribution *owner*, sorted."""
        return tuple(sorted({library for _, library, one, _, _ in self.links if one == owner}))


class Facts(NamedTuple):
    """Everything learnt in this run; immutable, each ``with_...`` gives facts that hold the old ones too.

    But for metadata that was prepared: they go where the wheel comes, or where it is found that none will.

    ``variants`` are in the order in which they were learnt. ``hook_requires`` are the requirements that
    get_requires_for_build_wheel asked for, per source identity. ``as_of`` are the sources whose build tools are those
    of a date (ISO 8601), because today's failed. ``places`` are the scopes of what a variant's source was built with.
    ``promises`` are what libraries promise of themselves, by (library, version); ``silent`` libraries were asked and
    promise nothing. ``brought`` tells whether a version of a library has the files that a variant's modules need, by
    (the variant's key, library, version). ``direct`` are the direct references of metadata that were fetched.
    """

    variants: tuple[Variant, ...] = ()
    hook_requires: tuple[tuple[tuple[str, str, str], tuple[Requirement, ...]], ...] = ()
    as_of: tuple[tuple[tuple[str, str, str], str], ...] = ()
    places: tuple[tuple[tuple[str, str, str], Scope], ...] = ()
    promises: tuple[tuple[tuple[str, str], Policy], ...] = ()
    silent: tuple[str, ...] = ()
    brought: tuple[tuple[tuple[str, str, str], bool], ...] = ()
    direct: tuple[Direct, ...] = ()

    def with_variant(self, variant: Variant) -> "Facts":
        """Add *variant*; what is built takes the place of what was prepared under the same key."""
        known = next((at for at, other in enumerate(self.variants) if other.key == variant.key), None)
        if known is None:
            return self._replace(variants=(*self.variants, variant))
        return self._replace(variants=(*self.variants[:known], variant, *self.variants[known + 1 :]))

    def with_hook_requires(self, source: Source, requires: tuple[Requirement, ...]) -> "Facts":
        """Add what the backend of *source* asked for, beside what it asked for before."""
        table = dict(self.hook_requires)
        known = table.get(source.identity, ())
        table[source.identity] = (*known, *(requirement for requirement in requires if requirement not in known))
        return self._replace(hook_requires=tuple(table.items()))

    def with_date(self, source: Source, date: str) -> "Facts":
        """Note that *source* is built with the build tools as of *date*: what was prepared with others is not built."""
        dates = dict(self.as_of) | {source.identity: date}
        kept = tuple(each for each in self.variants if each.wheel or each.source.identity != source.identity)
        return self._replace(as_of=tuple(dates.items()), variants=kept)

    def with_place(self, source: Source, scope: Scope) -> "Facts":
        """Note that *source* was to be built with what *scope* stands for."""
        place = (source.identity, scope)
        return self if place in self.places else self._replace(places=(*self.places, place))

    def with_promises(self, promises: tuple[tuple[tuple[str, str], Policy], ...]) -> "Facts":
        """Add *promises*, (library, version) pairs with what these promise of themselves."""
        fresh = tuple(promise for promise in promises if promise not in self.promises)
        return self._replace(promises=(*self.promises, *fresh)) if fresh else self

    def with_promise(self, library: str, version: str, policy: Policy | None) -> "Facts":
        """Note what *version* of *library* was found to promise of itself, None for nothing."""
        if policy is None:
            return self if library in self.silent else self._replace(silent=(*self.silent, library))
        return self.with_promises((((library, version), policy),))

    def with_brought(self, variant: Variant, library: str, version: str, brought: bool) -> "Facts":  # noqa: FBT001
        """Note whether *version* of *library* has the files that the modules of *variant* need."""
        return self._replace(brought=(*self.brought, ((variant.key, library, version), brought)))

    def with_direct(self, direct: Direct) -> "Facts":
        """Add what was fetched from a direct reference."""
        return self if direct in self.direct else self._replace(direct=(*self.direct, direct))

    def of(self, identity: tuple[str, str, str]) -> tuple[Variant, ...]:
        """Return the known variants of the source with *identity*."""
        return tuple(variant for variant in self.variants if variant.source.identity == identity)

    def by_key(self, key: str) -> Variant | None:
        """Return the variant with the build key *key*."""
        return next((variant for variant in self.variants if variant.key == key), None)
