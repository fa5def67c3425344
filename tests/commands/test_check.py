"""``check``: every kind of problem, and the next step for each."""

import json
import shutil
from pathlib import Path

from pipeline.worlds import Place, compile_library, needs_compiler, sdist, tree_files, wheel, write_tree


def problems(place: Place, *options: str) -> list[tuple[str, str, str, str]]:
    """Return what ``check`` finds: (kind, name, text, hint); its exit status must agree."""
    said = place.run("check", "--json", *options)
    found = json.loads(said.out)["problems"]
    assert said.status == int(bool(found))
    return [(each["kind"], each["name"], each["text"], each["hint"]) for each in found]


def test_all_is_well(place: Place) -> None:
    """An environment without problems, in pip's words."""
    place.environment.add("lib", "1.0")
    said = place.run("check")
    assert (said.status, said.out) == (0, "No broken requirements found.\n")


def test_requirements(place: Place) -> None:
    """What is missing and what is there in another version; markers and extras count."""
    place.environment.add(
        "app",
        "1.0",
        requires=("absent[x]>=1", "lib<1; python_version > '3'", "no; python_version < '3'", "e; extra == 'e'"),
    )
    place.environment.add("lib", "1.0")
    assert problems(place) == [
        (
            "conflict", "app", "app 1.0 requires lib<1, and lib 1.0 is there", "pybuildsync install 'lib<1'",
        ),
        (
            "missing", "app", "app 1.0 requires absent>=1, which is not installed",
            "pybuildsync install 'absent[x]>=1'",
        ),
    ]  # fmt: skip
    lines = place.run("check").out.splitlines()
    assert lines[-1] == "2 problems in 2 distributions."
    assert "  hint: pybuildsync install 'lib<1'" in lines


def test_broken_distributions(place: Place) -> None:
    """An entry without METADATA, and METADATA that can't be read."""
    (place.site_packages / "gone-1.0.dist-info").mkdir()
    odd = place.environment.add("odd", "1.0")
    (odd / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\nRequires-Dist: ???\n\n")
    found = problems(place)
    assert [(kind, name) for kind, name, _, _ in found] == [("broken", "gone"), ("broken", "odd")]
    assert found[1][3] == "install it again: pybuildsync install --reinstall-package odd odd"


def test_files(place: Place) -> None:
    """With --verify every file that isn't what RECORD says, by distribution, and what puts it right."""
    for name in ("lib", "other"):
        place.index.add(wheel(name, "1.0"))
    place.index.add(sdist("built", "1.0", needs=["lib"], lists=["lib"]))
    place.install("lib", "other", "built")
    assert problems(place, "--verify") == []
    for name in ("other", "built"):
        (place.site_packages / f"{name}.py").unlink()
        (place.site_packages / f"{name}.py").write_text("changed\n")
    (place.site_packages / "other-1.0.dist-info" / "WHEEL").unlink()
    assert problems(place) == []
    found = problems(place, "--verify")
    assert found == [
        (
            "files", "built", "1 file isn't what RECORD says",
            "pybuildsync install --reinstall-package built --no-binary built built==1.0",
        ),
        (
            "files", "other", "2 files aren't what RECORD says",
            "pybuildsync install --reinstall-package other other==1.0",
        ),
    ]  # fmt: skip
    said = place.run("check", "--verify", "--json")
    assert [each["files"] for each in json.loads(said.out)["problems"]][1] == [
        {"path": "other-1.0.dist-info/WHEEL", "what": "is gone"},
        {"path": "other.py", "what": "has another size than RECORD says"},
    ]
    for _, _, _, hint in found:
        assert place.run(*hint.partition("pybuildsync ")[2].split()).status == 0
    assert problems(place, "--verify") == []


def test_files_of_what_came_from_elsewhere(place: Place, tmp_path: Path) -> None:
    """It is installed again from there; what has no RECORD can't be looked at, which is told."""
    archive = wheel("lib", "1.0")
    (tmp_path / archive.filename).write_bytes(archive.data)
    place.install(str(tmp_path / archive.filename))
    (place.environment.add("bare", "1.0") / "RECORD").unlink()
    odd = place.environment.add("odd", "1.0")
    (odd / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\nRequires-Dist: ???\n\n")
    (place.site_packages / "lib.py").unlink()
    said = place.run("check", "--verify")
    assert said.err == "bare 1.0 has no RECORD: its files can't be compared\n"
    lines = said.out.splitlines()
    url = f"file://{tmp_path}/{archive.filename}#sha256={archive.sha256}"
    assert f"  hint: pybuildsync install --reinstall-package lib 'lib @ {url}'" in lines
    at = lines.index("files: odd 1.0: 1 file isn't what RECORD says")
    assert lines[at + 1].strip() == "odd-1.0.dist-info/METADATA has another size than RECORD says"
    assert lines[at + 2].strip() == "hint: install it again: pybuildsync install --reinstall-package odd odd"


def test_matches(place: Place) -> None:
    """What was built against another version than is there; once, with how to build it again."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(sdist("baked", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"}))
    place.index.add(sdist("twice", "1.0", needs=["lib"], lists=["lib"], requires=["lib"]))
    place.install("baked", "twice", "lib==1.0")
    assert problems(place) == []
    # another tool, which knows nothing of records, changes the library
    shutil.rmtree(place.site_packages / "lib-1.0.dist-info")
    (place.site_packages / "lib.py").unlink()
    place.environment.add("lib", "2.0")
    (baked, twice) = problems(place)
    assert baked[:3] == (
        "match", "baked", "baked 1.0 requires lib==1.0, and lib 2.0 is there (baked was built against lib 1.0)",
    )  # fmt: skip
    assert twice[:3] == (
        "match", "twice",
        "twice 1.0 was built against lib 1.0, and lib 2.0 is there (required to build and to run: exact)",
    )  # fmt: skip
    command = twice[3].partition("pybuildsync ")[2].split()
    assert place.run(*command).status == 0
    assert problems(place) == []  # what else was broken is built again in the same step


@needs_compiler
def test_shared_libraries(place: Place, tmp_path: Path) -> None:
    """An extension needs a library of another distribution: linked when built, and missing when that has gone."""
    folder = tmp_path / "compiled"
    folder.mkdir()
    library = compile_library(folder, "libthing.so.1", "-Wl,-soname,libthing.so.1")
    extension = compile_library(
        folder, "_ext.so", "-Wl,--no-as-needed", f"{folder}/libthing.so.1", "-Wl,-rpath,$ORIGIN/../lib"
    )
    later = compile_library(folder, "libthing.so.2", "-Wl,-soname,libthing.so.2")
    place.index.add(wheel("lib", "1.0", files={"lib/libthing.so.1": library}))
    place.index.add(wheel("lib", "1.1", files={"lib/libthing.so.1": library, "lib/more.txt": b"more"}))
    place.index.add(wheel("lib", "2.0", files={"lib/libthing.so.2": later}))
    files = tree_files("app", "1.0", needs=["lib"], copies={"app_native/_ext.so": "_ext.so"})
    files["pyproject.toml"] += b'[project]\nname = "app"\nversion = "1.0"\ndependencies = ["lib"]\n'
    files["recipe.json"] = json.dumps({**json.loads(files["recipe.json"]), "requires": ["lib"]}).encode()
    tree = write_tree(tmp_path / "tree", {**files, "_ext.so": extension})
    place.install(str(tree), "lib==1.0")
    record = place.record("app")
    assert [(each["library"], each["distribution"]) for each in record["links"]] == [("libthing.so.1", "lib")]
    assert [each["evidence"] for each in record["matches"]] == ["linked"]
    assert problems(place) == []
    # another tool takes the library's file away
    (place.site_packages / "lib" / "libthing.so.1").unlink()
    path = place.site_packages / "lib-1.0.dist-info" / "RECORD"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "libthing" not in line))
    (found,) = problems(place)
    assert found[:3] == (
        "library", "app", "app_native/_ext.so of app 1.0 needs libthing.so.1, which lib doesn't bring",
    )  # fmt: skip


@needs_compiler
def test_a_library_that_would_be_missing(place: Place, tmp_path: Path) -> None:
    """An install that would leave a library missing is refused before anything changes, by name.

    The resolution sees what a wheel of another version doesn't bring; the last look is at what is installed.
    """
    folder = tmp_path / "compiled"
    folder.mkdir()
    library = compile_library(folder, "libthing.so.1", "-Wl,-soname,libthing.so.1")
    extension = compile_library(
        folder, "_ext.so", "-Wl,--no-as-needed", f"{folder}/libthing.so.1", "-Wl,-rpath,$ORIGIN/../lib"
    )
    place.index.add(wheel("lib", "1.0", files={"lib/libthing.so.1": library}))
    place.index.add(wheel("lib", "2.0", files={"lib/other.txt": b""}))
    files = tree_files("app", "1.0", needs=["lib<2"], copies={"app_native/_ext.so": "_ext.so"})
    files["pyproject.toml"] += b'[project]\nname = "app"\nversion = "1.0"\ndependencies = ["lib"]\n'
    files["recipe.json"] = json.dumps({**json.loads(files["recipe.json"]), "requires": ["lib"]}).encode()
    tree = write_tree(tmp_path / "tree", {**files, "_ext.so": extension})
    error = place.refused(str(tree), "lib==2.0", "--match", "app:lib=any")
    assert "app 1.0, built against lib 1.0, needs libthing.so.1, as lib 1.0 brings" in error
    place.environment.add("lib", "1.0")
    error = place.refused(str(tree))
    assert "shared libraries would be missing, so nothing was installed" in error
    assert "app 1.0: app_native/_ext.so needs libthing.so.1 of lib" in error
