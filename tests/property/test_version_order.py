"""Laws of what is read without ``packaging``: it says what ``packaging`` says, or that it doesn't know."""

from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import Requirement as Reference
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from pybuildsync.core.policies import CONDITIONS, Policy
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.version_order import loose_key, version_key
from pybuildsync.core.version_sets import admits_pre_releases, is_plain, order_key, specifier_mask

NUMBERS = st.sampled_from(["0", "1", "2", "3", "10", "2023"])
RELEASES = st.lists(NUMBERS, min_size=1, max_size=4).map(".".join)
LOOSE = st.lists(st.sampled_from(["0", "00", "1", "02", "3"]), min_size=1, max_size=3).map(".".join)

PIECES = ["0", "1", "02", ".", "!", "+", "a", "b", "rc", "c", ".post", ".dev", "a.", ".."]


@st.composite
def versions(draw: st.DrawFn) -> str:
    """Give a canonical version."""
    parts = [draw(st.sampled_from(["", "", "", "1!"])), draw(RELEASES)]
    parts.append(draw(st.sampled_from(["", "", "a0", "b1", "rc2"])))
    parts.append(draw(st.sampled_from(["", "", ".post0", ".post3"])))
    parts.append(draw(st.sampled_from(["", "", ".dev0", ".dev7"])))
    parts.append(draw(st.sampled_from(["", "", "", "+1", "+cu118", "+a.2", "+10.b"])))
    return "".join(parts)


CLAUSES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~=", "==="]),
    st.sampled_from(["", " "]),
    st.one_of(versions(), RELEASES, LOOSE, RELEASES.map("{}.*".format), st.sampled_from(["2.0a.0", "1.0RC1", "1-1"])),
)


@given(versions(), versions())
def test_keys_compare_as_versions_do(one: str, other: str) -> None:
    """Two keys are in the order of their versions, and equal where these are."""
    first, second = order_key(one), order_key(other)
    assert (first < second, first == second) == (Version(one) < Version(other), Version(one) == Version(other))


@given(st.text("0123456789abcdevpostr.+!-_v ١é", max_size=9))
def test_only_canonical_texts_have_keys(text: str) -> None:
    """A text with a key is the canonical form of a version."""
    if version_key(text) is not None:
        assert str(Version(text)) == text


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("1+a..7")
def test_loose_keys_are_of_the_canonical_form(text: str) -> None:
    """A text that is read loosely is a version, and its key that of the canonical form."""
    key = loose_key(text)
    if key is not None:
        assert key == version_key(str(Version(text)))


@given(st.lists(versions(), max_size=12), st.lists(CLAUSES, min_size=1, max_size=3))
def test_a_mask_has_what_packaging_accepts(texts: list[str], clauses: list[str]) -> None:
    """A specifier accepts of a sorted list what ``packaging`` accepts of each alone."""
    specifier = ",".join(clauses)
    try:
        reference = SpecifierSet(specifier)
    except InvalidSpecifier:
        assert not is_plain(specifier)
        return
    ordered = tuple(map(str, sorted(set(map(Version, texts)), reverse=True)))
    mask = specifier_mask(ordered, specifier)
    accepted = [version for at, version in enumerate(ordered) if mask >> at & 1]
    assert accepted == [version for version in ordered if reference.contains(version, prereleases=True)]
    assert admits_pre_releases(specifier) == bool(reference.prereleases)


@given(
    st.sampled_from(["a", "A_b", "a.b-c"]),
    st.sampled_from(["", "[x]", " [x, Y_z]", "[]"]),
    st.lists(CLAUSES, max_size=3),
    st.booleans(),
)
def test_a_requirement_is_what_packaging_reads(name: str, extras: str, clauses: list[str], inside: bool) -> None:  # noqa: FBT001
    """A requirement has the name, the extras and the specifier that ``packaging`` gives it."""
    specifier = f" ({', '.join(clauses)})" if inside else " , ".join(clauses)
    try:
        reference = Reference(f"{name}{extras}{specifier}")
    except ValueError:
        return
    requirement = parse_requirement(f"{name}{extras}{specifier}")
    assert requirement.specifier == str(reference.specifier)
    assert requirement.extras == tuple(sorted(each.lower().replace("_", "-") for each in reference.extras))


def test_what_is_no_version_has_no_place() -> None:
    """A text that is no version can't be sorted."""
    for text in ("", "one", "9" * 5000):
        try:
            order_key(text)
        except (InvalidVersion, ValueError):
            continue
        raise AssertionError(text)


@given(versions(), versions())
def test_policies_compare_versions_as_packaging_does(built: str, running: str) -> None:
    """What the conditions of a policy say is said of the numbers that PEP 440 gives a version."""
    one, other = Version(built), Version(running)
    said = {
        "exact": one == other,
        "micro": (one.epoch, one.major, one.minor) == (other.epoch, other.major, other.minor),
        "minor": (one.epoch, one.major) == (other.epoch, other.major),
        "at-least": other >= one,
        "any": True,
    }
    assert {condition: Policy((condition,)).accepts(built, running) for condition in CONDITIONS} == said
