"""Where only the first index counts that has a project."""

from collections.abc import Callable
from pathlib import Path

import pytest
from index.clients import World, files_of
from loopback import Fault, LoopbackIndex, make_wheel

from pybuildsync.errors import IndexFault
from pybuildsync.index.client import IndexClient
from pybuildsync.index.settings import IndexSettings

FIRST = IndexSettings(first_index=True)
ONE = make_wheel("lib", "1.0")
TWO = make_wheel("lib", "2.0")


def versions(world: World, *indexes: str, settings: IndexSettings = FIRST) -> tuple[str, ...]:
    """Return the versions of *lib*."""
    with world.client(*indexes, settings=settings) as client:
        return client.listing("lib").versions


def test_those_behind_it_are_not_asked(world: World) -> None:
    """Neither offer they a newer version, nor do they learn the name; what no earlier one has is looked for there."""
    with LoopbackIndex([ONE]) as first, LoopbackIndex([TWO, make_wheel("other", "1.0")]) as second:
        with world.client(first.url, second.url, settings=FIRST) as client:
            assert client.listing("lib").versions == ("1.0",)
            assert client.listing("other").versions == ("1.0",)
            assert client.listing("nobody").versions == ()
            assert client.indexes_with("lib") == (first.url,)
        assert second.paths() == ["/simple/other/", "/simple/nobody/"]
        assert versions(world, first.url, second.url, settings=IndexSettings()) == ("2.0", "1.0")
        assert versions(world, first.url, second.url) == ("1.0",)


def test_a_project_without_files_is_there(world: World) -> None:
    """Whoever removed its last release didn't give its name away."""
    with LoopbackIndex() as first, LoopbackIndex([TWO]) as second:
        first.pages["/simple/lib/"] = ("text/html", b"<html></html>")
        assert versions(world, first.url, second.url) == ()


def test_one_that_cannot_be_asked_is_no_reason_to_go_on(world: World) -> None:
    """It may have it."""
    with LoopbackIndex([ONE]) as first, LoopbackIndex([TWO]) as second:
        first.fail(Fault(status=403, times=-1))
        with pytest.raises(IndexFault, match="can't be read"):
            versions(world, first.url, second.url)
        assert second.requests == []


def test_what_is_kept_changes_with_the_indexes(world: World) -> None:
    """A project that comes to an earlier index is taken from there, one that goes from it from a later one."""
    keeping = "max-age=100000"
    with LoopbackIndex() as first, LoopbackIndex([TWO], cache_control=keeping) as second:
        urls = (first.url, second.url)
        assert versions(world, *urls) == ("2.0",)
        first.add(ONE)
        assert versions(world, *urls) == ("2.0",)
        world.now += 1000
        assert versions(world, *urls) == ("1.0",)
        assert versions(world, *urls) == ("1.0",)
        assert len(second.requests) == 1
        world.now += 1000
        first.archives.clear()
        assert versions(world, *urls) == ("2.0",)
        assert [len(index.requests) for index in (first, second)] == [3, 2]


def test_an_index_on_this_machine_has_its_place_in_the_order(world: World) -> None:
    """As named, not before all others; where it doesn't count, what is in it doesn't matter."""
    page = world.folder / "index" / "lib" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="https://files.example/{ONE.filename}"></a>')
    local = str(world.folder / "index")
    with LoopbackIndex([TWO], cache_control="max-age=100") as index:
        assert versions(world, index.url, local) == ("2.0",)
        page.write_text("")
        assert versions(world, index.url, local) == ("2.0",)
        assert len(index.requests) == 1
        assert versions(world, local, index.url) == ()


def find_links(folder: Path, index: LoopbackIndex) -> str:
    """Return a folder with a wheel."""
    (folder / TWO.filename).write_bytes(TWO.data)
    index.requests.clear()
    return str(folder)


def page_of_links(_folder: Path, index: LoopbackIndex) -> str:
    """Return a page with a link to a wheel."""
    index.pages["/links.html"] = ("text/html", f'<a href="/files/{TWO.filename}"></a>'.encode())
    return f"{index.root}/links.html"


@pytest.mark.parametrize("make", [find_links, page_of_links])
def test_find_links_count_beside_it(world: World, tmp_path: Path, make: Callable[[Path, LoopbackIndex], str]) -> None:
    """They are no index: whoever names a file wants it."""
    with LoopbackIndex([ONE]) as index:
        settings = FIRST._replace(indexes=(index.url,), find_links=(make(tmp_path, index),))
        with IndexClient(settings, world.store) as client:
            assert set(files_of(client, "lib")) == {ONE.filename, TWO.filename}
            assert client.indexes_with("lib") == (index.url,)


def test_offline_as_online(world: World) -> None:
    """What is known of the first one that has it."""
    with LoopbackIndex([ONE]) as first, LoopbackIndex([TWO]) as second:
        urls = (first.url, second.url)
        assert versions(world, *urls) == ("1.0",)
    assert versions(world, *urls, settings=FIRST._replace(offline=True)) == ("1.0",)
