"""Listings: merged from all locations, kept, and asked for again when they should be."""

import json
import os
from pathlib import Path

import pytest
from index.clients import World, files_of, only_file
from loopback import Fault, LoopbackIndex, make_sdist, make_wheel

from pybuildsync.core.candidates import Listing
from pybuildsync.core.story import Warned
from pybuildsync.errors import IndexFault
from pybuildsync.index.client import IndexClient
from pybuildsync.index.settings import IndexSettings

ONE = make_wheel("lib", "1.0")
TWO = make_wheel("lib", "2.0", requires_python=">=3.8", upload_time="2026-01-02T03:04:05Z", yanked="bad")
SOURCE = make_sdist("lib", "2.0")
ARCHIVES = (ONE, TWO, SOURCE)


@pytest.mark.parametrize("form", ["html", "json", "both"])
def test_a_listing_holds_all_files_newest_version_first(world: World, form: str) -> None:
    """HTML or JSON, the listing is the same but for the sizes that only JSON tells."""
    with LoopbackIndex(ARCHIVES, form=form, metadata=True) as index, world.client(index.url) as client:
        listing = client.listing("lib")
        assert listing.versions == ("2.0", "1.0")
        wheel, sdist = listing.files(0)
    assert (wheel.filename, sdist.filename) == (TWO.filename, SOURCE.filename)
    assert (wheel.requires_python, wheel.upload_time, wheel.yanked) == (">=3.8", "2026-01-02T03:04:05Z", "bad")
    assert wheel.sha256 == TWO.sha256
    assert wheel.url == f"{index.root}/files/{TWO.filename}"
    assert wheel.listed_at == f"{index.url}lib/"
    assert wheel.metadata is not None
    assert sdist.metadata is None
    assert wheel.size == (-1 if form == "html" else len(TWO.data))


def test_a_project_that_nobody_has_is_an_empty_listing(world: World) -> None:
    """404 means unknown, and is remembered like any answer."""
    with LoopbackIndex() as index:
        for _ in range(2):
            with world.client(index.url) as client:
                assert client.listing("nothing").versions == ()
    assert index.paths() == ["/simple/nothing/"]


def test_indexes_are_merged_without_priority(world: World) -> None:
    """The newest version wins wherever it is; the same file twice is listed once."""
    with (
        LoopbackIndex([ONE, SOURCE]) as first,
        LoopbackIndex([TWO, SOURCE, ONE]) as second,
        world.client(first.url, second.url) as client,
    ):
        found = files_of(client, "lib")
    assert set(found) == {ONE.filename, TWO.filename, SOURCE.filename}
    assert found[SOURCE.filename].listed_at == f"{first.url}lib/"


def test_an_index_that_is_down_is_an_error_even_if_another_has_the_project(world: World) -> None:
    """Another answer than usual, without a word, would be worse; the error names the index."""
    with LoopbackIndex(ARCHIVES) as first, LoopbackIndex() as second:
        second.fail(Fault(status=503, times=-1))
        with world.client(first.url, second.url) as client, pytest.raises(IndexFault) as caught:
            client.listing("lib")
    assert caught.value.what == f"{second.url}lib/ can't be read"
    assert "status 503" in caught.value.why
    assert "tried 6 times" in caught.value.why


def test_a_fresh_listing_is_not_asked_for_again(world: World) -> None:
    """``max-age`` says for how long; afterwards the validator decides."""
    with LoopbackIndex(ARCHIVES, etags=True, cache_control="max-age=100") as index:
        for seconds, requests in ((0, 1), (99, 1), (2, 2), (50, 2), (100, 3)):
            world.now += seconds
            with world.client(index.url) as client:
                assert client.listing("lib").versions == ("2.0", "1.0")
            assert len(index.requests) == requests
    assert [request.status for request in index.requests] == [200, 304, 304]


def test_a_server_that_says_nothing_is_believed_for_ten_minutes(world: World) -> None:
    """No validator and no word on keeping: 600 s, then everything anew."""
    with LoopbackIndex(ARCHIVES) as index:
        for seconds in (0, 599, 2):
            world.now += seconds
            with world.client(index.url) as client:
                client.listing("lib")
    assert [request.status for request in index.requests] == [200, 200]


@pytest.mark.parametrize("control", ["no-cache", "max-age=0", ""])
def test_a_validator_is_asked_with_each_time_unless_there_is_an_age(world: World, control: str) -> None:
    """``no-cache`` means ask first; a validator alone means the same."""
    with LoopbackIndex(ARCHIVES, etags=True, cache_control=control) as index:
        for _ in range(2):
            with world.client(index.url) as client:
                client.listing("lib")
    assert [request.status for request in index.requests] == [200, 304]


def test_what_may_not_be_stored_is_not(world: World) -> None:
    """``no-store``: the next run asks for the whole again."""
    with LoopbackIndex(ARCHIVES, etags=True, cache_control="no-store") as index:
        for _ in range(2):
            with world.client(index.url) as client:
                client.listing("lib")
    assert [request.status for request in index.requests] == [200, 200]


def test_refresh_asks_once_more(world: World) -> None:
    """By the validator if there is one; within one client only once."""
    with LoopbackIndex(ARCHIVES, etags=True, cache_control="max-age=100") as index:
        with world.client(index.url) as client:
            client.listing("lib")
        with world.client(index.url, settings=IndexSettings(refresh=True)) as client:
            client.listing("lib")
            client.listing("lib")
    assert [request.status for request in index.requests] == [200, 304]


def test_refresh_of_one_project_asks_for_that_once_more(world: World) -> None:
    """What is kept of others is believed."""
    with LoopbackIndex([ONE, make_wheel("other", "1.0")], cache_control="max-age=100") as index:
        for settings in (IndexSettings(), IndexSettings(refresh_packages=frozenset({"lib"}))):
            with world.client(index.url, settings=settings) as client:
                for project in ("lib", "lib", "other"):
                    client.listing(project)
    assert index.paths() == ["/simple/lib/", "/simple/other/", "/simple/lib/"]


def test_a_new_file_shows_after_asking_again(world: World) -> None:
    """A page that changed replaces its part of the merged listing, the other parts stay."""
    with (
        LoopbackIndex([ONE], etags=True) as first,
        LoopbackIndex([SOURCE], etags=True) as second,
    ):
        with world.client(first.url, second.url) as client:
            assert len(files_of(client, "lib")) == 2
        first.add(TWO)
        with world.client(first.url, second.url) as client:
            assert set(files_of(client, "lib")) == {ONE.filename, TWO.filename, SOURCE.filename}
    assert [request.status for request in second.requests] == [200, 304]


def test_a_record_is_believed_for_the_same_indexes_only(world: World) -> None:
    """Another set of indexes is another answer."""
    with LoopbackIndex([ONE], cache_control="max-age=100") as first, LoopbackIndex([TWO]) as second:
        with world.client(first.url) as client:
            client.listing("lib")
        with world.client(first.url, second.url) as client:
            assert client.listing("lib").versions == ("2.0", "1.0")
        with world.client(first.url) as client:
            assert client.listing("lib").versions == ("1.0",)
    assert len(first.requests) == 2


def test_offline_serves_what_is_kept_however_old(world: World) -> None:
    """Nothing is asked; what was never seen is an error that says how to see it."""
    with LoopbackIndex(ARCHIVES, cache_control="max-age=1") as index:
        with world.client(index.url) as client:
            client.listing("lib")
        world.now += 10_000
        with world.client(index.url, settings=IndexSettings(offline=True)) as client:
            client.expect(["lib", "other"])
            assert client.listing("lib").versions == ("2.0", "1.0")
            with pytest.raises(IndexFault) as caught:
                client.listing("other")
    assert caught.value.hint == "run once without --offline"
    assert len(index.requests) == 1


def test_offline_takes_local_folders_for_the_whole(world: World) -> None:
    """A project that a folder has needs no index, and what the index would have said isn't remembered."""
    folder = world.folder / "wheels"
    folder.mkdir()
    (folder / ONE.filename).write_bytes(ONE.data)
    with LoopbackIndex([TWO]) as index:
        offline = IndexSettings(offline=True, find_links=(str(folder),))
        with world.client(index.url, settings=offline) as client:
            assert client.listing("lib").versions == ("1.0",)
        with world.client(index.url, settings=IndexSettings(find_links=(str(folder),))) as client:
            assert client.listing("lib").versions == ("2.0", "1.0")


def _local_index(folder: Path) -> str:
    project = folder / "simple" / "lib"
    project.mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "files" / ONE.filename).write_bytes(ONE.data)
    (project / "index.html").write_text(f'<a href="../../files/{ONE.filename}#sha256={ONE.sha256}">{ONE.filename}</a>')
    return f"file://{folder}/simple"


def test_a_local_index_is_read_each_time_it_has_changed(world: World) -> None:
    """One ``stat`` tells; ages don't matter."""
    url = _local_index(world.folder)
    page = world.folder / "simple/lib/index.html"
    with world.client(url) as client:
        assert only_file(client, "lib").url == f"file://{world.folder}/files/{ONE.filename}"
    with world.client(url) as client:
        assert client.listing("lib").versions == ("1.0",)
    page.write_text(page.read_text() + f'<a href="../../files/{TWO.filename}">x</a>')
    with world.client(url) as client:
        assert client.listing("lib").versions == ("2.0", "1.0")


def test_a_local_index_without_a_page_doesnt_know_the_project(world: World) -> None:
    """Whether the folder of the project or the page in it is missing; a missing index is worth a warning."""
    url = _local_index(world.folder)
    (world.folder / "simple/empty").mkdir()
    with world.client(url, f"file://{world.folder}/nowhere") as client:
        assert client.listing("empty").versions == ()
        assert client.listing("missing").versions == ()
    assert world.events == [Warned(f"{world.folder}/nowhere doesn't exist: nothing is taken from there")]


def test_find_links_may_be_a_folder_a_page_or_a_file(world: World) -> None:
    """Named by path or address; what is in folders of a folder doesn't count."""
    folder = world.folder / "my wheels"
    folder.mkdir()
    (folder / ONE.filename).write_bytes(ONE.data)
    (folder / "other-1.0.tar.gz").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    page = world.folder / "page.html"
    page.write_text(f'<a href="{TWO.filename}">x</a>')
    single = world.folder / SOURCE.filename
    single.write_bytes(SOURCE.data)
    links = (str(folder), f"file://{page}", str(single), str(world.folder / "absent"))
    with world.client(settings=IndexSettings(find_links=links)) as client:
        found = files_of(client, "lib")
        assert list(client.listing("other").versions) == ["1.0"]
    assert set(found) == {ONE.filename, TWO.filename, SOURCE.filename}
    assert found[ONE.filename].url == f"file://{world.folder}/my%20wheels/{ONE.filename}"
    assert found[ONE.filename].size == len(ONE.data)
    assert world.events == [Warned(f"{world.folder}/absent doesn't exist: nothing is taken from there")]


def test_a_folder_of_links_is_looked_at_again_when_it_has_changed(world: World) -> None:
    """As a local index."""
    folder = world.folder / "wheels"
    folder.mkdir()
    settings = IndexSettings(find_links=(str(folder),))
    with world.client(settings=settings) as client:
        assert client.listing("lib").versions == ()
    (folder / ONE.filename).write_bytes(ONE.data)
    os.utime(folder, ns=(1, 1))
    with world.client(settings=settings) as client:
        assert client.listing("lib").versions == ("1.0",)


def test_pages_of_links_are_fetched_once_for_all_projects(world: World) -> None:
    """A page may hold files of many; one that doesn't exist is worth a warning, a file needs no page."""
    with LoopbackIndex() as index:
        body = f'<a href="/files/{ONE.filename}">x</a><a href="/files/other-2.0.tar.gz">x</a>'.encode()
        index.pages["/links"] = ("text/html", body)
        links = (f"{index.root}/links", f"{index.root}/absent", f"{index.root}/lib-3.0.tar.gz#sha256={'0' * 64}")
        settings = IndexSettings(find_links=links)
        with world.client(settings=settings) as client:
            assert client.listing("lib").versions == ("3.0", "1.0")
            assert client.listing("other").versions == ("2.0",)
        with world.client(settings=settings) as client:
            assert client.listing("lib").versions == ("3.0", "1.0")
            assert client.listing("other").versions == ("2.0",)
    assert sorted(index.paths()) == ["/absent", "/links"]
    assert world.events == [Warned(f"{index.root}/absent doesn't exist: nothing is taken from there")]


def test_no_index_leaves_only_the_links(world: World) -> None:
    """As pip's ``--no-index``."""
    with LoopbackIndex([ONE]) as index, world.client(index.url, settings=IndexSettings(no_index=True)) as client:
        assert client.listing("lib").versions == ()
    assert index.requests == []


def test_relative_links_are_those_of_where_the_page_came_from(world: World) -> None:
    """After a redirect, its target; the listing still belongs to the index that was asked."""
    with (
        LoopbackIndex([ONE], relative=True) as target,
        LoopbackIndex(redirect_to=target.root) as index,
        world.client(index.url) as client,
    ):
        file = only_file(client, "lib")
    assert file.url == f"{target.root}/files/{ONE.filename}"
    assert file.listed_at == f"{index.url}lib/"


def test_what_is_expected_is_fetched_in_the_background(world: World) -> None:
    """Callers are told, at once of what is here; asking twice costs one request; errors wait for who asks."""
    with LoopbackIndex([*ARCHIVES, make_wheel("other", "1.0")]) as index:
        index.fail(Fault(path="/broken/", status=403, times=-1))
        with world.client(index.url) as client:
            arrived: list[str] = []
            client.expect(["lib", "broken", "other"], lambda listing: arrived.append(listing.project))
            client.expect(["lib"])
            assert client.listing("lib").versions == ("2.0", "1.0")
            assert client.listing("other").versions == ("1.0",)
            with pytest.raises(IndexFault):
                client.listing("broken")
            client.expect(["lib"], lambda listing: arrived.append(listing.project + " again"))
    assert sorted(arrived) == ["lib", "lib again", "other"]
    assert sorted(index.paths()) == ["/simple/broken/", "/simple/lib/", "/simple/other/"]


def test_a_malformed_listing_is_the_fault_of_the_index(world: World) -> None:
    """It says which page, and nothing is kept of it."""
    with LoopbackIndex([ONE], form="json") as index:
        index.fail(Fault(path="/lib/", body=b"{"))
        with world.client(index.url) as client, pytest.raises(IndexFault, match="malformed"):
            client.listing("lib")
        with world.client(index.url) as client:
            assert client.listing("lib").versions == ("1.0",)


def test_plain_http_elsewhere_needs_trust(world: World) -> None:
    """Anybody on the way could answer: the host must be named as trusted, as for pip."""
    with world.client("http://index.invalid/simple") as client, pytest.raises(IndexFault) as caught:
        client.listing("lib")
    assert caught.value.hint == "use its https address, or --trusted-host index.invalid"


@pytest.mark.parametrize("url", ["ftp://index.example/simple", "https:///simple"])
def test_an_address_that_cant_be_asked_is_refused_at_once(world: World, url: str) -> None:
    """Before anything is asked anywhere."""
    with pytest.raises(IndexFault, match="can't be asked for packages"):
        world.client(url)


def test_a_place_that_cant_be_read_is_an_error(world: World) -> None:
    """What exists and can't be read is not the same as what doesn't exist."""
    page = world.folder / "page.html"
    page.symlink_to(page)
    folder = world.folder / "folder.html"
    folder.mkdir()
    (folder / "lib-1.0.zip").symlink_to(folder / "lib-1.0.zip")
    with world.client(settings=IndexSettings(find_links=(str(page),))) as client, pytest.raises(IndexFault):
        client.listing("lib")
    with world.client(settings=IndexSettings(find_links=(str(folder),))) as client, pytest.raises(IndexFault):
        client.listing("lib")


def test_one_page_that_changes_leaves_the_others_as_they_are(world: World) -> None:
    """Also those that need no asking: a fresh index beside a folder that has changed."""
    folder = world.folder / "wheels"
    folder.mkdir()
    settings = IndexSettings(find_links=(str(folder),))
    with LoopbackIndex([ONE], cache_control="max-age=100") as index:
        with world.client(index.url, settings=settings) as client:
            client.listing("lib")
        (folder / TWO.filename).write_bytes(TWO.data)
        os.utime(folder, ns=(1, 1))
        for offline in (False, True):
            with world.client(index.url, settings=settings._replace(offline=offline)) as client:
                assert client.listing("lib").versions == ("2.0", "1.0")
            os.utime(folder, ns=(2, 2))
    assert len(index.requests) == 1


def test_what_listings_hang_on_can_be_watched(world: World) -> None:
    """Their records, the pages on this machine, and the time until the first of the others has to be asked again."""
    folder = world.folder / "wheels"
    folder.mkdir()
    settings = IndexSettings(find_links=(str(folder),))
    with LoopbackIndex([ONE], cache_control="max-age=100") as index:
        with world.client(index.url, settings=settings) as client:
            assert client.evidence(["lib"]) is None
            client.listing("lib")
            paths, expires = client.evidence(["lib"]) or ((), 0.0)
        with world.client(index.url, settings=settings._replace(offline=True)) as client:
            assert client.evidence(["lib"]) == (paths, float("inf"))
    assert expires == world.now + 100
    assert [os.path.exists(path) for path in paths] == [True, True]
    assert paths[1] == str(folder)


def test_what_a_local_page_links_to_is_watched_as_well(world: World) -> None:
    """An archive may be written anew in place, which its page doesn't show; one with a hash can't be another."""
    page = world.folder / "index" / "lib" / "index.html"
    page.parent.mkdir(parents=True)
    links = world.folder / "links.html"
    (world.folder / ONE.filename).write_bytes(ONE.data)
    page.write_text(f'<a href="../../{ONE.filename}"></a><a href="{TWO.filename}#sha256={TWO.sha256}"></a>')
    links.write_text(f'<a href="{ONE.filename.replace("1.0", "3.0")}"></a>')
    settings = IndexSettings(indexes=(str(world.folder / "index"),), find_links=(str(links),))
    with IndexClient(settings, world.store) as client:
        assert client.listing("lib").versions == ("3.0", "2.0", "1.0")
        paths, expires = client.evidence(["lib"]) or ((), 0.0)
    three = str(world.folder / ONE.filename.replace("1.0", "3.0"))
    assert paths[1:] == (str(links), three, str(page), str(world.folder / ONE.filename))
    assert expires == float("inf")


def test_a_client_that_tells_nobody_works_as_well(world: World) -> None:
    """A story is optional."""
    settings = IndexSettings(find_links=(str(world.folder / "absent"),))
    with IndexClient(settings, world.store) as client:
        assert client.listing("lib").versions == ()


def test_who_walks_ahead_is_not_told_of_a_malformed_release(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """An entry is read when its version is looked at; whoever needs it gets the error."""
    entries = [{"filename": "lib-1.tar.gz"}, {"filename": "lib-2.tar.gz", "url": "lib-2.tar.gz", "hashes": {}}]
    body = json.dumps({"meta": {"api-version": "1.1"}, "name": "lib", "files": entries}).encode()
    looked: list[str] = []

    def look(listing: Listing) -> None:
        looked.append(listing.files(0)[0].filename)
        listing.files(1)

    with LoopbackIndex() as index:
        index.pages["/simple/lib/"] = ("application/vnd.pypi.simple.v1+json", body)
        with world.client(index.url) as client:
            client.expect(["lib"], look)
            listing = client.listing("lib")
            client.expect(["lib"], look)
            assert listing.versions == ("2", "1")
            with pytest.raises(IndexFault, match="malformed"):
                listing.files(1)
    assert looked == ["lib-2.tar.gz"] * 2
    assert caplog.records == []
