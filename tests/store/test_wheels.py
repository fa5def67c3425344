"""Unpacked wheels: added once, found fast, believed only when whole."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from store.wheel_files import make_wheel, plain_environment, sha256_of

from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import EnvironmentFault, PackageError
from pybuildsync.store import Store
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, changed_file, drop_wheel, entry_folder, find_wheel

METADATA = """Metadata-Version: 2.1
Name: Sample
Version: 1.0.0
Requires-Python: >=3.8
Provides-Extra: Fast
Requires-Dist: other>=2 ; extra == "fast"

text
"""


def add(store: Store, wheel: str, **options: str) -> UnpackedWheel:
    """Add *wheel* under its digest."""
    return add_wheel(store, wheel, sha256_of(wheel), **options)


def leftovers(store: Store) -> list[str]:
    """Return what is unfinished in *store*."""
    folder = Path(store.root, "unfinished")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_wheel_is_found_as_it_was_added(tmp_path: Path) -> None:
    """What is read back from the manifest equals what adding returned, and the files are there."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path, metadata=METADATA, entry_points="[a]\nb = c\n")
    assert find_wheel(store, sha256_of(wheel)) is None
    added = add(store, wheel, project="sample", version="1.0")
    assert find_wheel(store, sha256_of(wheel)) == added
    assert added.metadata == Metadata(
        name="sample",
        version="1.0.0",
        requires=(Requirement(name="other", specifier=">=2", marker='extra == "fast"'),),
        requires_python=">=3.8",
        extras=("fast",),
        origin=Origin.WHEEL,
    )
    assert (added.project, added.version, added.dist_info) == ("sample", "1.0.0", "sample-1.0.dist-info")
    assert (added.root_is_purelib, added.entry_points, added.sha256) == (True, "[a]\nb = c\n", sha256_of(wheel))
    assert Path(added.path, "sample/__init__.py").read_bytes() == b"VALUE = 1\n"
    assert Path(wheel).exists()
    assert leftovers(store) == []


@pytest.mark.parametrize("edit", ["written", "removed"])
def test_a_changed_file_is_found_and_its_wheel_made_anew(tmp_path: Path, edit: str) -> None:
    """An edit of equal length shows when hashing; what is dropped is found no longer, and replaced when added again."""
    store = Store(str(tmp_path / "s"))
    archive = make_wheel(tmp_path)
    wheel = add(store, archive)
    assert changed_file(wheel) == ""
    path = Path(wheel.path, "sample/__init__.py")
    path.chmod(0o644)
    if edit == "written":
        path.write_bytes(b"VALUE = 2\n")
    else:
        path.unlink()
    assert changed_file(wheel) == "sample/__init__.py"
    byte_code = Path(entry_folder(store, wheel.sha256), "bytecode")
    byte_code.mkdir()
    drop_wheel(store, wheel)
    drop_wheel(store, wheel)
    assert find_wheel(store, wheel.sha256) is None
    assert changed_file(add(store, archive)) == ""
    assert not byte_code.exists()
    assert leftovers(store) == []


def test_adding_again_changes_nothing(tmp_path: Path) -> None:
    """The first one stays: environments may be linking to it."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path)
    first = add(store, wheel)
    before = os.stat(f"{first.path}/sample/__init__.py").st_ino
    assert add(store, wheel) == first
    assert os.stat(f"{first.path}/sample/__init__.py").st_ino == before
    assert leftovers(store) == []


def test_reading_a_manifest_is_cheap(tmp_path: Path) -> None:
    """A thousand files take less than a millisecond, and neither packaging nor zipfile is imported."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path, {f"sample/{number}.py": b"" for number in range(1000)}, metadata=METADATA)
    added = add(store, wheel)
    script = """
import sys, time
from pybuildsync.store import Store
from pybuildsync.store.wheels import find_wheel
store, key = Store(sys.argv[1]), sys.argv[2]
times = []
for _ in range(20):
    start = time.perf_counter()
    wheel = find_wheel(store, key)
    times.append(time.perf_counter() - start)
print(len(wheel.files), min(times) < 0.001, sorted({"packaging", "zipfile", "hashlib", "shutil"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, store.root, added.sha256],
        capture_output=True,
        text=True,
        check=True,
        env=plain_environment(),
    )
    assert done.stdout == "1002 True []\n"


@pytest.mark.parametrize(
    ("options", "asked", "why"),
    [
        ({}, {"project": "other"}, "what was asked for says other 1.0"),
        ({}, {"version": "1.1"}, "what was asked for says sample 1.1"),
        ({}, {"version": "rubbish"}, "what was asked for says sample rubbish"),
        ({"metadata": "Name: other\nVersion: 1.0\n"}, {}, "METADATA says other 1.0"),
        ({"metadata": "Name: sample\nVersion: 2.0\n"}, {}, "METADATA says sample 2.0"),
        ({"dist_info": "sample-2.0.dist-info"}, {}, ".dist-info folder says sample 2.0"),
        ({"filename": "sample-2.0-py3-none-any.whl"}, {}, "its file name says sample 2.0"),
        ({"filename": "sample.whl"}, {}, "its file name isn't NAME"),
        ({"filename": "part"}, {"filename": "other-1.0-py3-none-any.whl"}, "its file name says other 1.0"),
    ],
)
def test_all_names_must_agree(tmp_path: Path, options: dict[str, str], asked: dict[str, str], why: str) -> None:
    """METADATA, the dist-info folder, the file and the request name one project at one version, or it is refused."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path, **options)  # type: ignore[arg-type]  # one table for all options
    with pytest.raises(PackageError) as caught:
        add(store, wheel, **asked)
    assert why in caught.value.why
    assert leftovers(store) == []
    assert find_wheel(store, sha256_of(wheel)) is None


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"name": "Sam.ple", "dist_info": "sam_ple-1.0.dist-info"}, {"project": "sam-ple"}),
        ({"version": "1.0.0", "dist_info": "sample-1.dist-info"}, {"version": "1"}),
        ({"version": "1.0+a.b", "dist_info": "sample-1.0+a_b.dist-info"}, {}),
        ({"filename": "part-of-a-download"}, {"project": "sample", "version": "1.0"}),
        ({"filename": "sample-1.0-1-py3-none-any.whl"}, {}),
    ],
)
def test_spellings_may_differ(tmp_path: Path, options: dict[str, str], asked: dict[str, str]) -> None:
    """Names and versions are compared in normal form: older tools write them as they like."""
    wheel = make_wheel(tmp_path, **options)  # type: ignore[arg-type]  # one table for all options
    add(Store(str(tmp_path / "s")), wheel, **asked)


def test_errors_call_the_wheel_what_the_user_knows(tmp_path: Path) -> None:
    """A download's part file has a name of no meaning: the project and its version are told instead."""
    wheel = make_wheel(tmp_path, filename="8271.part", missing=["RECORD"])
    with pytest.raises(PackageError, match=r"the wheel sample 1\.0 is broken"):
        add(Store(str(tmp_path / "s")), wheel, project="sample", version="1.0")


def test_a_wheel_that_is_gone_is_told(tmp_path: Path) -> None:
    """A path without a file is no broken package and no broken store."""
    with pytest.raises(EnvironmentFault, match="can't be read"):
        add_wheel(Store(str(tmp_path / "s")), str(tmp_path / "gone.whl"), "0" * 64)


@pytest.mark.parametrize("content", [b"", b"foreign", b"pbs\x01" + bytes(20)])
def test_a_damaged_manifest_is_not_believed_and_mended(tmp_path: Path, content: bytes) -> None:
    """An entry that can't be read counts as absent, and adding puts a new one in its place."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path)
    added = add(store, wheel)
    manifest = Path(entry_folder(store, added.sha256), "manifest")
    manifest.write_bytes(content)
    assert find_wheel(store, added.sha256) is None
    assert add(store, wheel) == added
    assert find_wheel(store, added.sha256) == added
    assert leftovers(store) == []


@pytest.mark.parametrize("parts", [(), ("too", "few"), 7])
def test_a_manifest_of_another_shape_is_not_believed(tmp_path: Path, parts: object) -> None:
    """A whole manifest that says something else is absent as well."""
    import marshal

    from pybuildsync.store.sealing import seal

    store = Store(str(tmp_path / "s"))
    added = add(store, make_wheel(tmp_path))
    data = marshal.dumps(parts)  # type: ignore[arg-type]  # any of them
    Path(entry_folder(store, added.sha256), "manifest").write_bytes(seal(data))
    assert find_wheel(store, added.sha256) is None


@pytest.mark.parametrize("damage", ["change", "remove"])
def test_sizes_are_looked_at_once_a_day(tmp_path: Path, damage: str) -> None:
    """What changed under the store (a power cut, an edit through a hard link) is found on the next day's first use."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path)
    added = add(store, wheel)
    manifest = Path(entry_folder(store, added.sha256), "manifest")
    old = time.time() - 3 * 24 * 60 * 60
    os.utime(manifest, (old, old))
    assert find_wheel(store, added.sha256) == added
    assert manifest.stat().st_mtime > old + 1
    os.utime(manifest, (old, old))
    module = Path(added.path, "sample/__init__.py")
    module.chmod(0o644)
    if damage == "change":
        module.write_text("VALUE = 12345\n")
    else:
        module.unlink()
    assert find_wheel(store, added.sha256) is None
    add(store, wheel)
    assert find_wheel(store, added.sha256) == added


@pytest.mark.parametrize("processes", [True, False])
def test_adding_one_wheel_at_once_gives_everybody_the_same(tmp_path: Path, processes: bool) -> None:  # noqa: FBT001
    """Whoever comes second takes what is there; nothing is left behind."""
    store = Store(str(tmp_path / "s"))
    wheel = make_wheel(tmp_path, {f"sample/{number}.py": bytes(number) for number in range(100)})
    call = partial(add_wheel, sha256=sha256_of(wheel), project="sample")
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn")) if processes else ThreadPoolExecutor(4)
    with pool:
        results = list(pool.map(call, [store] * 6, [wheel] * 6))
    assert set(results) == {find_wheel(store, sha256_of(wheel))}
    assert leftovers(store) == []


_ADDING = """
import sys
from pybuildsync.store import Store
from pybuildsync.store.archives import add_archive, new_part
from pybuildsync.store.records import write_record
from pybuildsync.store.wheels import add_wheel
root, *wheels = sys.argv[1:]
store = Store(root)
print("ready", flush=True)
for round in range(10_000):
    for number, wheel in enumerate(wheels):
        digest = f"{number}-{round}".encode().hex()
        add_wheel(store, wheel, digest)
        part = new_part(store)
        open(part, "wb").write(wheel.encode() * 1000)
        add_archive(store, part, digest, "sample-1.0.tar.gz")
        write_record(store, "listings", f"{number}", wheel.encode() * 1000)
"""


def test_whoever_is_killed_leaves_nothing_half(tmp_path: Path) -> None:
    """After a kill at any moment, whatever is found is whole, and everything can be added again."""
    from pybuildsync.store.archives import find_archive
    from pybuildsync.store.records import read_record

    store = Store(str(tmp_path / "s"))
    wheels = [
        make_wheel(tmp_path / str(number), {f"sample/{name}": bytes([name]) * 5000 for name in range(30)})
        for number in range(2)
    ]
    moments = random.Random(20)  # noqa: S311 - moments, not secrets
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", _ADDING, store.root, *wheels], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for entry in sorted(Path(store.root).glob("wheels-1/*")):
            digest = entry.name.strip("=")
            found = find_wheel(store, digest)
            assert found is not None
            for path, size, _, _ in found.files:
                assert os.stat(f"{found.path}/{path}").st_size == size
            assert add_wheel(store, wheels[int(bytes.fromhex(digest).split(b"-")[0])], digest) == found
        for entry in sorted(Path(store.root).glob("archives-1/*")):
            archive = find_archive(store, entry.name.strip("="))
            assert archive is not None
            assert os.stat(archive).st_size % 1000 == 0 < os.stat(archive).st_size
        for number, wheel in enumerate(wheels):
            assert read_record(store, "listings", f"{number}") in (None, wheel.encode() * 1000)
    assert sorted(Path(store.root).glob("wheels-1/*"))
