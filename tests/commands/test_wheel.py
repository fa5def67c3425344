"""``wheel``: wheels into a folder, and nothing else."""

import json
import os
from pathlib import Path

from cli.worlds import Said
from pipeline.worlds import Place, builds, sdist, wheel
from pybuildsync_hooks.record import read_record


def put(place: Place, *argv: str) -> tuple[Said, list[str]]:
    """Run ``wheel`` into a folder; return what it said and the files there."""
    folder = place.root / "wheels"
    said = place.run("wheel", "-w", str(folder), *argv)
    return said, sorted(os.listdir(folder)) if folder.is_dir() else []


def fill(place: Place) -> None:
    """Fill the index."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version, upload_time=f"202{version[0]}-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))


def test_wheels_that_fit(place: Place) -> None:
    """What is built is matched with what is fetched; the record is in the wheel; no environment changes."""
    fill(place)
    said, files = put(place, "app", "lib<2")
    assert said.status == 0, said.err
    assert files == ["app-1.0-py3-none-any.whl", "lib-1.0-py3-none-any.whl"]
    folder = place.root / "wheels"
    assert said.out.splitlines() == [
        f"Saved {folder}/{files[0]} (against lib 1.0)", f"Saved {folder}/{files[1]}", "Successfully built app"
    ]  # fmt: skip
    record = read_record(str(folder / files[0]))
    assert record is not None
    assert record["environment"][0]["version"] == "1.0"
    assert place.versions() == {}


def test_the_second_time(place: Place) -> None:
    """Builds nothing; --no-deps gives one wheel."""
    fill(place)
    said, files = put(place, "--no-deps", "app")
    assert (builds(said), files) == (["app 1.0"], ["app-1.0-py3-none-any.whl"])
    again, _ = put(place, "--no-deps", "app", "--json")
    assert builds(again) == []
    data = json.loads(again.out)
    assert [(each["name"], each["against"]) for each in data["wheels"]] == [("app", [["lib", "2.0"]])]


def test_the_time_of_build_tools(place: Place) -> None:
    """--build-time counts here as well."""
    fill(place)
    place.index.add(sdist("tooled", "1.0", needs=["lib"]))
    said, files = put(place, "tooled", "--build-time", "2021-06-01T02:00:00+02:00")
    assert said.status == 0, said.err
    record = read_record(str(place.root / "wheels" / files[0]))
    assert record is not None
    assert record["environment"][0]["version"] == "1.0"
    assert record["build_time"] == {"policy": "date", "as_of": "2021-06-01T00:00:00Z"}


def test_a_local_wheel_and_a_folder_that_is_a_file(place: Place) -> None:
    """A wheel given by its path is copied; where none can be written, that is one clear error."""
    archive = wheel("local", "1.0")
    path = place.root / archive.filename
    path.write_bytes(archive.data)
    assert put(place, str(path))[1] == [archive.filename]
    blocked = place.run("wheel", "-w", str(path), str(path))
    assert blocked.status == 1
    assert "can't be written to" in blocked.err


def test_what_is_refused(place: Place) -> None:
    """Hashes that are missing or wrong; an empty requirement file is none of it."""
    fill(place)
    empty = place.root / "empty.txt"
    empty.write_text("")
    said, files = put(place, "-r", str(empty))
    assert (said.status, files) == (0, [])
    assert "warning: nothing to build" in said.err
    said, files = put(place, "--require-hashes", "lib==1.0")
    assert (said.status, files) == (1, [])
    assert "hashes are missing" in said.err
    Path(empty).write_text(f"lib==1.0 --hash=sha512:{'0' * 128}\n")
    said, files = put(place, "-r", str(empty))
    assert (said.status, files) == (1, [])
    assert "has none of the hashes that were given" in said.err
