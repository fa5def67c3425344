"""Facts only grow."""

from core.fakes import TARGET, World, requirements

from pybuildsync.core.facts import Metadata
from pybuildsync.core.policies import ANY
from pybuildsync.core.variants import Facts, Source, Variant

SOURCE = Source("a", "1.0", "digest")
PREPARED = Variant(SOURCE, "key", Metadata("a", "1.0"), ())
OTHER = PREPARED._replace(key="other")


def test_what_is_built_takes_the_place_of_what_was_prepared() -> None:
    """Under the same key, at the same place; other variants stay."""
    built = PREPARED._replace(wheel="sha")
    facts = Facts().with_variant(PREPARED).with_variant(OTHER).with_variant(built)
    assert facts.variants == (built, OTHER)
    assert (PREPARED.is_prepared, built.is_prepared) == (True, False)
    assert facts.by_key("other") == OTHER
    assert facts.by_key("no") is None
    assert facts.of(SOURCE.identity) == (built, OTHER)
    assert facts.of(("a", "2.0", "digest")) == ()


def test_hook_requirements_add_up() -> None:
    """Each once, in the order in which they were asked for."""
    one, two, three = requirements("x", "y", "z")
    facts = Facts().with_hook_requires(SOURCE, (one, two)).with_hook_requires(SOURCE, (two, three))
    assert facts.hook_requires == ((SOURCE.identity, (one, two, three)),)


def test_dates_and_places() -> None:
    """A later date replaces the earlier; a place is noted once."""
    facts = Facts().with_date(SOURCE, "2024").with_date(SOURCE, "2023").with_place(SOURCE, ())
    assert facts.as_of == ((SOURCE.identity, "2023"),)
    assert facts.with_place(SOURCE, ()) is facts
    assert facts.with_place(SOURCE, (("b", "1"),)).places == ((SOURCE.identity, ()), (SOURCE.identity, (("b", "1"),)))


def test_what_was_prepared_with_other_tools_goes() -> None:
    """It would never be built; what is built stays, and what is prepared of other sources."""
    built = OTHER._replace(wheel="sha")
    elsewhere = PREPARED._replace(source=SOURCE._replace(digest="other"), key="elsewhere")
    facts = Facts().with_variant(PREPARED).with_variant(built).with_variant(elsewhere)
    assert facts.with_date(SOURCE, "2024").variants == (built, elsewhere)


def test_what_wheels_told() -> None:
    """Promises, those who made none, and libraries that were looked for."""
    facts = Facts().with_promise("lib", "1", ANY).with_promise("more", "2", None)
    assert (facts.promises, facts.silent) == (((("lib", "1"), ANY),), ("more",))
    assert facts.with_promise("lib", "1", ANY) is facts
    assert facts.with_promise("more", "1", None) is facts
    assert Facts().with_brought(OTHER, "lib", "1", True).brought == ((("other", "lib", "1"), True),)  # noqa: FBT003


def test_a_variant_says_what_it_loads() -> None:
    """Of what couples it, and by which names."""
    links = tuple(("a.so", name, owner, name, True) for name, owner in (("y.so", "lib"), ("x.so", "lib"), ("z", "no")))
    variant = OTHER._replace(coupled=(("lib", "1"), ("more", "2")), links=(*links, *links))
    assert variant.linked == (("lib", "1"),)
    assert variant.libraries_of("lib") == ("x.so", "y.so")


def test_a_source_is_told_by_its_content_else_by_where_it_is() -> None:
    """Name and version alone don't tell two trees apart."""
    file = World().sdist("a", "1.0").files["a"][0]._replace(hashes=())
    assert SOURCE.identity == ("a", "1.0", "digest")
    assert Source("a", "1.0", file=file).identity == ("a", "1.0", file.url)
    assert Source("a", "1.0", path="/a").identity == ("a", "1.0", "/a")


def test_a_target_names_its_platform() -> None:
    """The best tag's."""
    assert TARGET.platform == "manylinux_2_17_x86_64"
