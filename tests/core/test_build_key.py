"""The build key: all that goes into a build, and nothing else."""

import pytest
from core.fakes import TARGET

from pybuildsync.core.build_key import BuildInputs, build_key
from pybuildsync.core.variants import Ingredient

LIB, TOOL = Ingredient("lib", "1.0", "aa"), Ingredient("tool", "2.0", "bb")
INPUTS = BuildInputs(
    source="cc",
    subdirectory="",
    environment=(LIB, TOOL),
    target=TARGET,
    config_settings=(("jobs", "4"), ("opt", ("x", "y"))),
    variables=(("CC", "gcc"), ("CFLAGS", "-O2")),
)


def test_a_key_is_a_sha256() -> None:
    """64 hex digits, the same at every call."""
    assert len(build_key(INPUTS)) == 64
    assert int(build_key(INPUTS), 16)
    assert build_key(INPUTS) == build_key(INPUTS._replace())


@pytest.mark.parametrize(
    "other",
    [
        INPUTS._replace(source="dd"),
        INPUTS._replace(subdirectory="python"),
        INPUTS._replace(environment=(LIB,)),
        INPUTS._replace(environment=(LIB._replace(version="1.1"), TOOL)),
        INPUTS._replace(environment=(LIB._replace(sha256="ab"), TOOL)),
        INPUTS._replace(environment=(LIB._replace(name="lob"), TOOL)),
        INPUTS._replace(target=TARGET._replace(implementation="pypy")),
        INPUTS._replace(target=TARGET._replace(full_version="3.11.8")),
        INPUTS._replace(target=TARGET._replace(tags=("cp311-cp311-manylinux_2_28_x86_64", *TARGET.tags))),
        INPUTS._replace(target=TARGET._replace(markers=(("os_name", "nt"),))),
        INPUTS._replace(config_settings=(("jobs", "4"), ("opt", ("y", "x")))),
        INPUTS._replace(config_settings=(("jobs", "4"),)),
        INPUTS._replace(variables=(("CC", "clang"), ("CFLAGS", "-O2"))),
        INPUTS._replace(variables=()),
        INPUTS._replace(editable=True),
    ],
)
def test_every_input_makes_another_key(other: BuildInputs) -> None:
    """A wheel built otherwise is another wheel."""
    assert build_key(other) != build_key(INPUTS)


def test_order_makes_no_other_key() -> None:
    """Environment, settings and variables are sets; only the values of one setting have an order."""
    shuffled = INPUTS._replace(
        environment=INPUTS.environment[::-1],
        config_settings=INPUTS.config_settings[::-1],
        variables=INPUTS.variables[::-1],
    )
    assert build_key(shuffled) == build_key(INPUTS)


def test_how_an_ingredient_was_built_makes_no_other_key() -> None:
    """Its hash says what it is, whoever built it."""
    built = INPUTS._replace(environment=(LIB._replace(key="ours"), TOOL))
    assert build_key(built) == build_key(INPUTS)


def test_an_updated_kernel_builds_nothing_anew() -> None:
    """The release of the running kernel is a marker, and no build input."""
    updated = tuple((name, "6.99" if name.startswith("platform_") else value) for name, value in TARGET.markers)
    only_kernel = tuple(
        (name, value if name not in ("platform_release", "platform_version") else "6.99")
        for name, value in TARGET.markers
    )
    assert build_key(INPUTS._replace(target=TARGET._replace(markers=only_kernel))) == build_key(INPUTS)
    assert build_key(INPUTS._replace(target=TARGET._replace(markers=updated))) != build_key(INPUTS)
