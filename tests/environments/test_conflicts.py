"""Two distributions and one file: found before anything changes."""

import os
from pathlib import Path

import pytest
from environments.places import installed, make_environment, make_wheel, placed, tree

from pybuildsync.environments.conflicts import content_of
from pybuildsync.environments.layouts import Placement, lay_out
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.transaction import apply
from pybuildsync.errors import EnvironmentFault, RequestError

SCRIPTS = "[console_scripts]\nrun = {}:main\n"


def test_two_wheels_with_different_files_are_refused(tmp_path: Path) -> None:
    """The error names both and the file; nothing has changed."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={"tests/__init__.py": "1"})
    two = make_wheel(tmp_path / "store", "two", files={"tests/__init__.py": "2"})
    with pytest.raises(RequestError) as caught:
        apply(Changes(install=placed(one, two)), scheme)
    assert str(caught.value).splitlines() == [
        "distributions have the same files with different contents: one 1.0 and two 1.0",
        f"  {scheme.purelib}/tests/__init__.py: of one 1.0 and of two 1.0",
        "hint: leave one of them out, or let the later one win: `--allow-conflicts`",
    ]
    assert tree(tmp_path / "env") == before


def test_the_later_one_wins_where_that_is_allowed(tmp_path: Path) -> None:
    """As pip does it, but told."""
    scheme = make_environment(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={"x.py": "1"}, entry_points=SCRIPTS.format("one"))
    two = make_wheel(tmp_path / "store", "two", files={"x.py": "2"}, entry_points=SCRIPTS.format("two"))
    done = apply(Changes(install=placed(one, two)), scheme, on_conflict="overwrite")
    assert [conflict.path for conflict in done.conflicts] == [f"{scheme.purelib}/x.py", f"{scheme.scripts}/run"]
    assert Path(scheme.purelib, "x.py").read_text() == "2"
    assert "from two import main" in Path(scheme.scripts, "run").read_text()


def test_an_installed_distribution_is_protected(tmp_path: Path) -> None:
    """What is installed and stays counts like what comes along."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "one", files={"x.py": "1"}))), scheme)
    two = make_wheel(tmp_path / "store", "two", files={"x.py": "2"})
    with pytest.raises(RequestError, match=r"one 1\.0 and two 1\.0"):
        apply(Changes(install=placed(two)), scheme)
    done = apply(Changes(install=placed(two)), scheme, on_conflict="overwrite")
    assert [str(conflict) for conflict in done.conflicts] == [f"{scheme.purelib}/x.py: of one 1.0 and of two 1.0"]
    assert done.replaced == ()


def test_many_conflicts_are_told_in_short(tmp_path: Path) -> None:
    """Ten files are enough to understand."""
    scheme = make_environment(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={f"x{number:02}.py": "1" for number in range(12)})
    two = make_wheel(tmp_path / "store", "two", files={f"x{number:02}.py": "2" for number in range(12)})
    with pytest.raises(RequestError) as caught:
        apply(Changes(install=placed(one, two)), scheme)
    assert caught.value.why.splitlines()[9:] == [
        f"{scheme.purelib}/x09.py: of one 1.0 and of two 1.0",
        "... and 2 more",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("same\n", "same\n"),
        ("__path__ = __import__('pkgutil').extend_path(__path__, __name__)", "from pkgutil import extend_path  # ..."),
        ("__import__('pkg_resources').declare_namespace(__name__)", "import pkgutil; pkgutil.extend_path(1, 2)"),
    ],
)
def test_harmless_files_are_shared(tmp_path: Path, first: str, second: str) -> None:
    """Same contents and declarations of one namespace are no conflict, and the file stays until its last owner goes."""
    scheme = make_environment(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={"space/__init__.py": first, "space/one.py": ""})
    two = make_wheel(tmp_path / "store", "two", files={"space/__init__.py": second, "space/two.py": ""})
    three = make_wheel(tmp_path / "store", "three", files={"space/__init__.py": second, "space/three.py": ""})
    assert apply(Changes(install=placed(one, two)), scheme).conflicts == ()
    assert apply(Changes(install=placed(three)), scheme).conflicts == ()
    for name, left in (("two", ["__init__.py", "one.py", "three.py"]), ("one", ["__init__.py", "three.py"])):
        apply(Changes(remove=installed(scheme, name)), scheme)
        assert sorted(os.listdir(f"{scheme.purelib}/space")) == left
    apply(Changes(remove=installed(scheme, "three")), scheme)
    assert os.listdir(scheme.purelib) == []


def test_different_namespaces_words_elsewhere_are_a_conflict(tmp_path: Path) -> None:
    """Only ``__init__.py`` declares a namespace."""
    scheme = make_environment(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={"x.py": "extend_path 1"})
    two = make_wheel(tmp_path / "store", "two", files={"x.py": "extend_path 2"})
    with pytest.raises(RequestError):
        apply(Changes(install=placed(one, two)), scheme)


def test_a_file_where_another_has_a_folder_is_refused_always(tmp_path: Path) -> None:
    """That can't be allowed, as one of the two would be gone; installed or not."""
    scheme = make_environment(tmp_path / "env")
    file = make_wheel(tmp_path / "store", "file", files={"thing": ""})
    folder = make_wheel(tmp_path / "store", "folder", files={"thing/x.py": ""})
    for changes in (placed(file, folder), placed(folder, file)):
        with pytest.raises(RequestError, match=r"folder 1\.0 and file 1\.0"):
            apply(Changes(install=changes), scheme, on_conflict="overwrite")
    apply(Changes(install=placed(file)), scheme)
    with pytest.raises(RequestError, match=r"file 1\.0 and folder 1\.0"):
        apply(Changes(install=placed(folder)), scheme, on_conflict="overwrite")
    apply(Changes(remove=installed(scheme), install=placed(folder)), scheme)
    with pytest.raises(EnvironmentFault, match="a folder is where a file must go"):
        apply(Changes(install=placed(file)), scheme, on_conflict="overwrite")


def test_a_file_of_nobody_gives_way_to_a_folder(tmp_path: Path) -> None:
    """It is replaced like any file that no distribution owns, and named."""
    scheme = make_environment(tmp_path / "env")
    Path(scheme.purelib, "thing").touch()
    done = apply(Changes(install=placed(make_wheel(tmp_path / "store", "one", files={"thing/x.py": ""}))), scheme)
    assert done.replaced == (f"{scheme.purelib}/thing",)


def test_data_that_lands_among_modules_counts(tmp_path: Path) -> None:
    """A file is where it ends up, whichever way it came."""
    scheme = make_environment(tmp_path / "env")
    one = make_wheel(tmp_path / "store", "one", files={"x.py": "1"})
    data = "two-1.0.data/data/lib/python3.11/site-packages/x.py"
    two = make_wheel(tmp_path / "store", "two", files={data: "2"})
    with pytest.raises(RequestError, match=r"one 1\.0 and two 1\.0"):
        apply(Changes(install=placed(one, two)), scheme)


def test_a_folder_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    """A link in site-packages to a source tree is no place to install into; one inside the environment is."""
    scheme = make_environment(tmp_path / "env")
    (tmp_path / "tree").mkdir()
    Path(scheme.purelib, "sample").symlink_to(tmp_path / "tree")
    wheel = make_wheel(tmp_path / "store", "sample")
    with pytest.raises(EnvironmentFault, match="is a link out of it"):
        apply(Changes(install=placed(wheel)), scheme)
    Path(scheme.purelib, "sample").unlink()
    Path(scheme.purelib, "really").mkdir()
    Path(scheme.purelib, "sample").symlink_to("really")
    apply(Changes(install=placed(wheel)), scheme)
    assert os.listdir(f"{scheme.purelib}/really") == ["__init__.py"]


def test_contents_are_found_wherever_they_come_from(tmp_path: Path) -> None:
    """Generated, linked or from elsewhere; what isn't there is an error of ours."""
    scheme = make_environment(tmp_path / "env")
    wheel = make_wheel(tmp_path / "store", "one", files={"one-1.0.data/data/x": "data"})
    layout = lay_out(Placement(wheel=wheel), scheme)
    assert content_of(layout, f"{scheme.data}/x") == b"data"
    assert content_of(layout, layout.record.path) == layout.record.content
    with pytest.raises(KeyError):
        content_of(layout, f"{scheme.purelib}/y")
