"""Where a project is looked for: on which indexes, how fresh, through which proxy."""

from loopback import LoopbackIndex
from pipeline.worlds import Place, sdist, wheel


def test_one_project_is_asked_for_anew(place: Place) -> None:
    """Whatever is remembered; what is kept of others is believed."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("app", "1.0", "lib"))
    place.index.cache_control = "max-age=1000"
    place.install("app")
    place.index.add(wheel("lib", "2.0"))
    before = len(place.index.requests)
    place.install("-U", "app", "lib")
    assert (place.versions(), place.index.paths()[before:]) == ({"app": "1.0", "lib": "1.0"}, [])
    place.install("-U", "app", "lib", "--refresh-package", "Lib,other")
    assert place.versions() == {"app": "1.0", "lib": "2.0"}
    assert "/simple/app/" not in place.index.paths()[before:]


def test_a_name_that_is_on_several_indexes(place: Place) -> None:
    """Once for each set of indexes, without credentials; whoever chooses a strategy, or -q, isn't told."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("own", "1.0"))
    place.index.add(sdist("made", "1.0", static=True))
    more = [wheel("lib", "2.0"), wheel("made", "0.1"), wheel("unasked", "1.0")]
    with LoopbackIndex(more, credentials=("me", "s3cret")) as other:
        line = ["lib", "own", "made", "--extra-index-url", other.url_with_credentials]
        said = place.install(*line)
        assert [text for text in said.err.splitlines() if "index" in text] == [
            f"lib and made are on more than one index: {place.index.url} and {other.url}",
            "  the best version of all is taken; to have only the first one count: --index-strategy first-index",
        ]
        assert place.versions() == {"lib": "2.0", "own": "1.0", "made": "1.0"}
        assert "index" not in place.install(*line, "--force-reinstall", "--index-strategy", "all").err
        assert "index" not in place.install(*line, "--force-reinstall", "-q").err
        place.install(*line, "--force-reinstall", "--index-strategy", "first-index")
        assert place.versions() == {"lib": "1.0", "own": "1.0", "made": "1.0"}


def test_many_names(place: Place) -> None:
    """A mirror has them all: ten are named."""
    wheels = [wheel(f"lib{number:02}", "1.0") for number in range(12)]
    for each in wheels:
        place.index.add(each)
    with LoopbackIndex(wheels) as mirror:
        said = place.run("download", *[f"lib{number:02}" for number in range(12)], "-d", str(place.root / "there"),
                         "--index-url", place.index.url, "--extra-index-url", mirror.url)  # fmt: skip
    assert said.status == 0, said.err
    (told,) = [text for text in said.err.splitlines() if "more than one" in text]
    assert told.startswith("lib00, lib01, lib02, lib03, lib04, lib05, lib06, lib07, lib08 and 3 others are on ")
