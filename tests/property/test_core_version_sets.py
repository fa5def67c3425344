"""Laws of version sets: they say what packaging says, version by version."""

from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from pybuildsync.core.version_sets import admits_pre_releases, is_pre_release, pre_release_mask, specifier_mask

numbers = st.integers(0, 2).map(str)
texts = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "1!"]),
        st.lists(numbers, min_size=1, max_size=3).map(".".join),
        st.sampled_from(["", "", "", "a0", "a1", "b1", "rc0", "rc1"]),
        st.sampled_from(["", "", "", ".post0", ".post1"]),
        st.sampled_from(["", "", "", ".dev0", ".dev1"]),
        st.sampled_from(["", "", "", "", "+1", "+a", "+a.1"]),
    ),
)
listings = st.lists(texts, max_size=12).map(
    lambda found: tuple(str(version) for version in sorted({Version(text) for text in found}, reverse=True))
)


def is_valid(text: str) -> bool:
    """Whether *text* is a specifier."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


clauses = st.builds(
    "{}{}{}".format,
    st.sampled_from(["==", "!=", "~=", "<", "<=", ">", ">=", "==="]),
    texts,
    st.sampled_from(["", "", ".*"]),
).filter(is_valid)
specifiers = st.lists(clauses, max_size=3).map(",".join)


@given(listings, specifiers)
def test_a_mask_is_what_the_specifier_contains(versions: tuple[str, ...], specifier: str) -> None:
    """Bit i is set if and only if packaging says that version i is contained, pre-releases allowed."""
    known = SpecifierSet(specifier)
    expected = [known.contains(version, prereleases=True) for version in versions]
    mask = specifier_mask(versions, specifier)
    assert [bool(mask >> at & 1) for at in range(len(versions))] == expected
    assert mask >> len(versions) == 0


@given(listings)
def test_pre_releases_are_packagings(versions: tuple[str, ...]) -> None:
    """Letters tell what packaging tells."""
    assert [is_pre_release(version) for version in versions] == [Version(version).is_prerelease for version in versions]
    assert pre_release_mask(versions) == sum(2**at for at, v in enumerate(versions) if Version(v).is_prerelease)


@given(specifiers)
def test_admitting_is_packagings(specifier: str) -> None:
    """A specifier admits pre-releases if and only if packaging's does."""
    assert admits_pre_releases(specifier) is bool(SpecifierSet(specifier).prereleases)
