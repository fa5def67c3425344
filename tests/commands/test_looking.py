"""Commands that look at an environment: list, freeze, show."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.worlds import say
from commands.worlds import Environment, make_environment

from pybuildsync.commands.records import describe_record
from pybuildsync.commands.surroundings import path_of_url
from pybuildsync.environments.activation import activation_command


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Give an environment with distributions of every kind."""
    environment = make_environment(tmp_path / "env")
    environment.add("app", "1.0", requires=("lib>=1", "absent; python_version < '3'", "more; extra == 'x'"))
    environment.add("lib", "1.5", fields="Summary: A library\nLicense: MIT\n and more\nAuthor: Ann\n")
    environment.add("tree", "2", more={"direct_url.json": {"url": "file:///src/a%20b", "dir_info": {"editable": True}}})
    return environment


def run(environment: Environment, *argv: str) -> tuple[int, str, str]:
    """Run *argv* on *environment*."""
    said = say([*argv, "--python", str(environment.root)])
    return said.status, said.out, said.err


def test_list(environment: Environment) -> None:
    """What is installed, by name."""
    assert run(environment, "list", "--format", "freeze") == (0, "app==1.0\nlib==1.5\ntree==2\n", "")
    assert json.loads(run(environment, "list", "--json")[1]) == [
        {"name": "app", "version": "1.0"},
        {"name": "lib", "version": "1.5"},
        {"name": "tree", "version": "2", "editable_project_location": "/src/a b"},
    ]


@pytest.mark.parametrize(
    ("option", "names"),
    [
        (("--exclude", "APP,tree"), ["lib"]),
        (("--editable",), ["tree"]),
        (("--not-required",), ["app", "tree"]),
    ],
)
def test_list_of_some(environment: Environment, option: tuple[str, ...], names: list[str]) -> None:
    """Only what is not excluded, editable, or not required by anything else."""
    assert [one["name"] for one in json.loads(run(environment, "list", "--json", *option)[1])] == names


def test_what_is_broken_is_told_and_left_out(environment: Environment) -> None:
    """An entry that is no distribution is a warning; unreadable requirements are none."""
    (environment.site_packages / "gone-1.dist-info").mkdir()
    (environment.add("odd", "1") / "METADATA").write_text("Name: odd\nVersion: 1\nRequires-Dist: ???\n\n")
    status, out, err = run(environment, "list", "--format", "freeze", "--not-required")
    assert (status, out) == (0, "app==1.0\nodd==1\ntree==2\n")
    assert err.startswith("warning: ")
    assert "gone-1.dist-info is ignored: it has no METADATA\n" in err


def test_an_egg_link_is_an_editable_installation(environment: Environment, tmp_path: Path) -> None:
    """Older tools leave a file that names the source tree."""
    info = tmp_path / "source" / "old.egg-info"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Name: old\nVersion: 3\n\n")
    (environment.site_packages / "old.egg-link").write_text(f"{tmp_path / 'source'}\n.\n")
    assert f"-e {tmp_path / 'source'}\n" in run(environment, "freeze")[1]


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ({"url": "https://x.example/a.whl", "archive_info": {}}, "it @ https://x.example/a.whl"),
        (
            {"url": "https://x.example/a.whl", "archive_info": {"hashes": {"sha512": "1", "sha256": "0"}}},
            "it @ https://x.example/a.whl#sha256=0",
        ),
        (
            {"url": "https://x.example/a.zip", "archive_info": {"hash": "md5=0"}, "subdirectory": "sub"},
            "it @ https://x.example/a.zip#md5=0&subdirectory=sub",
        ),
        (
            {"url": "https://x.example/a", "vcs_info": {"vcs": "hg", "commit_id": "abc"}},
            "it @ hg+https://x.example/a@abc",
        ),
        ({"url": "file:///src", "dir_info": {}}, "it @ file:///src"),
    ],
)
def test_freeze_names_origins(tmp_path: Path, origin: dict[str, object], line: str) -> None:
    """What came from a URL is frozen with it, and with its hash."""
    environment = make_environment(tmp_path / "env")
    environment.add("it", "1", more={"direct_url.json": origin})
    assert run(environment, "freeze")[1] == f"{line}\n"


TREE = "# Editable install with no version control (tree==2)\n"


def test_freeze_leaves_tools_out(environment: Environment) -> None:
    """As pip does; --all has them, --exclude takes more away."""
    environment.add("pip", "26.0")
    assert run(environment, "freeze")[1] == f"app==1.0\nlib==1.5\n{TREE}-e /src/a b\n"
    assert run(environment, "freeze", "--all", "--exclude", "tree")[1] == "app==1.0\nlib==1.5\npip==26.0\n"


def test_show(environment: Environment) -> None:
    """Pip's fields in pip's order, without what only an extra or another Python needs."""
    status, out, err = run(environment, "show", "LIB", "app")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Name: lib",
        "Version: 1.5",
        "Summary: A library",
        "Home-page: ",
        "Author: Ann",
        "Author-email: ",
        "License:        MIT",
        "and more",
        f"Location: {environment.site_packages}",
        "Requires: ",
        "Required-by: app",
        "---",
        "Name: app",
        "Version: 1.0",
        "Summary: ",
        "Home-page: ",
        "Author: ",
        "Author-email: ",
        "License: ",
        f"Location: {environment.site_packages}",
        "Requires: lib",
        "Required-by: ",
    ]


def test_show_files_and_folders(environment: Environment) -> None:
    """-f lists what RECORD lists; an editable one names its tree."""
    lines = run(environment, "show", "-f", "tree")[1].splitlines()
    assert lines[lines.index("Files:") :] == [
        "Files:",
        "  tree-2.dist-info/INSTALLER",
        "  tree-2.dist-info/METADATA",
        "  tree-2.dist-info/RECORD",
        "  tree-2.dist-info/WHEEL",
        "  tree-2.dist-info/direct_url.json",
        "  tree.py",
    ]
    assert "Editable project location: /src/a b" in lines


def test_show_of_what_is_not_there(environment: Environment) -> None:
    """A missing name is a warning; nothing to show is a failure."""
    assert run(environment, "show", "nope")[0::2] == (1, "warning: Package(s) not found: nope\n")
    assert run(environment, "show", "nope", "lib")[0] == 0


def test_show_of_metadata_elsewhere(environment: Environment) -> None:
    """What has no METADATA of its own is shown as far as it is known."""
    (environment.site_packages / "old.egg-info").mkdir()
    (environment.site_packages / "old.egg-info" / "PKG-INFO").write_text("Name: Old\nVersion: 3\nSummary: An egg\n\n")
    assert "Summary: An egg\n" in run(environment, "show", "old")[1]
    (environment.site_packages / "flat-1.egg-info").write_text("Name: flat\nVersion: 1\nSummary: Flat\n\n")
    assert "Name: flat\n" in run(environment, "show", "flat")[1]


RECORD = {
    "schema": 1,
    "source": {"kind": "vcs", "filename": "thing-4.6.1.tar.gz", "commit": "0123456789abcdef"},
    "backend": "setuptools.build_meta",
    "interpreter": {"implementation": "cpython", "version": "3.11", "platform": "linux_x86_64"},
    "environment": [{"name": "lib", "version": "7.0"}, {"name": "setuptools", "version": "80.9"}],
    "matches": [
        {"name": "lib", "version": "7.0", "evidence": "linked", "policy": "micro+at-least", "reason": "it is linked"}
    ],
    "links": [{"module": "thing/_ext.so", "library": "libA.so.7", "distribution": "lib", "path": "lib/libA.so.7"}],
    "config_settings": {"--flag": ["a", "b"]},
    "variables": {"CFLAGS": "-O2"},
    "build_time": {"policy": "retry", "as_of": "2023-05-04T00:00:00Z"},
    "build_key": "f" * 64,
}
SENTENCES = (
    "from thing-4.6.1.tar.gz at 0123456789ab by setuptools.build_meta for cpython 3.11 on linux_x86_64",
    "against lib 7.0 (linked: micro+at-least; it is linked)",
    "thing/_ext.so needs libA.so.7 of lib",
    "with setuptools 80.9",
    "settings: --flag=a b",
    "variables: CFLAGS=-O2",
    "with build tools of 2023-05-04, since a build with later ones had failed",
    "build key ffffffffffffffff",
)


def test_build_records_in_words(tmp_path: Path) -> None:
    """Who it was built against, by which evidence and under which policy, can be read."""
    assert describe_record(RECORD) == SENTENCES
    environment = make_environment(tmp_path / "env")
    environment.add("thing", "4.6.1", more={"pybuildsync.json": RECORD})
    out = run(environment, "show", "thing")[1]
    assert out.splitlines()[-9:] == ["Built:", *(f"  {sentence}" for sentence in SENTENCES)]
    assert json.loads(run(environment, "show", "--json", "thing")[1])["distributions"][0]["record"] == RECORD


@pytest.mark.parametrize(
    ("record", "sentences"),
    [
        ({}, ("against nothing that it must match",)),
        (
            {"source": {"kind": "directory", "filename": ""}, "build_time": {"policy": "latest"}, "matches": [3]},
            ("from directory", "against nothing that it must match"),
        ),
        (
            {
                "matches": [{"name": "a", "version": "1", "evidence": "baked", "policy": "any", "reason": "lib<2"}],
                "links": None,
            },
            ("against a 1 (baked; lib<2)",),
        ),
    ],
)
def test_foreign_records_do_no_harm(record: dict[str, object], sentences: tuple[str, ...]) -> None:
    """What is missing or of an unknown form is left out."""
    assert describe_record(record) == sentences


def test_no_interpreter_is_one_clear_error(tmp_path: Path) -> None:
    """What --python names must be there."""
    said = say(["list", "--python", str(tmp_path / "nowhere")])
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("error: ")


def test_a_cache_that_keeps_nothing(environment: Environment) -> None:
    """--no-cache-dir works in a folder that is gone with the command."""
    assert run(environment, "list", "--no-cache-dir", "--format", "freeze")[1] == "app==1.0\nlib==1.5\ntree==2\n"


@pytest.mark.parametrize(
    ("url", "system", "path"),
    [
        ("file:///a%20b/c", "posix", "/a b/c"),
        ("file://localhost/a/../b", "posix", "/b"),
        ("file:///C:/a%20b", "nt", "C:\\a b"),
        ("https://x.example/a", "posix", ""),
    ],
)
def test_paths_of_urls(url: str, system: str, path: str) -> None:
    """File URLs name local paths; other URLs none."""
    assert path_of_url(url, system) == path


@pytest.mark.parametrize(
    ("system", "shell", "line"),
    [
        ("posix", "/bin/bash", "source 'my env/bin/activate'"),
        ("posix", "/usr/bin/fish", "source 'my env/bin/activate.fish'"),
        ("posix", "/bin/tcsh", "source 'my env/bin/activate.csh'"),
        ("posix", None, "source 'my env/bin/activate"),
        ("nt", None, "my env\\Scripts\\activate"),
    ],
)
def test_how_to_activate(system: str, shell: str | None, line: str) -> None:
    """The line that activates an environment is that of the user's shell."""
    assert activation_command("my env", shell or "", system).startswith(line)


def test_venv(tmp_path: Path) -> None:
    """A new environment runs, and what was made is said; a folder that is something else is left alone."""
    path = tmp_path / "new env"
    said = say(["venv", str(path), "--prompt", "hello", "--python", sys.executable], environ={})
    assert said.status == 0
    assert said.out.startswith(f"Created {path} with Python {sys.version_info[0]}.")
    assert said.err.startswith("activate it with: source ")
    code = "import sys; print(sys.prefix)"
    prefix = subprocess.run([path / "bin" / "python", "-c", code], capture_output=True, text=True, check=True)
    assert prefix.stdout.strip() == str(path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    refused = say(["venv", str(tmp_path / "full")])
    assert (refused.status, refused.out) == (1, "")
