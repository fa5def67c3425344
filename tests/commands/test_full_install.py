"""Install, from the words to the environment: what counts as asked for, what stays, what changes."""

import hashlib
import json
from pathlib import Path

import pytest
from commands.worlds import make_environment
from loopback import LoopbackIndex
from pipeline.worlds import Place, builds, fill, make_place, sdist, wheel


def test_wheels_with_what_they_require(place: Place) -> None:
    """The newest versions that fit one another; markers and extras count."""
    fill(place)
    said = place.install("app[x]<2")
    assert place.versions() == {"app": "1.0", "lib": "1.0", "more": "1.0"}
    assert said.out.splitlines()[-1] == "Successfully installed app-1.0 lib-1.0 more-1.0"
    assert place.tell("lib", "VERSION") == "1.0"
    requested = [path.parent.name for path in place.site_packages.glob("*.dist-info/REQUESTED")]
    assert requested == ["app-1.0.dist-info"]
    assert (place.site_packages / "lib-1.0.dist-info" / "INSTALLER").read_text() == "pybuildsync\n"


def test_what_is_there_stays(place: Place) -> None:
    """Installed versions stay unless something needs another, or -U asks for the newest of what is named."""
    fill(place)
    place.install("app<2")
    assert "Requirement already satisfied: app in " in place.install("app").out
    place.install("-U", "app")
    assert place.versions() == {"app": "2.0", "lib": "1.0"}
    place.install("-U", "app", "--upgrade-strategy", "eager")
    assert place.versions() == {"app": "2.0", "lib": "2.0"}


def test_a_release_with_invalid_metadata_is_passed_over(place: Place) -> None:
    """There are such on every index: another release serves, and where none does, the reason is told."""
    place.index.add(wheel("app", "1.0"))
    place.index.add(wheel("app", "2.0", "lib>=1,<2',"))
    place.install("app")
    assert place.versions() == {"app": "1.0"}
    told = place.refused("app==2.0")
    assert "app 2.0 has invalid metadata (Requires-Dist: lib>=1,<2',)" in told


def test_one_is_upgraded(place: Place) -> None:
    """--upgrade-package upgrades one, wherever it comes in."""
    fill(place)
    place.install("app==2.0", "lib==1.0")
    place.install("app", "--upgrade-package", "lib")
    assert place.versions() == {"app": "2.0", "lib": "2.0"}


def test_installed_again(place: Place) -> None:
    """--force-reinstall installs all of it again, --reinstall-package one."""
    fill(place)
    place.install("app==2.0")
    module = place.site_packages / "lib.py"
    module.unlink()
    assert place.install("app", "--reinstall-package", "lib").out.splitlines()[-1] == "Successfully installed lib-2.0"
    assert module.exists()
    again = place.install("app", "--force-reinstall").out
    assert again.splitlines()[-1] == "Successfully installed app-2.0 lib-2.0"


def test_pre_releases(place: Place) -> None:
    """--pre admits them, and so does a requirement that names one."""
    fill(place)
    place.install("lib")
    assert place.versions()["lib"] == "2.0"
    place.install("-U", "--pre", "lib")
    assert place.versions()["lib"] == "3.0a1"
    place.install("lib==2.0")
    place.install("lib>=3.0a0")
    assert place.versions()["lib"] == "3.0a1"


def test_only_what_is_named(place: Place) -> None:
    """--no-deps."""
    fill(place)
    place.install("--no-deps", "app")
    assert place.versions() == {"app": "2.0"}
    checked = place.run("check")
    assert (checked.status, checked.out.splitlines()[0]) == (1, "app 2.0 requires lib, which is not installed.")


def test_constraints_limit_and_install_nothing(place: Place) -> None:
    """-c."""
    fill(place)
    place.install("app", "-c", place.file("app<2\nmore<1\n"))
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert "app" in place.refused("app==2.0", "-c", place.file("app<2\n"))


def test_a_dry_run_changes_nothing(place: Place) -> None:
    """--dry-run says what would be done."""
    fill(place)
    said = place.install("--dry-run", "app")
    assert said.out.splitlines()[-1] == "Would install app-2.0 lib-2.0"
    assert place.versions() == {}


def test_as_data(place: Place) -> None:
    """--json has what changed, and what failed."""
    fill(place)
    data = json.loads(place.install("--json", "app").out)
    assert [(each["kind"], each["name"], each["new"]) for each in data["changes"]] == [
        ("install", "app", "2.0"),
        ("install", "lib", "2.0"),
    ]
    failed = place.run("install", "--json", "nothing-like-it")
    assert failed.status == 1
    assert json.loads(failed.out)["error"]["kind"] == "request"


def test_a_folder_of_its_own(place: Place) -> None:
    """--target installs into a folder, whatever the environment has."""
    fill(place)
    place.install("app==1.0")
    target = place.root / "target"
    place.install("--target", str(target), "app")
    assert sorted(path.name for path in target.glob("*.py")) == ["app.py", "lib.py"]
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    place.install("--target", str(target), "-U", "lib<2")
    assert "1.0" in (target / "lib.py").read_text()


def test_ignoring_what_is_installed(place: Place) -> None:
    """--ignore-installed."""
    fill(place)
    place.install("app==1.0")
    place.install("--ignore-installed", "--no-deps", "lib==1.0")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}


def test_offline(place: Place) -> None:
    """--offline works from the cache, and says what it lacks."""
    fill(place)
    error = place.refused("--offline", "app")
    assert "offline" in error
    place.install("app")
    asked = len(place.index.requests)
    place.install("--offline", "app", "--force-reinstall")
    assert len(place.index.requests) == asked


def test_a_folder_instead_of_an_index(tmp_path: Path, index: LoopbackIndex) -> None:
    """--no-index -f FOLDER asks no index, for builds neither."""
    folder = tmp_path / "files"
    folder.mkdir()
    for archive in (wheel("lib", "1.0"), sdist("app", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"})):
        (folder / archive.filename).write_bytes(archive.data)
    place = make_place(tmp_path, index)
    place.options.extend(["--no-index", "-f", str(folder)])
    assert builds(place.install("app")) == ["app 1.0"]
    assert place.versions() == {"app": "1.0", "lib": "1.0"}
    assert index.requests == []


def test_nothing_asked_for(place: Place) -> None:
    """An empty requirement file is no error, as in pip, but worth a word."""
    said = place.run("install", "-r", place.file("# nothing\n"))
    assert (said.status, said.out) == (0, "")
    assert said.err == "warning: nothing to install: what is named lists no requirements\n"


def test_what_was_there_is_told_beside_what_is_new(place: Place) -> None:
    """As pip does, so that a script finds a line for each requirement; also where the plan is remembered."""
    place.index.add(wheel("one", "1.0"))
    place.index.add(wheel("two", "1.0"))
    place.install("one")
    said = place.run("install", "one>=1", "two")
    first, *rest = said.out.splitlines()
    assert first.startswith("Requirement already satisfied: one>=1 in ")
    assert (first.endswith(" (1.0)"), rest) == (True, ["+ two==1.0", "Successfully installed two-1.0"])


def test_what_is_not_for_this_environment(place: Place) -> None:
    """It is told in pip's words, installed or not, also where a plan is remembered or nothing is to be done."""
    for name in ("lib", "other"):
        place.index.add(wheel(name, "1.0"))
    line = "Ignoring Lib: markers 'os_name == \"never\"' don't match your environment\n"
    words = ("Lib [x]>=1 ; os_name=='never'", "other")
    assert place.install(*words).out == f"{line}+ other==1.0\nSuccessfully installed other-1.0\n"
    there = f"Requirement already satisfied: other in {place.site_packages} (1.0)\n"
    for _ in range(3):
        assert place.install(*words).out == line + there
    place.install("lib")
    assert place.install(*words).out == line + there
    both = place.install("lib; os_name == 'never'", "lib").out.splitlines()
    assert [text.partition(" lib")[0] for text in both] == ["Ignoring", "Requirement already satisfied:"]
    again = make_environment(place.root / "again")
    assert Place(place.root, place.index, again).install(*words).out.startswith(line)
    data = json.loads(place.run("install", *words, "--json").out)
    assert data["ignored"] == [{"name": "Lib", "marker": 'os_name == "never"'}]
    assert place.run("install", "-q", *words).out == ""


def test_what_is_given_directly_and_is_not_for_this_environment(place: Place) -> None:
    """By its name, where the URL tells it, else as it was written, without credentials; nothing is fetched."""
    place.index.add(wheel("lib", "1.0"))
    names = {
        "A_a @ https://index.example/x.zip": "A_a",
        "https://index.example/b-1-py3-none-any.whl": "b",
        "./c": "./c",
        "https://user:secret@index.example/d.zip": "https://index.example/d.zip",
    }
    said = place.install("lib", *[f"{text} ; os_name == 'never'" for text in names])
    assert [line.split()[1] for line in said.out.splitlines()[:4]] == [f"{name}:" for name in names.values()]
    for command, option in (("download", "-d"), ("wheel", "-w")):
        said = place.run(command, "lib", "a; os_name == 'never'", option, str(place.root / command))
        assert said.out.startswith("Ignoring a: markers 'os_name == \"never\"' don't match your environment\nSaved ")


def test_options_of_requirement_files(place: Place) -> None:
    """--pre, --no-binary and config settings beside a requirement count."""
    fill(place)
    place.index.add(sdist("thing", "1.0"))
    place.index.add(wheel("thing", "1.0"))
    place.index.add(sdist("other", "1.0"))
    text = "--pre\n--no-binary thing\nlib\nthing --config-settings=k=v\nother\n"
    assert sorted(builds(place.install("-r", place.file(text)))) == ["other 1.0", "thing 1.0"]
    assert place.versions()["lib"] == "3.0a1"
    assert place.tell("thing", "SETTINGS") == {"k": "v"}
    assert place.tell("other", "SETTINGS") is None


def test_wanted_in_two_ways(place: Place) -> None:
    """A name in --only-binary beats :all: in --no-binary, and a refused format says so."""
    fill(place)
    place.index.add(sdist("thing", "1.0"))
    place.install("--no-binary", ":all:", "--only-binary", "lib", "lib")
    error = place.refused("--only-binary", ":all:", "thing")
    assert "--only-binary" in error


# Answers and plans that are remembered


def test_a_file_that_is_included_counts(place: Place) -> None:
    """An answer isn't repeated once a file that a requirement file includes has changed."""
    fill(place)
    nested = Path(place.file("lib==1.0\n", "nested.txt"))
    top = place.file("-r nested.txt\n")
    place.install("-r", top)
    assert "already satisfied" in place.install("-r", top).out
    nested.write_text("lib==2.0\n")
    place.install("-r", top)
    assert place.versions() == {"lib": "2.0"}


# What is damaged


def test_verify_finds_what_is_damaged(place: Place) -> None:
    """--verify looks into every file before it says that all is there, and puts right what it finds."""
    fill(place)
    place.install("app==2.0")
    assert "already satisfied" in place.install("--verify", "app").out
    for damage in ("VERSION = '9.9'\n", "longer than it was before\n", None):
        module = place.site_packages / "lib.py"
        module.unlink()
        if damage is not None:
            module.write_text(damage)
        assert "already satisfied" in place.install("app").out
        said = place.install("--verify", "app")
        assert "warning: lib is damaged: lib.py " in said.err
        assert place.tell("lib", "VERSION") == "2.0"


# Hashes


def hashed(place: Place, *names: str, wrong: str = "", algorithm: str = "sha256") -> str:
    """Write a requirement file with the hashes of what the index has of *names* in version 2.0 (or 1.0)."""
    lines = []
    for name in names:
        (archive,) = [
            each for each in place.index.archives[name] if f"-{'1.0' if name == 'src' else '2.0'}" in each.filename
        ]
        digest = hashlib.new(algorithm, archive.data).hexdigest()
        digest = "0" * len(digest) if name == wrong else digest
        version = archive.filename.split("-")[1].removesuffix(".tar.gz")
        lines.append(f"{name}=={version} --hash={algorithm}:{digest} \\\n    --hash={algorithm}:{'1' * len(digest)}\n")
    return place.file("".join(lines))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_hashes_that_are_right(place: Place, algorithm: str) -> None:
    """Every file has a hash that is given."""
    fill(place)
    place.install("-r", hashed(place, "app", "lib", algorithm=algorithm))
    assert place.versions() == {"app": "2.0", "lib": "2.0"}


@pytest.mark.parametrize(("algorithm", "text"), [
    ("sha256", "none of the files of lib 2.0 has a hash that was given"),
    ("sha512", "has none of the hashes that were given"),
])  # fmt: skip
def test_a_hash_that_is_wrong(place: Place, algorithm: str, text: str) -> None:
    """What the index lists, or the file itself, differs: nothing is installed."""
    fill(place)
    assert text in place.refused("-r", hashed(place, "app", "lib", wrong="lib", algorithm=algorithm))


def test_a_lock_file_with_another_hash(place: Place) -> None:
    """No index has said that hash: the error names the lock file."""
    fill(place)
    archive = next(each for each in place.index.archives["lib"] if "2.0" in each.filename)
    path = place.file(
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "lib"\nversion = "2.0"\nwheels = [{url = '
        f'"{place.index.root}/files/{archive.filename}", hashes = {{sha256 = "{"0" * 64}"}}}}]\n',
        "pylock.toml",
    )
    told = place.refused("-r", path)
    assert f"{archive.filename} is not the file that {path} names" in told
    assert f"sha256 got      {archive.sha256}" in told
    assert "or the lock file is of another" in told
    assert "index" not in told.partition("from ")[0]


def test_an_upgrade_to_what_is_locked(place: Place) -> None:
    """Changes nothing where that is there, again and again, unless it is to be installed anew."""
    fill(place)
    archive = next(each for each in place.index.archives["lib"] if "2.0" in each.filename)
    url = f"{place.index.root}/files/{archive.filename}"
    path = place.file(
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "lib"\nversion = "2.0"\nwheels = [{url = '
        f'"{url}", hashes = {{sha256 = "{archive.sha256}"}}}}]\n',
        "pylock.toml",
    )
    assert "+ lib==2.0" in place.install("-U", "-r", path).out
    for _ in range(2):
        assert place.install("-U", "-r", path).out.startswith("Requirement already satisfied: lib==2.0")
    assert "+ lib==2.0" in place.install("-U", "-r", path, "--force-reinstall").out


def test_one_hash_turns_hashes_on_for_all(place: Place) -> None:
    """A single --hash means that everything needs one; the lines that are missing are told."""
    fill(place)
    error = place.refused("-r", hashed(place, "app"))
    lib = next(each for each in place.index.archives["lib"] if "2.0" in each.filename)
    assert "hashes are missing" in error
    assert f"lib==2.0 --hash=sha256:{lib.sha256}" in error
    assert "hashes are missing" in place.refused("--require-hashes", "app==2.0")
    assert "hashes are missing" in place.refused("-r", place.file("--require-hashes\napp==2.0\n"))


def test_a_hash_pins(place: Place) -> None:
    """What has a hash needs no ==, as in pip: only that file will do; a constraint's hash counts as well."""
    fill(place)
    text = Path(hashed(place, "app", "lib")).read_text()
    place.install("--dry-run", "-r", place.file(text.replace("lib==2.0", "lib>=1.0")))
    place.install("lib", "-c", place.file(text, "constraints.txt"))
    assert place.versions() == {"lib": "2.0"}
    assert "hashes are missing" in place.refused("more", "-c", place.file(text, "constraints.txt"))


def test_a_source_is_looked_at_before_it_runs(place: Place) -> None:
    """The hash of a source is checked before any of its code runs, also where the index doesn't say it."""
    archive = sdist("src", "1.0")
    place.index.add(archive.with_hashes())
    place.options.extend(["--index-url", place.index.url])
    place.install("-r", hashed(place, "src"))
    assert place.versions() == {"src": "1.0"}
    said = place.run("install", "--force-reinstall", "-r", hashed(place, "src", wrong="src"))
    assert said.status == 1
    assert "src-1.0.tar.gz has none of the hashes that were given" in said.err
    assert "building" not in said.err


@pytest.mark.parametrize("text", ["app --hash=md5:00", "app --hash=sha256", "app --hash=:00"])
def test_hashes_that_are_none(place: Place, text: str) -> None:
    """Weak and malformed hashes are refused."""
    assert "is no hash" in place.refused("-r", place.file(text))


# What stands in the way


def test_what_an_install_would_break(place: Place) -> None:
    """An installed distribution that excludes what is asked for is brought along, or the request is refused."""
    fill(place)
    place.install("app==1.0")
    place.install("lib==2.0")
    assert place.versions() == {"app": "2.0", "lib": "2.0"}
    place.environment.add("stuck", "1.0", requires=("lib<3",))
    error = place.refused("--pre", "lib==3.0a1")
    assert "the change would break what is installed" in error
    assert "stuck 1.0 requires lib<3, and lib 3.0a1 is there" in error
    said = place.run("install", "--pre", "lib==3.0a1", "--no-deps")
    assert (said.status, place.versions()["lib"]) == (1, "3.0a1")  # done as asked, and not well
    assert "warning: stuck 1.0 requires lib<3, and lib 3.0a1 is there" in said.err


def test_what_was_broken_before_stays_so_in_another_way(place: Place) -> None:
    """It is no reason to refuse, nor one to be silent: done, told, and not well. What isn't touched is left alone."""
    fill(place)
    place.environment.add("stuck", "1.0", requires=("lib>=2",))
    said = place.run("install", "lib==1.0")
    assert (said.status, place.versions()["lib"]) == (1, "1.0")
    assert "warning: stuck 1.0 requires lib>=2, and lib 1.0 is there" in said.err
    place.index.add(wheel("other", "1.0"))
    assert "stuck" not in place.install("other").err
    again = place.run("install", "--force-reinstall", "lib==1.0")
    assert (again.status, "stuck 1.0 requires lib>=2" in again.err) == (1, True)


def test_files_that_are_in_the_way(place: Place) -> None:
    """A file of another distribution is refused, or, with --allow-conflicts, replaced; one of nobody is replaced."""
    fill(place)
    place.index.add(wheel("thief", "1.0", files={"lib.py": b"VERSION = 'stolen'\n"}))
    place.install("lib")
    assert "lib.py" in place.refused("thief")
    said = place.install("--allow-conflicts", "thief")
    assert "warning: " in said.err
    assert place.tell("lib", "VERSION") == "stolen"
    (place.site_packages / "more.py").write_text("mine = True\n")
    assert "replaced more.py, which belonged to no distribution" in place.install("more").err


@pytest.mark.parametrize("mode", ["auto", "copy", "hardlink"])
def test_how_files_come(place: Place, mode: str) -> None:
    """--link-mode, and --compile, which compiles what is installed."""
    fill(place)
    place.install("--link-mode", mode, "--compile", "app")
    assert place.tell("lib", "VERSION") == "2.0"
    assert list((place.site_packages / "__pycache__").glob("lib.*.pyc"))
