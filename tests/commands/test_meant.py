"""What was probably meant."""

import pytest
from pipeline.worlds import Place, wheel


def test_a_file_of_requirements_without_its_option(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named like a file that is here, and like no project, is taken for one that was meant with -r."""
    place.index.add(wheel("lib", "1.0"))
    monkeypatch.chdir(place.root)
    assert "hint: check the spelling" in place.refused("requirements")
    told = place.refused("requirements.txt")
    assert "hint: did you mean -r requirements.txt? there is no requirements.txt here" in told
    for name in ("requirements.txt", "dev.txt", "lib"):
        (place.root / name).write_text("lib\n")
    told = place.refused("requirements.txt", "lib")
    assert "hint: did you mean -r requirements.txt? a file of that name is here" in told
    told = place.refused("requirements.txt", "dev.txt")
    assert "hint: did you mean -r requirements.txt -r dev.txt? files of these names are here" in told
    assert "hint: lib has 1.0" in place.refused("lib", "lib>9")


def test_what_is_beside_a_project_is_not_the_project(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path to a requirement file, or into a folder; what another file has held like it makes no difference."""
    monkeypatch.chdir(place.root)
    (place.root / "d").mkdir()
    for name in ("other", "requirements.txt", "pylock.toml", "pyproject.toml"):
        (place.root / "d" / name).write_text("lib\n")
    told = place.refused("d/other")
    assert "d/other: other is no source distribution" in told
    assert "-m build" in told
    told = place.refused("d/requirements.txt")
    assert "d/requirements.txt: requirements.txt is no source distribution" in told
    assert "hint: did you mean -r d/requirements.txt?" in told
    assert "hint: did you mean -r d/pylock.toml?" in place.refused("d/pylock.toml")
    assert f"hint: did you mean its folder, {place.root / 'd'}?" in place.refused("d/pyproject.toml")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("lib-2.0.tar.gz", "check the path; for the one that an index has, ask for lib==2.0"),
        ("Lib_x-2.0-py3-none-any.whl", "check the path; for the one that an index has, ask for lib-x==2.0"),
        ("lib.whl", "check the path"),
        ("lib.tar.gz", "check the path"),
        ("./lib", "check the path"),
        ("lib=2.0", "did you mean 'lib==2.0'?"),
        ("lib@2.0", "did you mean 'lib==2.0'?"),
    ],
)
def test_what_is_not_there(place: Place, monkeypatch: pytest.MonkeyPatch, word: str, hint: str) -> None:
    """What is called like a distribution's file may be one of an index; what isn't, a slip."""
    monkeypatch.chdir(place.root)
    assert place.refused(word).endswith(f"hint: {hint}\n")
