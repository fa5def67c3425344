"""Laws of unpacking: whatever an archive says, nothing is written, linked or led outside its root folder."""

import os
import tarfile
import tempfile
from pathlib import Path

from frontend.archives import entry, folder, hard_link, link, write_tar
from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.errors import PackageError
from pybuildsync.frontend.archive_rules import UnpackLimits
from pybuildsync.frontend.unpacking import unpack_sdist

PARTS = st.sampled_from(["a", "b", "A", "..", ".", "", "root"])
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
NAMES = st.one_of(PATHS, PATHS.map(lambda path: f"root/{path}"))
MEMBERS = st.one_of(
    st.builds(lambda name: entry(name, b"content"), NAMES),
    st.builds(folder, NAMES),
    st.builds(link, NAMES, PATHS),
    st.builds(hard_link, NAMES, NAMES),
    st.builds(lambda name: entry(name, kind=tarfile.FIFOTYPE), NAMES),
)


def outside(root: str) -> list[str]:
    """Return what under *root* leads out of it."""
    found = []
    for here, folders, files in os.walk(root):
        for name in [*folders, *files]:
            real = os.path.realpath(os.path.join(here, name))
            if real != root and not real.startswith(root + os.sep):
                found.append(os.path.join(here, name))
    return found


@given(members=st.lists(MEMBERS, max_size=8))
def test_nothing_leaves_the_root_folder(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    """Unpacked or refused: nothing beside the destination, no link out, one root folder."""
    with tempfile.TemporaryDirectory() as made:
        world = Path(os.path.realpath(made))
        (world / "canary").write_bytes(b"canary")
        archive = write_tar(world / "a-1.tar.gz", members)
        try:
            root = unpack_sdist(archive, str(world / "out"), limits=UnpackLimits(members=100, total_bytes=10_000))
        except PackageError:
            pass
        else:
            assert os.listdir(world / "out") == [os.path.basename(root)]
            assert outside(root) == []
        assert outside(str(world / "out")) == []
        assert sorted(os.listdir(world)) == ["a-1.tar.gz", "canary", "out"]
        assert (world / "canary").read_bytes() == b"canary"


@given(names=st.lists(st.text("abé.-_ /", min_size=1, max_size=12), max_size=6), contents=st.binary(max_size=50))
def test_what_is_unpacked_is_what_was_packed(names: list[str], contents: bytes) -> None:
    """Archives without anything odd come out whole."""
    files = {f"root/{'/'.join(filter(None, name.split('/')))}" for name in names if name.strip("/. ")}
    files = {name for name in files if not any(part in (".", "..") for part in name.split("/"))}
    files = {name for name in files if not any(other.lower().startswith(name.lower() + "/") for other in files)}
    with tempfile.TemporaryDirectory() as made:
        archive = write_tar(Path(made) / "a-1.tar.gz", [folder("root"), *(entry(name, contents) for name in files)])
        root = unpack_sdist(archive, os.path.join(made, "out"))
        found = {
            os.path.join("root", os.path.relpath(os.path.join(here, name), root))
            for here, _, inside in os.walk(root)
            for name in inside
        }
        assert found == files
        assert all(Path(made, "out", name).read_bytes() == contents for name in files)
