"""The benchmark's own parts, on a recording of three lines: what is measured must be what is said."""

import json
import os
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.bench import report
from integration.bench.cases import CASES, FEW, MANY
from integration.bench.measuring import CommandFailed, Sample, loopback_index, stopwatch
from integration.bench.recording import Recording
from integration.bench.tools import Job, pip, pybuildsync, uv

WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """Serve one project with one wheel."""
    recording = Recording(str(tmp_path / "recording"))
    recording.prepare()
    recording.keep(recording.listing("demo"), json.dumps({"name": "demo", "files": []}).encode())
    recording.keep(recording.file(WHEEL), b"0123456789")
    recording.keep(recording.metadata(WHEEL), b"Name: demo\n")
    with loopback_index(recording.root, "", str(tmp_path / "misses")) as address:
        yield address


def ask(url: str, **headers: str) -> tuple[int, bytes, str]:
    """Return status, body and ETag of a GET."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), answer.headers.get("ETag", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", ""


def test_the_index_serves_listings_and_revalidates_them(index: str) -> None:
    """A listing comes with an ETag, and is not sent again to whoever has it."""
    status, body, etag = ask(index + "demo/")
    assert (status, json.loads(body)["name"]) == (200, "demo")
    assert ask(index + "demo/", If_None_Match=etag)[0] == 304


def test_the_index_serves_files_and_parts_of_them(index: str) -> None:
    """A wheel comes whole, in the middle, from the end, and with its metadata beside it."""
    url = index.replace("/simple/", f"/files/00/11/22/{WHEEL}")
    assert ask(url)[:2] == (200, b"0123456789")
    assert ask(url, Range="bytes=2-4")[:2] == (206, b"234")
    assert ask(url, Range="bytes=-3")[:2] == (206, b"789")
    assert ask(url, Range="bytes=20-")[0] == 416
    assert ask(url + ".metadata")[:2] == (200, b"Name: demo\n")


def test_a_miss_is_told(index: str, tmp_path: Path) -> None:
    """What isn't in the recording is a 404 and stands in the list of misses: no figure is taken from half a job."""
    assert ask(index + "other/")[0] == 404
    assert "other" in (tmp_path / "misses").read_text()


def test_the_stopwatch_counts_the_whole_tree_of_processes(tmp_path: Path) -> None:
    """Processor time is that of the command and its children; memory that of the largest, not of the benchmark."""
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    ballast = bytearray(100_000_000)
    with stopwatch(str(tmp_path)) as watch:
        start = time.perf_counter()
        sample = watch.run([sys.executable, "-c", child])
        outside = time.perf_counter() - start
    assert sample.cpu >= 0.2
    assert sample.wall <= outside
    assert sample.memory * 1024 < len(ballast)


def test_a_failure_is_no_figure(tmp_path: Path) -> None:
    """A command that exits with another status than 0 stops the run, and its output is shown."""
    with stopwatch(str(tmp_path)) as watch, pytest.raises(CommandFailed, match="so it was"):
        watch.run([sys.executable, "-c", "print('so it was'); raise SystemExit(3)"])


def test_uv_forgets_what_it_built_but_not_what_it_fetched(tmp_path: Path) -> None:
    """Uv builds inside its unpacked sdist: objects left there would make the next build an easier one."""
    revision = tmp_path / "cache/sdists-v1/index/0/demo/1.0/abc"
    (revision / "src/build").mkdir(parents=True)
    (revision / "demo-1.0-py3-none-any.whl").touch()
    (revision.parent / "revision.http").touch()
    (tmp_path / "demo-1.0").mkdir()
    (tmp_path / "demo-1.0/setup.py").touch()
    with tarfile.open(tmp_path / "demo-1.0.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "demo-1.0", "demo-1.0")
    uv("uv").forget_builds(str(tmp_path / "cache"), str(tmp_path / "demo-1.0.tar.gz"))
    left = {path.relative_to(revision.parent).as_posix() for path in revision.parent.rglob("*")}
    assert left == {"abc", "abc/src", "abc/src/setup.py", "revision.http"}


def test_we_forget_what_builds_have_left_and_keep_what_was_fetched(tmp_path: Path) -> None:
    """What a build leaves besides its wheel, byte code of its tools, is forgotten apart from what was built."""
    for path in ("built-1/a/result", "plans-1/b", "wheels-1/c/files/d.py", "wheels-1/c/gathered/e/0-9.x.pyc"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    tool = pybuildsync("pybuildsync")
    tool.forget_builds(str(tmp_path), "")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["0-9.x.pyc", "d.py"]
    tool.forget_byte_code(str(tmp_path))
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["d.py"]


@pytest.mark.parametrize("tool", [pip("site"), uv("uv"), pybuildsync("pybuildsync")], ids=lambda tool: tool.name)
def test_everybody_is_asked_for_the_same(tool: object) -> None:
    """Index, cache, environment and requirements stand in every tool's command."""
    assert isinstance(tool, type(uv("")))
    command = " ".join(tool.install(Job("http://localhost/simple/", "/cache", "/env", ("demo==1",))))
    assert all(part in command for part in ("http://localhost/simple/", "/cache", "/env", "demo==1", "install"))


def test_ratios_are_taken_within_rounds() -> None:
    """A slow round is slow for all: the median of ratios is 2 here, the ratio of medians is not."""
    ours = [Sample(2, 0, 0), Sample(20, 0, 0), Sample(8, 0, 0)]
    theirs = [Sample(1, 0, 0), Sample(10, 0, 0), Sample(2, 0, 0)]
    assert report.ratio({"pybuildsync": ours, "uv": theirs}, "pybuildsync", "uv") == 2
    assert report.ratio({"uv": theirs}, "pybuildsync", "uv") is None


def test_the_table_has_a_line_for_each_case() -> None:
    """Also where a tool was not measured; a goal that isn't reached is marked."""
    samples = {"pybuildsync": [Sample(9, 1, 1)], "uv": [Sample(1, 1, 1)], "floor": [Sample(1, 1, 1)]}
    lines = report.table([(case, samples) for case in CASES]).splitlines()
    assert len(lines) == len(CASES) + 2
    assert all("(!)" in line for line in lines[2:])


def test_requirements_are_names_and_versions() -> None:
    """The frozen sets hold nothing else, and as many as their names say."""
    assert (len(MANY), len(FEW)) == (97, 12)
    assert all(os.path.basename(line) == line and line.count("==") == 1 for line in MANY + FEW)
