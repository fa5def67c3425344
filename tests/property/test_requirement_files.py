"""Requirement files say what pip's own reader says they say, by path and by URL."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import LoopbackIndex
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements

from pybuildsync.core.story import Silent
from pybuildsync.errors import PybuildsyncError
from pybuildsync.index.settings import IndexSettings
from pybuildsync.index.texts import Texts
from pybuildsync.project.requirement_files import RequirementFile, read_requirement_file

WORDS = st.sampled_from(
    [
        "a",
        "b==1",
        "c[x]>=1",
        "d ; python_version > '3'",
        "./e",
        "f@https://x.example/f.zip#sha256=0",
        "\ng --hash=sha256:00 --hash sha512:11\n",
        "\nh --config-settings=k=v\n",
    ]
)
PIECES = st.sampled_from(
    [
        " ",
        "\t",
        "#",
        " # note",
        "\\\n",
        "\n",
        "\n\n",
        "${SET}",
        "${UNSET}",
        "$SET",
        "${set}",
        "\n-r nested.txt\n",
        "\n-c nested.txt\n",
        "\n-e ./tree\n",
        "\n--pre\n",
        "\r\n",
        "  ",
    ]
)
TEXTS = st.lists(st.one_of(WORDS, PIECES), max_size=12).map("".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for all examples."""
    return tmp_path_factory.mktemp("files")


def pips_reading(path: str) -> list[tuple[str, bool, bool, dict[str, object]]] | None:
    """Return what pip reads: (text, constraint, editable, options); None where it refuses."""
    with PipSession() as session:
        try:
            found = list(parse_requirements(path, session=session))
        except Exception:  # noqa: BLE001 - pip's errors are of many classes
            return None
    return [(each.requirement, each.constraint, each.is_editable, each.options or {}) for each in found]


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackIndex]:
    """Give a server for all examples."""
    with LoopbackIndex() as server:
        yield server


def assert_same(expected: Sequence[tuple[str, bool, bool, dict[str, object]]], found: RequirementFile) -> None:
    """Compare what pip reads with what we do."""
    for constraint, lines in ((False, found.requirements), (True, found.constraints)):
        theirs = [(each, editable, options) for each, limits, editable, options in expected if limits == constraint]
        assert [(line.text, line.editable) for line in lines] == [(text, editable) for text, editable, _ in theirs]
        for line, (_, _, options) in zip(lines, theirs, strict=True):
            hashes = options.get("hashes") or {}
            assert isinstance(hashes, dict)
            assert sorted(line.hashes) == sorted(f"{name}:{digest}" for name, all_ in hashes.items() for digest in all_)
            settings = options.get("config_settings") or {}
            assert dict(text.split("=", 1) for text in line.config_settings) == settings


@given(text=TEXTS, nested=TEXTS)
def test_pip_reads_the_same(text: str, nested: str, folder: Path) -> None:
    """Requirements, constraints, editables, hashes and settings agree with pip, in order, whatever the layout."""
    path = folder / "r.txt"
    path.write_text(text, encoding="utf-8")
    (folder / "nested.txt").write_text(nested.replace("nested.txt", "deeper.txt"), encoding="utf-8")
    (folder / "deeper.txt").write_text("deep\n", encoding="utf-8")
    os.environ["SET"] = "g"
    os.environ.pop("UNSET", None)
    expected = pips_reading(str(path))
    if expected is None:
        return
    found = read_requirement_file(str(path), environ={"SET": "g"})
    assert_same(expected, found)


NAMES = st.sampled_from(["r.txt", "a/r.txt", "a/b/r.txt", "s.txt"])
REFERENCES = st.one_of(
    NAMES.map("/{}".format),
    NAMES.map("{{root}}/{}".format),
    NAMES.map("file://{{folder}}/{}".format),
    NAMES.map("{{folder}}/{}".format),
    st.sampled_from(
        ["r.txt", "../r.txt", "b/r.txt", "../../s.txt", "./a/../s.txt", "s.txt?x=/y", "//{host}/s.txt", ""]
    ),
)
INCLUDING = st.lists(st.tuples(st.sampled_from(["-r", "-c", "-e"]), REFERENCES), max_size=3)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # pip leaves files open that it reads by URL
@given(files=st.dictionaries(NAMES, INCLUDING, min_size=1), elsewhere=st.dictionaries(NAMES, INCLUDING))
def test_pip_reads_the_same_by_url(
    files: dict[str, list[tuple[str, str]]],
    elsewhere: dict[str, list[tuple[str, str]]],
    folder: Path,
    server: LoopbackIndex,
) -> None:
    """Files here and on a server include each other, by paths and URLs of all forms: pip finds the same in them.

    What pip can't read, such as a file that isn't there, is an error here, too.
    """
    place = {"root": server.root, "folder": str(folder), "host": server.root.partition("//")[2]}
    here = folder / "including"
    shutil.rmtree(here, ignore_errors=True)
    place["folder"] = str(here)
    server.pages.clear()
    for name, lines in files.items():
        server.pages[f"/{name}"] = (
            "text/plain",
            "".join([f"remote-{name.replace('/', '-')}\n", *told(lines, place)]).encode(),
        )
    for name, lines in elsewhere.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text("".join([f"local-{name.replace('/', '-')}\n", *told(lines, place)]), encoding="utf-8")
    starts = [f"{server.root}/{name}" for name in files]
    starts += [start for name in elsewhere for start in (str(here / name), (here / name).as_uri())]
    with closing(Texts(IndexSettings(), story=Silent(), environ={})) as texts:
        for start in starts:
            expected = pips_reading(start)
            try:
                found = read_requirement_file(start, environ={}, fetch=texts.fetch)
            except PybuildsyncError:
                assert expected is None
            else:
                assert expected is not None
                assert_same(expected, found)


def told(lines: Sequence[tuple[str, str]], place: dict[str, str]) -> list[str]:
    """Return *lines* of options and what stands behind them."""
    return [f"{option} {value.format(**place)}\n" for option, value in lines]
