"""Evidence: what a built wheel must run with, and why."""

from collections.abc import Mapping

import pytest
from core.fakes import TARGET, named_extras, requirements

from pybuildsync.core.facts import Metadata
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.matching import Verdict, judge
from pybuildsync.core.policies import ANY, EXACT, Policy, PolicyBook
from pybuildsync.core.variants import Ingredient

MICRO = Policy(("micro",), "configuration")


def judged(
    *built: str,
    against: Mapping[str, str],
    static: tuple[str, ...] = (),
    links: tuple[tuple[str, str], ...] = (),
    match_runtime: tuple[str, ...] = (),
    policies: PolicyBook = PolicyBook(),  # noqa: B008 - a constant
    extras: tuple[str, ...] = (),
) -> Verdict:
    """Return the verdict on a wheel of `a` that requires *built* and was built *against* these versions."""
    return judge(
        "a",
        static_requires=requirements(*static),
        built=Metadata("a", "1.0", requirements(*built), extras=named_extras(built)),
        ingredients=[Ingredient(name, version, "") for name, version in against.items()],
        links=iter(links),
        match_runtime=iter(match_runtime),
        policies=policies,
        markers=MarkerAnswers(TARGET),
        extras=iter(extras),
    )


def told(verdict: Verdict) -> list[tuple[str, str, str, Policy]]:
    """Return the matches without their sentences."""
    return [(match.name, match.built, match.evidence, match.policy) for match in verdict.matches]


def test_what_the_source_does_not_require_at_run_time_is_only_present() -> None:
    """Presence alone matches nothing and makes no other variant."""
    assert judged("other", against={"lib": "1.0"}) == Verdict((), ())


def test_what_is_required_twice_is_exact() -> None:
    """To build and to run, whether named to build or brought in."""
    verdict = judged("lib", against={"lib": "1.0"})
    assert told(verdict) == [("lib", "1.0", "required twice", EXACT)]
    assert verdict.coupled == (("lib", "1.0"),)
    assert verdict.matches[0].sentence == "required to build and to run (exact)"


def test_a_requirement_that_does_not_hold_here_is_none() -> None:
    """Markers are those of the target; extras are not asked for."""
    against = {"lib": "1.0"}
    assert judged('lib; sys_platform == "win32"', 'lib; extra == "x"', against=against) == Verdict((), ())


def test_an_extra_that_is_asked_for_is_required() -> None:
    """Twice, if it is in the build environment; what it says beside bakes nothing, and contradicts nothing."""
    texts = ('lib<1; extra == "x"', 'more; extra == "y"', "other")
    verdict = judged(*texts, against={"lib": "1.0", "more": "2.0"}, extras=("x",))
    assert told(verdict) == [("lib", "1.0", "required twice", EXACT)]
    assert verdict.contradiction == ""


def test_what_the_source_states_itself_is_not_baked() -> None:
    """A static specifier doesn't come from the build; the spelling of it doesn't matter."""
    verdict = judged("lib<2,>=1", against={"lib": "1.0"}, static=("lib >= 1, < 2",))
    assert told(verdict) == [("lib", "1.0", "required twice", EXACT)]


def test_what_the_wheel_adds_to_the_source_is_baked() -> None:
    """It is the author's policy: nobody else adds one."""
    verdict = judged("lib>=1", "lib<3", against={"lib": "2.0"}, static=("lib>=1",), links=(("lib", "liblib.so"),))
    assert told(verdict) == [("lib", "2.0", "baked", ANY)]
    assert verdict.matches[0].sentence == "the wheel requires lib<3"
    assert verdict.coupled == (("lib", "2.0"),)
    assert verdict.contradiction == ""


def test_a_specifier_lifts_no_documented_limit() -> None:
    """Old backends don't say that a plain lower bound is static: it is no promise about binaries of the next major."""
    verdict = judged("numpy>=1.13", against={"numpy": "1.23.2"})
    assert [(match.name, match.evidence, str(match.policy)) for match in verdict.matches] == [
        ("numpy", "required twice", "minor+at-least")
    ]
    assert verdict.coupled == (("numpy", "1.23.2"),)
    promised = PolicyBook(promises=((("lib", "1.0"), MICRO),))
    assert told(judged("lib>=1", against={"lib": "1.0"}, links=(("lib", "l.so"),), policies=promised)) == [
        ("lib", "1.0", "linked", MICRO)
    ]


def test_a_wheel_that_excludes_what_it_was_built_against_contradicts_itself() -> None:
    """It fits nothing, and says what it says."""
    verdict = judged("lib==1.0", against={"lib": "2.0"})
    assert verdict.contradiction == "requires lib==1.0, which excludes what it was built against: lib 2.0"
    assert verdict.coupled == (("lib", "2.0"),)


def test_a_baked_pre_release_is_no_contradiction() -> None:
    """Built against a pre-release, the wheel may say so without naming one."""
    assert judged("lib>=1", against={"lib": "2.0rc1"}).contradiction == ""


def test_a_library_that_modules_need_is_linked() -> None:
    """Required or not: the loader wants it. Each of its files is told once."""
    verdict = judged(against={"lib": "1.0"}, links=(("lib", "libb.so"), ("lib", "liba.so"), ("lib", "libb.so")))
    assert told(verdict) == [("lib", "1.0", "linked", EXACT)]
    assert verdict.matches[0].sentence == "its extension modules need liba.so, libb.so"
    assert judged(against={"lib": "1.0"}, links=(("elsewhere", "libc.so"),)) == Verdict((), ())


@pytest.mark.parametrize("evidence", ["required twice", "linked"])
def test_a_policy_says_how_far_linked_and_required_twice_go(evidence: str) -> None:
    """What the library promises, or the table; a library that promises any is free, and only links make a variant."""
    texts = ("lib",) if evidence == "required twice" else ()
    links = () if evidence == "required twice" else (("lib", "liblib.so"),)
    promised = PolicyBook(promises=((("lib", "1.0"), MICRO),))
    assert told(judged(*texts, against={"lib": "1.0"}, links=links, policies=promised)) == [
        ("lib", "1.0", evidence, MICRO)
    ]
    free = PolicyBook(promises=((("lib", "1.0"), ANY),))
    coupled = (("lib", "1.0"),) if links else ()
    assert judged(*texts, against={"lib": "1.0"}, links=links, policies=free) == Verdict((), coupled)


def test_names_with_versions_serve_later_versions() -> None:
    """The library's name is the word of its authors, unless one of several has no version, or they have said more."""
    one, two, none = ("lib", "liba.so.1"), ("lib", "libb.so.2"), ("lib", "libc.so")
    verdict = judged("lib", against={"lib": "1.0"}, links=(one, two))
    assert [(match.evidence, str(match.policy)) for match in verdict.matches] == [("linked", "at-least")]
    assert verdict.matches[0].sentence == (
        "its extension modules need liba.so.1, libb.so.2, so later versions that bring the same serve"
    )
    assert told(judged("lib", against={"lib": "1.0"}, links=(one, none))) == [("lib", "1.0", "linked", EXACT)]
    promised = PolicyBook(promises=((("lib", "1.0"), MICRO),))
    assert told(judged("lib", against={"lib": "1.0"}, links=(one,), policies=promised)) == [
        ("lib", "1.0", "linked", MICRO)
    ]


def test_configuration_is_the_strongest_evidence() -> None:
    """It beats what is baked, linked and required twice, and needs none of them."""
    book = PolicyBook(pairs=((("a", "lib"), MICRO),))
    for texts, links in (((), ()), (("lib==1.0",), ()), ((), (("lib", "liblib.so"),))):
        verdict = judged(*texts, against={"lib": "2.0"}, links=links, policies=book)
        assert told(verdict) == [("lib", "2.0", "configured", MICRO)]
        assert verdict.contradiction == ""
    assert verdict.matches[0].sentence == "configured to match micro"


def test_configured_as_any_matches_nothing() -> None:
    """And it makes no other variant, unless the wheel's metadata depends on it."""
    book = PolicyBook(libraries=(("lib", ANY),))
    assert judged("lib", against={"lib": "2.0"}, policies=book) == Verdict((), ())
    assert judged("lib<3", against={"lib": "2.0"}, policies=book) == Verdict((), (("lib", "2.0"),))
    verdict = judged("lib==2.0", against={"lib": "2.0"}, policies=book)
    assert (told(verdict), verdict.coupled) == ([("lib", "2.0", "baked", ANY)], (("lib", "2.0"),))


def test_the_source_may_say_what_it_must_match() -> None:
    """Its own match-runtime means exact, also for a build tool; the user's word is stronger."""
    assert told(judged(against={"lib": "1.0", "cython": "3.0"}, match_runtime=("lib", "cython"))) == [
        ("cython", "3.0", "configured", EXACT), ("lib", "1.0", "configured", EXACT)
    ]  # fmt: skip
    book = PolicyBook(libraries=(("lib", MICRO),))
    assert told(judged(against={"lib": "1.0"}, match_runtime=("lib",), policies=book)) == [
        ("lib", "1.0", "configured", MICRO)
    ]


def test_build_tools_never_match() -> None:
    """Whatever the wheel requires of them, unless the user says so."""
    against = {"setuptools": "80"}
    for text in ("setuptools>=40", "setuptools<80", "setuptools"):
        assert judged(text, against=against, links=(("setuptools", "x.so"),)) == Verdict((), ())
    book = PolicyBook(libraries=(("setuptools", EXACT),))
    assert told(judged(against=against, policies=book)) == [("setuptools", "80", "configured", EXACT)]


@pytest.mark.parametrize(
    ("texts", "is_baked"),
    [
        (("setuptools==80.9",), True),
        (("setuptools==80.9.0+local",), True),
        (("setuptools==80.*",), True),
        (("setuptools<81,>=80.9.0",), True),
        (("setuptools>=40", "setuptools<=80.9"), True),
        (("setuptools!=79.*,>=40",), False),
        (("setuptools~=80.1",), False),
        (("setuptools==80.9", "setuptools<80"), False),
        (("setuptools!=80.9",), False),
    ],
)
def test_what_a_wheel_says_of_the_build_tool_that_made_it(texts: tuple[str, ...], *, is_baked: bool) -> None:
    """A specifier that was made of the version that built it is baked; what was always there says nothing."""
    local = "+local" if any("+" in text for text in texts) else ""
    verdict = judged(*texts, against={"setuptools": f"80.9.0{local}"})
    assert (verdict.matches != (), verdict.contradiction) == (is_baked, "")
    if is_baked:
        sentence = f"the wheel requires {', '.join(texts)}, as it was built with that: what runs has to build it"
        assert verdict.matches[0].sentence == sentence
        assert judged(*texts, against={"setuptools": "80.9.0"}, static=texts) == Verdict((), ())


def test_a_verdict_does_not_depend_on_the_order_of_the_environment() -> None:
    """Matches are sorted by name."""
    one = judged("x", "y>=1", against={"x": "1", "y": "2", "z": "3"})
    assert one == judged("y>=1", "x", against={"z": "3", "y": "2", "x": "1"})
    assert [match.name for match in one.matches] == ["x", "y"]
