"""What one wheel becomes in one place: byte code beside its modules, scripts once, what is left out left out."""

import os
from pathlib import Path

from environments.places import make_environment, make_wheel, target_scheme, tree

from pybuildsync.environments.layouts import Placement, lay_out
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.target_folders import beside_what_is_there
from pybuildsync.environments.transaction import apply


def byte_code(folder: Path, *modules: str) -> str:
    """Write something in the place of the byte code of *modules*, and return the folder."""
    for module in modules:
        path = folder / os.path.dirname(module) / "__pycache__" / f"{os.path.basename(module)}.cpython-311.pyc"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"code")
    return str(folder)


def test_byte_code_of_modules_in_the_data_folder(tmp_path: Path) -> None:
    """It goes where its module goes, and RECORD says so."""
    scheme = make_environment(tmp_path / "env")
    files = {"top.py": "", "sample-1.0.data/purelib/pure.py": "", "sample-1.0.data/platlib/deep/plat.py": ""}
    wheel = make_wheel(tmp_path / "store", "sample", files=files)
    code = byte_code(tmp_path / "code", "top", "sample-1.0.data/purelib/pure", "sample-1.0.data/platlib/deep/plat")
    apply(Changes(install=(Placement(wheel=wheel, bytecode=code),)), scheme)
    places = [
        "__pycache__/pure.cpython-311.pyc",
        "__pycache__/top.cpython-311.pyc",
        "deep/__pycache__/plat.cpython-311.pyc",
    ]
    assert sorted(name for name in tree(scheme.purelib) if name.endswith(".pyc")) == places
    record = Path(scheme.purelib, "sample-1.0.dist-info/RECORD").read_text().splitlines()
    assert sorted(row for row in record if ".pyc" in row) == [f"{place},," for place in places]


def test_launchers_that_setuptools_made(tmp_path: Path) -> None:
    """What lies beside an entry point's script under one of their names isn't installed, as in pip; others are."""
    scheme = make_environment(tmp_path / "env")
    names = ("run", "run.exe", "run-script.py", "RUN.pya", "run.py", "running")
    files = {f"sample-1.0.data/scripts/{name}": "#!python\n" for name in names}
    wheel = make_wheel(tmp_path / "store", "sample", files=files, entry_points="[console_scripts]\nrun = sample:main\n")
    layout = lay_out(Placement(wheel=wheel), scheme)
    scripts = [os.path.basename(path) for path in layout.elsewhere if path.startswith(f"{scheme.scripts}/")]
    assert sorted(scripts) == ["RUN.pya", "run", "run.py", "running"]


def test_what_is_in_the_way_in_a_target_folder(tmp_path: Path) -> None:
    """A folder where a file should go, a broken link, other contents: all of these stay."""
    target = tmp_path / "there"
    scheme = target_scheme(target)
    (target / "one.py").mkdir(parents=True)
    (target / "two.py").symlink_to("nowhere")
    (target / "three.py").write_text("mine")
    wheel = make_wheel(
        tmp_path / "store", "sample", files={f"{name}.py": "" for name in ("one", "two", "three", "four")}
    )
    placements, names = beside_what_is_there((Placement(wheel=wheel),), scheme)
    assert names == tuple(f"{target}/{name}.py" for name in ("one", "three", "two"))
    assert lay_out(placements[0], scheme).files == (
        "four.py",
        "sample-1.0.dist-info/METADATA",
        "sample-1.0.dist-info/WHEEL",
    )
    assert beside_what_is_there(placements, target_scheme(tmp_path / "new")) == (
        placements,
        (),
    )
