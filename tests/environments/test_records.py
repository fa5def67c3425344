"""RECORD as text."""

import csv

from environments.places import record_hash

from pybuildsync.environments.records import content_hash, record_text


def test_rows_are_lines() -> None:
    """One line a file: path, hash, size; what is unknown is empty."""
    rows: list[tuple[str, str, int | str]] = [("a/b.py", "sha256=x", 3), ("a-1.dist-info/RECORD", "", "")]
    assert record_text(rows) == b"a/b.py,sha256=x,3\na-1.dist-info/RECORD,,\n"


def test_paths_are_quoted_where_needed() -> None:
    """Commas, quotes and line ends in a path survive the way through a reader."""
    paths = ["plain.py", "with,comma", 'with"quote', "with\nline", "with space"]
    text = record_text([(path, "sha256=x", 1) for path in paths]).decode()
    assert [row[0] for row in csv.reader(text.splitlines(keepends=True))] == paths


def test_names_that_are_not_utf8_survive() -> None:
    """A name that the file system gave as bytes is written as these bytes."""
    assert record_text([("\udcff", "", "")]) == b"\xff,,\n"


def test_hashes_are_those_of_record() -> None:
    """SHA-256 in URL-safe base64 without padding."""
    assert content_hash(b"\xff\xfe some bytes") == record_hash(b"\xff\xfe some bytes")
