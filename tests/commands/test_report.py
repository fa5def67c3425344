"""What the installation report says of files and metadata (the whole of it is compared with pip's in beside_pip)."""

from pathlib import Path

import pytest
from environments.places import make_wheel

from pybuildsync.commands.metadata_json import metadata_as_json
from pybuildsync.commands.report import Reported, make_report, write_report
from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata
from pybuildsync.core.offers import Pick
from pybuildsync.core.requirements import parse_requirement
from pybuildsync.core.resolution import Chosen
from pybuildsync.errors import EnvironmentFault


def said_of(tmp_path: Path, pick: Pick, direct_url: str = "") -> dict[str, object]:
    """Return what a report says of the wheel of *pick*."""
    chosen = Chosen((), "sample", "1.0", (), pick, Metadata(name="sample", version="1.0"))
    reported = Reported(chosen, make_wheel(tmp_path, "sample"), direct_url)
    report = make_report(
        [reported], [parse_requirement("sample[b,a]"), parse_requirement("sample[c]")], {"os_name": "x"}
    )
    assert (report["version"], report["environment"]) == ("1", {"os_name": "x"})
    (entry,) = report["install"]
    return dict(entry)


@pytest.mark.parametrize(
    ("hashes", "told"),
    [
        ((("md5", "1"), ("sha256", "2")), {"hash": "sha256=2", "hashes": {"sha256": "2"}}),
        ((("md5", "1"),), {"hash": "md5=1", "hashes": {"md5": "1"}}),
    ],
)
def test_the_hash_of_a_file(tmp_path: Path, hashes: tuple[tuple[str, str], ...], told: object) -> None:
    """It is SHA-256 where the index has it, else what the index has."""
    file = DistributionFile("sample-1.0-py3-none-any.whl", "https://index.example/a.whl", hashes, yanked="")
    entry = said_of(tmp_path, Pick("1.0", file=file))
    assert entry["download_info"] == {"url": file.url, "archive_info": told}
    assert (entry["is_yanked"], entry["is_direct"], entry["requested_extras"]) == (True, False, ["a", "b", "c"])


def test_a_file_that_the_index_gives_no_hash_of(tmp_path: Path) -> None:
    """Then it is that of the file as it came."""
    file = DistributionFile("sample-1.0-py3-none-any.whl", "https://index.example/a.whl")
    digest = make_wheel(tmp_path, "sample").sha256
    told = {"url": file.url, "archive_info": {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}}
    assert said_of(tmp_path, Pick("1.0", file=file))["download_info"] == told


def test_what_is_given_directly(tmp_path: Path) -> None:
    """direct_url.json is the download's description."""
    entry = said_of(tmp_path, Pick("1.0"), '{"url": "file:///tree", "dir_info": {}}')
    assert (entry["download_info"], entry["is_direct"]) == ({"url": "file:///tree", "dir_info": {}}, True)


def test_metadata() -> None:
    """Fields by their small names, lists where a field may be repeated; the body is the description."""
    text = "Name: a\nPlatform: x\nPlatform: y\nKeywords: one two\nLicense: first\n        second\nOther: o\n\nBody\n"
    assert metadata_as_json(text) == {
        "name": "a",
        "platform": ["x", "y"],
        "keywords": ["one", "two"],
        "license": "first\nsecond",
        "description": "Body\n",
    }
    assert metadata_as_json("Keywords: one two, three\nDescription: here") == {
        "keywords": ["one two", "three"],
        "description": "here",
    }
    assert metadata_as_json("Content-Type: multipart/mixed; boundary=b\nName: a\n\n--b\n\nx\n--b--\n") == {
        "name": "a",
        "description": "--b\n\nx\n--b--\n",
    }


def test_where_it_goes(tmp_path: Path) -> None:
    """Into the file, or to whoever prints; a file that can't be written is the machine's fault."""
    assert write_report({"a": "ü"}, "-") == '{\n  "a": "ü"\n}\n'
    assert write_report({}, str(tmp_path / "report")) == ""
    assert (tmp_path / "report").read_text() == "{}"
    with pytest.raises(EnvironmentFault, match="can't be written"):
        write_report({}, str(tmp_path))
