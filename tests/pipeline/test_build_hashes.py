"""Hashes of what builds run with: --hash lines of build constraint files, and --require-build-hashes."""

import hashlib

import pytest
from loopback import Archive
from pipeline.worlds import Place, builds, sdist, tree_files, wheel, write_tree

REQUIRED = "--require-build-hashes"


def offer(place: Place, *archives: Archive) -> None:
    """Put *archives* on the index."""
    for archive in archives:
        place.index.add(archive)


def limits(place: Place, *lines: str) -> tuple[str, str]:
    """Return the option that names a build constraint file with *lines*."""
    path = place.root / "limits.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return "--build-constraint", str(path)


def told(error: str) -> list[str]:
    """Return the lines with hashes that *error* tells."""
    return [line.strip() for line in error.splitlines() if " --hash=" in line]


def test_all_that_is_missing_is_told_at_once(place: Place) -> None:
    """What is needed, what that needs, and what builds a tool from source: these lines do, before anything runs."""
    offer(place, wheel("lib", "1.0"), wheel("tool", "2.0", "lib"), sdist("helper", "1.0", needs=["lib"]))
    offer(place, sdist("app", "1.0", needs=["tool", "helper"]), sdist("other", "1.0", needs=["lib"]))
    error = place.refused(REQUIRED, "app", "other")
    assert error.startswith("error: hashes of what builds run with are missing\n")
    assert [line.partition(" ")[0] for line in told(error)] == ["helper==1.0", "lib==1.0", "tool==2.0"]
    assert not (place.cache / "logs").exists()
    said = place.install(REQUIRED, *limits(place, *told(error)), "app", "other")
    assert sorted(builds(said)) == ["app 1.0", "helper 1.0", "other 1.0"]


def test_what_a_hook_asks_for_needs_one(place: Place) -> None:
    """As soon as it is known."""
    offer(place, wheel("lib", "1.0"))
    offer(place, sdist("app", "1.0", asks=["lib"]))
    error = place.refused(REQUIRED, "app")
    assert [line.partition(" ")[0] for line in told(error)] == ["lib==1.0"]
    place.install(REQUIRED, *limits(place, *told(error)), "app")


def test_what_was_built_before_needs_them_too(place: Place) -> None:
    """A wheel in the store was built with the same files; whether they are trusted is asked each time."""
    offer(place, wheel("lib", "1.0"))
    offer(place, sdist("app", "1.0", needs=["lib"]))
    place.install("app")
    place.run("uninstall", "-y", "app")
    assert told(place.refused(REQUIRED, "app"))


def test_where_the_index_tells_no_hashes(place: Place) -> None:
    """The file is fetched for it, and looked at."""
    lib = wheel("lib", "1.0")
    offer(place, lib.with_hashes())
    offer(place, sdist("app", "1.0", needs=["lib"]))
    assert told(place.refused(REQUIRED, "app")) == [f"lib==1.0 --hash=sha256:{lib.sha256}"]
    wrong = limits(place, f"lib --hash=sha256:{'0' * 64}")
    assert "lib-1.0-py3-none-any.whl has none of the hashes that were given" in place.refused(*wrong, "app")
    other = hashlib.sha512(lib.data).hexdigest()
    place.install(REQUIRED, *limits(place, f"lib --hash=sha512:{other}"), "app")


@pytest.mark.parametrize("options", [(REQUIRED,), ()])
def test_a_wrong_hash(place: Place, options: tuple[str, ...]) -> None:
    """It is refused whether or not all must have one; a release with a file that has it serves."""
    old = wheel("lib", "1.0")
    offer(place, old, wheel("lib", "2.0"))
    offer(place, sdist("app", "1.0", needs=["lib"]))
    wrong = limits(place, f"lib --hash=sha256:{'0' * 64}")
    assert "has no file with a hash that was given (--hash)" in place.refused(*options, *wrong, "app")
    place.install(*options, *limits(place, f"lib --hash=sha256:{old.sha256}"), "app")
    assert place.built_with("app") == {"lib": "1.0"}


def test_only_what_is_given_is_compared(place: Place) -> None:
    """Unless all must have a hash, others need none; and what runs needs none in any case."""
    lib = wheel("lib", "1.0")
    offer(place, lib, wheel("tool", "1.0"))
    offer(place, sdist("app", "1.0", needs=["lib", "tool"], lists=["lib"], requires=["lib"]))
    place.install(*limits(place, f"lib --hash=sha256:{lib.sha256}"), "app")
    assert place.versions() == {"app": "1.0", "lib": "1.0"}


def test_the_tree_that_is_asked_for_its_name(place: Place) -> None:
    """Its backend runs before anything is resolved: what it runs with needs hashes, too."""
    offer(place, wheel("lib", "1.0"))
    tree = write_tree(place.root / "tree", tree_files("app", "1.0", needs=["lib"]))
    error = place.refused(REQUIRED, str(tree))
    place.install(REQUIRED, *limits(place, *told(error)), str(tree))


def test_a_folder_has_no_hash(place: Place) -> None:
    """A build requirement that is no single file can't be had."""
    tool = write_tree(place.root / "tool", tree_files("tool", "1.0"))
    offer(place, sdist("app", "1.0", needs=[f"tool @ {tool.as_uri()}"]))
    assert "tool: a folder or checkout has no hash" in place.refused(REQUIRED, "app")


@pytest.mark.parametrize("options", [(REQUIRED,), ()])
@pytest.mark.parametrize(("first", "second"), [("app", "other"), ("other", "app")])
def test_one_version_from_two_places(place: Place, options: tuple[str, ...], first: str, second: str) -> None:
    """Each is looked at, whoever comes first: one has the hash that is given, the other is only called like it."""
    trusted, unknown = sdist("lib", "1.0"), sdist("lib", "1.0", requires=['none; os_name == "none"'])
    place.index.pages[f"/away/{unknown.filename}"] = ("application/gzip", unknown.data)
    offer(place, trusted, sdist(first, "1.0", needs=[f"lib @ {place.index.root}/away/{unknown.filename}"]))
    offer(place, sdist(second, "1.0", needs=["lib"]))
    given = limits(place, f"lib --hash=sha256:{trusted.sha256}")
    assert "lib-1.0.tar.gz has none of the hashes that were given" in place.refused(*options, *given, "app", "other")


def test_hash_mode_is_for_what_runs(place: Place) -> None:
    """As in pip, --require-hashes asks for no hashes of what only builds."""
    app = sdist("app", "1.0", needs=["lib"])
    offer(place, app, wheel("lib", "1.0"))
    asked = place.root / "asked.txt"
    asked.write_text(f"app --hash=sha256:{app.sha256}\n")
    place.install("--require-hashes", "-r", str(asked))


def test_without_isolation_there_are_none(place: Place) -> None:
    """What is installed has no file that could have a hash."""
    error = place.refused(REQUIRED, "--no-build-isolation", "app")
    assert error.startswith("error: --require-build-hashes cannot be used with --no-build-isolation\n")
