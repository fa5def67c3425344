"""What libraries promise of themselves, and what that spares and forces."""

import pytest
from pipeline.worlds import Place, builds, sdist, wheel

from pybuildsync.pipeline.promises import promise_in


def promising(version: str, policy: str) -> object:
    """Return a library that says which of its versions run what was built against it."""
    text = f"[console_scripts]\nx = y:z\n[pybuildsync.match-runtime]\nself = {policy}\n"
    return wheel("lib", version, files={f"lib-{version}.dist-info/entry_points.txt": text.encode()})


def fill(place: Place, policy: str) -> None:
    """Fill the index: a promising library, and a source that needs it to build and to run."""
    for version in ("1.0", "1.1", "2.0"):
        place.index.add(promising(version, policy))  # type: ignore[arg-type]  # an archive
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("[pybuildsync.match-runtime]\nself = minor+at-least\n", "minor+at-least"),
        ("[ pybuildsync.match-runtime ]\n# a comment\n\n  self=any\n[other]\nself = exact\n", "any"),
        ("[pybuildsync.match-runtime]\nother = minor\n", None),
        ("[pybuildsync.match-runtime]\nself = whatever\n", None),
        ("[console_scripts]\nself = minor\n", None),
        ("", None),
    ],
)
def test_reading_a_promise(text: str, policy: str | None) -> None:
    """The group's entry ``self``; what is no policy promises nothing."""
    found = promise_in(text)
    assert (found and str(found)) == policy


def test_a_promise_spares_rebuilds(place: Place) -> None:
    """What a library promises needs no rebuild, what it doesn't does; the record keeps the promise."""
    fill(place, "minor")
    place.install("app", "lib==1.1")
    assert [(each["name"], each["policy"]) for each in place.record("app")["matches"]] == [("lib", "minor")]
    assert builds(place.install("lib==1.0")) == []
    assert place.run("check").status == 0
    assert builds(place.install("lib==2.0")) == ["app 1.0"]


def test_the_promise_is_that_of_the_version_built_against(place: Place) -> None:
    """A library that promises nothing more doesn't take back what an older version has promised."""
    place.index.add(promising("1.0", "any"))  # type: ignore[arg-type]  # an archive
    place.index.add(wheel("lib", "2.0"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install("app", "lib==1.0")
    assert place.record("app")["matches"] == []
    assert builds(place.install("lib==2.0")) == []
    assert place.run("check").status == 0


def test_configuration_ranks_above_a_promise(place: Place) -> None:
    """The user has the last word."""
    fill(place, "any")
    place.install("app", "lib==1.1", "--match", "lib=exact")
    assert builds(place.install("lib==1.0", "--match", "lib=exact")) == ["app 1.0"]


def test_a_promise_lets_another_version_run(place: Place) -> None:
    """Once known, a promise lets the resolution run another version than the one built with."""
    for version in ("1.0", "1.1"):
        place.index.add(promising(version, "minor"))  # type: ignore[arg-type]  # an archive
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.index.add(sdist("other", "1.0", needs=["lib"], lists=["lib"], requires=["lib<1.1"]))
    said = place.install("app", "other")
    assert place.versions() == {"app": "1.0", "lib": "1.0", "other": "1.0"}
    assert len(builds(said)) == len(set(builds(said))) == 2
