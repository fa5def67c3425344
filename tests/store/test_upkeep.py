"""Upkeep: counts everything, removes what was asked for, touches nothing else."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store.wheel_files import make_wheel

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, find_archive, new_part
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.location import FORMATS
from pybuildsync.store.locks import in_use
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.upkeep import DAYS, Removed, built_wheels, clean, prune, remove_built, size, sweep
from pybuildsync.store.wheels import add_wheel, find_wheel
from pybuildsync.store.writing import new_temporary

_DAY = 24 * 60 * 60


def fill(tmp_path: Path) -> Store:
    """Return a store with one project's things of each kind, and another's."""
    store = Store(str(tmp_path / "s"))
    for name in ("sample", "other"):
        wheel = make_wheel(tmp_path, name=name)
        add_wheel(store, wheel, f"wheel of {name}")
        StoredWheels(store).save(f"key of {name}", wheel, b"")
        part = new_part(store)
        Path(part).write_bytes(b"content")
        add_archive(store, part, f"sdist of {name}", f"{name}-1.0.tar.gz")
        write_record(store, "listings", f"https://index.example/simple/{name}", b"listing")
        write_record(store, "metadata", f"metadata of {name}", b"metadata")
    return store


def held(store: Store, name: str) -> dict[str, bool]:
    """Return of which kinds the project's things are there."""
    return {
        "wheels": find_wheel(store, f"wheel of {name}") is not None,
        "built": StoredWheels(store).find(f"key of {name}") is not None,
        "archives": find_archive(store, f"sdist of {name}") is not None,
        "listings": read_record(store, "listings", f"https://index.example/simple/{name}") is not None,
        "metadata": read_record(store, "metadata", f"metadata of {name}") is not None,
    }


def test_size_counts_every_kind(tmp_path: Path) -> None:
    """Each kind has its files and bytes, in a fixed order; a store that isn't there has none."""
    assert size(Store(str(tmp_path / "none"))) == ()
    store = fill(tmp_path)
    Path(new_part(store)).write_bytes(b"12345")
    kinds = size(store)
    assert [kind for kind, _, _ in kinds] == ["listings", "metadata", "archives", "wheels", "built", "unfinished"]
    assert {kind: (files, total) for kind, files, total in kinds}["archives"] == (2, 14)
    assert kinds[-1] == ("unfinished", 1, 5)


def test_clean_removes_everything_and_only_ours(tmp_path: Path) -> None:
    """All kinds go, of every format; what isn't the store's stays, in case the folder holds more."""
    store = fill(tmp_path)
    for name in ("mine", "wheels-0", "wheels-x", "photos-1"):
        (tmp_path / "s" / name).mkdir()
        (tmp_path / "s" / name / "file").write_text("x")
    total = [sum(column) for column in zip(*[row[1:] for row in size(store)], strict=True)]
    assert clean(store) == Removed(*total)
    assert size(store) == ()
    assert sorted(os.listdir(store.root)) == ["CACHEDIR.TAG", "lock", "mine", "photos-1", "wheels-x"]
    assert clean(store) == Removed(0, 0)


def test_clean_removes_what_belongs_to_a_project(tmp_path: Path) -> None:
    """Its wheels, archives, builds and listings go; metadata, which never change, and other projects stay."""
    store = fill(tmp_path)
    assert clean(store, ["sample"]).files > 4
    assert held(store, "sample") == {
        "wheels": False, "built": False, "archives": False, "listings": False, "metadata": True,
    }  # fmt: skip
    assert set(held(store, "other").values()) == {True}


def test_built_wheels_are_meant_by_name_or_pattern(tmp_path: Path) -> None:
    """As in pip, and by any spelling of a project's name; with a wheel goes what is known of it."""
    store = Store(str(tmp_path / "store"))
    for name in ("one_lib-1.0-py3-none-any.whl", "one_lib-2.0-1-py3-none-any.whl", "one-3.0-py3-none-any.whl"):
        (tmp_path / name).write_bytes(b"wheel")
        StoredWheels(store).save(f"key of {name}", str(tmp_path / name), b"")

    def versions(pattern: str) -> list[str]:
        return [os.path.basename(path).split("-")[1] for path, size in built_wheels(store, pattern) if size]

    assert [versions(each) for each in ("*", "One.Lib", "one", "one_lib-2", "*-3.0", "two")] == [
        ["3.0", "1.0", "2.0"], ["1.0", "2.0"], ["3.0"], ["2.0"], ["3.0"], []
    ]  # fmt: skip
    assert remove_built(store, "one-lib").files == 4
    assert versions("*") == ["3.0"]
    assert remove_built(store, "one-lib") == Removed()


def test_prune_keeps_what_is_used_and_removes_the_rest(tmp_path: Path) -> None:
    """Each kind goes after its days without use; what was used since stays."""
    store = fill(tmp_path)
    assert prune(store) == Removed(0, 0)
    assert set(held(store, "sample").values()) == {True}
    prune(store, now=time.time() + 31 * _DAY)
    assert [kind for kind, there in held(store, "sample").items() if not there] == ["listings"]
    prune(store, now=time.time() + 91 * _DAY)
    assert [kind for kind, there in held(store, "sample").items() if there] == ["built"]
    prune(store, now=time.time() + 181 * _DAY)
    assert size(store) == ()


def test_every_kind_has_its_days() -> None:
    """A kind that is kept is pruned."""
    assert set(DAYS) == set(FORMATS)


def test_prune_removes_leftovers_broken_entries_and_old_formats(tmp_path: Path) -> None:
    """What nobody can find any more is room for nothing."""
    store = fill(tmp_path)
    new_part(store)
    wheel = find_wheel(store, "wheel of sample")
    assert wheel is not None
    Path(wheel.path).parent.joinpath("manifest").unlink()
    Path(store.root, "wheels-0", "old").mkdir(parents=True)
    Path(store.root, "archives-1", "file").write_text("not a folder, yet old")
    os.utime(Path(store.root, "archives-1", "file"), (0, 0))
    prune(store)
    assert sorted(os.listdir(f"{store.root}/unfinished")) == []
    assert len(os.listdir(f"{store.root}/wheels-1")) == 1
    assert len(os.listdir(f"{store.root}/archives-1")) == 2
    assert not Path(store.root, "wheels-0").exists()


def test_a_sweep_removes_what_was_begun_and_nothing_else(tmp_path: Path) -> None:
    """Files and folders that interrupted commands left go, unless somebody uses the store: they may be theirs."""
    store = fill(tmp_path)
    before = size(store)
    new_part(store)
    folder = Path(new_temporary(store))
    folder.mkdir()
    folder.joinpath("file").write_text("half")
    with in_use(store):
        sweep(store)
        assert len(os.listdir(f"{store.root}/unfinished")) == 2
    sweep(store)
    assert os.listdir(f"{store.root}/unfinished") == []
    assert size(store) == before
    sweep(Store(str(tmp_path / "none")))


@pytest.mark.parametrize("content", [b"", b"pbs\x01\x01\0\0\0\0\0\0\0N\n.pb"])
def test_clean_passes_over_what_it_cannot_read(tmp_path: Path, content: bytes) -> None:
    """An entry that doesn't say whose it is isn't anybody's."""
    store = fill(tmp_path)
    wheel = find_wheel(store, "wheel of sample")
    assert wheel is not None
    Path(wheel.path).parent.joinpath("manifest").write_bytes(content)
    clean(store, ["sample"])
    assert Path(wheel.path).exists()


_USER = """
import os, sys
from pybuildsync.store import Store
from pybuildsync.store.locks import in_use
from pybuildsync.store.wheels import find_wheel
store = Store(sys.argv[1])
with in_use(store):
    wheel = find_wheel(store, "wheel of sample")
    print("found", flush=True)
    sys.stdin.readline()
    print(os.path.getsize(f"{wheel.path}/sample/__init__.py"), flush=True)
"""


@pytest.mark.parametrize("act", [clean, lambda store, waiting: prune(store, now=time.time() * 2, waiting=waiting)])
def test_nothing_goes_away_under_a_user(tmp_path: Path, act: Callable[..., Removed]) -> None:
    """Removing waits for whoever uses the store, says so, and goes on afterwards."""
    store = fill(tmp_path)
    user = subprocess.Popen(
        [sys.executable, "-c", _USER, store.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "found\n"
    said: list[str] = []
    act(store, waiting=lambda: said.append(user.communicate("\n")[0]))
    assert said == ["10\n"]
    assert size(store) == ()


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    """The rest is removed, and the error names what stayed."""
    store = fill(tmp_path)
    Path(store.root, "unfinished").rmdir()
    Path(store.root, "unfinished").write_text("a file where a folder should be")
    with pytest.raises(EnvironmentFault, match="not everything could be removed") as caught:
        clean(store)
    assert "unfinished" in caught.value.why
    assert "by hand" in caught.value.hint
