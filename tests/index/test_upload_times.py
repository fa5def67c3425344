"""When files were uploaded."""

from index.clients import World
from loopback import Fault, LoopbackIndex, make_sdist, make_wheel

from pybuildsync.index.settings import IndexSettings

TIMES = ("2026-01-02T03:04:05.000006Z", "2025-01-02T03:04:05Z")
FILES = (make_wheel("lib", "2.0", upload_time=TIMES[0]), make_sdist("lib", "1.0", upload_time=TIMES[1]))
EXPECTED = {FILES[0].filename: TIMES[0], FILES[1].filename: TIMES[1]}


def test_a_listing_that_tells_is_enough(world: World) -> None:
    """PEP 700."""
    with LoopbackIndex(FILES, form="json", old_json=True) as index, world.client(index.url) as client:
        assert client.upload_times("lib") == EXPECTED
    assert index.paths() == ["/simple/lib/"]


def _silent(index: LoopbackIndex) -> None:
    """Make the listing say nothing of times."""
    links = "".join(f'<a href="/files/{file.filename}">x</a>' for file in FILES)
    index.pages["/simple/lib/"] = ("text/html", links.encode())


def test_a_silent_listing_has_a_page_beside_it(world: World) -> None:
    """``../pypi/PROJECT/json``, kept as long as a listing; offline however old."""
    with LoopbackIndex(FILES, old_json=True) as index:
        _silent(index)
        for seconds, requests in ((0, 2), (100, 2), (600, 4)):
            world.now += seconds
            with world.client(index.url) as client:
                assert client.upload_times("lib") == EXPECTED
            assert len(index.requests) == requests
        world.now += 10_000
        with world.client(index.url, settings=IndexSettings(offline=True)) as client:
            assert client.upload_times("lib") == EXPECTED
    assert index.paths()[1] == "/pypi/lib/json"


def test_where_nobody_tells_nothing_is_known(world: World) -> None:
    """No page, a page that is something else, no page in the store while offline, a folder."""
    folder = world.folder / "wheels"
    folder.mkdir()
    (folder / FILES[0].filename).write_bytes(FILES[0].data)
    settings = IndexSettings(find_links=(str(folder),))
    with LoopbackIndex(FILES) as index:
        _silent(index)
        with world.client(index.url, settings=settings) as client:
            assert client.upload_times("lib") == {}
        world.now += 1000
        index.fail(Fault(path="/pypi/", body=b"[]", status=200))
        with world.client(index.url, settings=settings) as client:
            assert client.upload_times("lib") == {}
    with LoopbackIndex(FILES) as index:
        _silent(index)
        with world.client(index.url) as client:
            client.listing("lib")
        with world.client(index.url, settings=IndexSettings(offline=True)) as client:
            assert client.upload_times("lib") == {}
