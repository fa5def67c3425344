"""Which releases pip takes and which we take, for the options that say it, from one index: a table of cases.

pip answers all cases in one process of its own, as a report of what it would install (``--dry-run``); we in ours.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from loopback import Archive, LoopbackIndex, make_wheel
from pipeline.worlds import Place, make_place, sdist, wheel

HERE = f"cp{sys.version_info[0]}{sys.version_info[1]}"
ASK_PIP = """
import json, os, sys
from pip._internal.cli.main import main
answers = {}
for name, words in json.load(sys.stdin).items():
    report = os.path.join(sys.argv[1], "report.json")
    if os.path.exists(report):
        os.remove(report)
    try:
        status = main(["install", "--dry-run", "--ignore-installed", "-qqq", "--report", report, *words])
    except SystemExit as end:  # words that are no options
        status = end.code
    if status == 0:
        with open(report) as file:
            found = [each["metadata"] for each in json.load(file)["install"]]
        answers[name] = {each["name"]: each["version"] for each in found}
    else:
        answers[name] = None
json.dump(answers, open(os.path.join(sys.argv[1], "answers.json"), "w"))
"""


class Case(NamedTuple):
    """Words of an install, and the texts of requirement and constraint files that go with ``-r`` and ``-c``."""

    words: str = ""
    requirements: str = ""
    constraints: str = ""


def fill(index: LoopbackIndex) -> dict[str, Archive]:
    """Fill the index and return its archives by name and version."""
    found = {}
    times = {"1.0": "2020-01-01T00:00:00Z", "2.0": "2021-06-01T12:00:00.5Z", "3.0a1": "2022-01-01T00:00:00Z"}
    for archive in (
        *(wheel("lib", version, upload_time=time) for version, time in times.items()),
        wheel("app", "1.0", "lib<2", upload_time="2020-01-01T00:00:00Z"),
        wheel(
            "app", "2.0", "lib", "more; extra == 'x'", extra="Provides-Extra: x\n", upload_time="2021-06-01T12:00:00Z"
        ),
        wheel("more", "1.0", "lib", upload_time="2020-01-01T00:00:00Z"),
        wheel("src", "1.0", upload_time="2020-01-01T00:00:00Z"),
        sdist("src", "2.0"),
        wheel("win", "1.0"),
        wheel("win", "2.0", tag="cp312-cp312-win_amd64"),
        wheel("win", "3.0", tag="py3-none-manylinux2010_x86_64"),
        wheel("abi", "1.0", tag="cp310-abi3-any"),
        wheel("abi", "2.0", tag=f"{HERE}-none-any"),
        wheel("abi", "3.0", tag="pp39-pypy39_pp73-any"),
        wheel("needy", "1.0"),
        wheel("needy", "2.0", requires_python=">=3.99"),
        make_wheel("strict", "1.0"),
        make_wheel("strict", "2.0", extra="Requires-Python: >=3.99\n"),
        wheel("local", "1.0"),
        wheel("local", "1.0+cu1"),
        wheel("local", "1.0+cu2"),
        wheel("gone", "1.0"),
        wheel("gone", "2.0", yanked="broken"),
        wheel("timeless", "1.0"),
        wheel("pre", "1.0rc1"),
        wheel("pre", "1.0rc2"),
    ):
        index.add(archive)
        found["-".join(archive.filename.split("-")[:2]).removesuffix(".tar.gz")] = archive
    return found


CASES = {
    "pre": Case("--pre app"),
    "all releases": Case("--all-releases lib app"),
    "all, but not one": Case("--all-releases :all: --only-final lib app"),
    "order": Case("--only-final lib --all-releases :all: app"),
    "none": Case("--all-releases lib --all-releases :none: app"),
    "pre beside releases": Case("--pre --only-final lib app"),
    "only final": Case("--only-final :all: lib>=2.0rc1"),
    "only final leaves nothing": Case("--only-final :all: pre"),
    "nothing but pre-releases": Case("pre"),
    "a named pre-release": Case("lib>=3.0a0"),
    "pre in a file": Case("--only-final more", "--pre\napp\n"),
    "releases in a file": Case("--only-final lib", "--all-releases lib\napp\n"),
    "only final in a file": Case("--all-releases :all:", "--only-final lib\napp\n"),
    "constraint that leaves pre-releases": Case("lib", constraints="lib>2.0\n"),
    "prefer binary": Case("--prefer-binary src"),
    "prefer binary in a file": Case("", "--prefer-binary\nsrc\n"),
    "only binary": Case("--only-binary src src"),
    "requires python": Case("needy strict"),
    "ignore requires python": Case("--ignore-requires-python needy strict"),
    "before a day": Case("--uploaded-prior-to 2021-01-01T00:00:00Z app"),
    "before a second": Case("--uploaded-prior-to 2021-06-01T12:00:00Z app"),
    "before a zone": Case("--uploaded-prior-to 2021-06-01T14:00:01+02:00 app lib"),
    "before days": Case("--uploaded-prior-to P1D app"),
    "before anything": Case("--uploaded-prior-to 2019-01-01 app"),
    "before nonsense": Case("--uploaded-prior-to yesterday app"),
    "before unknown times": Case("--uploaded-prior-to 2021-01-01 timeless"),
    "only deps": Case("--only-deps app[x]"),
    "only deps of several": Case("--only-dependencies app lib"),
    "only deps of none": Case("--only-deps lib"),
    "only deps of a file": Case("--only-deps", "app\n"),
    "only deps without": Case("--only-deps --no-deps app"),
    "no deps": Case("--no-deps app[x]"),
    "platform": Case("--platform win_amd64 --python-version 3.12 --only-binary :all: win"),
    "platform of old": Case("--platform manylinux2014_x86_64 --only-binary=:all: win"),
    "platforms": Case("--platform win_amd64 --platform manylinux2014_x86_64 --python-version 312 --no-deps win"),
    "platform with sources": Case("--platform win_amd64 win"),
    "platform with one source": Case("--platform win_amd64 --only-binary :all: --no-binary src win"),
    "python version": Case("--python-version 3.99 --only-binary :all: needy strict"),
    "python version that is none": Case("--python-version 3.x --only-binary :all: needy"),
    "python version that is long": Case("--python-version 3.1.2.3 --only-binary :all: needy"),
    "implementation": Case("--implementation pp --abi pypy39_pp73 --python-version 39 --only-binary=:all: abi"),
    "abi": Case("--abi abi3 --python-version 311 --implementation cp --only-binary :all: abi"),
    "plain implementation": Case("--implementation py --only-binary :all: win"),
    "local versions": Case("local==1.0"),
    "one local version": Case("local==1.0+cu1"),
    "arbitrary equality": Case("local===1.0"),
    "yanked": Case("gone"),
    "yanked, pinned": Case("gone==2.0"),
    "yanked, pinned by a constraint": Case("gone", constraints="gone==2.0\n"),
    "yanked, not pinned": Case("gone>1"),
    # hash mode
    "hashes": Case("", "app==2.0 {app-2.0}\nlib==2.0 {lib-2.0}\n"),
    "a hash is missing": Case("", "app==2.0 {app-2.0}\nlib==2.0\n"),
    "closure is missing": Case("", "app==2.0 {app-2.0}\n"),
    "hash of another": Case("", "lib==2.0 {lib-1.0}\n"),
    "several hashes": Case("", "lib==2.0 {lib-1.0} {lib-2.0}\n"),
    "weak hash": Case("", "lib==2.0 --hash=md5:d41d8cd98f00b204e9800998ecf8427e\n"),
    "no hash": Case("", "lib==2.0 --hash=sha256\n"),
    "not pinned": Case("", "lib {lib-1.0}\n"),
    "not pinned, two hashes": Case("", "lib>=1 {lib-1.0} {lib-2.0}\n"),
    "not pinned, no hash": Case("", "lib\nmore==1.0 {more-1.0}\n"),
    "pinned by star": Case("", "lib==2.* {lib-2.0}\n"),
    "constraint with a hash": Case("lib", constraints="lib==1.0 {lib-1.0}\n"),
    "constraint with a hash, closure": Case("app", constraints="lib==2.0 {lib-2.0}\napp==2.0 {app-2.0}\n"),
    "constraint without": Case("lib", "more==1.0 {more-1.0}\n", "lib==1.0\n"),
    "hashes that agree": Case("", "lib==2.0 {lib-1.0} {lib-2.0}\n", "lib {lib-2.0}\n"),
    "required": Case("--require-hashes lib==2.0"),
    "required in a file": Case("", "--require-hashes\nlib==2.0\n"),
    "not required": Case("--no-require-hashes", "app==2.0 {app-2.0}\n"),
    "not required, wrong": Case("--no-require-hashes", "app==2.0 {app-1.0}\n"),
    "not required in a file": Case("", "--no-require-hashes\napp==2.0 {app-2.0}\n"),
    "required and not": Case("--require-hashes", "--no-require-hashes\nlib==2.0 {lib-2.0}\n"),
    "a file with its hash": Case("--require-hashes FILES/{=lib-1.0}"),
    "a file with a fragment": Case("--require-hashes file://FILES/{=lib-1.0}#{#lib-1.0}"),
    "a file with a wrong fragment": Case("file://FILES/{=lib-1.0}#{#lib-2.0}"),
    "a fragment asks nothing of others": Case("file://FILES/{=lib-1.0}#{#lib-1.0} more"),
    "a file in a file": Case("", "FILES/{=lib-1.0} {lib-1.0}\n"),
    "a folder": Case("--require-hashes FILES"),
}


def written(case: Case, archives: Mapping[str, Archive], root: Path, name: str) -> list[str]:
    """Return the words of *case*, its files written below *root*."""

    def filled(text: str) -> str:
        for key, archive in archives.items():
            text = text.replace("{" + key + "}", f"--hash=sha256:{archive.sha256}")
            text = text.replace("{=" + key + "}", archive.filename).replace(
                "{#" + key + "}", f"sha256={archive.sha256}"
            )
        return text.replace("FILES", str(root / "files"))

    folder = root / name.replace(" ", "-")
    folder.mkdir()
    words = filled(case.words).split()
    for option, text in (("-r", case.requirements), ("-c", case.constraints)):
        if text:
            (folder / f"file{option}.txt").write_text(filled(text))
            words += [option, str(folder / f"file{option}.txt")]
    return words


def pips_answers(cases: Mapping[str, list[str]], root: Path) -> dict[str, dict[str, str] | None]:
    """Return what pip would install for each of *cases*, nothing where it refuses."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK_PIP, str(root)],
        input=json.dumps(cases), env=environ, text=True, check=True, capture_output=True,
    )  # fmt: skip
    answers: dict[str, dict[str, str] | None] = json.loads((root / "answers.json").read_text())
    return answers


def our_answer(place: Place, words: list[str]) -> dict[str, str] | None:
    """Return what we would install, nothing where we refuse."""
    report = place.root / "report.json"
    said = place.run("install", "--dry-run", "--ignore-installed", "-q", "--report", str(report), *words)
    if said.status:
        assert said.status in (1, 2), said
        return None
    found = [each["metadata"] for each in json.loads(report.read_text())["install"]]
    return {each["name"]: each["version"] for each in found}


def test_every_case(tmp_path: Path) -> None:
    """The same versions, or an error; that of options which don't go together has status 2 here, 1 in pip."""
    with LoopbackIndex(form="json") as index:
        place = make_place(tmp_path, index)
        archives = fill(index)
        (tmp_path / "files").mkdir()
        for archive in archives.values():
            (tmp_path / "files" / archive.filename).write_bytes(archive.data)
        (tmp_path / "files" / "setup.py").write_text("import setuptools; setuptools.setup(name='x', version='1')")
        cases = {name: written(case, archives, tmp_path, name) for name, case in CASES.items()}
        source = ["--index-url", index.url, "--trusted-host", "127.0.0.1"]
        pips = pips_answers({name: [*source, *words] for name, words in cases.items()}, tmp_path)
        ours = {name: our_answer(place, words) for name, words in cases.items()}
    assert {name: answer for name, answer in ours.items() if answer != pips[name]} == {}
    assert pips["hashes"] == {"app": "2.0", "lib": "2.0"}, "or the table compares nothing"
