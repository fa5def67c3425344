"""Requirement files say what pip's own reader says they say."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements

from pybuildsync.project.requirement_files import read_requirement_file

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
    for constraint, lines in ((False, found.requirements), (True, found.constraints)):
        theirs = [(each, editable, options) for each, limits, editable, options in expected if limits == constraint]
        assert [(line.text, line.editable) for line in lines] == [(text, editable) for text, editable, _ in theirs]
        for line, (_, _, options) in zip(lines, theirs, strict=True):
            hashes = options.get("hashes") or {}
            assert isinstance(hashes, dict)
            assert sorted(line.hashes) == sorted(f"{name}:{digest}" for name, all_ in hashes.items() for digest in all_)
            settings = options.get("config_settings") or {}
            assert dict(text.split("=", 1) for text in line.config_settings) == settings
