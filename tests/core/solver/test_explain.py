"""Explanations, word for word."""

import random
import re

import pytest
from core.solver.worlds import Answers, limit, mask, need, same, span, world

from pybuildsync.core.solver.problem import Dependency, Nogood, Unavailable

NO = "there is no solution."


@pytest.mark.parametrize(
    ("count", "reason", "sentence"),
    [
        pytest.param(0, None, "requires a (there is no version of a)", id="nobody has it"),
        pytest.param(3, None, "requires a (no version of a meets that)", id="not in that version"),
        pytest.param(3, "asks for a>=9", "asks for a>=9 (no version of a meets that)", id="in words of its own"),
    ],
)
def test_what_does_not_exist(count: int, reason: str | None, sentence: str) -> None:
    """One line that says what is missing."""
    answers: Answers = {"root": [Dependency("a", 0, reason)]}
    assert world({"a": count}, answers).explanation() == [f"Because your project {sentence}, {NO}"]


def test_two_demands_of_the_root() -> None:
    """One line."""
    assert world({"a": 2}, {"root": [need("a", 1), need("a", 2)]}).explanation() == [
        f"Because your project requires a 1 and your project requires a 2, {NO}"
    ]


def test_a_chain_is_told_forwards() -> None:
    """Who needs it first, then what it needs; the root's other demand comes last."""
    answers: Answers = {"root": [need("foo", 1), need("baz", 1)], ("foo", 1): [need("bar", 1)], "bar": [need("baz", 3)]}
    assert world({"foo": 2, "bar": 1, "baz": 3}, answers).explanation() == [
        "Because foo 1 requires bar and every version of bar requires baz 3, foo 1 requires baz 3.",
        "And because your project requires foo 1, baz 3 is required.",
        f"So, because your project requires baz 1, {NO}",
    ]


def test_a_conclusion_that_is_needed_later_has_a_number() -> None:
    """Each version of foo fails for reasons of its own."""
    answers: Answers = {
        "root": [need("foo", 1, 2)],
        ("foo", 1): [need("a", 1), need("b", 1)],
        ("foo", 2): [need("x", 1), need("y", 1)],
        "a": [need("b", 2)],
        "x": [need("y", 2)],
    }
    assert world({"foo": 2, "a": 1, "b": 2, "x": 1, "y": 2}, answers).explanation() == [
        "Because every version of x requires y 2 and foo 2 requires y 1, x is incompatible with foo 2.",
        "And because foo 2 requires x, foo 2 can't be used (1).",
        "Because foo 1 requires a and every version of a requires b 2, foo 1 requires b 2.",
        "And because foo 1 requires b 1, foo 1 can't be used.",
        "And because foo 2 can't be used (1), foo can't be used.",
        f"So, because your project requires foo, {NO}",
    ]


def test_sixty_versions_are_one_sentence() -> None:
    """What each version says of the same package is said of all together."""
    answers: Answers = {"root": [Dependency("a", span(1, 60)), need("c", 2)]}
    answers |= {("a", version): [need("b", version, max(1, version - 1))] for version in range(1, 61)}
    answers |= {"b": [need("c", 1)]}
    assert world({"a": 60, "b": 60, "c": 2}, answers).explanation() == [
        "Because every version of a requires b and every version of b requires c 1, every version of a requires c 1.",
        "And because your project requires a, c 1 is required.",
        f"So, because your project requires c 2, {NO}",
    ]


def test_sets_are_merged_as_far_as_they_still_contradict_the_rest() -> None:
    """Of eight versions, those that say something of the same package are told together."""
    answers: Answers = {"root": [Dependency("a", span(1, 8)), limit("b", 1, 2, 3, 4), limit("c", 5, 6, 7, 8)]}
    answers |= {("a", version): [need("b", version + 4)] for version in range(1, 5)}
    answers |= {("a", version): [need("c", version - 4)] for version in range(5, 9)}
    assert world({"a": 8, "b": 8, "c": 8}, answers).explanation() == [
        "Because your project requires a, a <5 requires b >=5 and a >=5 requires c <5, c <5 or b >=5 is required.",
        "And because your project allows only b <5, c <5 is required.",
        f"So, because your project allows only c >=5, {NO}",
    ]


def test_lockstep_is_told_version_by_version() -> None:
    """Where one sentence for several versions would lose the contradiction, they stay apart."""
    answers: Answers = {"root": [need("a", 1, 2, 3), need("b", 1, 2, 3)]}
    answers |= {("a", version): [limit("c", version)] for version in (1, 2, 3)}
    answers |= {("b", version): [need("c", version % 3 + 1)] for version in (1, 2, 3)}
    nogoods = [Nogood((("a", mask(version % 3 + 1)), ("b", mask(version)))) for version in (1, 2, 3)]
    told = "\n".join(world({"a": 3, "b": 3, "c": 3}, answers, nogoods).explanation())
    for version in (1, 2, 3):
        assert f"a {version} allows only c {version}" in told
        assert f"b {version} requires c {version % 3 + 1}" in told


def test_of_a_long_chain_the_end() -> None:
    """Nobody follows a hundred steps: how many they were, what the last of them found, and the rest in full."""
    chance = random.Random(7)  # noqa: S311  nothing secret
    names = [f"p{number}" for number in range(12)]
    answers: Answers = {"root": [need("p0", *range(1, 7)), need("p1", *range(1, 7))]}
    for name in names:
        for version in range(1, 7):
            others = [other for other in names if other != name and chance.random() < 0.4]
            middles = [chance.randint(2, 5) for _ in others]
            answers[name, version] = [
                need(other, middle - 1, middle) for other, middle in zip(others, middles, strict=True)
            ]
    lines = world(dict.fromkeys(names, 6), answers).explanation()
    assert len(lines) == 2 + 12
    assert re.fullmatch(
        r"Only the end of a long chain of reasons is told; what \d+ steps found before has numbers\.", lines[0]
    )
    assert lines[1].startswith("After them, ")
    assert lines[-1].endswith(NO)


def test_versions_that_are_unavailable_for_the_same_reason() -> None:
    """Are named once, together."""
    answers: Answers = {"root": [Dependency("a", span(1, 60))]}
    answers |= {("a", version): Unavailable("needs Python >=3.12") for version in range(21, 61)}
    answers |= {("a", version): Unavailable("has no wheel") for version in range(1, 21)}
    assert world({"a": 60}, answers).explanation() == [
        "Because your project requires a, and a <21 has no wheel and a >=21 needs Python >=3.12, " + NO
    ]


def test_of_many_reasons_the_first_three() -> None:
    """The others are mentioned."""
    answers: Answers = {"root": [Dependency("a", span(1, 9))]}
    answers |= {("a", version): Unavailable(f"fails ({version})") for version in range(1, 10)}
    assert world({"a": 9}, answers).explanation() == [
        (
            "Because your project requires a, and a 1 fails (1), a 2 fails (2), a 3 fails (3) and a >=4 can't be used"
            f" for other reasons, {NO}"
        ),
    ]


def test_without_a_reason_a_version_just_cannot_be_used() -> None:
    """The usual words."""
    answers: Answers = {"root": [need("a", 1)], "a": Unavailable()}
    assert world({"a": 2}, answers).explanation() == [f"Because your project requires a 1 and a 1 can't be used, {NO}"]


def test_the_root_itself() -> None:
    """It may be what can't be had."""
    assert world({}, {"root": Unavailable("is for Python 2")}).explanation() == [
        f"Because your project is for Python 2, {NO}"
    ]


def test_limits() -> None:
    """Whoever limits a package doesn't require it."""
    answers: Answers = {"root": [need("a", 1, 2), limit("b", 1, 2)], "a": [need("b", 3)]}
    assert world({"a": 2, "b": 3}, answers).explanation() == [
        "Because your project requires a and every version of a requires b 3, b 3 is required.",
        f"So, because your project allows only b <3, {NO}",
    ]
    answers = {"root": [need("a", 1), limit("b")], "a": [need("b", 3)]}
    assert world({"a": 2, "b": 3}, answers).explanation() == [
        "Because your project requires a 1 and a 1 requires b 3, b 3 is required.",
        f"So, because your project is incompatible with b, {NO}",
    ]


def test_a_version_that_contradicts_itself() -> None:
    """What it needs of itself is said as it stands."""
    answers: Answers = {"root": [need("a", 1)], ("a", 1): [need("a", 2)]}
    assert world({"a": 2}, answers).explanation() == [f"Because your project requires a 1 and a 1 requires a 2, {NO}"]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        pytest.param(
            "must run with the lib it is built with",
            "every version of a must run with the lib it is built with",
            id="told",
        ),
        pytest.param(None, "a, lib >=4 and lib for a <4 can't be used together", id="usual"),
    ],
)
def test_ties(reason: str | None, sentence: str) -> None:
    """A tie is told in the words of its reason; without one by what it excludes."""
    answers: Answers = {
        "root": [need("a", 1, 2), need("lib", 4, 5)],
        "a": [need("tool", 1, 2, 3), same("lib", "lib for a", reason)],
        "tool": [need("lib for a", 1, 2, 3)],
    }
    assert world({"a": 2, "lib": 5, "lib for a": 5, "tool": 3}, answers).explanation() == [
        (
            "Because every version of a requires tool and every version of tool requires lib for a <4, every version of"
            " a requires lib for a <4."
        ),
        f"And because {sentence}, a is incompatible with lib >=4.",
        "And because your project requires a, lib >=4 can't be used.",
        f"So, because your project requires lib >=4, {NO}",
    ]


def test_reasons_of_a_few_versions_are_told_one_by_one() -> None:
    """Up to three; of more versions only what they amount to."""
    answers: Answers = {"root": [Dependency("a", span(1, 3)), need("lib", 9)]}
    answers |= {
        ("a", version): [need("lib", version, reason=f"was built against lib {version}")] for version in (1, 2, 3)
    }
    assert world({"a": 3, "lib": 9}, answers).explanation() == [
        (
            "Because your project requires a, and a 1 was built against lib 1, a 2 was built against lib 2 and a 3 was"
            " built against lib 3, lib <4 is required."
        ),
        f"So, because your project requires lib 9, {NO}",
    ]
    answers |= {
        ("a", 4): [need("lib", 4, reason="was built against lib 4")],
        "root": [need("a", 1, 2, 3, 4), need("lib", 9)],
    }
    assert world({"a": 4, "lib": 9}, answers).explanation() == [
        "Because your project requires a and every version of a requires lib <5, lib <5 is required.",
        f"So, because your project requires lib 9, {NO}",
    ]


def test_nogoods() -> None:
    """In the words of their reason, about the versions that can't go together; else by what they exclude."""
    answers: Answers = {"root": [need("a", 1, 2), need("b", 1, 2)]}
    nogoods = [Nogood((("a", mask(1, 2)), ("b", mask(1, 2))), "have failed together")]
    assert world({"a": 2, "b": 2}, answers, nogoods).explanation() == [
        (
            "Because your project requires a, and every version of a and every version of b have failed together, b"
            " can't be used."
        ),
        f"So, because your project requires b, {NO}",
    ]
    nogoods = [Nogood((("a", mask(1, 2)), ("b", mask(1, 2)), ("c", 1))), Nogood((("c", mask(1)),))]
    assert world({"a": 2, "b": 2, "c": 1}, answers, nogoods).explanation() == [
        "Because your project requires a, and a and b together require c, every version of b requires c.",
        "And because your project requires b, c is required.",
        f"So, because c can't be used, {NO}",
    ]
