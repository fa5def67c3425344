"""Metadata of wheels: beside the file, out of its end, or with all of it."""

import zipfile
from hashlib import sha256

import pytest
from index.clients import World, files_of, only_file
from loopback import Archive, Fault, LoopbackIndex, make_wheel

from pybuildsync.core.facts import Metadata
from pybuildsync.core.requirements import Requirement
from pybuildsync.errors import IndexFault, PackageError
from pybuildsync.index.settings import IndexSettings

WHEEL = make_wheel("lib", "1.0", requires=("other>=2",), requires_python=">=3.8")
EXPECTED = Metadata("lib", "1.0", (Requirement("other", specifier=">=2"),), ">=3.8")
NOISE = b"".join(sha256(bytes([i % 256, i // 256])).digest() for i in range(10_000))
LARGE = make_wheel("lib", "1.0", requires=("other>=2",), requires_python=">=3.8", files={"a": NOISE, "b": NOISE[::-1]})
MANY = make_wheel(
    "lib", "1.0", requires=("other>=2",), requires_python=">=3.8",
    files={f"package/a_rather_long_module_name_{number}.py": b"" for number in range(900)},
)  # fmt: skip


def ask(world: World, index: LoopbackIndex) -> Metadata:
    """Return the metadata of the one wheel there is, by a new client."""
    with world.client(index.url) as client:
        return client.metadata(only_file(client, "lib"), "lib", "1.0")


def requests_for_files(index: LoopbackIndex) -> list[tuple[str, str, int]]:
    """Return name, range and status of all requests for files."""
    return [
        (request.path.rpartition("/")[2], request.headers.get("range", ""), request.status)
        for request in index.requests
        if request.path.startswith("/files/")
    ]


def test_a_metadata_file_is_one_small_request(world: World) -> None:
    """PEP 658; the second client has it from the store."""
    with LoopbackIndex([WHEEL], metadata=True) as index:
        assert ask(world, index) == EXPECTED
        assert ask(world, index) == EXPECTED
    assert requests_for_files(index) == [(f"{WHEEL.filename}.metadata", "", 200)]


def test_the_query_of_an_address_stays_behind_the_name_of_the_metadata_file(world: World) -> None:
    """PEP 658 adds to the path."""
    with LoopbackIndex([WHEEL], metadata=True, suffix="?token=1") as index:
        assert ask(world, index) == EXPECTED
    assert requests_for_files(index)[0][0] == f"{WHEEL.filename}.metadata?token=1"


def test_a_metadata_file_must_have_its_hash(world: World) -> None:
    """What isn't what the listing says is not read."""
    with LoopbackIndex([WHEEL], metadata=True) as index:
        index.fail(Fault(path=".metadata", body=b"Name: lib\nVersion: 1.0\n"))
        with pytest.raises(PackageError) as caught:
            ask(world, index)
    assert caught.value.what == f"{WHEEL.filename}.metadata is not the file that the index lists"
    assert "expected" in caught.value.why


def test_a_metadata_file_that_isnt_there_is_done_without(world: World) -> None:
    """Some indexes list what they don't have."""
    with LoopbackIndex([WHEEL], metadata=True) as index:
        index.fail(Fault(path=".metadata", status=404))
        assert ask(world, index) == EXPECTED
    assert [status for _, _, status in requests_for_files(index)] == [404, 206]


@pytest.mark.parametrize("form", ["html", "json"])
@pytest.mark.parametrize(("wheel", "most"), [(WHEEL, 1), (LARGE, 1), (MANY, 2)], ids=["small", "large", "many"])
def test_the_end_of_a_wheel_is_enough(world: World, form: str, wheel: Archive, most: int) -> None:
    """One request, two if the central directory is large; by a suffix range if the size is unknown."""
    with LoopbackIndex([wheel], form=form) as index:
        assert ask(world, index) == EXPECTED
    asked = requests_for_files(index)
    assert len(asked) <= most
    assert {status for _, _, status in asked} == {206}
    assert asked[0][1].startswith("bytes=-" if form == "html" else f"bytes={max(len(wheel.data) - 24 * 1024, 0)}-")


def test_metadata_at_the_front_takes_one_more_request(world: World) -> None:
    """The recommendation to keep it last isn't followed by all."""
    wheel = make_wheel("lib", "1.0", requires=("other>=2",), files={"a": NOISE}, dist_info_first=True)
    with LoopbackIndex([wheel]) as index:
        assert ask(world, index).requires == EXPECTED.requires
    assert [status for _, _, status in requests_for_files(index)] == [206, 206]


def test_stored_members_and_comments_are_read(world: World) -> None:
    """Compression is the packer's choice."""
    wheel = make_wheel("lib", "1.0", compression=zipfile.ZIP_STORED, comment=b"a comment")
    with LoopbackIndex([wheel]) as index:
        assert ask(world, index) == Metadata("lib", "1.0")
    assert len(requests_for_files(index)) == 1


def test_a_server_without_ranges_sends_the_wheel_which_is_kept(world: World) -> None:
    """Its answer is the download, unpacked already when it is installed; it isn't asked for ranges again."""
    second = make_wheel("lib", "2.0")
    with LoopbackIndex([WHEEL, second], ranges=False) as index, world.client(index.url) as client:
        files = files_of(client, "lib")
        assert client.metadata(files[WHEEL.filename], "lib", "1.0") == EXPECTED
        assert client.download_wheel(files[WHEEL.filename], "lib", "1.0").metadata == EXPECTED
        assert client.metadata(files[second.filename], "lib", "2.0") == Metadata("lib", "2.0")
    asked = requests_for_files(index)
    assert [(name, status) for name, _, status in asked] == [(WHEEL.filename, 200), (second.filename, 200)]
    assert asked[0][1]
    assert not asked[1][1]


@pytest.mark.parametrize(
    ("ranges", "statuses"),
    [
        ("absolute", [416, 206, 206]),
        ("misread", [206, 206]),
        ("refused", [501, 501, 200]),
        ("wrong", [206, 206, 200]),
    ],
)
def test_servers_of_every_ability(world: World, ranges: str, statuses: list[int]) -> None:
    """No suffix ranges: the size comes from a range of one byte. A suffix taken for a prefix tells it as well."""
    with LoopbackIndex([LARGE], ranges=ranges) as index:
        assert ask(world, index) == EXPECTED
    assert [status for _, _, status in requests_for_files(index)] == statuses


def test_another_part_than_the_second_one_asked_for_is_not_used(world: World) -> None:
    """Then the whole wheel is taken."""
    with LoopbackIndex([MANY]) as index, world.client(index.url) as client:
        file = only_file(client, "lib")
        index.fail(Fault(path=file.filename, after=1, headers={"Content-Range": "bytes 0-9/10"}))
        assert client.metadata(file, "lib", "1.0") == EXPECTED
    assert [status for _, _, status in requests_for_files(index)] == [206, 206, 200]


@pytest.mark.parametrize("broken", [b"no zip at all" * 100, b"PK\5\6" + b"\0" * 18, LARGE.data[:-30], b""])
def test_a_broken_wheel_is_a_broken_package(world: World, broken: bytes) -> None:
    """What the end doesn't tell, the whole does: the error is that of the wheel."""
    archive = Archive(filename="lib-1.0-py3-none-any.whl", data=broken)
    with LoopbackIndex([archive]) as index, pytest.raises(PackageError):
        ask(world, index)


def test_metadata_of_something_else_is_refused(world: World) -> None:
    """The file name, the listing and METADATA must be of one mind."""
    for name, version in (("lib", "2.0"), ("other", "1.0")):
        text = f"Name: {name}\nVersion: {version}\n".encode()
        wheel = make_wheel("lib", "1.0", metadata=text)
        with LoopbackIndex([wheel], metadata=True) as index, pytest.raises(PackageError) as caught:
            ask(world, index)
        assert caught.value.why == f"it says {name} {version}, the index lists it as lib 1.0"


def test_equal_versions_may_be_spelled_differently(world: World) -> None:
    """1.0 and 1.0.0 are one version (PEP 440)."""
    wheel = make_wheel("lib", "1.0", metadata=b"Name: lib\nVersion: 1.0.0\n")
    with LoopbackIndex([wheel], metadata=True) as index:
        assert ask(world, index).version == "1.0.0"


def test_invalid_metadata_hurts_only_who_asks_for_it(world: World) -> None:
    """Expecting it raises nothing; asking says which field is bad."""
    wheel = make_wheel("lib", "1.0", requires=("other>=1.*",))
    with LoopbackIndex([wheel], metadata=True) as index, world.client(index.url) as client:
        file = only_file(client, "lib")
        client.expect_metadata([(file, "lib", "1.0")])
        with pytest.raises(PackageError) as caught:
            client.metadata(file, "lib", "1.0")
    assert caught.value.why.startswith("Requires-Dist: other>=1.*")


def test_metadata_is_learnt_in_the_background(world: World) -> None:
    """Callers are told, and nothing is asked for twice."""
    with LoopbackIndex([WHEEL], metadata=True) as index, world.client(index.url) as client:
        file = only_file(client, "lib")
        learnt: list[Metadata] = []
        client.expect_metadata([(file, "lib", "1.0")], learnt.append)
        assert client.metadata(file, "lib", "1.0") == EXPECTED
        client.expect_metadata([(file, "lib", "1.0")], learnt.append)
        client.expect_metadata([(file, "lib", "1.0")])
    assert learnt == [EXPECTED, EXPECTED]
    assert len(requests_for_files(index)) == 1


def test_a_wheel_that_is_here_tells_without_asking(world: World) -> None:
    """Also offline; what isn't here is an error that says so."""
    second = make_wheel("lib", "2.0")
    with LoopbackIndex([WHEEL, second]) as index:
        with world.client(index.url) as client:
            client.download_wheel(files_of(client, "lib")[WHEEL.filename], "lib", "1.0")
        with world.client(index.url, settings=IndexSettings(offline=True)) as client:
            files = files_of(client, "lib")
            assert client.metadata(files[WHEEL.filename], "lib", "1.0") == EXPECTED
            client.expect_metadata([(files[second.filename], "lib", "2.0")])
            with pytest.raises(IndexFault) as caught:
                client.metadata(files[second.filename], "lib", "2.0")
    assert caught.value.what == f"{second.filename} isn't in the store"
    assert len(requests_for_files(index)) == 1


def test_local_wheels_are_read_in_place(world: World) -> None:
    """By their end as well; a changed file without a hash is another file."""
    folder = world.folder / "wheels"
    folder.mkdir()
    path = folder / WHEEL.filename
    path.write_bytes(WHEEL.data)
    settings = IndexSettings(find_links=(str(folder),))
    with world.client(settings=settings) as client:
        assert client.metadata(only_file(client, "lib"), "lib", "1.0") == EXPECTED
    path.write_bytes(make_wheel("lib", "1.0", requires=("changed",)).data)
    with world.client(settings=settings) as client:
        file = only_file(client, "lib")
        assert client.metadata(file, "lib", "1.0").requires == (Requirement("changed"),)
    path.write_bytes(b"broken")
    with world.client(settings=settings) as client, pytest.raises(PackageError):
        client.metadata(file, "lib", "1.0")
    path.unlink()
    with world.client(settings=settings) as client, pytest.raises(IndexFault, match="can't be read"):
        client.metadata(file, "lib", "1.0")


@pytest.mark.parametrize("fault", [Fault(cut=20), Fault(drop=True), Fault(status=503)])
def test_a_range_that_breaks_off_is_asked_for_again(world: World, fault: Fault) -> None:
    """Like every request."""
    fault.path, fault.times = "/files/", 2
    with LoopbackIndex([WHEEL]) as index:
        index.fail(fault)
        assert ask(world, index) == EXPECTED
    assert len(world.pauses) == 2
