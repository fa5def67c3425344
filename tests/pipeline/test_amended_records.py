"""Build records of what stays, amended where they may be."""

from pipeline.worlds import Place, sdist, wheel

from pybuildsync.core.install_plan import find_amended
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.policies import PolicyBook
from pybuildsync.core.story import Silent
from pybuildsync.environments.installed import installed_distributions
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.environments.schemes import environment_scheme
from pybuildsync.pipeline.amended_records import amended_records
from pybuildsync.pipeline.environment import installed_of
from pybuildsync.store.location import Store


def test_only_what_may_be_changed_is(place: Place) -> None:
    """What another environment has, or another tool manages, stays as it is."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=['lib; extra == "x"'], requires=['lib; extra == "x"']))
    place.install("app", "lib")
    interpreter = find_interpreter(str(place.environment.root), Store(str(place.cache)))
    scheme, markers = environment_scheme(interpreter), MarkerAnswers(interpreter.target)
    there = installed_distributions(interpreter.site_packages)
    amended = find_amended(
        [("app", "x"), ("app", "y"), ("lib", "x")], installed_of(there, PolicyBook()), PolicyBook(), markers
    )
    assert [(each.name, [match.name for match in each.variant.matches]) for each in amended if each.variant] == [
        ("app", ["lib"])
    ]
    elsewhere = scheme._replace(purelib=f"{place.root}/other", platlib=f"{place.root}/other")
    managed = scheme._replace(unchangeable="by somebody")
    found = [amended_records(amended, there, one, Silent()) for one in (scheme, elsewhere, managed)]
    assert [[each.distribution.name for each in one] for one in found] == [["app"], [], []]
