"""Tags for another Python are pip's, whatever is given and whatever the interpreter is."""

import itertools
import sys

import packaging.tags
import pytest
from pip._internal.utils.compatibility_tags import get_supported

from pybuildsync.core.targets import Target
from pybuildsync.environments.other_tags import other_target

OWN = Target(
    implementation="cpython",
    version=f"{sys.version_info[0]}.{sys.version_info[1]}",
    full_version=".".join(map(str, sys.version_info[:3])),
    tags=tuple(map(str, packaging.tags.sys_tags())),
    markers=(("python_version", "3"),),
)
PLATFORMS = (
    (),
    ("win_amd64",),
    ("manylinux2014_x86_64",),
    ("manylinux2010_i686", "manylinux1_i686", "manylinux2014_aarch64"),
    ("manylinux_2_17_x86_64", "linux_x86_64"),
    ("macosx_11_0_arm64", "macosx_10_9_x86_64", "macosx_wrong"),
    ("macosxcustom_12_3_x86_64", "ios_13_0_arm64_iphonesimulator", "ios_wrong"),
    ("android_21_arm64_v8a", "android_wrong"),
    ("any",),
)
VERSIONS = ((), (3,), (3, 12), (3, 7), (3, 13, 2), (2, 7))
IMPLEMENTATIONS = ("", "cp", "pp", "py")
ABIS = ((), ("abi3",), ("none",), ("cp312", "abi3"), ("pypy39_pp73",))


@pytest.mark.parametrize("platforms", PLATFORMS, ids=" ".join)
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_tags_are_pips(platforms: tuple[str, ...], version: tuple[int, ...]) -> None:
    """For every implementation and ABI, in pip's order."""
    for implementation, abis in itertools.product(IMPLEMENTATIONS, ABIS):
        expected = get_supported(
            version="".join(map(str, version[:2])) or None,
            platforms=list(platforms) or None,
            impl=implementation or None,
            abis=list(abis) or None,
        )
        found = other_target(OWN, platforms=platforms, version=version, implementation=implementation, abis=abis)
        assert tuple(dict.fromkeys(map(str, expected))) == found.tags


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((), (OWN.version, OWN.full_version)),
        ((3,), ("3", "3.0.0")),
        ((3, 9), ("3.9", "3.9.0")),
        ((3, 9, 4), ("3.9", "3.9.4")),
    ],
)
def test_versions(version: tuple[int, ...], expected: tuple[str, str]) -> None:
    """Missing numbers count as 0; markers stay the interpreter's."""
    found = other_target(OWN, version=version)
    assert (found.version, found.full_version) == expected
    assert found.markers == OWN.markers


@pytest.mark.parametrize(
    ("tag", "version", "expected"),
    [
        ("cp313-cp313t-linux_x86_64", (3, 14), "cp314-cp314t-linux_x86_64"),
        ("cp313-cp313t-linux_x86_64", (3, 12), "cp312-cp312-linux_x86_64"),
        ("cp312-cp312d-linux_x86_64", (3, 11), "cp311-cp311d-linux_x86_64"),
        ("cp312-cp312d-linux_x86_64", (3, 7), "cp37-cp37dm-linux_x86_64"),
        ("pp310-pypy310_pp73-linux_x86_64", (3, 9), "pp39-pypy310_pp73-linux_x86_64"),
    ],
)
def test_an_interpreter_that_is_built_otherwise(tag: str, version: tuple[int, ...], expected: str) -> None:
    """Its own way of being built is kept, as pip keeps that of the Python it runs in."""
    own = Target("cpython", "3.13", "3.13.1", (tag, "py3-none-any"), ())
    assert other_target(own, version=version).tags[0] == expected


def test_what_pypy_takes_of_cpython() -> None:
    """The flags of CPython's ABI are read off CPython's tags only."""
    own = Target("pypy", "3.10", "3.10.1", ("pp310-pypy310_pp73-linux_x86_64", "py3-none-any"), ())
    assert other_target(own, implementation="cp").tags[0] == "cp310-cp310-linux_x86_64"


def test_a_debug_build_takes_wheels_of_a_normal_one() -> None:
    """As with the interpreter's own tags."""
    own = Target("cpython", "3.12", "3.12.1", ("cp312-cp312d-linux_x86_64",), ())
    assert "cp311-cp311-linux_x86_64" in other_target(own, version=(3, 11)).tags
