"""Files of the store that were changed through a hard link: who asks for certainty gets the files of the index."""

import pytest
from commands.worlds import make_environment
from pipeline.worlds import Place, sdist, wheel

TOLD = "the cache's copy of lib 1.0 was changed (lib.py); it is fetched again"
CHANGED = b"VERSION = '6.6'\n"


def spoil(place: Place, name: str = "lib") -> None:
    """Write into the installed module *name* in place, as root can, with as many bytes as it has."""
    path = place.site_packages / f"{name}.py"
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.write(CHANGED)


def other(place: Place, name: str = "other") -> Place:
    """Return another environment beside that of *place*, with the same cache and index."""
    return Place(place.root, place.index, make_environment(place.root / name), ["--index-url", place.index.url])


@pytest.fixture
def spoilt(place: Place) -> Place:
    """Give a place whose cache has changed files of lib, through its environment."""
    place.index.add(wheel("lib", "1.0"))
    place.options.extend(["--index-url", place.index.url, "--link-mode", "hardlink"])
    place.install("lib")
    spoil(place)
    return place


def test_what_is_believed(spoilt: Place) -> None:
    """Without such an option nothing is read: this is what the others guard against."""
    two = other(spoilt)
    assert "was changed" not in two.install("lib").err
    assert (two.site_packages / "lib.py").read_bytes() == CHANGED


@pytest.mark.parametrize("option", ["--verify", "--force-reinstall", "--reinstall-package=lib"])
def test_installed_again(spoilt: Place, option: str) -> None:
    """What is put in place is what the index has; it is told once, and the cache is whole after that."""
    said = spoilt.install("lib", option)
    assert said.err.count(TOLD) == 1
    assert spoilt.tell("lib", "VERSION") == "1.0"
    two = other(spoilt)
    assert "was changed" not in two.install("lib", option).err
    assert two.tell("lib", "VERSION") == "1.0"


def test_hash_mode(spoilt: Place) -> None:
    """A hash that is given holds for the files that are placed; a plan that is remembered is no way around it."""
    (archive,) = spoilt.index.archives["lib"]
    path = spoilt.root / "requirements.txt"
    path.write_text(f"lib==1.0 --hash=sha256:{archive.sha256}\n")
    argv = ("-r", str(path))
    first = other(spoilt, "first")
    assert TOLD in first.install(*argv).err
    assert first.tell("lib", "VERSION") == "1.0"
    second = other(spoilt, "second")
    assert TOLD not in second.install(*argv).err
    spoil(second)
    third = other(spoilt, "third")
    assert TOLD in third.install(*argv).err
    assert third.tell("lib", "VERSION") == "1.0"


def test_a_wheel_that_was_built(place: Place) -> None:
    """It is unpacked again from the archive that the build left."""
    place.index.add(sdist("src", "1.0"))
    place.options.extend(["--index-url", place.index.url, "--link-mode", "hardlink"])
    place.install("src")
    module = place.site_packages / "src.py"
    right = module.read_bytes()
    module.chmod(0o644)
    with module.open("r+b") as file:
        file.write(b"#")
    said = place.install("src", "--force-reinstall")
    assert "the cache's copy of src 1.0 was changed (src.py); it is unpacked again" in said.err
    assert module.read_bytes() == right


def test_a_build_tool(place: Place) -> None:
    """What builds run with is looked at as well."""
    place.index.add(wheel("tool", "1.0"))
    place.index.add(sdist("src", "1.0", needs=("tool",)))
    place.options.extend(["--index-url", place.index.url, "--link-mode", "hardlink"])
    place.install("tool")
    spoil(place, "tool")
    said = place.install("src", "--reinstall-package", "src")
    assert "the cache's copy of tool 1.0 was changed (tool.py); it is fetched again" in said.err
    assert place.built_with("src") == {"tool": "1.0"}
