"""What is known from builds of a source, for building it once more (docs/matching.md, "Variants").

In a combination that was built before it gives nothing new. And a wheel that requires a build tool just as it was built
with it tells two things: what runs has to build it; all else that it requires has nothing to do with that tool.
"""

from collections.abc import Iterable

from pybuildsync.core.goal import Goal
from pybuildsync.core.matching import followed
from pybuildsync.core.offers import Offers
from pybuildsync.core.reasons import AlreadyBuilt, SameAsBefore
from pybuildsync.core.shelves import Shelf
from pybuildsync.core.solver.problem import Nogood
from pybuildsync.core.ties import Followed
from pybuildsync.core.variants import Facts, Package, Scope, Source, Variant


def find_followed(goal: Goal, facts: Facts, offers: Offers, source: Source) -> Followed:
    """Return what wheels of *source*, built in this run or installed, require just as they were built."""
    there = (each.variant for each in goal.installed if each.variant is not None)
    same = (variant for variant in there if variant.source.identity == source.identity)
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for variant in (*facts.of(source.identity), *same):
        built = dict(variant.coupled)
        for name in followed(variant, goal.policies):
            own = (each for each in offers.requirements(variant.metadata, "") if each.name == name)
            specifier = ",".join(each.specifier for each in own if each.specifier)
            found[name] = (*found.get(name, ()), (built[name], specifier))
    return found


def find_nogoods(goal: Goal, facts: Facts, offers: Offers) -> tuple[Nogood[Package], ...]:
    """Return the combinations in which known variants were built: building them again would tell nothing new."""
    found: list[Nogood[Package]] = []
    for identity, inner in facts.places:
        name, version, _ = identity
        scope = inner[:-1]
        unbuilt: tuple[Package, int] = (scope, name, ""), _shelf(offers, (scope, name, "")).unbuilt(identity)
        for variant in facts.of(identity):
            against: dict[str, tuple[Package, int]] = {}
            # What is installed stays what it is: there is no other combination.
            for library, built in variant.coupled if goal.builds_with is None else ():
                package: Package = (inner, library, "")
                against[library] = package, _shelf(offers, package).of_version(built)
            found.append(Nogood((unbuilt, *against.values()), AlreadyBuilt(name, version, variant.coupled)))
            tools = followed(variant, goal.policies) if against else ()
            if tools:
                rest = (unbuilt, *(against[library] for library in against if library not in tools))
                found += _same_as_before(offers, scope, variant, tools, rest)
    return tuple(found)


def _same_as_before(
    offers: Offers, scope: Scope, variant: Variant, tools: tuple[str, ...], built: tuple[tuple[Package, int], ...]
) -> Iterable[Nogood[Package]]:
    """Yield what the source of *variant*, *built* with other *tools*, would require all the same."""
    source = variant.source
    if variant.contradiction:
        yield Nogood(built, AlreadyBuilt(source.name, source.version, variant.coupled))
    for requirement in offers.requirements(variant.metadata, ""):
        if requirement.name not in tools and not requirement.url:
            package: Package = (scope, requirement.name, "")
            shelf = _shelf(offers, package)
            others = shelf.everything & ~shelf.mask(requirement.specifier)
            reason = SameAsBefore(source.name, source.version, requirement, tools)
            yield Nogood((*built, (package, others)), reason)


def _shelf(offers: Offers, package: Package) -> Shelf:
    return offers.shelf(package[1], building=bool(package[0]))
