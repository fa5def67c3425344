"""Where a project is looked for: on which indexes, how fresh, through which proxy."""

from pipeline.worlds import Place, wheel


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
