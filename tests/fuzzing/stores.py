"""Records of the store as power cuts, failing disks, hands and other releases leave them."""

import json
import marshal
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from store.wheel_files import make_wheel

from fuzzing.law import Family
from fuzzing.texts import TARGET
from pybuildsync.commands.memory import Remembered, recall, remember
from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, Origin, SourceMetadata
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.requirements import Requirement
from pybuildsync.environments.interpreters import keep_facts, kept_facts
from pybuildsync.errors import PybuildsyncError
from pybuildsync.index.default_index import keep_default, kept_default
from pybuildsync.index.kept_listings import PageState, read_listing, read_times, write_listing, write_times
from pybuildsync.index.kept_metadata import read_metadata, write_metadata
from pybuildsync.index.kept_validators import Validators, read_validators, write_validators
from pybuildsync.index.pages import read_already
from pybuildsync.index.releases import as_listing, merge
from pybuildsync.pipeline.build_notes import Note, read_note, write_note
from pybuildsync.pipeline.knowledge import read_stated, write_stated
from pybuildsync.pipeline.learning import read_links
from pybuildsync.pipeline.marker_memory import keep_answers, read_answers
from pybuildsync.store import Store
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.sealing import decode_value, seal, unseal
from pybuildsync.store.wheels import add_wheel, find_wheel

_LOCATIONS = ("index https://index.example/simple/",)
_PROJECT = "a"
_FILE = DistributionFile("a-1.0-py3-none-any.whl", "https://f.example/a", (("sha256", "00"),), listed_at="x")
_UNHASHED = DistributionFile("a-1.0.zip", "https://f.example/a-1.0.zip")
_METADATA = Metadata("a", "1.0", (Requirement("b"),), "", (), Origin.WHEEL)
_STAMP = (1, 2, 3, "machine")
_FACTS = {"managed_path": "", "managed_modified": 0}
_NEVER = 9e99
_HEAD_LENGTH = 4


class Kind(NamedTuple):
    """One kind of record: ``write`` puts a sound one into a store, ``read`` gives what it says, None for nothing."""

    write: Callable[[Store], object]
    read: Callable[[Store], object]


def _write_listing(store: Store) -> None:
    merged = merge(_PROJECT, [read_already([_FILE])], once=True)
    write_listing(store, (PageState(),), as_listing(_PROJECT, merged), merged, _LOCATIONS)


def _read_listing(store: Store) -> object:
    kept = read_listing(store, _PROJECT, _LOCATIONS)
    if kept is None:
        return None
    return kept.pages, kept.listing.versions, [kept.listing.files(at) for at in range(len(kept.listing.versions))]


def _with_wheel(act: Callable[[str], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        act(make_wheel(Path(folder)))


def _write_answers(store: Store) -> None:
    MarkerAnswers(TARGET).hold("os_name == 'posix'")
    keep_answers(store, TARGET, 0)


KINDS = (  # the first one is the only long one
    Kind(_write_listing, _read_listing),
    Kind(lambda store: write_metadata(store, "key", _METADATA), lambda store: read_metadata(store, "key")),
    Kind(
        lambda store: write_times(store, _PROJECT, "https://index.example/", _NEVER, {"a": "b"}),
        lambda store: read_times(store, _PROJECT, "https://index.example/"),
    ),
    Kind(
        lambda store: write_validators(store, _UNHASHED, Validators('"1"', "", "00")),
        lambda store: read_validators(store, _UNHASHED),
    ),
    Kind(
        lambda store: keep_default(store, "/no/python", "https://index.example/simple"),
        lambda store: kept_default(store, "/no/python"),
    ),
    Kind(
        lambda store: write_stated(store, "digest", "", SourceMetadata(_METADATA, (Requirement("b"),))),
        lambda store: read_stated(store, "digest", ""),
    ),
    Kind(lambda store: write_note(store, "key", Note(requires=("b",))), lambda store: read_note(store, "key")),
    Kind(
        lambda store: _with_wheel(lambda path: StoredWheels(store).save("key", path, b"")),
        lambda store: StoredWheels(store).find("key"),
    ),
    Kind(
        lambda store: _with_wheel(lambda path: add_wheel(store, path, "digest")),
        lambda store: find_wheel(store, "digest"),
    ),
    Kind(
        lambda store: remember(store, "question", Remembered((("00", True),), ()), paths=(), expires=_NEVER),
        lambda store: recall(store, "question"),
    ),
    Kind(_write_answers, lambda store: read_answers(store, TARGET)),
    Kind(
        lambda store: keep_facts(store, "/no/python", _STAMP, _FACTS),
        lambda store: kept_facts(store, "/no/python", _STAMP),
    ),
)


class Sample(NamedTuple):
    """A sound record: where it lies below the store's folder, and its bytes."""

    path: str
    content: bytes


def _sample(kind: Kind) -> Sample:
    """Return what *kind* writes: of all the files the one that is sealed."""
    with tempfile.TemporaryDirectory() as root:
        store = Store(root)
        kind.write(store)
        assert kind.read(store) is not None
        files = [path for path in Path(root).rglob("*") if path.is_file()]
        (found,) = [path for path in files if unseal(path.read_bytes()) is not None]
        return Sample(str(found.relative_to(root)), found.read_bytes())


SAMPLES = tuple(map(_sample, KINDS))


def _read(at: int, folder: str, content: bytes) -> object:
    """Return what the kind at *at* says if *content* is its record, as text: a damaged value may be in itself."""
    store = Store(folder)
    path = os.path.join(folder, SAMPLES[at].path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    try:
        found = KINDS[at].read(store)
    except PybuildsyncError as error:
        return type(error), str(error)
    return None if found is None else repr(found)


def _sound(data: bytes) -> tuple[int, bytes]:
    """Return which kind the first byte of *data* names, and its sample."""
    at = (*data, 0)[0] % len(SAMPLES)
    return at, SAMPLES[at].content


def _shortened(data: bytes, content: bytes) -> bytes:
    """Cut off the end of *content*, and overwrite what is the end then by zeros, by the two numbers in *data*."""
    cut, zeros = (*data, 0, 0)[:2]
    content = content[: max(len(content) - cut, 0)]
    return content[: max(len(content) - zeros, 0)] + bytes(min(zeros, len(content)))


def read_spoilt(data: bytes, folder: str) -> object:
    """Read a sound record whose end has gone, or is zeros; nothing of it is read."""
    at, sound = _sound(data)
    content = _shortened(data[1:], sound)
    found = _read(at, folder, content)
    assert content == sound or found is None
    return found


def read_damaged(data: bytes, folder: str) -> object:
    """Read a whole record of which the end of what is in it has gone, or is zeros.

    No damage in the midst: text that is taken for the length of something makes ``marshal`` ask for that much memory.
    """
    at, sound = _sound(data)
    return _read(at, folder, seal(_shortened(data[1:], unseal(sound) or b"")))


def read_foreign(data: bytes, folder: str) -> object:
    """Read whole records with something else in them: the value that *data* is as JSON, with tuples for lists."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    try:
        packed = marshal.dumps(_as_tuples(value), 4)
    except (ValueError, RecursionError):
        return None
    return [
        *[_read(at, folder, seal(packed)) for at in range(1, len(KINDS))],
        _read(0, folder, _long(packed, packed)),
        _read(0, folder, _long(_head_for(packed), packed)),
        decode_value(packed, read_links),
    ]


def _long(head: bytes, rest: bytes) -> bytes:
    return seal(len(head).to_bytes(_HEAD_LENGTH, "little"), head, rest)


def _head_for(release: bytes) -> bytes:
    """Return the head of the sample of a listing with *release* in the place of its own."""
    inside = unseal(SAMPLES[0].content) or b""
    *parts, _ = marshal.loads(inside[_HEAD_LENGTH:])
    return marshal.dumps((*parts, (len(release),)), 4)


def _as_tuples(value: Any) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, list):
        return tuple(map(_as_tuples, value))
    return {key: _as_tuples(each) for key, each in value.items()} if isinstance(value, dict) else value


FAMILIES = (
    Family(
        "store_spoilt",
        read_spoilt,
        tuple(bytes((at, cut, zeros)) for at in range(len(KINDS)) for cut, zeros in ((0, 0), (1, 0), (0, 5), (64, 16))),
        (),
    ),
    Family(
        "store_damaged",
        read_damaged,
        tuple(bytes((at, cut, zeros)) for at in range(len(KINDS)) for cut, zeros in ((0, 0), (1, 0), (0, 5), (20, 9))),
        (),
    ),
    Family(
        "store_foreign",
        read_foreign,
        (
            b'[1, "a", "1.0", [["b", [], "", "", ""]], "", []]',
            b'[2, ["index https://index.example/simple/"], [["", 0.0, "", "", true]], ["1.0"], [["read"]], true, [9]]',
            b'[[0, [["a-1.0.zip", "https://f.example/a-1.0.zip", []]]]]',
            b'["file", "sha", 9, "x"]',
            b'["d", "a", "1.0", "i", true, [], [["x", 1, "y", false]], "", ["a", "1.0", [], "", [], "wheel"]]',
            b'[4, 9e99, [], false, [["d", true]], [], []]',
            b'[9e99, {"a": "b"}]',
            b'["etag", "", "00"]',
            b'"https://index.example/simple"',
            b'[1, "a", "1.0", [["b", [], "", "", ""]], "", [], "wheel", [["b", [], "", "", ""]], [], "", []]',
            b'[1, 0, {"requires": ["b"], "metadata": "", "date": ""}]',
            b'[1, [["module", "library", "b", "path", true]], "", null]',
            b'[2, [1, 2, 3, "machine"], {"managed_path": "", "managed_modified": 0}]',
        ),
        (b"[", b"]", b",", b'""', b"null", b"1", b"true", b"{}", b"[[]]", b'"a"', b"9e99", b"[[], []]"),
    ),
)
