"""Options that say which releases and files count, from the words to the environment; beside pip in another module."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from loopback import LoopbackIndex
from pipeline.worlds import Place, builds, make_place, sdist, wheel

from pybuildsync.commands.options import AskedOptions, FormatRule, SelectionOptions, TagOptions
from pybuildsync.commands.tags import python_version, wheels_for
from pybuildsync.commands.upload_limit import upload_limit
from pybuildsync.commands.usage import check_only_deps, check_tags
from pybuildsync.core.candidates import DistributionFile, make_listing
from pybuildsync.core.targets import Target
from pybuildsync.errors import RequestError, UsageError
from pybuildsync.pipeline.upload_limits import uploaded_before

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
TARGET = Target("cpython", "3.11", "3.11.7", ("cp311-cp311-linux_x86_64", "py3-none-any"), ())
ONLY_BINARY = SelectionOptions(formats=(FormatRule("only-binary", ":all:"),))


# Words


@pytest.mark.parametrize(
    ("text", "expected"), [("", ()), ("3", (3,)), ("312", (3, 12)), ("3.12", (3, 12)), ("3.12.1", (3, 12, 1))]
)
def test_versions_of_python(text: str, expected: tuple[int, ...]) -> None:
    """As pip reads them."""
    assert python_version(text) == expected


@pytest.mark.parametrize("text", ["3.x", "3.1.2.3", "3.", ".", "x", "³"])
def test_what_is_no_version_of_python(text: str) -> None:
    """The user hears of it."""
    with pytest.raises(UsageError, match="is not a version of Python"):
        python_version(text)


def test_no_tags_are_the_interpreters_own() -> None:
    """Only what is given makes another target."""
    assert wheels_for(TagOptions(), TARGET) is None
    found = wheels_for(TagOptions(platforms=("win_amd64",), python_version="3.12", abis=("cp312",)), TARGET)
    assert found is not None
    assert (found.tags[0], found.full_version) == ("cp312-cp312-win_amd64", "3.12.0")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (AskedOptions(no_deps=True), "--only-deps cannot be used with --no-deps"),
        (
            AskedOptions(requirement_files=("r",), scripts=("s",), groups=("g",)),
            "--only-deps cannot be used with --requirement or --requirements-from-script or --group",
        ),
    ],
)
def test_what_only_deps_does_not_go_with(asked: AskedOptions, expected: str) -> None:
    """As in pip."""
    check_only_deps(asked)
    check_only_deps(AskedOptions(only_deps=True, requirements=("a",), editables=("b",)))
    with pytest.raises(UsageError) as caught:
        check_only_deps(asked._replace(only_deps=True))
    assert caught.value.what == expected


@pytest.mark.parametrize(
    "tags",
    [
        TagOptions(platforms=("any",)),
        TagOptions(python_version="3"),
        TagOptions(implementation="cp"),
        TagOptions(abis=("none",)),
    ],
)
def test_what_is_for_another_python_is_neither_built_nor_installed_here(tags: TagOptions) -> None:
    """As in pip."""
    plain, no_deps = AskedOptions(), AskedOptions(no_deps=True)
    check_tags(TagOptions(), plain, SelectionOptions(), only_look=False)
    check_tags(tags, plain, ONLY_BINARY, only_look=True)
    check_tags(tags, no_deps, SelectionOptions(), only_look=True)
    with pytest.raises(UsageError, match="nothing that is required can be built"):
        check_tags(tags, plain, SelectionOptions(), only_look=True)
    with pytest.raises(UsageError, match="need --target or --dry-run"):
        check_tags(tags, no_deps, SelectionOptions(), only_look=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05+00:00"),
        ("P0D", "2024-05-10T12:00:00+00:00"),
        ("P10D", "2024-04-30T12:00:00+00:00"),
    ],
)
def test_times(text: str, expected: str) -> None:
    """ISO 8601: a moment, or days ago."""
    assert upload_limit(text, NOW) == expected


def test_a_time_without_a_zone_is_local() -> None:
    """As in pip."""
    assert upload_limit("2024-01-02", NOW) == datetime(2024, 1, 2).astimezone(UTC).isoformat()


@pytest.mark.parametrize("text", ["yesterday", "P1M", "P-1D", "P99999999999D", "PD", "2024-13-01", "P1D ", "P²D"])
def test_what_is_no_time(text: str) -> None:
    """The user hears what would be."""
    with pytest.raises(UsageError, match="is no time"):
        upload_limit(text, NOW)


# Upload times


def at(version: str, time: str, url: str = "https://index.example/") -> DistributionFile:
    """Return a wheel that was uploaded at *time*."""
    name = f"a-{version}-py3-none-any.whl"
    return DistributionFile(name, url + name, upload_time=time, listed_at="https://index.example/a/")


def test_what_was_uploaded_before_a_time() -> None:
    """Not at it; what lies here was never uploaded; a time without a zone is UTC."""
    files = (
        at("1", "2024-05-10T11:59:59.999Z"),
        at("2", "2024-05-10T12:00:00Z"),
        at("3", "2024-05-10T13:00:00+02:00"),
        at("4", "2024-05-10T11:00:00"),
        at("5", "", "file:///here/"),
        at("6", "2025-01-01T00:00:00Z"),
    )
    found = uploaded_before(make_listing("a", files), NOW.isoformat())
    assert found.versions == ("5", "4", "3", "1")


@pytest.mark.parametrize("time", ["", "sometime"])
def test_a_time_that_nobody_tells(time: str) -> None:
    """An error, as in pip: the file may be too new."""
    with pytest.raises(RequestError, match=r"when a-1-py3-none-any.whl was uploaded is not known") as caught:
        uploaded_before(make_listing("a", (at("1", time),)), NOW.isoformat())
    assert caught.value.why == "https://index.example/a/ doesn't say (PEP 700)"


def test_times_hold_for_what_builds_too(place: Place) -> None:
    """--uploaded-prior-to reaches build environments, as in pip."""
    place.index.add(wheel("tool", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("tool", "2.0", upload_time="2024-01-01T00:00:00Z"))
    place.index.add(sdist("app", "1.0", needs=("tool",), upload_time="2020-01-01T00:00:00Z"))
    place.install("app", "--uploaded-prior-to", "2022-01-01T00:00:00Z")
    assert place.built_with("app")["tool"] == "1.0"


def test_times_that_only_the_other_page_tells(tmp_path: Path) -> None:
    """Where listings don't say, the JSON page beside them may (docs/decisions/0012)."""
    with LoopbackIndex(form="html") as index:
        place = make_place(tmp_path, index)
        index.add(wheel("lib", "1.0", upload_time="2020-01-01T00:00:00Z"))
        index.add(wheel("lib", "2.0", upload_time="2024-01-01T00:00:00Z"))
        place.install("lib", "--exclude-newer", "2022-01-01T00:00:00Z")
        assert place.versions() == {"lib": "1.0"}
        index.add(wheel("bare", "1.0"))
        assert "when bare-1.0-py3-none-any.whl was uploaded is not known" in place.refused(
            "bare", "--exclude-newer", "2022-01-01"
        )


def test_an_answer_that_hangs_on_the_clock_is_not_remembered(place: Place) -> None:
    """The second of two equal commands takes what has come of age meanwhile."""
    fresh = (datetime.now(UTC) - timedelta(days=1) + timedelta(minutes=5)).isoformat()
    place.index.add(wheel("lib", "1.0", upload_time="2020-01-01T00:00:00Z"))
    place.index.add(wheel("lib", "2.0", upload_time=fresh))
    place.install("-U", "lib", "--uploaded-prior-to", "P1D")
    assert place.versions() == {"lib": "1.0"}
    plans = list((place.cache).rglob("plans/*"))
    assert plans == []
    zone = timezone(timedelta(hours=1))
    place.install("-U", "lib", "--uploaded-prior-to", datetime.now(zone).isoformat())
    assert place.versions() == {"lib": "2.0"}


# Only what is required


def test_only_what_is_required(place: Place) -> None:
    """What is named isn't built where its metadata can be had without, and isn't installed; nor marked as asked for."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("lib", "2.0"))
    place.index.add(wheel("more", "1.0", "lib<2"))
    place.index.add(sdist("app", "1.0", requires=["more"]))
    said = place.install("--only-deps", "app", "absent; sys_platform == 'nowhere'")
    assert place.versions() == {"lib": "1.0", "more": "1.0"}
    assert builds(said) == []
    assert list(place.site_packages.glob("*.dist-info/REQUESTED")) == []
    assert place.install("--only-deps", "app").out == ""
    place.install("app")
    assert place.versions() == {"app": "1.0", "lib": "1.0", "more": "1.0"}


def test_what_is_installed_and_left_out_is_not_touched(place: Place) -> None:
    """Though its newest release requires something else: the user hears what doesn't fit then."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
        place.index.add(wheel("app", version, f"lib=={version}"))
    place.install("app==1.0")
    assert place.install("--only-deps", "app").out.startswith("Requirement already satisfied: app")
    said = place.run("install", "--only-deps", "-U", "app")
    assert place.versions() == {"app": "1.0", "lib": "2.0"}
    assert "app 1.0 requires lib==1.0, and lib 2.0 is there" in said.err
    assert said.status == 1


def test_wheels_of_what_is_required_only(place: Place) -> None:
    """`wheel --only-deps` as well."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("app", "1.0", "lib"))
    folder = place.root / "wheels"
    assert place.run("wheel", "--only-deps", "-w", str(folder), "app").status == 0
    assert [path.name for path in folder.iterdir()] == ["lib-1.0-py3-none-any.whl"]
    assert place.run("wheel", "--only-deps", "--no-deps", "app").status == 2


# Another Python


def test_wheels_for_another_platform(place: Place) -> None:
    """They go into a folder; markers stay the interpreter's, as in pip."""
    place.index.add(wheel("lib", "1.0"))
    place.index.add(wheel("win", "1.0", "lib; sys_platform == 'win32'", "app; sys_platform != 'win32'"))
    place.index.add(
        wheel("win", "2.0", "lib; sys_platform != 'win32'", tag="cp399-cp399-win_amd64", requires_python=">=3.99")
    )
    words = ("--platform", "win_amd64", "--python-version", "3.99", "--only-binary=:all:", "win")
    assert place.run("install", *words).status == 2
    folder = place.root / "folder"
    place.install("--target", str(folder), *words)
    assert sorted(path.name for path in folder.glob("*.dist-info")) == ["lib-1.0.dist-info", "win-2.0.dist-info"]
    assert "Tag: cp399-cp399-win_amd64" in (folder / "win-2.0.dist-info" / "WHEEL").read_text()
    assert place.run("install", "--dry-run", *words).out.splitlines()[-1] == "Would install lib-1.0 win-2.0"


# Upgrades


def test_eager_upgrades_are_of_what_is_required(place: Place) -> None:
    """Not of what is installed beside it; without a marker that holds nothing is named."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
        place.index.add(wheel("other", version))
        place.index.add(wheel("app", version, "lib"))
    place.install("app==1.0", "lib==1.0", "other==1.0")
    place.install("-U", "app", "lib; sys_platform == 'nowhere'")
    assert place.versions() == {"app": "2.0", "lib": "1.0", "other": "1.0"}
    place.install("-U", "--upgrade-strategy", "eager", "app")
    assert place.versions() == {"app": "2.0", "lib": "2.0", "other": "1.0"}


# Hashes


def test_hashes_by_different_algorithms(place: Place) -> None:
    """Whether they agree can't be told before the file is there: those given first count, as in pip."""
    archive = wheel("lib", "1.0")
    place.index.add(archive)
    path = place.root / "r.txt"
    path.write_text(f"lib==1.0 --hash=sha256:{archive.sha256}\nlib --hash=sha512:{'0' * 128}\n")
    place.install("-r", str(path))
    assert place.versions() == {"lib": "1.0"}


def test_hashes_that_exclude_each_other(place: Place) -> None:
    """A file can't have both; pip takes those of one line and forgets the others."""
    archive = wheel("lib", "1.0")
    place.index.add(archive)
    path = place.root / "r.txt"
    path.write_text(f"lib==1.0 --hash=sha256:{archive.sha256}\nlib --hash=sha256:{'0' * 64}\n")
    assert "the hashes of lib exclude each other" in place.refused("-r", str(path))


def test_no_code_of_a_source_runs_before_its_hash_is_known(place: Place) -> None:
    """With hashes, one without is refused before it is built."""
    place.index.add(sdist("app", "1.0"))
    said = place.run("install", "--require-hashes", "app==1.0")
    assert said.status == 1
    assert "hashes are missing" in said.err
    assert builds(said) == []
    tree = place.root / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(json.dumps({}).replace("{}", ""))
    assert "a folder is no single file that has a hash" in place.refused("--require-hashes", str(tree))
