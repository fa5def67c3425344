"""A store that is full, read-only or somebody else's: told in the user's terms, still readable, nothing lost."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from store.wheel_files import make_wheel, plain_environment, sha256_of

from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, find_archive, new_part
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.wheels import add_wheel, find_wheel
from pybuildsync.store.writing import write_fault


@pytest.mark.parametrize(
    ("number", "cause", "hint"),
    [
        (errno.ENOSPC, "no space is left", "make room there"),
        (errno.EDQUOT, "quota is used up", "make room there"),
        (errno.EROFS, "mounted read-only", "choose another folder"),
        (errno.EACCES, "you may not write there", "make the folder yours"),
        (errno.EFBIG, "limit (ulimit -f)", "choose another folder"),
        (errno.EIO, os.strerror(errno.EIO), "choose another folder"),
        (None, "odd", "choose another folder"),
    ],
)
def test_every_cause_is_told_with_its_next_step(number: int | None, cause: str, hint: str) -> None:
    """The folder, the cause, that nothing is lost, and both ways to choose another folder."""
    error = OSError(number, os.strerror(number)) if number else OSError("odd")
    fault = write_fault(Store("/the/store"), error)
    assert fault.what.startswith("the cache folder /the/store can't be written: ")
    assert cause in fault.what
    assert "nothing is lost" in fault.why
    assert hint in fault.hint
    assert "--cache-dir" in fault.hint
    assert "PYBUILDSYNC_CACHE_DIR" in fault.hint


_LIMITED = """
import os, resource, sys
from pybuildsync.errors import EnvironmentFault
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, new_part
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.bytecode import compile_bytecode
from pybuildsync.store.records import read_record, write_record
from pybuildsync.store.wheels import add_wheel, find_wheel
import pybuildsync.store.unpacking, pybuildsync.core.metadata_text, concurrent.futures.thread, subprocess, hashlib, json
root, wheel, how = sys.argv[1:4]
store = Store(root)
known = find_wheel(store, "known")
if how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
elif os.getuid() == 0:
    os.chdir(root)
    store = Store(".")
    os.setuid(65534)
acts = {
    "wheel": lambda: add_wheel(store, wheel, "new"),
    "built": lambda: StoredWheels(store).save("new", wheel, b""),
    "bytecode": lambda: compile_bytecode(store, [known], sys.executable, "tag"),
    "part": lambda: new_part(store),
}
for name, act in acts.items():
    try:
        act()
        print(name, "done")
    except EnvironmentFault as fault:
        print(name, fault.what.partition(": ")[2])
write_record(store, "listings", "k", bytes(50_000))
print(read_record(store, "listings", "k"))
print(find_wheel(store, "known") is not None, StoredWheels(store).find("known") is not None)
print(sorted(os.listdir(f"{store.root}/unfinished")) == sorted(
    name for name in os.listdir(f"{store.root}/unfinished") if name.endswith(".part")))
"""


def filled(tmp_path: Path) -> Store:
    """Return a store that holds something of every kind."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path, {"sample/data.py": f"TEXT = '{os.urandom(30_000).hex()}'\n".encode()})
    add_wheel(store, wheel, "known")
    StoredWheels(store).save("known", wheel, b"")
    write_record(store, "listings", "k", b"before")
    return store


def act(store: Store, wheel: str, how: str) -> list[str]:
    """Let a process try to add to *store* where it can't; return what it said."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, store.root, wheel, how],
        capture_output=True,
        text=True,
        check=False,
        env=plain_environment(),
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_writing_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """The system stops a write in the middle, as a full disk does: it is told, cleaned up, and reading goes on."""
    too_large = "a file would be larger than the file system or the shell's limit (ulimit -f) allows"
    store = filled(tmp_path)
    wheel = str(tmp_path / "sample-1.0-py3-none-any.whl")
    assert act(store, wheel, "full") == [
        f"wheel {too_large}",
        f"built {too_large}",
        f"bytecode {too_large}",
        "part done",
        "b'before'",
        "True True",
        "True",
    ]


def test_a_store_of_somebody_else_can_be_read(tmp_path: Path) -> None:
    """Without the right to write, what is there is found, and adding says whose right is missing."""
    store = filled(tmp_path)
    folders = (tmp_path / "s", tmp_path / "s" / "unfinished")
    for folder in folders:
        folder.chmod(0o555)
    try:
        printed = act(store, "/dev/null", "foreign")
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert printed == [
        "wheel you may not write there",
        "built you may not write there",
        "bytecode you may not write there",
        "part you may not write there",
        "b'before'",
        "True True",
        "True",
    ]


def test_a_store_below_a_file_is_told(tmp_path: Path) -> None:
    """A path that can't be a folder is the same fault, for whoever has to keep something."""
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / "s"))
    with pytest.raises(EnvironmentFault, match="a part of its path is no folder"):
        new_part(store)
    wheel = make_wheel(tmp_path)
    with pytest.raises(EnvironmentFault, match="a part of its path is no folder"):
        add_wheel(store, wheel, sha256_of(wheel))
    with pytest.raises(EnvironmentFault, match="a part of its path is no folder"):
        add_archive(store, wheel, "0" * 64, "sample-1.0.tar.gz")
    assert find_wheel(store, sha256_of(wheel)) is None
    assert find_archive(store, "0" * 64) is None
    assert read_record(store, "listings", "k") is None
    assert Path(wheel).exists()
