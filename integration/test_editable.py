"""A native project installed as editable, against a real C library that changes under it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from integration.command import Environment
from integration.source_trees import copy_tree, make_links

LOADED_FIRST = "import ctypes\n\nimport lib\n\nctypes.CDLL(lib.LIBRARY, mode=ctypes.RTLD_GLOBAL)\n"


@pytest.mark.parametrize("bakes", [True, False])
def test_the_library_changes_under_an_editable_project(
    tmp_path: Path,
    new_environment: Callable[[str], Environment],
    bakes: bool,  # noqa: FBT001 - a table
) -> None:
    """It is built in its tree against what runs, and rebuilt there with the library, also if only its modules tell."""
    links = make_links(tmp_path / "links", libraries=("1.0", "2.0"))
    tree = copy_tree("a", tmp_path)
    package = tree / "a" / "__init__.py"
    package.write_text(LOADED_FIRST + package.read_text())
    if not bakes:
        setup = tree / "setup.py"
        setup.write_text(setup.read_text().replace('f"lib=={lib.VERSION}"', ""))
    environment = new_environment("environment")
    ours = ("--no-index", "-f", links)
    first = environment.install(*ours, "-e", tree, "lib<2")
    assert first["builds"] == 1
    assert environment.evaluate("import a; print(a.built_with(), a.runs_with(), a.__file__)") == f"1.0 1.0 {package}"
    (link,) = environment.record("a")["links"]
    assert (link["module"].partition(".")[0], link["library"]) == ("a/_a", "liblib.so.1.0")
    second = environment.install(*ours, "-U", "lib")
    assert second["builds"] == 1
    assert environment.evaluate("import a; print(a.built_with(), a.runs_with())") == "2.0 2.0"
    assert environment.record("a")["links"][0]["library"] == "liblib.so.2.0"
    checked = environment.command("check")
    assert checked.returncode == 0, checked.stdout
    listed = environment.command("list", "--editable")
    assert str(tree) in listed.stdout
