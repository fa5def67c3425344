"""What a built METADATA may say, given what the source states as static."""

import pytest

from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.errors import PackageError
from pybuildsync.frontend.build_answers import check_static

EXTRA = 'c>=1; extra == "x"'


def check(stated: list[str], built: list[str], *, exact: bool = True, origin: Origin = Origin.STATIC) -> str:
    """Return what is wrong with METADATA that requires *built* where the source states *stated*, "" if nothing."""
    source = SourceMetadata(
        metadata=Metadata(name="lib", version="1.0", origin=origin),
        static_requires=tuple(parse_requirement(text) for text in stated),
    )
    text = "\n".join(["Name: lib", "Version: 1.0", *(f"Requires-Dist: {line}" for line in built), ""])
    try:
        check_static(text, source, exact=exact, title="lib==1.0", hook="build_wheel")
    except PackageError as error:
        return "\n".join(error.why.splitlines()[1:])
    return ""


@pytest.mark.parametrize("exact", [True, False])
def test_the_same_is_right(*, exact: bool) -> None:
    """In any order, with any spelling of specifiers, and with conditions written otherwise."""
    stated = ["b<3,>=2", "d; os_name == 'nt'", EXTRA]
    built = ["d", "b>=2, <3", "c>=1 ; (extra == 'x')"]
    assert check(stated, built, exact=exact) == ""


def test_words_count_where_the_source_has_them() -> None:
    """PKG-INFO has METADATA's words, pyproject.toml hasn't: a backend may write ``~=2.0`` otherwise."""
    assert check(["b~=2.0"], ["b>=2.0,<3"]) == "+ b<3,>=2.0\n- b~=2.0"
    assert check(["b~=2.0"], ["b>=2.0,<3"], exact=False) == ""


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_stated_whole_neither_shrinks_nor_grows(*, exact: bool) -> None:
    """PEP 643."""
    assert check(["b", "c"], ["b"], exact=exact) == "- c"
    assert check(["b"], ["b", "c"], exact=exact) == "+ c"


def test_what_is_stated_in_part_may_grow() -> None:
    """PEP 808: never shrink."""
    assert check(["b>=1"], ["b>=1", "c==2"], origin=Origin.ASSUMED) == ""
    assert check(["b>=1"], ["c==2"], origin=Origin.ASSUMED) == "- b>=1"


def test_extras_of_extras_may_be_spelt_out() -> None:
    """A project's own extras in its extras are the same as what they ask for."""
    assert check([EXTRA, 'lib[x]; extra == "all"'], [EXTRA, 'c>=1; extra == "all"', 'e; extra == "all"']) == ""


def test_a_requirement_that_is_none_is_the_packages_fault() -> None:
    """The error names it."""
    with pytest.raises(PackageError, match=r"METADATA of lib==1.0 has a requirement that is none"):
        check_static(
            "Requires-Dist: a b\n",
            SourceMetadata(metadata=Metadata(name="lib", version="1.0")),
            exact=True,
            title="lib==1.0",
            hook="build_wheel",
        )
