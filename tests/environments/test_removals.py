"""Which files go with a distribution, and which never do."""

import os
from pathlib import Path

import pytest
from environments.places import installed, make_environment, make_wheel, placed, target_scheme, tree

from pybuildsync.environments.installed import InstalledDistribution
from pybuildsync.environments.planning import Changes
from pybuildsync.environments.schemes import Scheme
from pybuildsync.environments.transaction import apply
from pybuildsync.errors import EnvironmentFault, RequestError


def write_distribution(scheme: Scheme, record: str, installer: str = "pip") -> None:
    """Install by hand: a dist-info folder with the RECORD *record*."""
    info = Path(scheme.purelib, "sample-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
    (info / "INSTALLER").write_text(installer)
    (info / "RECORD").write_text(
        record + "".join(f"sample-1.0.dist-info/{name},,\n" for name in ("METADATA", "INSTALLER", "RECORD"))
    )


def test_nothing_outside_goes(tmp_path: Path) -> None:
    """Whatever a RECORD says, what lies outside, behind a link or is the environment's own stays, and is named."""
    scheme = make_environment(tmp_path / "env")
    before = tree(tmp_path / "env")
    (tmp_path / "outside").mkdir()
    for name in ("one", "two", "three.py"):
        (tmp_path / "outside" / name).touch()
    Path(scheme.purelib, "linked").symlink_to(tmp_path / "outside")
    write_distribution(
        scheme,
        f"../../../../outside/one,,\n{tmp_path}/outside/two,,\nlinked/three.py,,\n../../../bin/python,,\n"
        f"../../../pyvenv.cfg,,\n../../../bin/run,,\nnot/there.py,,\n../../../bin,,\n../../../../outside/no,,\n",
    )
    Path(scheme.scripts, "run").touch()
    done = apply(Changes(remove=installed(scheme)), scheme)
    assert done.outside == (
        f"{tmp_path}/outside/one",
        f"{tmp_path}/outside/two",
        f"{tmp_path}/outside/three.py",
        f"{scheme.scripts}/python",
        f"{scheme.data}/pyvenv.cfg",
    )
    Path(scheme.purelib, "linked").unlink()
    assert tree(tmp_path / "env") == before
    assert sorted(os.listdir(tmp_path / "outside")) == ["one", "three.py", "two"]


def test_a_link_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    """A file of a distribution may be a link, broken or not."""
    scheme = make_environment(tmp_path / "env")
    (tmp_path / "data").write_text("keep")
    Path(scheme.purelib, "a").symlink_to(tmp_path / "data")
    Path(scheme.purelib, "b").symlink_to(tmp_path / "nowhere")
    write_distribution(scheme, "a,,\nb,,\n")
    apply(Changes(remove=installed(scheme)), scheme)
    assert os.listdir(scheme.purelib) == []
    assert (tmp_path / "data").read_text() == "keep"


def test_what_is_only_seen_from_here_stays(tmp_path: Path) -> None:
    """With --system-site-packages the base interpreter's distributions are there, but not in this environment."""
    base, scheme = make_environment(tmp_path / "base"), make_environment(tmp_path / "env")
    write_distribution(base, "")
    before = tree(tmp_path / "base")
    with pytest.raises(EnvironmentFault, match=r"sample 1\.0 can't be removed") as caught:
        apply(Changes(remove=installed(base)), scheme)
    assert "not in this environment" in caught.value.why
    assert tree(tmp_path / "base") == before


def test_the_lock_stays(tmp_path: Path) -> None:
    """A RECORD that lists it can't take it away from whoever holds it."""
    scheme = make_environment(tmp_path / "env")
    write_distribution(scheme, "../../../.pybuildsync.lock,,\n")
    done = apply(Changes(remove=installed(scheme)), scheme)
    assert done.outside == (scheme.lock,)
    assert os.path.exists(scheme.lock)


def test_an_egg_info_owns_what_it_lists(tmp_path: Path) -> None:
    """What old versions of setuptools installed is in nobody's RECORD."""
    scheme = make_environment(tmp_path / "env")
    info = Path(scheme.purelib, "old.egg-info")
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: old\nVersion: 1.0\n")
    (info / "installed-files.txt").write_text("../shared.py\nPKG-INFO\n")
    Path(scheme.purelib, "shared.py").write_text("old")
    new = make_wheel(tmp_path / "store", "new", files={"shared.py": "new"})
    with pytest.raises(RequestError, match=r"old 1\.0 and new 1\.0"):
        apply(Changes(install=placed(new)), scheme)


def test_without_a_list_nothing_is_removed(tmp_path: Path) -> None:
    """No RECORD, no removal: the message says who installed it and what to do."""
    scheme = make_environment(tmp_path / "env")
    write_distribution(scheme, "", installer="debian")
    Path(scheme.purelib, "sample-1.0.dist-info/RECORD").unlink()
    with pytest.raises(EnvironmentFault) as caught:
        apply(Changes(remove=installed(scheme)), scheme)
    assert str(caught.value).splitlines() == [
        "sample 1.0 can't be removed",
        f"  it has no RECORD; it was installed by debian: {scheme.purelib}/sample-1.0.dist-info",
        "hint: remove it with debian, or use an environment of your own: `pybuildsync venv`",
    ]


@pytest.mark.parametrize("kind", ["egg-link", "egg-info"])
def test_older_installations_say_why_they_stay(tmp_path: Path, kind: str) -> None:
    """``setup.py develop`` and distutils leave no list of files."""
    scheme = make_environment(tmp_path / "env")
    path = Path(scheme.purelib, f"sample.{kind}")
    path.touch()
    distribution = InstalledDistribution("sample", "1.0", str(path), scheme.purelib, kind)
    with pytest.raises(EnvironmentFault, match=r"sample 1\.0 can't be removed") as caught:
        apply(Changes(remove=(distribution,)), scheme)
    assert caught.value.hint == "use a fresh environment: `pybuildsync venv`"


def test_what_a_killed_installer_left_gives_way(tmp_path: Path) -> None:
    """A dist-info folder without METADATA doesn't stand in the way of its own reinstallation."""
    scheme = make_environment(tmp_path / "env")
    Path(scheme.purelib, "sample-0.9.dist-info").mkdir()
    Path(scheme.purelib, "sample-0.9.dist-info/WHEEL").touch()
    Path(scheme.purelib, "sample").mkdir()
    Path(scheme.purelib, "sample/__init__.py").write_text("half")
    done = apply(Changes(install=placed(make_wheel(tmp_path / "store", "sample"))), scheme)
    assert done.replaced == (f"{scheme.purelib}/sample/__init__.py",)
    assert sorted(os.listdir(scheme.purelib)) == ["sample", "sample-1.0.dist-info"]


def test_paths_in_a_target_folder_that_pip_wrote_wrong_are_understood(tmp_path: Path) -> None:
    """For ``--target`` pip writes ``../../bin/run`` into RECORD and means ``bin/run``: nothing outside is touched."""
    scheme = target_scheme(tmp_path / "a/b/out")
    os.makedirs(scheme.scripts)
    (tmp_path / "a/bin").mkdir()
    for folder in ("a/bin", "a/b/out/bin"):
        (tmp_path / folder / "run").touch()
    write_distribution(scheme, "../../bin/run,,\n")
    assert apply(Changes(remove=installed(scheme)), scheme).outside == ()
    assert (tmp_path / "a/bin/run").exists()


def test_other_distributions_without_a_record_do_not_matter(tmp_path: Path) -> None:
    """What lists no files owns none."""
    scheme = make_environment(tmp_path / "env")
    apply(Changes(install=placed(make_wheel(tmp_path / "store", "other"))), scheme)
    write_distribution(scheme, "")
    Path(scheme.purelib, "sample-1.0.dist-info/RECORD").unlink()
    apply(Changes(remove=installed(scheme, "other")), scheme)
    assert os.listdir(scheme.purelib) == ["sample-1.0.dist-info"]
