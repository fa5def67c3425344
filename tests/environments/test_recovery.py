"""What recovery leaves alone."""

import os
from collections.abc import Mapping
from pathlib import Path

from environments.places import dying, installed, is_killed, make_environment, make_wheel, placed, tree

from pybuildsync.environments.planning import Changes
from pybuildsync.environments.recovery import recover
from pybuildsync.environments.schemes import Scheme
from pybuildsync.environments.transaction import apply


def install_by_another(scheme: Scheme, name: str, files: Mapping[str, str]) -> None:
    """Install *name* as pip does, over whatever is there."""
    info = f"{name}-2.0.dist-info"
    texts = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n"}
    texts[f"{info}/INSTALLER"] = "pip\n"
    texts[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*texts, f"{info}/RECORD"])
    for path, text in texts.items():
        file = Path(scheme.purelib, path)
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text)


def test_what_another_installer_has_put_there_since_stays(tmp_path: Path) -> None:
    """After a kill somebody helps himself with pip; undoing the killed install takes nothing of that away."""
    scheme = make_environment(tmp_path / "env")
    store = tmp_path / "store"
    old = make_wheel(store, "sample", files={"sample/a.py": "1", "sample/old.py": "1"})
    apply(Changes(install=placed(old)), scheme)
    new = make_wheel(store, "sample", "2.0", {"sample/a.py": "2", "sample/b.py": "2"})
    assert is_killed(lambda: apply(Changes(install=placed(new, make_wheel(store, "more"))), scheme, calls=dying(20)))
    install_by_another(scheme, "sample", {"sample/a.py": "two", "sample/b.py": "two"})
    recovered = recover(scheme)
    assert recovered is not None
    assert recovered.is_undone
    (sample,) = [each for each in installed(scheme) if each.version == "2.0"]
    assert (sample.name, sample.broken) == ("sample", "")
    assert [Path(scheme.purelib, "sample", name).read_text() for name in ("a.py", "b.py")] == ["two", "two"]
    assert not os.path.exists(f"{scheme.purelib}/more")
    assert not os.path.exists(scheme.journal_folder)


def test_what_another_installer_had_put_there_before_comes_back(tmp_path: Path) -> None:
    """A file that pip's distribution shares with the one that comes is as it was."""
    scheme = make_environment(tmp_path / "env")
    install_by_another(scheme, "first", {"shared.py": "first"})
    old = tree(tmp_path / "env")
    changes = Changes(install=placed(make_wheel(tmp_path / "store", "second", files={"shared.py": "second"})))
    for at in range(4, 12):
        assert is_killed(lambda: apply(changes, scheme, on_conflict="overwrite", calls=dying(at)))  # noqa: B023 - at once
        assert recover(scheme) is not None
        assert tree(tmp_path / "env") == old
