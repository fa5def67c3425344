"""Records of the store as power cuts, hands and other releases leave them."""

import marshal
import os
from typing import Any

from fuzzing.law import Family
from fuzzing.texts import TARGET
from pybuildsync.commands.memory import recall
from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, Origin
from pybuildsync.core.requirements import Requirement
from pybuildsync.index.kept_listings import PageState, read_listing, read_times, write_listing
from pybuildsync.index.kept_metadata import read_metadata, write_metadata
from pybuildsync.index.pages import read_already
from pybuildsync.index.releases import as_listing, merge
from pybuildsync.pipeline.marker_memory import recall_answers
from pybuildsync.store import Store
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.long_records import read_long_record
from pybuildsync.store.records import read_record, record_path
from pybuildsync.store.sealing import seal
from pybuildsync.store.wheels import entry_folder, find_wheel

_LOCATIONS = ("index https://index.example/simple/",)
_PROJECT = "a"
_FILE = DistributionFile("a-1.0-py3-none-any.whl", "https://f.example/a", (("sha256", "00"),), listed_at="x")


def _read_all(store: Store) -> list[object]:
    kept = read_listing(store, _PROJECT, _LOCATIONS)
    listing = None
    if kept is not None:
        listing = (
            kept.pages,
            kept.listing.versions,
            [kept.listing.files(at) for at in range(len(kept.listing.versions))],
        )
    return [
        listing,
        read_metadata(store, "key"),
        read_times(store, _PROJECT, "https://index.example/"),
        StoredWheels(store).find("key"),
        find_wheel(store, "digest"),
        recall(store, "question"),
        recall_answers(store, TARGET) >= 0,
        read_record(store, "listings", "key"),
        read_long_record(store, "listings", "key") is not None,
    ]


def _places(store: Store) -> list[str]:
    """Return the paths of all that :func:`_read_all` reads: those that a store writes, found by writing."""
    from pybuildsync.commands.watched import name_of_question
    from pybuildsync.index.kept_listings import listing_path
    from pybuildsync.pipeline.marker_memory import _key

    return [
        listing_path(store, _PROJECT, _LOCATIONS),
        record_path(store, "metadata", "key"),
        record_path(store, "listings", f"times https://index.example//{_PROJECT}"),
        f"{StoredWheels(store)._folder('key')}/result",
        f"{entry_folder(store, 'digest')}/manifest",
        record_path(store, "plans", name_of_question("question")),
        record_path(store, "masks", _key(TARGET)),
        record_path(store, "listings", "key"),
    ]


def _put(store: Store, content: bytes) -> None:
    for path in _places(store):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def _sound() -> tuple[bytes, ...]:
    """Return the bytes of sound records of some kinds."""
    import tempfile

    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        merged = merge(_PROJECT, [read_already([_FILE])], once=True)
        write_listing(store, (PageState(),), as_listing(_PROJECT, merged), merged, _LOCATIONS)
        write_metadata(store, "key", Metadata("a", "1.0", (Requirement("b"),), "", (), Origin.WHEEL))
        found = []
        for path in _places(store)[:2]:
            with open(path, "rb") as file:
                found.append(file.read())
    return tuple(found)


_SOUND = _sound()


def read_spoilt(data: bytes, folder: str) -> object:
    """Cut a sound record off and overwrite its end by zeros, where four bytes of *data* say; nothing of it is read."""
    which, cut, zeros = (*data, 0, 0, 0)[:3]
    content = _SOUND[which % len(_SOUND)]
    content = content[: max(len(content) - cut, 0)]
    content = content[: max(len(content) - zeros, 0)] + bytes(min(zeros, len(content)))
    store = Store(folder)
    _put(store, content)
    found = _read_all(store)
    if content not in _SOUND:
        assert not any(found[:6]), found
    return found[:6]


def read_foreign(data: bytes, folder: str) -> object:
    """Read whole records with something else in them: the value that *data* is as JSON, with tuples for lists."""
    import json

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    store = Store(folder)
    try:
        packed = marshal.dumps(_as_tuples(value), 4)
    except (ValueError, RecursionError):
        return None
    answers = []
    _put(store, seal(packed))
    answers.append(_read_all(store)[:6])
    with open(_places(store)[0], "wb") as file:
        file.write(seal(len(packed).to_bytes(4, "little"), packed, packed))
    answers.append(_read_all(store)[:6])
    return answers


def _as_tuples(value: Any) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, list):
        return tuple(map(_as_tuples, value))
    return {key: _as_tuples(each) for key, each in value.items()} if isinstance(value, dict) else value


FAMILIES = (
    Family("store_spoilt", read_spoilt, (b"\0\0\0", b"\0\1\0", b"\1\0\5", b"\1\x40\x10"), ()),
    Family(
        "store_foreign",
        read_foreign,
        (
            b'[1, "a", "1.0", [["b", [], "", "", ""]], "", []]',
            b'[1, ["index https://index.example/simple/"], [["", 0.0, "", "", true]], ["1.0"], [["read"]], true, [9]]',
            b'["file", "sha", 9, "x"]',
            b'["d", "a", "1.0", "i", true, [], [["x", 1, "y", false]], "", ["a", "1.0", [], "", [], "wheel"]]',
            b'[3, 9e99, [], [["d", true]], [], []]',
            b'[9e99, {"a": "b"}]',
        ),
        (b"[", b"]", b",", b'""', b"null", b"1", b"true", b"{}", b"[[]]", b'"a"', b"9e99", b"[[], []]"),
    ),
)
