"""Inline script metadata, as PEP 723 has it."""

from pathlib import Path

import pytest
from pip._internal.req.pep723 import PEP723Exception, pep723_metadata

from pybuildsync.errors import RequestError
from pybuildsync.project.scripts import read_script

SOUND = """#!/usr/bin/env python
# /// other
# dependencies = ["not this"]
# ///

# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "one<2",
#     "two",  # why
# ]
#
# [tool.x]
# y = 1
# ///
print("# /// script")
"""
BROKEN = {
    "nothing": "print(1)\n",
    "twice": "# /// script\n# dependencies = []\n# ///\n\n# /// script\n# dependencies = []\n# ///\n",
    "open": '# /// script\n# dependencies = ["one"]\n',
    "no TOML": "# /// script\n# dependencies = [\n# ///\n",
    "no list": '# /// script\n# dependencies = "one"\n# ///\n',
    "numbers": "# /// script\n# dependencies = [1]\n# ///\n",
    "no version": "# /// script\n# requires-python = 3\n# ///\n",
}


def test_what_a_script_needs(tmp_path: Path) -> None:
    """Its requirements and its Pythons; pip reads the same."""
    path = tmp_path / "script.py"
    path.write_text(SOUND)
    needs = read_script(str(path))
    assert ([line.text for line in needs.requirements], needs.requires_python) == (["one<2", "two"], ">=3.11")
    assert pep723_metadata(str(path))["dependencies"] == ["one<2", "two"]


def test_a_script_that_needs_nothing(tmp_path: Path) -> None:
    """An empty block says so."""
    path = tmp_path / "script.py"
    path.write_text("# /// script\n#\n# ///\n")
    assert read_script(str(path)) == ((), "")


@pytest.mark.parametrize("kind", BROKEN)
def test_what_says_nothing_sound(tmp_path: Path, kind: str) -> None:
    """No block, two, or one that is not as it should be: the script is named; pip takes none of the first four."""
    path = tmp_path / "script.py"
    path.write_text(BROKEN[kind])
    with pytest.raises(RequestError, match=r"script\.py"):
        read_script(str(path))
    if kind in ("nothing", "twice", "open", "no TOML"):
        with pytest.raises(PEP723Exception):
            pep723_metadata(str(path))


def test_a_script_that_cant_be_read(tmp_path: Path) -> None:
    """It isn't there, or is no text."""
    path = tmp_path / "script.py"
    with pytest.raises(RequestError, match="can't be read"):
        read_script(str(path))
    path.write_bytes(b"\xff\xff")
    with pytest.raises(RequestError, match="can't be read"):
        read_script(str(path))
