"""An open build: its environment, its copy of the source and the processes of its backend.

A session belongs to one job at a time. Between two jobs of the same build key it can stay open in this process, so that
metadata and wheel come from one environment and one imported backend; a job that finds none opens its own, so nothing
depends on which process or machine it lands on.

The registry at the end of this module is the only state of this package. It never decides what is run.
"""

import atexit
import os
import shutil
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.core.facts import SourceMetadata
from pybuildsync.errors import EnvironmentFault
from pybuildsync.frontend.build_environment import BuildEnvironment, make_environment, open_environment
from pybuildsync.frontend.build_job import BuildFailure, BuildJob
from pybuildsync.frontend.build_log import log_environment
from pybuildsync.frontend.build_system import build_system, read_pyproject
from pybuildsync.frontend.build_variables import build_environ
from pybuildsync.frontend.hook_requires import present_versions
from pybuildsync.frontend.hook_runners import HookRunner, can_fork, start_runner
from pybuildsync.frontend.source_copy import copy_source
from pybuildsync.frontend.source_trees import read_source, states_exactly
from pybuildsync.frontend.unpacking import unpack_sdist

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyproject_hooks import BuildBackendHookCaller


class BuildSession(NamedTuple):
    """One open build.

    ``exact`` says that the source states its requirements in METADATA's own words. ``prepared`` is the folder of
    metadata that the backend has prepared, "" if none, ``prepared_text`` its METADATA; ``requires`` what it has asked
    for, None if it wasn't asked. ``gather`` keeps what the environment has that is worth it.
    """

    key: str
    folder: str
    environment: BuildEnvironment
    source: SourceMetadata
    exact: bool
    runner: HookRunner
    hooks: "BuildBackendHookCaller"
    keep: bool
    gather: "Callable[[], None] | None" = None
    requires: tuple[str, ...] | None = None
    prepared: str = ""
    prepared_text: str = ""


def open_session(job: BuildJob, *, generation: int) -> BuildSession:
    """Make the environment and the source tree of *job* and start its backend's process.

    *generation* is what :func:`generation` gave when the job began: a cancellation since then ends it here.

    Raises:
        PackageError: the source can't be unpacked or read.
        EnvironmentFault: the work folder can't be used.
        BuildFailure: cancelled.

    """
    folder = _new_folder(job)
    runner: HookRunner | None = None
    try:
        if job.within is None:
            environment = make_environment(os.path.join(folder, "env"), job.python, job.environment, job.populate)
        else:
            environment = open_environment(job.within)
        log_environment(job.log_path, present_versions(environment.site_packages, *environment.others))
        runner = start_runner(
            python=environment.python,
            environ=build_environ(
                os.environ,
                job.variables,
                root=environment.root,
                scripts=environment.scripts,
                separator=os.pathsep,
                isolated=job.within is None,
            ),
            cwd=folder,
            log_path=job.log_path,
            forking=can_fork(),
        )
        _enlist(folder, runner, job, generation)
        # The interpreter starts meanwhile.
        tree = _place_source(job, folder)
        system = build_system(read_pyproject(tree), tree)
        runner.begin("" if system.backend_path else system.backend.partition(":")[0], tree)
        # From here on the backend is being imported: what follows costs no time of its own.
        from pyproject_hooks import BuildBackendHookCaller

        return BuildSession(
            key=job.key,
            folder=folder,
            environment=environment,
            source=read_source(
                tree,
                filename_project=job.project or None if job.sdist else None,
                filename_version=job.version or None if job.sdist else None,
            ),
            exact=job.sdist and states_exactly(tree),
            runner=runner,
            hooks=BuildBackendHookCaller(
                tree, system.backend, system.backend_path, runner=runner, python_executable=environment.python
            ),
            keep=job.keep,
            gather=job.gather and partial(job.gather, environment.root, job.environment),
        )
    except BaseException:
        _discard(folder, runner, keep=job.keep)
        raise


def _new_folder(job: BuildJob) -> str:
    # The same build gets the same path wherever it can: compilers write paths into what they make.
    base = os.path.join(job.work, f"build-{job.key[:16]}")
    try:
        os.makedirs(job.work, exist_ok=True)
        for attempt in range(1000):
            folder = f"{base}-{attempt}" if attempt else base
            try:
                os.mkdir(folder)
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise EnvironmentFault(
            f"{job.title} can't be built in {job.work}",
            why=str(error),
            hint="make the folder writable, or choose another one with --cache-dir",
        ) from error
    raise EnvironmentFault(f"{job.title} can't be built: {job.work} is full of old builds", hint="remove them")


def _place_source(job: BuildJob, folder: str) -> str:
    target = os.path.join(folder, "source")
    if os.path.isfile(job.source):
        root = unpack_sdist(job.source, target)
    elif job.in_place or job.is_editable:
        root = os.path.abspath(job.source)
    else:
        try:
            copy_source(job.source, target)
        except OSError as error:
            raise EnvironmentFault(
                f"the source tree {job.source} can't be copied", why=str(error), hint="see that it can be read"
            ) from error
        root = target
    return os.path.join(root, job.subdirectory) if job.subdirectory else root


# The registry.

_lock = threading.Lock()
_idle: dict[str, BuildSession] = {}
_running: dict[str, HookRunner] = {}
_cancelled: set[str] = set()
_generation = 0
_removals: list[threading.Thread] = []
_at_exit: list[object] = []


def generation() -> int:
    """Return how often everything was cancelled so far."""
    return _generation


def take_session(key: str) -> BuildSession | None:
    """Return the open session for *key* and own it from now on, None if there is none."""
    with _lock:
        session = _idle.pop(key, None)
        if session is not None:
            _running[session.folder] = session.runner
        return session


def put_session(session: BuildSession) -> None:
    """Leave *session* open for the next job with its key; it is the caller's no more."""
    with _lock:
        _running.pop(session.folder, None)
        cancelled = session.folder in _cancelled
        before = session if cancelled else _idle.get(session.key)
        if not cancelled and before is None:
            if not _at_exit:
                _at_exit.append(atexit.register(close_sessions))
            _idle[session.key] = session
    if before is not None:
        end_session(session, is_sound=not cancelled)


def end_session(session: BuildSession, *, is_sound: bool = True) -> None:
    """End the processes of *session* and remove its folder; unless *is_sound* nothing of it is kept."""
    _discard(session.folder, session.runner, keep=session.keep, gather=session.gather if is_sound else None)


def close_session(key: str) -> None:
    """End the open session for *key*, if there is one."""
    session = take_session(key)
    if session is not None:
        end_session(session)


def close_sessions() -> None:
    """End all sessions that are open and idle, and wait until their folders are gone."""
    for key in sorted(_idle):
        close_session(key)
    while _removals:
        _removals.pop().join()


def cancel_all() -> None:
    """End every build of this process, from any thread; what runs them raises BuildFailure with ``cancelled``."""
    global _generation  # noqa: PLW0603  # the registry is this module's state
    with _lock:
        _generation += 1
        running = list(_running.items())
        _cancelled.update(folder for folder, _ in running)
    for _, runner in running:
        runner.stop(gently=True)
    close_sessions()


def is_cancelled(session: BuildSession) -> bool:
    """Whether *session* was ended by :func:`cancel_all`."""
    return session.folder in _cancelled


def _enlist(folder: str, runner: HookRunner, job: BuildJob, generation: int) -> None:
    with _lock:
        if generation == _generation:
            _running[folder] = runner
            return
    raise cancellation(job)


def cancellation(job: BuildJob) -> BuildFailure:
    """Return the error for a build that was cancelled."""
    return BuildFailure(f"{job.title}: the build was cancelled", job=job, log_path=job.log_path, cancelled=True)


def _discard(folder: str, runner: HookRunner | None, *, keep: bool, gather: "Callable[[], None] | None" = None) -> None:
    if runner is not None:
        runner.stop()
    with _lock:
        _running.pop(folder, None)
        _cancelled.discard(folder)
        if keep:
            return
        # Thousands of links to remove: nobody needs to wait for it.
        _removals[:] = [thread for thread in _removals if thread.is_alive()]
        thread = threading.Thread(target=_remove, args=(folder, gather), name=f"remove {folder}")
        _removals.append(thread)
        thread.start()


def _remove(folder: str, gather: "Callable[[], None] | None") -> None:
    if gather is not None:
        gather()
    if hasattr(os, "posix_spawnp"):  # another process needs no turn of this interpreter, and learning goes on meanwhile
        with suppress(OSError):
            process = os.posix_spawnp("rm", ["rm", "-rf", "--", folder], os.environ)
            os.waitpid(process, 0)
    if os.path.exists(folder):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.exists(folder):  # folders that the build has made read-only
        for here, _, _ in os.walk(folder):
            os.chmod(here, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
