"""What commands say of one environment and one index, line by line and key by key as pip says it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pip as pip_package
import pytest
from cli.worlds import Said, say
from commands.worlds import Environment, make_environment
from loopback import LoopbackIndex, make_wheel
from pipeline.worlds import sdist, wheel

RUNNER = os.path.join(os.path.dirname(pip_package.__file__), "__pip-runner__.py")  # what pip --python runs


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Give an environment with distributions of every kind, and one that two requirements are wrong of."""
    environment = make_environment(tmp_path / "env")
    with (environment.root / "pyvenv.cfg").open("a") as file:
        file.write("include-system-site-packages = false\n")
    app = environment.add(
        "App.One",
        "1.0",
        requires=(
            "Lib-B [extra] >=2,<3 ; python_version > '3'",
            "absent",
            "no; python_version < '3'",
            "e; extra == 'e'",
        ),
        fields="Summary: An app\nProject-URL: Home Page, https://app.example\nClassifier: A :: B\nKeywords: a,b\n",
    )
    (app / "REQUESTED").write_text("")
    (app / "entry_points.txt").write_text("[console_scripts]\napp = app:main\n\n")
    lib = environment.add("lib-b", "1.5", fields="License: MIT\n        and more\nAuthor: Ann\nPlatform: x\n")
    (lib / "WHEEL").write_text("Wheel-Version: 1.0\nBuild: 3\nTag: py3-none-any\n")
    other = environment.add("other", "2.0rc1", fields="License-Expression: MIT\n")
    (other / "METADATA").write_text("Metadata-Version: 2.4\nName: other\nVersion: 2.0rc1\nLicense-Expression: MIT\n\n")
    (other / "WHEEL").write_text("Wheel-Version: 1.0\nTag: cp27-cp27m-win32\n")
    (other / "INSTALLER").unlink()
    archive = {"url": "https://x.example/z.zip", "archive_info": {"hashes": {"sha256": "0" * 64}}}
    environment.add("zipped", "1", more={"direct_url.json": archive})
    tree = {"url": (tmp_path / "a b").as_uri(), "dir_info": {"editable": True}}
    environment.add("tree", "2", more={"direct_url.json": tree})
    return environment


def pip(environment: Environment, *argv: str) -> Said:
    """Return what pip says of *environment*."""
    python = str(environment.root / "bin" / "python")
    environ = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": "/dev/null", "COLUMNS": "200"}
    done = subprocess.run(
        [python, RUNNER, "--disable-pip-version-check", *argv],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def ours(environment: Environment, *argv: str) -> Said:
    """Return what we say of it, asked as pip is."""
    return say(["pip", *argv, "--python", str(environment.root), "--cache-dir", str(environment.root / "cache")])


def compare(environment: Environment, *argv: str) -> Said:
    """Return what both say on stdout, with the same exit status."""
    us, them = ours(environment, *argv), pip(environment, *argv)
    assert (us.status, us.out) == (them.status, them.out), us.err + them.err
    return us


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "-v"),
        ("list", "--format", "json"),
        ("list", "--format=freeze", "--exclude", "APP-one"),
        ("list", "--format=json", "-v", "--exclude-editable", "--local"),
        ("list", "-e"),
        ("list", "--not-required", "--include-editable"),
        ("list", "--user"),
        ("freeze",),
        ("freeze", "--exclude-editable", "--exclude", "lib_b", "-l"),
        ("show", "app-one", "Lib_B", "other", "tree", "zipped"),
        ("show", "-v", "-f", "app.one", "lib-b", "other"),
        ("show", "nope"),
    ],
    ids=" ".join,
)
def test_lines(environment: Environment, words: tuple[str, ...]) -> None:
    """The same lines, the same status."""
    compare(environment, *words)


def test_other_folders(environment: Environment, tmp_path: Path) -> None:
    """--path looks nowhere else, and says so where that is no sense."""
    for words in (("list", "--path"), ("freeze", "--path")):
        assert compare(environment, *words, str(environment.site_packages)).out
        assert compare(environment, *words, str(tmp_path)).out == ""
    both = ("list", "--user", "--path", str(tmp_path))
    us, them = ours(environment, *both), pip(environment, *both)
    assert us.status == them.status == 1
    assert us.err.splitlines()[0] == them.err.splitlines()[0]


def test_what_is_wrong(environment: Environment) -> None:
    """``check`` has pip's lines, and, where no script for pip asks, what to do."""
    lines = compare(environment, "check").out.splitlines()
    assert lines == [
        "app-one 1.0 requires absent, which is not installed.",
        'app-one 1.0 has requirement Lib-B[extra]<3,>=2; python_version > "3", but you have lib-b 1.5.',
        "other 2.0rc1 is not supported on this platform",
    ]


def test_inspect(environment: Environment) -> None:
    """Version 1 of pip's inspection report, sorted by name, with who wrote it."""

    def report(said: Said) -> dict[str, Any]:
        assert said.status == 0, said.err
        found: dict[str, Any] = json.loads(said.out)
        found["installed"].sort(key=lambda one: one["metadata"]["name"].lower())
        return found

    us, them = report(ours(environment, "inspect")), report(pip(environment, "inspect"))
    assert us["pip_version"].startswith("26.3+pybuildsync.")
    them["pip_version"] = us["pip_version"]
    assert us == them
    path = str(environment.site_packages)
    local = report(ours(environment, "inspect", "--local"))
    assert [one["metadata"]["name"] for one in local["installed"]] == ["App.One", "lib-b", "other", "tree", "zipped"]
    by_path = report(ours(environment, "inspect", "--path", path)), report(pip(environment, "inspect", "--path", path))
    assert by_path[0]["installed"] == by_path[1]["installed"]


def test_inspect_what_is_odd(environment: Environment, tmp_path: Path) -> None:
    """Links to source trees are editable; of a direct URL that says nothing valid there is none."""
    environment.add("odd", "1", more={"direct_url.json": {"url": 1}})
    info = tmp_path / "source" / "old.egg-info"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: old\nVersion: 3\n\n")
    (environment.site_packages / "old.egg-link").write_text(f"{tmp_path / 'source'}\n.\n")
    installed = json.loads(ours(environment, "inspect").out)["installed"]
    old, odd = (next(one for one in installed if one["metadata"]["name"] == name) for name in ("old", "odd"))
    assert old["direct_url"] == {"url": (tmp_path / "source").as_uri(), "dir_info": {"editable": True}}
    assert "requested" not in old
    assert "direct_url" not in odd
    (environment.site_packages / "odd-1.dist-info" / "RECORD").unlink()
    assert "Files:\nCannot locate RECORD or installed-files.txt\n" in compare(environment, "show", "-f", "odd").out


REQUIREMENTS = """\
# first

--index-url https://index.example/simple
zipped   # with a comment
nothing==1
-e git+https://index.example/x.git#egg=tree
lib-b>=1
--index-url https://index.example/simple
App_One
zipped
"""


def test_freeze_in_the_order_of_a_file(environment: Environment, tmp_path: Path) -> None:
    """-r: comments, options and order stay; what isn't there, or is there twice, is told in pip's words."""
    file = tmp_path / "requirements.txt"
    file.write_text(REQUIREMENTS)
    us, them = (each(environment, "freeze", "-r", str(file)) for each in (ours, pip))
    assert us.out == them.out
    assert us.err == them.err
    assert "Requirement zipped included multiple times" in us.err


def test_freeze_in_the_order_of_a_file_that_pip_cannot_read(environment: Environment, tmp_path: Path) -> None:
    """Hashes beside a requirement and constraint files are no error."""
    file = tmp_path / "requirements.txt"
    hashed = "lib-b==1.5 \\\n  --hash=sha256:0 \\\n  --hash=sha256:1\nzipped --hash=sha256:1\n"
    file.write_text(f"-c limits.txt\n{hashed}./folder\n")
    said = ours(environment, "freeze", "--exclude=tree,other", "-r", str(file))
    lines = said.out.splitlines()
    skipped = f"Skipping line in requirement file [{file}] because it's not clear what it would install: ./folder\n"
    assert said.err == skipped + "  (add #egg=PackageName to the URL to avoid this warning)\n"
    zipped = f"zipped @ https://x.example/z.zip#sha256={'0' * 64}"
    added = "## The following requirements were added by pip freeze:"
    assert lines == ["-c limits.txt", "lib-b==1.5", zipped, added, "App.One==1.0"]
    missing = ours(environment, "freeze", "-r", str(tmp_path / "no.txt"))
    assert (missing.status, missing.out) == (1, "")
    whole = tmp_path / "urls.txt"
    whole.write_text("https://x.example/lib_b-1.5-py3-none-any.whl\n-e git+\nother @ https://x.example/o.zip\n")
    assert ours(environment, "freeze", "-r", str(whole)).out.splitlines()[:2] == ["lib-b==1.5", "other==2.0rc1"]


@pytest.fixture
def offered(index: LoopbackIndex) -> LoopbackIndex:
    """Fill the index with releases of every kind."""
    for version in ("1.0", "1.5", "2.0", "3.0a1"):
        index.add(wheel("lib-b", version))
    index.add(sdist("lib-b", "2.1"))
    index.add(make_wheel("lib-b", "2.5", tag="cp27-cp27m-win32"))
    index.add(wheel("lib-b", "2.6", yanked="no good"))
    index.add(wheel("lib-b", "2.7", requires_python="<3"))
    index.add(wheel("app-one", "1.0"))
    index.add(wheel("zipped", "0.5"))
    index.add(wheel("fresh", "0.5"))
    index.add(wheel("other", "2.0rc1"))
    return index


@pytest.mark.parametrize(
    "words",
    [
        ("list", "-o"),
        ("list", "--outdated", "--format", "json"),
        ("list", "-o", "--pre", "--not-required"),
        ("list", "-o", "--only-binary", "lib-b", "--exclude", "tree"),
        ("list", "-o", "--prefer-binary"),
        ("list", "-u", "--format=json", "--pre"),
        ("list", "-u", "-o"),
        ("index", "versions", "Lib_B"),
        ("index", "versions", "lib-b", "--json"),
        ("index", "versions", "lib-b", "--pre"),
        ("index", "versions", "lib-b", "--no-binary", ":all:"),
        ("index", "versions", "lib-b", "--ignore-requires-python", "--only-binary=lib-b"),
        ("index", "versions", "other", "--all-releases", "other"),
        ("index", "versions", "fresh", "--json"),
        ("index", "versions", "fresh"),
    ],
    ids=" ".join,
)
def test_what_an_index_offers(environment: Environment, offered: LoopbackIndex, words: tuple[str, ...]) -> None:
    """Which releases count is as in pip: those that fit, aren't yanked, and are final unless it is said otherwise."""
    compare(environment, *words, "--index-url", offered.url)


def test_no_release(environment: Environment, offered: LoopbackIndex) -> None:
    """Nothing that could be installed is an error, in pip's words."""
    said = ours(environment, "index", "versions", "nobody", "--index-url", offered.url)
    assert said.status == 1
    assert said.err.startswith("ERROR: No matching distribution found for nobody\n")


def test_hash(environment: Environment, tmp_path: Path) -> None:
    """What a requirement file needs; files as they were named."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    files = [str(tmp_path / name) for name in ("a", "b")]
    for words in ((), ("-a", "sha384"), ("--algorithm=sha512",)):
        said = say(["hash", *words, *files])
        assert (said.status, said.out) == (0, pip(environment, "hash", *words, *files).out)
    assert json.loads(say(["hash", "--json", files[0]]).out)["files"][0]["path"] == files[0]
    missing = say(["hash", str(tmp_path / "none")])
    assert (missing.status, missing.out) == (1, "")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-v",),
        ("--platform", "manylinux2014_x86_64", "--python-version", "39"),
        ("--platform", "any", "--python-version", "3.12", "--abi", "abi3", "--implementation", "cp"),
        ("-v", "--implementation", "py"),
    ],
)
def test_debug(environment: Environment, words: tuple[str, ...]) -> None:
    """What scripts read of pip's: the interpreter's facts and the tags, each of them once."""
    us, them = ours(environment, "debug", *words), pip(environment, "debug", *words)
    assert (us.status, them.status) == (0, 0)
    found, expected = us.out.splitlines(), them.out.splitlines()
    assert found[0].startswith("pip version: pip 26.3+pybuildsync.")
    assert found[1:9] == expected[1:9]
    at = next(at for at, line in enumerate(expected) if line.startswith("Compatible tags"))
    given, tags = expected[at].partition(" (")[2], list(dict.fromkeys(expected[at + 1 :]))
    assert found[9].partition(" (")[2] == given
    assert found[10:] == tags
    if "-v" in words:
        assert found[9].split()[2] == str(len(tags))


def test_debug_runs_nothing_that_lies_here(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the working directory isn't taken for Python's own; one on PYTHONPATH is, and its fault is told."""
    (tmp_path / "locale.py").write_text("raise SystemExit('from here')\n")
    monkeypatch.chdir(tmp_path)
    assert ours(environment, "debug").status == 0
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = ours(environment, "debug")
    assert (said.status, said.out) == (1, "")
    assert said.err.splitlines()[0].endswith(" doesn't answer")
    assert said.err.splitlines()[1].strip() == "from here"


def test_debug_as_data(environment: Environment) -> None:
    """--json has all of it."""
    told = json.loads(ours(environment, "debug", "--json", "--python-version", "3.12").out)
    assert dict(told["values"])["sys.platform"] == sys.platform
    assert told["target"] == "version_info='3.12'"
    assert "py3-none-any" in told["tags"]
