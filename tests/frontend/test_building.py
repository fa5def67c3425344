"""Builds of whole trees, in real environments with real processes."""

import json
import os
import pickle
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from frontend.build_worlds import (
    THIS_PYTHON,
    TREES,
    build_job,
    is_alive,
    make_sdist,
    pythons,
    read_log,
    tree_files,
)

from pybuildsync.errors import PackageError
from pybuildsync.frontend.build_job import BuildFailure, BuildPython, BuildResult
from pybuildsync.frontend.building import cancel_all, close_session, close_sessions, run_build

METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n"


def told(**answers: object) -> tuple[tuple[str, str], ...]:
    """Return config settings that tell the tree ``answers`` what to answer."""
    return (("told", json.dumps({"requires": [], **answers})),)


def failure_of(folder: Path, tree: str, **more: object) -> BuildFailure:
    """Build *tree*, which fails, and return the failure."""
    with pytest.raises(BuildFailure) as caught:
        run_build(build_job(folder, tree, **more))
    return caught.value


@pytest.mark.parametrize("python", pythons(), ids=lambda python: f"{python.implementation}-{python.version}")
def test_a_sound_tree_becomes_a_wheel(tmp_path: Path, python: BuildPython) -> None:
    """The wheel is in the output folder, its METADATA in the result, nothing is left in the work folder."""
    job = build_job(tmp_path, "sound", python=python)
    result = run_build(job)
    close_sessions()
    path = str(tmp_path / "output" / "sound-1.0-py3-none-any.whl")
    assert result == BuildResult(
        key=job.key,
        log_path=job.log_path,
        seconds=result.seconds,
        metadata_text=METADATA.format("sound"),
        wheel_path=path,
    )
    with zipfile.ZipFile(path) as archive:
        assert "sound.py" in archive.namelist()
    assert os.listdir(job.work) == []


def test_the_backend_is_imported_once_for_all_hooks(tmp_path: Path) -> None:
    """Three hooks cost one import, and the prepared metadata is given to the wheel's hook."""
    job = build_job(tmp_path, "sound", want=("requires", "metadata", "wheel"))
    result = run_build(job)
    log = read_log(job)
    assert log.count("tiny_backend is imported") == 1
    assert "metadata directory: sound-1.0.dist-info" in log
    assert result.prepared_text == result.metadata_text == METADATA.format("sound")


def test_an_in_tree_backend_is_imported_by_every_hook(tmp_path: Path) -> None:
    """The source tree's own code runs once for each hook, never before."""
    job = build_job(tmp_path, "in_tree", want=("metadata", "wheel"))
    assert run_build(job).wheel_path
    assert read_log(job).count("the in-tree backend is imported") == 3


def test_metadata_alone_builds_no_wheel(tmp_path: Path) -> None:
    """Asked for metadata, a backend with the hook is not asked to build."""
    result = run_build(build_job(tmp_path, "sound", want=("metadata",)))
    assert (result.wheel_path, result.metadata_hook) == (None, True)
    assert result.metadata_text == result.prepared_text == METADATA.format("sound")


def test_without_the_metadata_hook_the_wheel_is_built_at_once(tmp_path: Path) -> None:
    """A backend without the hook is built although only metadata is wanted (docs/matching.md)."""
    result = run_build(build_job(tmp_path, "no_metadata_hook", want=("metadata",)))
    assert (result.metadata_hook, result.prepared_text) == (False, "")
    assert result.metadata_text == METADATA.format("no_metadata_hook")
    assert result.wheel_path


def test_requirements_alone(tmp_path: Path) -> None:
    """Asked for requirements only, nothing else is run."""
    job = build_job(tmp_path, "sound", want=("requires",))
    assert run_build(job).metadata_text == ""
    assert read_log(job).count("---") == 1


def test_what_the_hook_asks_for_beyond_the_environment_goes_back(tmp_path: Path) -> None:
    """Unmet: another version, an absent project, extras; met: what is there, and what the marker rules out."""
    job = build_job(tmp_path, "wants_more", keep_open=True)
    result = run_build(job)
    assert result.unmet == ("tiny-backend>=2", "absent-thing", "tiny-backend[more]")
    assert len(result.requires) == 7
    assert result.wheel_path is None
    again = run_build(build_job(tmp_path, "wants_more", resolved=(*result.unmet[1:], "tiny_backend >= 2")))
    assert (again.unmet, bool(again.wheel_path)) == ((), True)


def test_a_session_stays_open_between_jobs_of_a_key(tmp_path: Path) -> None:
    """Metadata now and the wheel later come from one environment and one imported backend."""
    first = build_job(tmp_path, "sound", want=("metadata",), keep_open=True)
    run_build(first)
    assert os.listdir(first.work) != []
    second = build_job(tmp_path, "sound", log_path=str(tmp_path / "second.log"), output=str(tmp_path / "elsewhere"))
    result = run_build(second)
    assert os.listdir(second.output) == ["sound-1.0-py3-none-any.whl"]
    assert "metadata directory: sound-1.0.dist-info" in read_log(second)
    assert "imported" not in read_log(second)
    assert result.prepared_text == METADATA.format("sound")
    close_sessions()
    assert os.listdir(first.work) == []


def test_a_session_can_be_closed_by_key(tmp_path: Path) -> None:
    """What is closed is gone; closing what isn't open does nothing."""
    job = build_job(tmp_path, "sound", want=("metadata",), keep_open=True)
    run_build(job)
    close_session(job.key)
    close_session(job.key)
    close_sessions()
    assert os.listdir(job.work) == []


def test_two_open_sessions_of_a_key_become_one(tmp_path: Path) -> None:
    """Two jobs of a key at the same time each have their session; one of them stays open."""
    jobs = [
        build_job(tmp_path, "in_tree", want=("metadata",), keep_open=True, log_path=str(tmp_path / f"{at}.log"))
        for at in range(2)
    ]
    with ThreadPoolExecutor(2) as executor:
        results = list(executor.map(run_build, jobs))
    assert [result.metadata_text for result in results] == [METADATA.format("in_tree")] * 2
    close_sessions()
    assert os.listdir(jobs[0].work) == []


def test_a_hook_sees_its_own_environment_only(tmp_path: Path) -> None:
    """Isolated prefix, scripts first on PATH, cwd the tree, no stdin, build variables, fresh state in every hook."""
    os.environ["PYTHONPATH"] = str(tmp_path)
    try:
        job = build_job(
            tmp_path, "reports", want=("metadata", "wheel"), variables=(("CFLAGS", "-O0"), ("SECRET", "hush"))
        )
        run_build(job)
    finally:
        del os.environ["PYTHONPATH"]
    log = read_log(job)
    first, second = (
        json.loads(line.removeprefix("report: ")) for line in log.splitlines() if line.startswith("report: ")
    )
    root = os.path.join(job.work, f"build-{job.key[:16]}")
    assert (first["calls"], second["calls"]) == (1, 1)
    assert (first["argv"], second["argv"]) == (["prepare_metadata_for_build_wheel"], ["build_wheel"])
    assert second["cwd"] == os.path.join(root, "source")
    assert second["prefix"] == os.path.join(root, "env")
    assert second["stdin"] == ""
    assert second["main"] == "__main__"
    assert second["version"] == THIS_PYTHON.version
    environ = second["environ"]
    assert environ["PATH"].split(os.pathsep)[0] == os.path.join(root, "env", "bin")
    assert environ["VIRTUAL_ENV"] == os.path.join(root, "env")
    assert (environ["CFLAGS"], environ["SECRET"]) == ("-O0", "hush")
    assert "PYTHONPATH" not in environ
    assert not [path for path in second["path"] if "pybuildsync" in path or "pyproject_hooks" in path]
    assert "variable: CFLAGS=-O0" in log
    assert "hush" not in log.split("---")[0]


def test_the_log_says_what_against_what_and_when(tmp_path: Path) -> None:
    """The header names the build, the interpreter, the time, the settings and every distribution of the environment."""
    job = build_job(tmp_path, "sound", project="sound", version="1.0", config_settings=(("a", ("b", "c")),))
    run_build(job)
    log = read_log(job)
    assert log.startswith("pybuildsync build of sound==1.0\n")
    for part in ("tiny-backend==1.0", THIS_PYTHON.executable, "setting:  a=('b', 'c')", "when:     2"):
        assert part in log


def test_warnings_of_a_hook_are_in_the_log(tmp_path: Path) -> None:
    """A hook's warnings don't get lost, and don't become ours."""
    job = build_job(tmp_path, "warns")
    assert run_build(job).wheel_path
    assert "this tree is old" in read_log(job)


def test_megabytes_of_output_do_not_block(tmp_path: Path) -> None:
    """All output is in the log."""
    job = build_job(tmp_path, "loud")
    assert run_build(job).wheel_path
    assert os.path.getsize(job.log_path) > 5_000_000


def test_a_backend_with_threads_is_not_forked(tmp_path: Path) -> None:
    """A thread started by the backend's import works in a hook: the child began anew."""
    environment = (str(TREES / "tiny_backend"), str(TREES / "threaded_backend"))
    assert run_build(build_job(tmp_path, "threads", environment=environment)).wheel_path


def test_a_legacy_tree_is_built_by_setup_py(tmp_path: Path) -> None:
    """Without pyproject.toml it is setuptools' legacy backend, which imports from beside setup.py (PEP 517)."""
    environment = (str(TREES / "tiny_backend"), str(TREES / "fake_setuptools"))
    result = run_build(build_job(tmp_path, "legacy", environment=environment, project="legacy", version="0.9"))
    assert result.metadata_text == "Metadata-Version: 2.1\nName: legacy\nVersion: 0.9\n"


def test_an_editable_is_built_where_the_tree_stands(tmp_path: Path) -> None:
    """PEP 660: the hook runs in the tree itself."""
    job = build_job(tmp_path, "sound", want=("editable",))
    assert run_build(job).wheel_path
    assert f"editable: {TREES / 'sound'}" in read_log(job)


def test_a_backend_without_editables_says_so(tmp_path: Path) -> None:
    """The error names the hook and the standard."""
    failure = failure_of(tmp_path, "no_metadata_hook", want=("editable",))
    assert "no_metadata_hook could not be built: build_editable is not there" in str(failure)


def test_a_tree_can_be_built_in_place(tmp_path: Path) -> None:
    """Asked for it, the tree isn't copied."""
    job = build_job(tmp_path, "reports", in_place=True)
    run_build(job)
    assert json.dumps(str(TREES / "reports")) in read_log(job)


def test_the_work_folder_is_kept_if_asked(tmp_path: Path) -> None:
    """What is kept holds source and environment, and the next build takes another folder."""
    job = build_job(tmp_path, "sound", keep=True)
    run_build(job)
    run_build(job)
    assert sorted(os.listdir(job.work)) == ["build-key-of-sound", "build-key-of-sound-1"]
    assert sorted(os.listdir(os.path.join(job.work, "build-key-of-sound"))) == ["env", "source", "wheel"]


def test_an_sdist_is_unpacked_and_built(tmp_path: Path) -> None:
    """The source is the archive; name and version are those of its file name."""
    source = make_sdist(tmp_path, "sound-1.0", tree_files("sound"))
    result = run_build(build_job(tmp_path, "sound", source=source, sdist=True, project="sound", version="1.0"))
    assert result.metadata_text == METADATA.format("sound")


def test_a_subdirectory_of_an_archive_is_built(tmp_path: Path) -> None:
    """The tree may stand below the archive's root folder."""
    files = {f"python/{name}": text for name, text in tree_files("sound").items()}
    source = make_sdist(tmp_path, "whole-1", files)
    assert run_build(build_job(tmp_path, "sound", source=source, subdirectory="python")).wheel_path


def test_long_lines_of_the_log_are_cut_in_the_middle(tmp_path: Path) -> None:
    """What a failure shows has no line that fills the screen; both ends of the line are there."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text((TREES / "in_tree" / "pyproject.toml").read_text())
    (tree / "backend.py").write_text("def build_wheel(*arguments):\n    raise SystemExit('a' * 9000 + 'b' * 9000)\n")
    failure = failure_of(tmp_path, "in_tree", source=str(tree))
    assert failure.tail.splitlines()[-1] == "a" * 200 + " ... " + "b" * 200


def test_a_hook_that_raises_is_a_failure_with_its_log(tmp_path: Path) -> None:
    """The failure has the hook, the status, the log's end, the likely cause, the next step; it travels by pickle."""
    failure = failure_of(tmp_path, "crash", project="crash", version="1.0")
    assert failure.what == "crash==1.0 could not be built: build_wheel failed (exit status 1)"
    assert (failure.hook, failure.timed_out, failure.cancelled) == ("build_wheel", False, False)
    assert failure.tail.endswith("ModuleNotFoundError: No module named 'absent_helper'")
    assert failure.cause == "its build imports absent_helper, which is not in the build environment"
    assert failure.log_path in failure.hint
    assert failure.kind == "package"
    assert str(pickle.loads(pickle.dumps(failure))) == str(failure)
    assert not os.path.exists(build_job(tmp_path, "crash").output)


def test_a_backend_that_cannot_be_imported(tmp_path: Path) -> None:
    """The error says so and shows the traceback."""
    failure = failure_of(tmp_path, "crash_on_import")
    assert "the build backend can't be imported" in failure.what
    assert "this backend needs what isn't there" in failure.tail


def test_a_backend_that_is_absent(tmp_path: Path) -> None:
    """A backend that the environment doesn't have is the same, met by the first import and by the hook."""
    failure = failure_of(tmp_path, "sound", environment=())
    assert "the build backend can't be imported" in failure.what
    assert "tiny_backend" in failure.cause


def test_a_backend_that_leaves_without_an_answer(tmp_path: Path) -> None:
    """Exit status 0 and no answer is a failure."""
    assert "build_wheel gave no answer" in failure_of(tmp_path, "exits").what


def test_a_backend_that_is_killed(tmp_path: Path) -> None:
    """The signal is told."""
    assert failure_of(tmp_path, "killed").what.endswith("build_wheel failed (killed by signal 9)")


def test_a_backend_that_ends_what_started_it(tmp_path: Path) -> None:
    """It is a failure of the build, not of ours."""
    assert "build_wheel failed" in failure_of(tmp_path, "kills_server").what


def wait_for(path: Path) -> list[int]:
    """Return the process numbers that the tree ``hang`` writes to *path*."""
    until = time.monotonic() + 30
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return [int(number) for number in path.read_text("utf-8").split()]


def wait_until_ended(processes: list[int]) -> list[int]:
    """Return those of *processes* that are alive after a moment's patience."""
    until = time.monotonic() + 5
    while any(map(is_alive, processes)) and time.monotonic() < until:
        time.sleep(0.01)
    return [process for process in processes if is_alive(process)]


def test_a_build_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """The time is told with the log's end, and no process is left, not even what the backend started."""
    ids = tmp_path / "ids"
    failure = failure_of(tmp_path, "hang", timeout=1.5, config_settings=(("ids", str(ids)),))
    assert failure.what.endswith("build_wheel took longer than 1.5 seconds")
    assert failure.timed_out
    assert "waiting for better days" in failure.tail
    assert "--build-timeout" in failure.hint
    assert wait_until_ended(wait_for(ids)) == []


def test_cancelling_ends_what_runs(tmp_path: Path) -> None:
    """Every running build raises, its processes are gone, idle sessions are closed, and later builds run."""
    ids = tmp_path / "ids"
    idle = build_job(tmp_path, "sound", want=("metadata",), keep_open=True)
    run_build(idle)
    job = build_job(tmp_path, "hang", config_settings=(("ids", str(ids)),), project="hang")
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(run_build, job)
        processes = wait_for(ids)
        cancel_all()
        failure = future.exception()
    assert isinstance(failure, BuildFailure)
    assert (failure.what, failure.cancelled) == ("hang: the build was cancelled", True)
    assert wait_until_ended(processes) == []
    close_sessions()
    assert os.listdir(job.work) == []
    assert run_build(build_job(tmp_path, "sound")).wheel_path


def test_a_build_that_is_being_prepared_is_cancelled_too(tmp_path: Path) -> None:
    """Cancelled while its environment is filled, a build starts no backend."""
    filling, cancelled = threading.Event(), threading.Event()

    def populate(_root: str, _unpacked: tuple[str, ...]) -> None:
        filling.set()
        cancelled.wait(30)

    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(run_build, build_job(tmp_path, "sound", populate=populate))
        filling.wait(30)
        cancel_all()
        cancelled.set()
        failure = future.exception()
    assert isinstance(failure, BuildFailure)
    assert failure.cancelled


def test_an_interrupt_while_filling_leaves_nothing(tmp_path: Path) -> None:
    """Whatever is raised meanwhile, the work folder is removed."""

    def populate(_root: str, _unpacked: tuple[str, ...]) -> None:
        raise KeyboardInterrupt

    job = build_job(tmp_path, "sound", populate=populate)
    with pytest.raises(KeyboardInterrupt):
        run_build(job)
    close_sessions()
    assert os.listdir(job.work) == []


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"requires": "setuptools"}, "it gave 'setuptools', which is no list of texts"),
        ({"requires": [1]}, "it gave [1], which is no list of texts"),
        ({"requires": ["not a requirement"]}, "'not a requirement'"),
        ({"metadata": None}, "it gave None, which is no name of a .dist-info folder"),
        ({"metadata": "../answers-1.0.dist-info"}, "which is no name of a .dist-info folder"),
        ({"metadata": "answers-1.0.dist-info"}, "in which there is no METADATA to read"),
        (
            {"metadata": "a.dist-info", "files": {"a.dist-info/METADATA": METADATA.format("other")}},
            "METADATA has the name 'other', the source has 'answers'",
        ),
        ({"metadata": "a.dist-info", "files": {"a.dist-info/METADATA": "Name: answers\nVersion: x\n"}}, "is none"),
        (
            {"metadata": "a.dist-info", "files": {"a.dist-info/METADATA": "Name: answers\nVersion: 2\n"}},
            "METADATA has the version '2', the source has '1.0'",
        ),
    ],
)
def test_a_wrong_answer_before_the_wheel_is_the_backends_fault(
    tmp_path: Path, answers: dict[str, object], why: str
) -> None:
    """What PEP 517 doesn't allow is refused with what was given."""
    job = build_job(
        tmp_path, "answers", want=("metadata",), config_settings=told(**answers), project="answers", version="1.0"
    )
    with pytest.raises(PackageError) as caught:
        run_build(job)
    assert why in str(caught.value)
    assert "its backend answered" in caught.value.what


GOOD = "answers-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"wheel": 42}, "it gave 42, which is no name of a file"),
        ({"wheel": "x" * 200 + "/"}, "...,"),
        ({"wheel": GOOD}, "but in the folder for wheels there is: nothing"),
        ({"wheel": GOOD, "files": {"other.whl": ""}}, "but in the folder for wheels there is: other.whl"),
        ({"wheel": "answers.whl", "files": {"answers.whl": ""}}, "Invalid wheel filename"),
        ({"wheel": GOOD, "files": {GOOD: "no zip"}}, "the wheel can't be read"),
        ({"wheel": GOOD, "zips": {GOOD: {}}}, "the wheel has 0 METADATA files instead of one"),
        (
            {"wheel": GOOD, "zips": {GOOD: {"a.dist-info/METADATA": METADATA.format("other")}}},
            "METADATA has the name 'other', the wheel's file name has 'answers'",
        ),
        (
            {"wheel": GOOD, "zips": {GOOD: {"a.dist-info/METADATA": "Name: answers\nVersion: 1.1\n"}}},
            "METADATA has the version '1.1', the wheel's file name has '1.0'",
        ),
    ],
)
def test_a_wrong_wheel_is_the_backends_fault(tmp_path: Path, answers: dict[str, object], why: str) -> None:
    """Name, file, archive and METADATA must agree."""
    job = build_job(tmp_path, "answers", config_settings=told(**answers), project="answers", version="1.0")
    with pytest.raises(PackageError) as caught:
        run_build(job)
    assert why in str(caught.value)
    assert not os.path.exists(job.output)


def test_a_wheel_of_another_version_is_refused(tmp_path: Path) -> None:
    """The wheel agrees with itself, but not with the source."""
    with pytest.raises(PackageError, match=r"METADATA has the version '1.0', the source has '2.0'"):
        run_build(build_job(tmp_path, "sound", project="sound", version="2.0"))


def test_a_wheel_outside_its_folder_is_refused(tmp_path: Path) -> None:
    """A backend may not name a path."""
    with pytest.raises(PackageError, match="which is no name of a file"):
        run_build(build_job(tmp_path, "writes_outside"))


def test_metadata_that_changes_between_hooks_is_told(tmp_path: Path) -> None:
    """The wheel overrules what was prepared; the result has both (docs/matching.md)."""
    result = run_build(build_job(tmp_path, "other_metadata", want=("metadata", "wheel")))
    assert result.prepared_text == METADATA.format("other_metadata")
    assert result.metadata_text == METADATA.format("other_metadata") + "Requires-Dist: library==2\n"


def test_static_metadata_may_not_be_contradicted(tmp_path: Path) -> None:
    """PEP 643: what PKG-INFO states as static must be the wheel's."""
    pkg_info = "Metadata-Version: 2.2\nName: sound\nVersion: 1.0\nRequires-Dist: library>=1\n"
    source = make_sdist(tmp_path, "sound-1.0", {**tree_files("sound"), "PKG-INFO": pkg_info})
    with pytest.raises(
        PackageError, match=r"Requires-Dist and the built METADATA's differ \(PEP 643\)\n.*- library>=1"
    ):
        run_build(build_job(tmp_path, "sound", source=source, sdist=True, project="sound", version="1.0"))
