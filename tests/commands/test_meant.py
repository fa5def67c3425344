"""What was probably meant."""

import pytest
from pipeline.worlds import Place, wheel


def test_a_file_of_requirements_without_its_option(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named like a file that is here, and like no project, is taken for one that was meant with -r."""
    place.index.add(wheel("lib", "1.0"))
    monkeypatch.chdir(place.root)
    assert "hint: check the spelling" in place.refused("requirements.txt")
    for name in ("requirements.txt", "dev.txt", "lib"):
        (place.root / name).write_text("lib\n")
    told = place.refused("requirements.txt", "lib")
    assert "hint: did you mean -r requirements.txt? a file of that name is here" in told
    told = place.refused("requirements.txt", "dev.txt")
    assert "hint: did you mean -r requirements.txt -r dev.txt? files of these names are here" in told
    assert "hint: lib has 1.0" in place.refused("lib", "lib>9")
