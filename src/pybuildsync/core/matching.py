"""What a built wheel must run with: evidence, strongest first (docs/matching.md, "Evidence").

Pure functions over what a build told: which distributions its environment held, what the wheel's METADATA requires,
which shared libraries its extension modules need.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pybuildsync.core.facts import Metadata
from pybuildsync.core.library_names import names_a_version
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.policies import ANY, EXACT, Policy, PolicyBook
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.story import Matched
from pybuildsync.core.variants import Ingredient, Match, Variant
from pybuildsync.core.version_sets import accepts, names_version

LATER = Policy(("at-least",), "the version in the names of its libraries")


class Verdict(NamedTuple):
    """``matches``: what the wheel must run with. ``coupled``: what else would make another variant.

    ``contradiction`` completes "NAME VERSION ..." for a wheel that excludes what it was built against, else "".
    """

    matches: tuple[Match, ...]
    coupled: tuple[tuple[str, str], ...]
    contradiction: str = ""


def judge(  # noqa: C901 - the table of evidence, row by row
    project: str,
    *,
    static_requires: tuple[Requirement, ...],
    built: Metadata,
    ingredients: Iterable[Ingredient],
    links: Iterable[tuple[str, str]],
    match_runtime: Iterable[str],
    policies: PolicyBook,
    markers: MarkerAnswers,
    extras: Iterable[str] = (),
) -> Verdict:
    """Return what a wheel of *project* with the metadata *built* must run with.

    *static_requires* are the requirements that its source states as static; *ingredients* the build environment;
    *links* the (distribution, library file) pairs that its extension modules need; *match_runtime* the names that the
    source's own configuration matches; *extras* those of the wheel that are asked for.
    """
    required: dict[str, list[Requirement]] = {}
    for requirement in built.requires:
        if markers.hold(requirement.marker):
            required.setdefault(requirement.name, []).append(requirement)
    optional = _optional(built, extras, markers)
    stated = {(r.name, r.specifier) for r in static_requires}
    linked: dict[str, list[str]] = {}
    for owner, library in links:
        linked.setdefault(owner, []).append(library)
    own = frozenset(match_runtime)
    matches: list[Match] = []
    coupled: list[tuple[str, str]] = []
    contradiction = ""
    for ingredient in sorted(ingredients, key=lambda each: each.name):
        name, version = ingredient.name, ingredient.version
        configured = policies.configured(project, name)
        if configured is None and name in own:
            configured = EXACT
        is_free = configured.is_any if configured else policies.never_ties(project, name)
        baked = [r for r in required.get(name, ()) if r.specifier and (name, r.specifier) not in stated]
        if is_free and follows(baked, version):
            why = f"the wheel requires {_texts(baked)}, as it was built with that: what runs has to build it"
            match = Match(name, version, "baked", ANY, why)
        elif is_free and configured is None:
            continue
        elif configured is not None:
            match = Match(name, version, "configured", configured, f"configured to match {configured}")
        elif baked:
            contradiction = _contradiction(ingredient, baked) or contradiction
            match = _baked(ingredient, _texts(baked), name in linked, policies)
        elif name in linked:
            match = _linked(ingredient, linked[name], policies)
        elif name in required or name in optional:
            match = _required_twice(project, ingredient, policies)
        else:
            continue
        free = match.policy.is_any and match.evidence != "baked"
        matches += [] if free else [match]
        # The metadata depends on what is baked, and the loader on what is linked, free or not.
        coupled += [] if free and not baked and name not in linked else [(name, version)]
    return Verdict(tuple(matches), tuple(coupled), contradiction)


def follows(baked: Sequence[Requirement], version: str) -> bool:
    """Whether *baked*, what a wheel requires of one distribution, was made of the *version* that it was built with.

    Of a build tool only that tells a requirement that another build would change from one that was always there.
    """
    said = [requirement.specifier for requirement in baked]
    return all(accepts(each, version) for each in said) and any(names_version(each, version) for each in said)


def followed(variant: Variant, policies: PolicyBook) -> tuple[str, ...]:
    """Return the names of what needn't match, and yet *variant* says that it was built with it (:func:`follows`)."""
    project = variant.source.name
    baked = (match.name for match in variant.matches if match.evidence == "baked")
    return tuple(name for name in baked if policies.never_ties(project, name))


def events_of(variant: Variant, matches: Iterable[Match]) -> Iterator[Matched]:
    """Yield what is to be told of *matches*, those of *variant*."""
    title = f"{variant.source.name} {variant.source.version}"
    for name, built, evidence, policy, why in matches:
        yield Matched(title, name, built, evidence, str(policy), f"{title} matches {name} {built}: {why}")


def matches_of_extras(
    variant: Variant, extras: Iterable[str], policies: PolicyBook, markers: MarkerAnswers
) -> tuple[Match, ...]:
    """Return what *variant* must run with beside what it was judged to, if *extras* of it are asked for, too."""
    project, optional = variant.source.name, _optional(variant.metadata, extras, markers)
    optional -= {name for name, _ in variant.coupled} | {match.name for match in variant.matches}
    wanted = [
        each for each in variant.ingredients if each.name in optional and not policies.never_ties(project, each.name)
    ]
    found = (_required_twice(project, each, policies) for each in sorted(wanted, key=lambda each: each.name))
    return tuple(match for match in found if not match.policy.is_any)


def _texts(requirements: Iterable[Requirement]) -> str:
    return ", ".join(str(requirement) for requirement in requirements)


def _optional(metadata: Metadata, extras: Iterable[str], markers: MarkerAnswers) -> set[str]:
    """Return the names that *extras* of a wheel with *metadata* require."""
    asked = tuple(extra for extra in extras if extra in metadata.extras)
    choices = [requirement for requirement in metadata.requires if "extra" in requirement.marker]
    return {each.name for each in choices if any(markers.hold(each.marker, extra) for extra in asked)}


def _required_twice(project: str, ingredient: Ingredient, policies: PolicyBook) -> Match:
    name, version = ingredient.name, ingredient.version
    policy = policies.policy(project, name, version)
    return Match(name, version, "required twice", policy, f"required to build and to run ({policy})")


def _linked(ingredient: Ingredient, libraries: list[str], policies: PolicyBook) -> Match:
    """Return the match of what the modules load: *libraries*, whose names may say themselves how far they serve.

    A name with a version stays as long as what was linked before runs. It says nothing of what was there earlier.
    """
    name, version = ingredient.name, ingredient.version
    why = f"its extension modules need {', '.join(sorted(set(libraries)))}"
    documented = policies.documented(name, version)
    if documented is None and all(map(names_a_version, libraries)):
        return Match(name, version, "linked", LATER, f"{why}, so later versions that bring the same serve")
    return Match(name, version, "linked", documented or EXACT, why)


def _contradiction(ingredient: Ingredient, baked: Sequence[Requirement]) -> str:
    name, version = ingredient.name, ingredient.version
    if all(accepts(requirement.specifier, version) for requirement in baked):
        return ""
    return f"requires {_texts(baked)}, which excludes what it was built against: {name} {version}"


def _baked(ingredient: Ingredient, text: str, linked: bool, policies: PolicyBook) -> Match:  # noqa: FBT001
    """Return the match of what the wheel requires as *text*.

    An author's specifier rarely speaks of binaries: where the library's own documentation does, both hold.
    """
    documented = policies.documented(ingredient.name, ingredient.version)
    if documented is None or documented.is_any:
        return Match(ingredient.name, ingredient.version, "baked", ANY, f"the wheel requires {text}")
    why = f"the wheel requires {text}, and what {ingredient.name} documents holds, too ({documented})"
    return Match(ingredient.name, ingredient.version, "linked" if linked else "required twice", documented, why)
