"""Processes that unpack: the wheel is in the store, or whoever asked does it himself."""

from pathlib import Path

from store.wheel_files import make_wheel, sha256_of

from pybuildsync.index.unpackers import Unpackers
from pybuildsync.store import Store
from pybuildsync.store.wheels import find_wheel


def test_little_is_not_worth_a_process(tmp_path: Path) -> None:
    """Below the bound nothing is started, and nothing done."""
    unpackers = Unpackers(Store(str(tmp_path)))
    unpackers.announce(1000)
    assert not unpackers.add_wheel("none.whl", "0" * 64, "none", "1", "none.whl")
    unpackers.close()


def test_a_wheel_is_unpacked_and_a_broken_one_is_told(tmp_path: Path) -> None:
    """A sound wheel is in the store afterwards; what isn't is left to whoever asked, as by a dead process."""
    store = Store(str(tmp_path / "store"))
    wheel = make_wheel(tmp_path)
    broken = tmp_path / "sample-1.0.0-py3-none-any.whl.part"
    broken.write_bytes(b"no zip")
    unpackers = Unpackers(store, worth_it=1, most=2)
    try:
        unpackers.announce(-1)
        digest = sha256_of(wheel)
        name = Path(wheel).name
        assert unpackers.add_wheel(str(wheel), digest, "sample", "1.0.0", name)
        found = find_wheel(store, digest)
        assert found is not None
        assert found.project == "sample"
        assert not unpackers.add_wheel(str(broken), "0" * 64, "sample", "1.0.0", name)
        for worker in unpackers.workers:
            worker.process.kill()
            worker.process.wait()
        assert not unpackers.add_wheel(str(wheel), "1" * 64, "sample", "1.0.0", name)
    finally:
        unpackers.close()
