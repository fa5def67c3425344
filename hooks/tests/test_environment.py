"""What a build environment holds."""

import json
import sys
from pathlib import Path

import pytest

from pybuildsync_hooks.environment import collect_distributions
from pybuildsync_hooks.record import Ingredient

DIGEST = "ab" * 32


def installed(folder: Path, stem: str, metadata: str, origin: object = None) -> None:
    """Write a dist-info into *folder*."""
    dist_info = folder / (stem + ".dist-info")
    dist_info.mkdir(parents=True)
    dist_info.joinpath("METADATA").write_text(metadata, encoding="utf-8")
    if origin is not None:
        dist_info.joinpath("direct_url.json").write_text(json.dumps(origin), encoding="utf-8")


def test_distributions_come_sorted_and_the_first_on_the_path_wins(tmp_path: Path) -> None:
    """Names are normalised; a second one of the same name is hidden, as it is from import."""
    one, other = tmp_path / "one", tmp_path / "other"
    installed(one, "Zope.Thing-1.0", "Metadata-Version: 2.1\nName: Zope.Thing\nVersion: 1.0\n\nName: body\n")
    installed(other, "zope_thing-2.0", "Name: zope_thing\nVersion: 2.0\n")
    installed(other, "a-3", "name: a\nversion:  3 \n")
    assert collect_distributions([str(one), str(tmp_path / "none"), str(other)]) == [
        Ingredient("a", "3"),
        Ingredient("zope-thing", "1.0"),
    ]


def test_what_is_broken_is_passed_over(tmp_path: Path) -> None:
    """No METADATA, or none with a name and a version, is no distribution."""
    tmp_path.joinpath("empty-1.0.dist-info").mkdir()
    installed(tmp_path, "half-1.0", "Name: half\n")
    tmp_path.joinpath("module.py").touch()
    assert collect_distributions([str(tmp_path)]) == []


@pytest.mark.parametrize(
    ("origin", "digest"),
    [
        ({"archive_info": {"hashes": {"sha256": DIGEST}}}, DIGEST),
        ({"archive_info": {"hash": "sha256=" + DIGEST}}, DIGEST),
        ({"archive_info": {"hash": "md5=x"}}, ""),
        ({"archive_info": {"hashes": {"sha256": "../x"}}}, ""),
        ({"dir_info": {}}, ""),
        ([], ""),
    ],
)
def test_the_hash_of_a_wheel_is_read_where_it_is_recorded(tmp_path: Path, origin: object, digest: str) -> None:
    """direct_url.json tells the hash in a new and in an old form (PEP 610)."""
    installed(tmp_path, "a-1", "Name: a\nVersion: 1\n", origin)
    assert collect_distributions([str(tmp_path)]) == [Ingredient("a", "1", digest)]


def test_the_own_path_is_the_default() -> None:
    """A hook in a build environment asks for what it runs with."""
    assert collect_distributions() == collect_distributions(sys.path)
