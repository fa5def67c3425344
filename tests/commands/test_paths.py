"""Installing what lies at a path: wheels, sdists and source trees."""

import json
import os

import pytest
from pipeline.worlds import Place, builds, fill, sdist, tree_files, wheel, write_tree


def test_a_wheel_by_its_path(place: Place) -> None:
    """It is installed as it is, with direct_url.json and its hash; extras and markers may follow."""
    fill(place)
    archive = wheel("local", "1.0", "lib<2", "more; extra == 'x'")
    path = place.root / archive.filename
    path.write_bytes(archive.data)
    place.install(f"{path}[x]")
    assert place.versions() == {"lib": "1.0", "local": "1.0", "more": "1.0"}
    direct = json.loads((place.site_packages / "local-1.0.dist-info" / "direct_url.json").read_text())
    assert direct["url"] == f"file://{path}"
    assert direct["archive_info"]["hashes"] == {"sha256": archive.sha256}
    place.install(f"local @ file://{path}#sha256={archive.sha256}", "--no-deps")
    assert f"expected {'0' * 64}" in place.refused(f"file://{path}#sha256={'0' * 64}")


def test_a_path_with_a_marker(place: Place) -> None:
    """A path whose marker doesn't hold isn't installed."""
    fill(place)
    archive = wheel("local", "1.0")
    path = place.root / archive.filename
    path.write_bytes(archive.data)
    place.install("lib", f"{path} ; python_version < '3'")
    assert place.versions() == {"lib": "2.0"}


def test_an_sdist_by_its_path(place: Place) -> None:
    """It is built against what runs, and always anew."""
    fill(place)
    archive = sdist("local", "1.0", needs=["lib"], lists=["lib"], bakes={"lib": "=={}"})
    path = place.root / archive.filename
    path.write_bytes(archive.data)
    assert builds(place.install(str(path), "lib<2")) == ["local 1.0"]
    assert place.built_with("local") == {"lib": "1.0"}
    direct = json.loads((place.site_packages / "local-1.0.dist-info" / "direct_url.json").read_text())
    assert direct["archive_info"]["hash"] == f"sha256={archive.sha256}"
    assert place.install(str(path)).out.splitlines()[-1].startswith("Successfully installed local-1.0")


STATED = '[project]\nname = "Tree"\nversion = "1.0"\n'


def test_a_folder(place: Place) -> None:
    """A source tree is built; what it holds is part of the key; its folder is left as it was."""
    fill(place)
    files = tree_files("tree", "1.0", needs=["lib"], pyproject=STATED)
    tree = write_tree(place.root / "tree", files)
    before = sorted(os.listdir(tree))
    assert builds(place.install(str(tree))) == ["tree 1.0"]
    assert sorted(os.listdir(tree)) == before
    assert builds(place.install(str(tree))) == []
    (tree / "more.txt").write_text("changed")
    assert builds(place.install(str(tree))) == ["tree 1.0"]
    direct = json.loads((place.site_packages / "tree-1.0.dist-info" / "direct_url.json").read_text())
    assert direct == {"dir_info": {}, "url": f"file://{tree}"}


def test_a_folder_that_only_its_backend_knows(place: Place) -> None:
    """The backend is asked for name and version, in the environment that it needs: hooks, sources and all."""
    fill(place)
    place.index.add(sdist("tool", "1.0", needs=["lib"]))
    tree = write_tree(place.root / "My_Tree", tree_files("real-name", "4.2", needs=["tool"], asks=["lib<2"]))
    said = place.install(str(tree))
    assert place.versions() == {"real_name": "4.2"}
    assert builds(said) == ["tool 1.0", "real-name 4.2"]
    assert place.built_with("real_name") == {"lib": "1.0", "tool": "1.0"}
    assert builds(place.install(str(tree))) == []


def test_a_folder_whose_version_is_dynamic(place: Place) -> None:
    """Settings beside it reach its backend; one without the metadata hook builds to tell."""
    files = tree_files("tree", "3.1", pyproject='[project]\nname = "tree"\ndynamic = ["version"]\n')
    files["baker.py"] += b"\ndel prepare_metadata_for_build_wheel\n"
    tree = write_tree(place.root / "tree", files)
    place.install("-r", place.file(f"{tree} -C k=v\n"))
    assert place.versions() == {"tree": "3.1"}
    assert place.tell("tree", "SETTINGS") == {"k": "v"}


def test_a_folder_whose_backend_fails(place: Place) -> None:
    """A backend that can't tell is an error like any other failed build, and one that always asks for more ends."""
    place.index.add(wheel("tool", "1.0"))
    tree = write_tree(place.root / "tree", tree_files("tree", "1.0", needs=["tool"], breaks={"tool": "1"}))
    assert "could not be built: prepare_metadata_for_build_wheel failed" in place.refused(str(tree))
    asking = write_tree(place.root / "asking", tree_files("tree", "1.0", asks=["tool"]))
    assert "still asks for more after 1 rounds" in place.refused(str(asking), "--max-rounds", "1")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("./nowhere", "doesn't exist"),
        ("empty/", "it is no Python project"),
        ("odd.whl", "hint: give it the name again that it was built or downloaded with"),
        ("odd-1.0-x.tar.gz", "can't be unpacked"),
    ],
)
def test_paths_that_are_nothing(place: Place, path: str, text: str) -> None:
    """What isn't there, or isn't what can be installed, is told."""
    (place.root / "empty").mkdir()
    for name in ("odd.whl", "odd-1.0-x.tar.gz"):
        (place.root / name).touch()
    assert text in place.refused(f"{place.root}/{path}")


def test_one_project_at_two_paths(place: Place) -> None:
    """Two folders of one project are refused."""
    one = write_tree(place.root / "one", tree_files("tree", "1.0", pyproject=STATED))
    two = write_tree(place.root / "two", tree_files("tree", "1.0", pyproject=STATED + "# differs\n"))
    assert "tree is asked for twice" in place.refused(str(one), str(two))
    place.install(str(one), str(one))
    assert "a folder is no single file" in place.refused(str(one), "--require-hashes", "--force-reinstall")
