"""Dependency groups, as PEP 735 has them."""

from pathlib import Path

import pytest

from pybuildsync.errors import RequestError
from pybuildsync.project.dependency_groups import read_group, split_group


@pytest.fixture
def pyproject(tmp_path: Path) -> str:
    """A file with groups, sound and broken."""
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[dependency-groups]\n"
        'test = ["one==1", {include-group = "Ty_ping"}]\n'
        "ty-ping = [\"two; python_version > '3'\"]\n"
        'circle = [{include-group = "circle"}]\n'
        'lost = [{include-group = "nowhere"}]\n'
        'broken = ["one =="]\n'
        "number = [1]\n"
    )
    return str(path)


def test_the_file_may_stand_before_the_group() -> None:
    """By default it is the pyproject.toml of the working directory."""
    assert split_group("test") == ("pyproject.toml", "test")
    assert split_group("a:b/pyproject.toml:test") == ("a:b/pyproject.toml", "test")


def test_a_group_and_what_it_includes(pyproject: str) -> None:
    """Included groups stand in their place; names are the same however they are spelled."""
    lines = read_group(pyproject, "Test")
    assert [line.text for line in lines] == ["one==1", 'two; python_version > "3"']
    assert {line.where for line in lines} == {f"{pyproject}, group Test"}


@pytest.mark.parametrize("group", ["circle", "lost", "broken", "number", "nowhere"])
def test_what_is_no_group(pyproject: str, group: str) -> None:
    """A circle, an unknown group, a requirement that is none: the file and the group are named."""
    with pytest.raises(RequestError) as caught:
        read_group(pyproject, group)
    assert (pyproject in caught.value.what, group in caught.value.what) == (True, True)


def test_what_is_no_file_with_groups(tmp_path: Path) -> None:
    """A file that isn't there, is no TOML or has no groups."""
    path = tmp_path / "pyproject.toml"
    for text in (None, "[project", "[project]\n", 'dependency-groups = "x"\n', b"\xff"):
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(RequestError, match=r"pyproject\.toml"):
            read_group(str(path), "test")
