"""Direct references, from the words to the environment: URLs, repositories, editable installations."""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from commands.repositories import commit, git, make_repository
from pipeline.worlds import Place, builds, sdist, tree_files, wheel, write_tree

STATED = '[project]\nname = "{}"\nversion = "{}"\n'


def stated(name: str, version: str = "1.0", needs: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the files of a tree that states what it is called, and is built with *needs*."""
    return tree_files(name, version, needs=needs, pyproject=STATED.format(name, version))


def matched() -> dict[str, bytes]:
    """Return the files of a tree that needs `lib` to be built and to run."""
    pyproject = STATED.format("thing", "1.0") + 'dependencies = ["lib"]\n'
    return tree_files("thing", "1.0", pyproject=pyproject, needs=["lib"], requires=["lib"])


def origin(place: Place, name: str) -> dict[str, Any]:
    """Return the ``direct_url.json`` of what is installed."""
    (path,) = place.site_packages.glob(f"{name}-*.dist-info/direct_url.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def frozen(place: Place) -> list[str]:
    """Return what ``freeze`` says."""
    return place.run("freeze").out.splitlines()


def zipped(files: Mapping[str, bytes], root: str = "thing-main") -> bytes:
    """Return *files* as a host of repositories packs them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{root}/{name}", data)
    return packed.getvalue()


# Archives


def test_wheels_and_sdists_by_url(place: Place) -> None:
    """With extras and markers, by name or bare; what they require comes from the index; REQUESTED as always."""
    place.index.add(wheel("lib", "1.0"))
    app = wheel("app", "1.0", "lib; extra == 'x'")
    thing = sdist("thing", "2.0")
    for archive in (app, thing):
        place.index.pages[f"/away/{archive.filename}"] = ("application/zip", archive.data)
    away = f"{place.index.root}/away"
    place.install(f"App[x] @ {away}/{app.filename}", f"{away}/{thing.filename}", f"{away}/none.zip ; os_name == 'no'")
    assert place.versions() == {"app": "1.0", "lib": "1.0", "thing": "2.0"}
    assert origin(place, "app") == {
        "url": f"{away}/{app.filename}",
        "archive_info": {"hash": f"sha256={app.sha256}", "hashes": {"sha256": app.sha256}},
    }
    assert frozen(place) == [
        f"app @ {away}/{app.filename}#sha256={app.sha256}",
        "lib==1.0",
        f"thing @ {away}/{thing.filename}#sha256={thing.sha256}",
    ]
    requested = sorted(path.parent.name for path in place.site_packages.glob("*/REQUESTED"))
    assert requested == ["app-1.0.dist-info", "thing-2.0.dist-info"]
    assert place.index.count("/simple/app") + place.index.count("/simple/thing") == 0


def test_what_is_frozen_installs_again(place: Place) -> None:
    """From the store, if that has it: nobody is asked."""
    thing = sdist("thing", "2.0")
    place.index.pages["/away/thing-2.0.tar.gz"] = ("application/gzip", thing.data)
    place.install(f"{place.index.root}/away/thing-2.0.tar.gz")
    lines = place.file("\n".join(frozen(place)))
    place.run("uninstall", "-y", "thing")
    asked = len(place.index.requests)
    again = place.install("--offline", "-r", lines)
    assert (builds(again), place.versions()) == ([], {"thing": "2.0"})
    assert len(place.index.requests) == asked


@pytest.mark.parametrize("name", ["/archive/main.zip", "/tarball/v1", "/get?format=zip"])
def test_archives_whose_names_tell_nothing(place: Place, name: str) -> None:
    """Their metadata does, or their backend, or PKG-INFO; a subdirectory counts."""
    files = {f"sub/{path}": data for path, data in tree_files("thing", "3.0").items()}
    data = zipped(files)
    if "tarball" in name:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for path, content in files.items():
                member = tarfile.TarInfo(f"thing-abc/{path}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        data = packed.getvalue()
    place.index.pages[name] = ("application/octet-stream", data)
    place.install(f"{place.index.root}{name}#subdirectory=sub")
    assert place.versions() == {"thing": "3.0"}
    assert origin(place, "thing")["subdirectory"] == "sub"
    assert frozen(place)[0].endswith("&subdirectory=sub")


def test_a_url_of_another_project(place: Place) -> None:
    """The name before the "@" must be right; so must that of egg."""
    place.index.pages["/main.zip"] = ("application/zip", zipped(stated("thing")))
    for word in (f"other @ {place.index.root}/main.zip", f"{place.index.root}/main.zip#egg=other"):
        error = place.refused(word)
        assert "is not other" in error
        assert "calls itself thing 1.0" in error


def test_urls_that_lead_to_nothing(place: Place) -> None:
    """No such file; no project in it; no wheel for this platform."""
    place.index.pages["/empty.zip"] = ("application/zip", zipped({"README": b""}))
    odd = wheel("odd", "1.0", tag="py2-none-any")
    place.index.pages[f"/{odd.filename}"] = ("application/zip", odd.data)
    assert "answered with status 404" in place.refused(f"{place.index.root}/gone.zip")
    assert "it is no Python project" in place.refused(f"{place.index.root}/empty.zip")
    for words in ([f"{place.index.root}/{odd.filename}"], ["odd", f"odd @ {place.index.root}/{odd.filename}"]):
        error = place.refused(*words)
        assert f"{odd.filename} is not a wheel for Python 3" in error
        assert "its tags are py2-none-any" in error


def test_a_wheel_for_something_else(place: Place) -> None:
    """Is refused also where its version is installed, as in pip; with its tags given it is the right one."""
    place.environment.add("odd", "1.0")
    odd = wheel("odd", "1.0", tag="py3-none-win_amd64")
    (place.root / odd.filename).write_bytes(odd.data)
    here = str(place.root / odd.filename)
    assert "its tags are py3-none-win_amd64" in place.refused(here)
    place.install(f"odd @ file://{here} ; os_name == 'no'")
    tags = ("--platform", "win_amd64", "--only-binary=:all:")
    place.install(*tags, "--target", str(place.root / "target"), here)
    assert (place.root / "target" / "odd.py").exists()


def test_hashes_of_urls(place: Place) -> None:
    """One in the fragment is compared in any case and serves where hashes are required; --hash beside it, too."""
    app = wheel("app", "1.0")
    url = f"{place.index.root}/away/{app.filename}"
    place.index.pages[f"/away/{app.filename}"] = ("application/zip", app.data)
    assert "is not the file that was asked for" in place.refused(f"{url}#sha256={'0' * 64}")
    place.install(f"{url}#sha512={hashlib.sha512(app.data).hexdigest()}")
    place.install("--force-reinstall", "--require-hashes", f"app @ {url}#sha256={app.sha256}")
    place.install("--force-reinstall", "-r", place.file(f"{url} --hash=sha256:{app.sha256}\n"))
    assert "hashes are missing" in place.refused("--force-reinstall", "--require-hashes", url)
    wrong = place.file(f"{url} --hash=sha256:{'0' * 64}\n")
    assert "has a hash that was given" in place.refused("--force-reinstall", "-r", wrong)


def test_one_project_from_two_urls(place: Place) -> None:
    """An error that names both; one URL twice is one."""
    app = wheel("app", "1.0")
    for folder in ("a", "b"):
        place.index.pages[f"/{folder}/{app.filename}"] = ("application/zip", app.data)
    one, two = (f"{place.index.root}/{folder}/{app.filename}" for folder in ("a", "b"))
    error = place.refused(one, two)
    assert "app is asked for twice" in error
    assert one in error
    assert two in error
    place.install(one, f"app @ {one}#egg=app")


def test_a_constraint_that_is_a_url(place: Place) -> None:
    """It says where the project comes from, if something requires it; another version is no solution."""
    place.index.add(wheel("app", "1.0", "lib"))
    place.index.add(wheel("lib", "1.0"))
    lib = wheel("lib", "5.0")
    place.index.pages[f"/away/{lib.filename}"] = ("application/zip", lib.data)
    limits = place.file(f"lib @ {place.index.root}/away/{lib.filename}\n", "constraints.txt")
    assert "hint: lib has 5.0" in place.refused("app", "lib<2", "-c", limits)
    place.install("app", "-c", limits)
    assert place.versions() == {"app": "1.0", "lib": "5.0"}
    assert "url" in origin(place, "lib")
    assert not list(place.site_packages.glob("lib-*/REQUESTED"))


def test_a_constraint_that_is_a_url_moves_what_is_installed(place: Place) -> None:
    """What is there from elsewhere is no answer, though it would do for who requires it; none is remembered either."""
    place.index.add(wheel("app", "1.0", "lib"))
    place.index.add(wheel("lib", "1.0"))
    lib = wheel("lib", "5.0")
    place.index.pages[f"/away/{lib.filename}"] = ("application/zip", lib.data)
    place.install("app")
    limits = place.file(f"lib @ {place.index.root}/away/{lib.filename}\n", "constraints.txt")
    place.install("app", "-c", limits)
    assert place.versions() == {"app": "1.0", "lib": "5.0"}
    for _ in range(2):
        assert "Requirement already satisfied: app" in place.install("app", "-c", limits).out
    repository = place.root / "repository"
    make_repository(repository, stated("lib", "6.0"))
    limits = place.file(f"lib @ git+file://{repository}\n", "constraints.txt")
    for version in ("6.0", "7.0"):
        commit(repository, stated("lib", version))
        place.install("app", "-c", limits)
        assert place.versions() == {"app": "1.0", "lib": version}


def test_wheels_for_later(place: Place) -> None:
    """``wheel`` fetches and builds them into its folder."""
    app, thing = wheel("app", "1.0"), sdist("thing", "2.0")
    for archive in (app, thing):
        place.index.pages[f"/away/{archive.filename}"] = ("application/octet-stream", archive.data)
    words = [f"{place.index.root}/away/{archive.filename}" for archive in (app, thing)]
    assert place.run("wheel", "-w", str(place.root / "wheels"), *words).status == 0
    found = sorted(path.name for path in (place.root / "wheels").iterdir())
    assert found == ["app-1.0-py3-none-any.whl", "thing-2.0-py3-none-any.whl"]


def test_reinstalling_what_comes_by_url(place: Place) -> None:
    """As pip: the version that is there stays, whatever -U says; --force-reinstall doesn't ask."""
    place.index.add(wheel("app", "1.0"))
    app = wheel("app", "1.0", files={"away.py": b""})
    place.index.pages[f"/away/{app.filename}"] = ("application/zip", app.data)
    url = f"{place.index.root}/away/{app.filename}"
    place.install("app")
    for words in ((url,), ("-U", url)):
        assert f"Requirement already satisfied: {url} in " in place.install(*words).out
    assert not (place.site_packages / "away.py").exists()
    place.install("--force-reinstall", url)
    assert (place.site_packages / "away.py").exists()
    assert "Requirement already satisfied" in place.install("app").out


# What distributions and builds require


def test_a_url_among_what_a_distribution_requires(place: Place) -> None:
    """It is fetched on the way; what it requires counts as well; nobody has asked for it."""
    lib = wheel("lib", "5.0", "more")
    place.index.pages[f"/away/{lib.filename}"] = ("application/zip", lib.data)
    place.index.add(wheel("more", "1.0"))
    place.index.add(wheel("lib", "9.0"))
    place.index.add(wheel("app", "1.0", f"lib @ {place.index.root}/away/{lib.filename}"))
    place.install("app")
    assert place.versions() == {"app": "1.0", "lib": "5.0", "more": "1.0"}
    assert origin(place, "lib")["url"] == f"{place.index.root}/away/{lib.filename}"
    asked = len(place.index.requests)
    assert "Requirement already satisfied" in place.install("app").out
    assert len(place.index.requests) == asked


def test_a_tree_among_what_builds(place: Place) -> None:
    """A build requirement by URL is built first, and what is built knows it."""
    tool = place.root / "tool"
    write_tree(tool, tree_files("tool", "7.0"))
    write_tree(place.root / "app", stated("app", needs=(f"tool @ file://{tool}",)))
    said = place.install(str(place.root / "app"))
    assert builds(said) == ["tool 7.0", "app 1.0"]
    assert place.built_with("app") == {"tool": "7.0"}


# Repositories


def test_a_repository(place: Place) -> None:
    """A branch, a tag, a commit; ``direct_url.json`` has the commit, and what is frozen installs it again."""
    repository = place.root / "repository"
    first = make_repository(repository, stated("thing", "1.0"))
    git(repository, "tag", "v1")
    git(repository, "checkout", "-q", "-b", "feature/two")
    second = commit(repository, stated("thing", "2.0"))
    git(repository, "checkout", "-q", "main")
    url = f"file://{repository}"
    for revision, found, version in (
        ("", first, "1.0"), ("@feature/two", second, "2.0"), ("@v1", first, "1.0"), (f"@{second}", second, "2.0"),
        (f"@{first[:10]}", first, "1.0"), ("@refs/heads/feature/two", second, "2.0"),
    ):  # fmt: skip
        place.install(f"thing @ git+{url}{revision}")
        assert place.versions() == {"thing": version}
        wanted = {"requested_revision": revision[1:]} if revision else {}
        assert origin(place, "thing") == {"url": url, "vcs_info": {"vcs": "git", "commit_id": found, **wanted}}
        assert frozen(place) == [f"thing @ git+{url}@{found}"]
    place.install("--force-reinstall", *frozen(place))
    assert place.versions() == {"thing": "2.0"}


def test_a_commit_is_checked_out_once(place: Place) -> None:
    """What is named by its commit never changes; a branch is asked for each time."""
    repository = place.root / "repository"
    first = make_repository(repository, stated("thing", "1.0"))
    place.install(f"git+file://{repository}@{first}#egg=thing")
    commit(repository, stated("thing", "2.0"))
    moved = repository.rename(place.root / "moved")
    again = place.install("--force-reinstall", f"git+file://{repository}@{first}#egg=thing")
    assert (builds(again), place.versions()) == ([], {"thing": "1.0"})
    assert "git has failed" in place.refused(f"git+file://{repository}")
    place.install(f"git+file://{moved}")
    assert place.versions() == {"thing": "2.0"}


def test_a_branch_that_is_called_like_a_commit(place: Place) -> None:
    """It may move, so it is asked for each time."""
    repository = place.root / "repository"
    first = make_repository(repository, stated("thing", "1.0"))
    git(repository, "branch", first, first)
    place.install(f"git+file://{repository}@{first}")
    assert not list(place.cache.glob("checkouts-*"))


def test_submodules_come_along(place: Place) -> None:
    """And a subdirectory of the repository is the project."""
    inner, outer = place.root / "inner", place.root / "outer"
    make_repository(inner, stated("thing"))
    make_repository(outer, {"README": b""})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", f"file://{inner}", "projects/thing")
    commit(outer, {})
    environ = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}
    word = f"git+file://{outer}#subdirectory=projects/thing"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        place.install(word)
    assert origin(place, "thing")["subdirectory"] == "projects/thing"
    assert frozen(place)[0].endswith("#subdirectory=projects/thing")


def test_a_tag_may_make_the_version(place: Place) -> None:
    """Two builds of one commit differ where only the tag does: nothing wrong is taken from the store."""
    repository = place.root / "repository"
    make_repository(repository, tree_files("thing", "1.0"))
    place.install(f"git+file://{repository}")
    recipe = json.loads((repository / "recipe.json").read_text())
    (repository / "recipe.json").write_text(json.dumps({**recipe, "version": "1.1"}))
    commit(repository, {})
    place.install(f"git+file://{repository}")
    assert place.versions() == {"thing": "1.1"}


def test_where_hashes_are_required_no_checkout_will_do(place: Place) -> None:
    """Neither will anything editable, as in pip."""
    tree = write_tree(place.root / "tree", stated("thing"))
    for words in (("git+https://index.example/thing",), ("-e", str(tree))):
        assert "can't be installed where hashes are required" in place.refused("--require-hashes", *words)


# Editable installations


def test_an_editable_folder(place: Place) -> None:
    """Built in its place; always again; listed, frozen, checked; uninstalled without harm to the tree."""
    tree = write_tree(place.root / "tree", stated("thing", needs=("lib",)))
    place.index.add(wheel("lib", "1.0"))
    said = place.install("-e", str(tree), "lib")
    assert builds(said) == ["thing 1.0"]
    assert origin(place, "thing") == {"url": f"file://{tree}", "dir_info": {"editable": True}}
    assert place.built_with("thing") == {"lib": "1.0"}
    assert builds(place.install("-e", str(tree))) == ["thing 1.0"]
    assert not list(place.cache.glob("built-*/*"))
    assert frozen(place) == ["lib==1.0", "# Editable install with no version control (thing==1.0)", f"-e {tree}"]
    assert str(tree) in place.run("list", "-e").out
    assert place.run("check").status == 0
    assert place.record("thing")["source"]["kind"] == "directory"
    place.run("uninstall", "-y", "thing")
    assert place.versions() == {"lib": "1.0"}
    assert (tree / "thing.py").exists()


def test_editable_and_not(place: Place) -> None:
    """One takes the place of the other; a name alone leaves what is there; both at once are refused."""
    tree = write_tree(place.root / "tree", stated("thing"))
    place.install("-e", str(tree))
    assert "Requirement already satisfied" in place.install("thing").out
    place.install(str(tree))
    assert origin(place, "thing")["dir_info"] == {}
    place.install("-e", str(tree))
    assert origin(place, "thing")["dir_info"] == {"editable": True}
    assert "thing is asked for twice" in place.refused("-e", str(tree), str(tree))


def test_editables_in_a_requirement_file(place: Place, tmp_path: Path) -> None:
    """With extras and config settings; the folder is relative to the working directory, as in pip."""
    place.index.add(wheel("lib", "1.0"))
    extra = '[project.optional-dependencies]\nx = ["lib"]\n'
    files = tree_files("thing", "1.0", pyproject=STATED.format("thing", "1.0") + extra, requires=["lib; extra == 'x'"])
    write_tree(tmp_path / "tree", files)
    lines = place.file("-e ./tree[x]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        place.install("-r", lines)
    assert place.versions() == {"lib": "1.0", "thing": "1.0"}
    assert not list(place.cache.glob("answers-*/*"))


def test_an_editable_whose_backend_knows_its_name(place: Place) -> None:
    """It is asked by the hooks for editables, in its place; what they ask for is there."""
    place.index.add(wheel("lib", "1.0"))
    tree = write_tree(place.root / "tree", tree_files("thing", "4.0", asks=["lib"]))
    place.install("-e", str(tree))
    assert place.versions() == {"thing": "4.0"}
    assert place.built_with("thing") == {"lib": "1.0"}


def test_an_editable_checkout(place: Place) -> None:
    """Under --src, by default beside the environment; brought up to date; frozen by its repository and commit."""
    repository = place.root / "repository"
    make_repository(repository, stated("Thing_x", "1.0"))
    word = f"git+file://{repository}#egg=Thing_x"
    place.install("-e", word)
    folder = place.environment.root / "src" / "thing-x"
    assert origin(place, "Thing_x") == {"url": f"file://{folder}", "dir_info": {"editable": True}}
    second = commit(repository, stated("Thing_x", "2.0"))
    place.install("-e", word)
    assert place.versions() == {"Thing_x": "2.0"}
    assert frozen(place) == [f"-e git+file://{repository}@{second}#egg=Thing_x"]
    place.install("--src", str(place.root / "sources"), "-e", f"Thing_x @ git+file://{repository}@{second}")
    assert (place.root / "sources" / "thing-x" / "recipe.json").exists()
    assert "doesn't say what it is called" in place.refused("-e", f"git+file://{repository}")


def test_what_is_in_the_way_of_a_checkout_stays(place: Place) -> None:
    """A folder of somebody, a checkout of something else: an error, and nothing is lost."""
    one, two = place.root / "one", place.root / "two"
    make_repository(one, stated("thing"))
    make_repository(two, stated("thing"))
    folder = place.environment.root / "src" / "thing"
    folder.mkdir(parents=True)
    assert "it is no checkout" in place.refused("-e", f"git+file://{one}#egg=thing")
    folder.rmdir()
    place.install("-e", f"git+file://{one}#egg=thing")
    assert f"it is a checkout of file://{one}" in place.refused("-e", f"git+file://{two}#egg=thing")


def test_no_editable_wheels(place: Place) -> None:
    """``wheel -e`` builds a wheel to keep, as pip does; a backend without the hook can't be installed so."""
    tree = write_tree(place.root / "tree", stated("thing"))
    said = place.run("wheel", "-w", str(place.root / "wheels"), "-e", str(tree))
    assert said.status == 0, said.err
    with zipfile.ZipFile(place.root / "wheels" / "thing-1.0-py3-none-any.whl") as archive:
        assert "thing.py" in archive.namelist()
    backend = (tree / "baker.py").read_text().replace("def build_editable", "def build_nothing")
    (tree / "baker.py").write_text(backend)
    assert "the build backend has no editable installs (PEP 660)" in place.refused("-e", str(tree))


def test_a_library_changes_under_an_editable(place: Place) -> None:
    """It is rebuilt from its tree in the same step; where that is gone nothing changes and the error says so."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    tree = write_tree(place.root / "tree", matched())
    place.install("-e", str(tree), "lib<2")
    assert place.built_with("thing") == {"lib": "1.0"}
    place.install("--ignore-installed", "lib==2.0")
    assert f"pybuildsync install -e {tree}" in place.run("check").out
    place.install("--ignore-installed", "lib==1.0")
    said = place.install("-U", "lib")
    assert builds(said) == ["thing 1.0"]
    assert place.built_with("thing") == {"lib": "2.0"}
    assert origin(place, "thing")["dir_info"] == {"editable": True}
    tree.rename(place.root / "moved")
    error = place.refused("lib<2")
    assert "thing 1.0 would have to be built again, and its source can't be had" in error
    assert str(tree) in error


@pytest.mark.parametrize("kind", ["archive", "repository", "folder"])
def test_a_library_changes_under_what_came_by_url(place: Place, kind: str) -> None:
    """It is rebuilt from where it came from, and still says so."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    files = matched()
    if kind == "archive":
        place.index.pages["/main.zip"] = ("application/zip", zipped(files))
        word = f"{place.index.root}/main.zip"
    elif kind == "repository":
        make_repository(place.root / "repository", files)
        word = f"git+file://{place.root}/repository"
    else:
        word = str(write_tree(place.root / "tree", files))
    place.install(word, "lib<2")
    before = origin(place, "thing")
    place.install("--ignore-installed", "lib==2.0")
    assert "pybuildsync install --reinstall-package thing 'thing @ " in place.run("check").out
    place.install("--ignore-installed", "lib==1.0")
    place.run("cache", "clean")
    assert builds(place.install("-U", "lib")) == ["thing 1.0"]
    assert place.built_with("thing") == {"lib": "2.0"}
    after = origin(place, "thing")
    after.get("vcs_info", {}).pop("requested_revision", None)
    assert after == before
