"""A cache whose records hold something else than what was written there: it is learnt again, and nobody is told."""

import marshal
from http import HTTPStatus
from pathlib import Path

import pytest
from loopback import LoopbackIndex
from pipeline.worlds import Place, builds, make_place, sdist, wheel

from pybuildsync.store.sealing import seal, unseal

OTHERS = [
    pytest.param(marshal.dumps(None), id="nothing"),
    pytest.param(marshal.dumps((1, 2, 3)), id="too short"),
    pytest.param(marshal.dumps((1, 2, {"requires": 5})), id="another type"),
    pytest.param(b"\0" * 40, id="zeros"),
]


def spoil(place: Place, data: bytes) -> set[str]:
    """Put *data* in the place of what is in every sealed file of the cache; return the kinds of these."""
    kinds = set()
    for path in place.cache.rglob("*"):
        if path.is_file() and unseal(path.read_bytes()) is not None:
            path.write_bytes(seal(data))
            kinds.add(path.relative_to(place.cache).parts[0])
    return kinds


@pytest.mark.parametrize("other", OTHERS)
def test_what_records_hold_else_is_learnt_again(place: Place, other: bytes) -> None:
    """Listings, metadata of wheels and of sources, what hooks asked for, built wheels, plans, interpreters."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("tool", "1.0"))
    place.index.add(sdist("app", "1.0", asks=["tool"], lists=["lib"], requires=["lib"]))
    place.install("app")
    kinds = {"listings-1", "metadata-1", "builds-1", "built-1", "wheels-1", "plans-1", "interpreters-1"}
    assert spoil(place, other) >= kinds
    said = place.install("app", "--reinstall")
    assert (builds(said), place.versions()) == (["app 1.0"], {"app": "1.0", "lib": "1.0"})


@pytest.mark.parametrize("other", [marshal.dumps(None), marshal.dumps((1, 2, 3)), marshal.dumps(("", "")), b""])
def test_of_a_file_without_hashes(tmp_path: Path, other: bytes) -> None:
    """What is kept of its server's answer is no use then: it is fetched again."""
    bare = wheel("lib", "1.0").with_hashes()
    with LoopbackIndex([bare], etags=True) as index:
        place = make_place(tmp_path, index)
        place.install("lib")
        spoil(place, other)
        place.install("lib", "--reinstall")
        wholes = [each for each in index.requests if each.status == HTTPStatus.OK and each.path.endswith(".whl")]
        assert len(wholes) == 2


@pytest.mark.parametrize(
    "told", [b"", marshal.dumps(None), marshal.dumps((0, (), "", None)), marshal.dumps((1, 5, "", None))]
)
def test_of_what_is_kept_along_with_a_built_wheel(place: Place, told: bytes) -> None:
    """What it links to isn't known then: it is built again."""
    place.index.add(sdist("app", "1.0"))
    place.install("app")
    (path,) = place.cache.glob("built-1/*/result")
    *facts, _ = marshal.loads(unseal(path.read_bytes()) or b"")
    path.write_bytes(seal(marshal.dumps((*facts, told))))
    assert builds(place.install("app", "--reinstall")) == ["app 1.0"]
