"""Files: whole, verified, resumed, kept."""

import os
from pathlib import Path

import pytest
from index.clients import World, files_of, only_file
from loopback import Archive, Fault, LoopbackIndex, make_sdist, make_wheel

from pybuildsync.core.story import DownloadProgress
from pybuildsync.errors import IndexFault, PackageError
from pybuildsync.index.settings import IndexSettings

WHEEL = make_wheel("lib", "1.0")
SDIST = make_sdist("lib", "1.0", files={"lib.c": os.urandom(400_000)})


def download(world: World, index: LoopbackIndex, settings: IndexSettings | None = None) -> bytes:
    """Return the content of the one sdist there is, by a new client."""
    with world.client(index.url, settings=settings) as client:
        return Path(client.download(only_file(client, "lib")).path).read_bytes()


def file_requests(index: LoopbackIndex) -> list[tuple[str, int]]:
    """Return range and status of all requests for files."""
    return [
        (request.headers.get("range", ""), request.status)
        for request in index.requests
        if request.path.startswith("/files/")
    ]


def test_an_sdist_is_kept_as_it_is(world: World) -> None:
    """By its hash; the second client doesn't ask."""
    with LoopbackIndex([SDIST]) as index:
        assert download(world, index) == SDIST.data
        assert download(world, index) == SDIST.data
        assert download(world, index, IndexSettings(offline=True)) == SDIST.data
    assert file_requests(index) == [("", 200)]
    told = [event for event in world.events if isinstance(event, DownloadProgress)]
    assert told[-1] == DownloadProgress(label=SDIST.filename, done=len(SDIST.data), total=len(SDIST.data))


def test_a_wheel_goes_straight_into_the_store_unpacked(world: World) -> None:
    """Nothing else of it stays; asking again asks nobody."""
    with LoopbackIndex([WHEEL]) as index:
        for _ in range(2):
            with world.client(index.url) as client:
                wheel = client.download_wheel(only_file(client, "lib"), "lib", "1.0")
                assert client.start_wheel(only_file(client, "lib"), "lib", "1.0").result() == wheel
    assert (wheel.project, wheel.version, wheel.sha256) == ("lib", "1.0", WHEEL.sha256)
    assert Path(wheel.path, "lib.py").read_bytes() == b"VALUE = 1\n"
    assert list((world.folder / "store/unfinished").iterdir()) == []
    assert file_requests(index) == [("", 200)]


def test_wheels_can_be_kept_as_archives_and_in_the_background(world: World) -> None:
    """For whoever wants the file."""
    with LoopbackIndex([WHEEL]) as index, world.client(index.url) as client:
        got = client.start_download(only_file(client, "lib")).result()
    assert Path(got.path).read_bytes() == WHEEL.data
    assert (got.sha256, got.size) == (WHEEL.sha256, len(WHEEL.data))


@pytest.mark.parametrize("etags", [True, False])
def test_what_breaks_off_is_resumed(world: World, etags: bool) -> None:  # noqa: FBT001
    """By a range from where it broke, for the same file only."""
    with LoopbackIndex([SDIST], etags=etags) as index:
        index.fail(Fault(path="/files/", cut=300_000))
        assert download(world, index) == SDIST.data
    (first, second) = file_requests(index)
    assert first == ("", 200)
    assert second[0].startswith("bytes=")
    assert second[1] == 206


@pytest.mark.parametrize("ranges", [False, "wrong", "refused"])
def test_what_cant_be_resumed_begins_anew(world: World, ranges: bool | str) -> None:  # noqa: FBT001
    """A server may ignore the range, refuse it, or answer another one."""
    with LoopbackIndex([SDIST], ranges=ranges) as index:
        index.fail(Fault(path="/files/", cut=300_000))
        assert download(world, index) == SDIST.data


def test_a_server_that_always_breaks_at_the_same_place_is_given_up(world: World) -> None:
    """Beginning anew is no progress."""
    with LoopbackIndex([SDIST], ranges=False) as index:
        index.fail(Fault(path="/files/", cut=300_000, times=-1))
        with pytest.raises(IndexFault, match="can't be read"):
            download(world, index, IndexSettings(retries=2))
    assert len(file_requests(index)) == 3


def test_a_range_behind_the_end_begins_anew(world: World) -> None:
    """416: the file has become another."""
    with LoopbackIndex([SDIST]) as index, world.client(index.url) as client:
        file = only_file(client, "lib")
        index.fail(Fault(path="/files/", cut=300_000))
        index.fail(Fault(path="/files/", status=416))
        assert Path(client.download(file).path).read_bytes() == SDIST.data
    assert [status for _, status in file_requests(index)] == [200, 416, 200]


def test_progress_gives_new_attempts(world: World) -> None:
    """Only attempts without any progress count against the retries."""
    with LoopbackIndex([SDIST], ranges=True) as index:
        index.fail(Fault(path="/files/", cut=30_000, times=10))
        assert download(world, index, IndexSettings(retries=2)) == SDIST.data
    assert len(file_requests(index)) == 11


def test_a_file_that_never_comes_is_an_error(world: World) -> None:
    """Nothing of it stays."""
    with LoopbackIndex([SDIST]) as index:
        index.fail(Fault(path="/files/", cut=0, times=-1))
        with pytest.raises(IndexFault) as caught:
            download(world, index, IndexSettings(retries=2))
    assert caught.value.what == f"{index.root}/files/{SDIST.filename} can't be read"
    assert caught.value.why == "the connection broke\ntried 3 times"
    assert list((world.folder / "store/unfinished").iterdir()) == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "md5"])
def test_every_hash_must_be_right(world: World, algorithm: str) -> None:
    """The error says what was expected and what came."""
    digest = "0" * {"sha256": 64, "sha512": 128, "md5": 32}[algorithm]
    with LoopbackIndex([SDIST.with_hashes(**{algorithm: digest})]) as index, pytest.raises(PackageError) as caught:
        download(world, index)
    assert caught.value.what == f"{SDIST.filename} is not the file that the index lists"
    assert caught.value.why.splitlines()[0] == f"{algorithm} expected {digest}"
    assert caught.value.why.splitlines()[1].startswith(f"{algorithm} got      ")
    assert list((world.folder / "store/unfinished").iterdir()) == []


def test_a_truncated_file_without_a_length_is_the_fault_of_the_index(world: World) -> None:
    """The size in the listing tells."""
    with LoopbackIndex([SDIST], form="json") as index:
        index.fail(Fault(path="/files/", body=SDIST.data[:1000]))
        with pytest.raises(IndexFault) as caught:
            download(world, index)
    assert caught.value.what == f"{SDIST.filename} came with 1000 bytes instead of {len(SDIST.data)}"


def test_a_wrong_size_with_the_right_hash_is_the_right_file(world: World) -> None:
    """The hash is the stronger word."""
    with LoopbackIndex([SDIST]) as index, world.client(index.url) as client:
        file = only_file(client, "lib")._replace(size=12)
        assert client.download(file).size == len(SDIST.data)


def test_a_missing_file_is_the_fault_of_the_index(world: World) -> None:
    """A listing may be out of date: the hint says what to do."""
    with LoopbackIndex([SDIST]) as index:
        index.fail(Fault(path="/files/", status=404))
        with pytest.raises(IndexFault) as caught:
            download(world, index)
    assert caught.value.hint == "the listing may be out of date: try again with --refresh"
    assert "127.0.0.1 answered with status 404" in caught.value.why


def test_files_without_hashes_are_asked_for_by_their_validators(world: World) -> None:
    """What has changed comes anew, what hasn't is in the store; without validators everything comes anew."""
    for archive in (WHEEL, SDIST):
        bare = archive.with_hashes()
        with LoopbackIndex([bare], etags=True) as index:
            for expected in ([200], [200, 304]):
                with world.client(index.url) as client:
                    file = only_file(client, "lib")
                    got = client.download_wheel(file, "lib", "1.0") if file.is_wheel else client.download(file)
                assert got.sha256 == archive.sha256
                assert [status for _, status in file_requests(index)] == expected
            changed = make_wheel("lib", "1.0", files={"x.py": b""}) if file.is_wheel else make_sdist("lib", "1.0")
            index.archives["lib"] = [changed.with_hashes()]
            with world.client(index.url) as client:
                file = only_file(client, "lib")
                got = client.download_wheel(file, "lib", "1.0") if file.is_wheel else client.download(file)
            assert got.sha256 == changed.sha256


def test_what_the_store_has_lost_comes_anew(world: World) -> None:
    """The validators alone are no file."""
    for archive in (WHEEL, SDIST):
        with LoopbackIndex([archive.with_hashes()], etags=True) as index:
            for _ in range(2):
                with world.client(index.url) as client:
                    file = only_file(client, "lib")
                    got = client.download_wheel(file, "lib", "1.0") if file.is_wheel else client.download(file)
                folder = Path(got.path).parent
                folder.rename(world.folder / f"lost-{archive.filename}-{len(index.requests)}")
        assert [status for _, status in file_requests(index)] == [200, 304, 200]


def test_a_file_on_this_machine_is_verified_and_not_moved(world: World) -> None:
    """Wheels are unpacked from where they are, sdists copied."""
    folder = world.folder / "files"
    folder.mkdir()
    for archive in (WHEEL, SDIST):
        (folder / archive.filename).write_bytes(archive.data)
    with world.client(settings=IndexSettings(find_links=(str(folder),))) as client:
        files = files_of(client, "lib")
        assert client.download_wheel(files[WHEEL.filename], "lib", "1.0").sha256 == WHEEL.sha256
        got = client.download(files[SDIST.filename])
        assert Path(got.path).read_bytes() == SDIST.data
        wrong = (("sha256", "0" * 64),)
        for name in files:
            with pytest.raises(PackageError):
                client.download(files[name]._replace(hashes=wrong))
        with pytest.raises(PackageError):
            client.download_wheel(files[WHEEL.filename]._replace(hashes=wrong), "lib", "1.0")
        for archive in (WHEEL, SDIST):
            (folder / archive.filename).unlink()
        with pytest.raises(IndexFault):
            client.download(files[SDIST.filename]._replace(size=1))
        with pytest.raises(IndexFault):
            client.download_wheel(files[WHEEL.filename]._replace(size=1), "lib", "1.0")
    assert list((world.folder / "store/unfinished").iterdir()) == []


def test_neither_tls_nor_a_hash_is_too_little(world: World) -> None:
    """A file over plain http from elsewhere needs a hash from a listing that is trusted."""
    with LoopbackIndex([SDIST.with_hashes()]) as index, world.client(index.url) as client:
        file = only_file(client, "lib")._replace(url="http://files.invalid/lib-1.0.tar.gz")
        with pytest.raises(IndexFault, match="isn't downloaded"):
            client.download(file)


def test_a_broken_wheel_leaves_nothing(world: World) -> None:
    """The store says what is wrong with it."""
    broken = Archive(filename="lib-1.0-py3-none-any.whl", data=b"PK nonsense")
    with LoopbackIndex([broken]) as index, world.client(index.url) as client, pytest.raises(PackageError):
        client.download_wheel(only_file(client, "lib"), "lib", "1.0")
    assert list((world.folder / "store/unfinished").iterdir()) == []


@pytest.mark.parametrize("asks", ["download_wheel", "metadata"])
def test_a_broken_wheel_on_this_machine_has_a_hint_of_its_own(world: World, asks: str) -> None:
    """It is named by its path; asking an index again wouldn't mend it."""
    path = world.folder / "lib-1.0-py3-none-any.whl"
    path.write_bytes(WHEEL.data[:-30])
    with world.client(settings=IndexSettings(find_links=(str(world.folder),))) as client:
        file = only_file(client, "lib")
        with pytest.raises(PackageError) as caught:
            getattr(client, asks)(file, "lib", "1.0")
    again = "build or download it again; if that doesn't help, tell its authors"
    assert caught.value.hint == f"the file is {path}: {again}"


def test_wheels_of_another_project_are_refused(world: World) -> None:
    """Name and version are what was asked for, all the way down."""
    with LoopbackIndex([WHEEL]) as index, world.client(index.url) as client:
        file = only_file(client, "lib")
        with pytest.raises(PackageError):
            client.download_wheel(file, "lib", "2.0")
