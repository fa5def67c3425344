"""Whose pre-releases the user's own requirements admit, taken together (PEP 440, "Handling of pre-releases").

One requirement on a project that names a pre-release admits those of the project for all; so does it if no final
release is left that all of them accept. Of what distributions require this is found out as the solver comes upon it.
"""

from pybuildsync.core.goal import Goal, Knowledge
from pybuildsync.core.offers import Offers
from pybuildsync.core.variants import Facts
from pybuildsync.core.version_sets import admits_pre_releases, pinned_version


def admitted_together(goal: Goal, knowledge: Knowledge, facts: Facts) -> frozenset[str]:
    """Return the projects whose pre-releases count by the requirements and constraints of *goal*, seen together."""
    found: dict[str, set[tuple[str, str]]] = {}  # by name: specifiers, each with its marker
    for each in (*goal.requirements, *goal.constraints):
        found.setdefault(each.name, set()).add((each.specifier, each.marker))
    asked = {requirement.name for requirement in goal.requirements}
    several = {
        name: pairs
        for name, pairs in found.items()
        if len(pairs) > 1 and name in asked and not any(_is_final_pin(text) for text, _ in pairs)
    }
    if not several:
        return frozenset()
    offers = Offers(goal, knowledge, facts, frozenset())
    together = {
        name: ",".join(sorted(text for text, marker in pairs if text and offers.markers.hold(marker)))
        for name, pairs in several.items()
    }
    return frozenset(name for name, text in together.items() if offers.admits_pre_releases(name, text))


def _is_final_pin(specifier: str) -> bool:
    """Whether *specifier* leaves one version, which is no pre-release: as most constraints do."""
    return bool(pinned_version(specifier)) and not admits_pre_releases(specifier)
