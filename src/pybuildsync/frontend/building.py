"""Runs a build: one environment, the backend's hooks in it, every answer judged, everything said kept in a log.

:func:`run_build` is a plain function of a picklable job, so any ``concurrent.futures`` executor can run it. It never
resolves and never retries: what a hook asks for beyond its environment goes back to the caller, who sends a new job.
"""

import os
import shutil
import subprocess
import time
from typing import Any, Final, NamedTuple

from pybuildsync.errors import EnvironmentFault
from pybuildsync.frontend.build_answers import (
    check_identity,
    check_metadata_folder,
    check_requires,
    check_static,
    check_wheel,
)
from pybuildsync.frontend.build_job import BuildFailure, BuildJob, BuildResult
from pybuildsync.frontend.build_log import append_log, log_tail, start_log
from pybuildsync.frontend.build_session import (
    BuildSession,
    cancel_all,
    cancellation,
    close_session,
    close_sessions,
    end_session,
    generation,
    is_cancelled,
    open_session,
    put_session,
    take_session,
)
from pybuildsync.frontend.diagnosis import diagnose
from pybuildsync.frontend.hook_requires import unmet_requires
from pybuildsync.frontend.hook_runners import HookTimeout

__all__ = ["cancel_all", "close_session", "close_sessions", "run_build"]

_TAIL_LINES: Final = 25
_TAIL_WIDTH: Final = 400  # characters: compilers are called with long lines


def run_build(job: BuildJob) -> BuildResult:
    """Run the hooks that *job* wants and return what they gave.

    Raises:
        BuildFailure: a hook failed, took too long, or was cancelled.
        PackageError: the source or an answer of the backend is wrong.
        EnvironmentFault: work folder, log or output folder can't be used.

    """
    started = time.monotonic()
    began = generation()
    session = take_session(job.key)
    log_start = start_log(job, afresh=session is None)
    session = session or open_session(job, generation=began)
    build = _Build(job=job, session=session, log_start=log_start)
    try:
        session.runner.log_path = job.log_path
        session.runner.deadline = None if job.timeout is None else started + job.timeout
        result, session = _run_hooks(build)
    except BaseException:
        end_session(session, is_sound=False)
        raise
    if job.keep_open and not result.unmet:
        put_session(session)
    else:
        end_session(session)
    return result._replace(seconds=time.monotonic() - started)


class _Build(NamedTuple):
    """A job with the session that serves it; its log begins at byte ``log_start``."""

    job: BuildJob
    session: BuildSession
    log_start: int

    @property
    def kind(self) -> str:
        """What the hooks' names end in."""
        return "editable" if self.job.is_editable else "wheel"

    @property
    def config_settings(self) -> dict[str, str | list[str]] | None:
        """The config settings as hooks want them."""
        settings = self.job.config_settings
        return {name: list(value) if isinstance(value, tuple) else value for name, value in settings} or None


def _run_hooks(build: _Build) -> tuple[BuildResult, BuildSession]:
    """Return what the hooks gave, and the session with what is prepared in it now."""
    job = build.job
    if build.session.requires is None:
        build = build._replace(session=build.session._replace(requires=_ask_requires(build)))
    requires = build.session.requires or ()
    unmet: tuple[str, ...] = ()
    if job.within is None:
        unmet = unmet_requires(
            requires,
            resolved=job.resolved,
            site_packages=build.session.environment.site_packages,
            markers=dict(job.python.markers),
        )
    result = BuildResult(key=job.key, log_path=job.log_path, seconds=0.0, requires=requires, unmet=unmet)
    if unmet:
        return result, build.session
    if "metadata" in job.want and not build.session.prepared:
        session = _prepare_metadata(build)
        build = build._replace(session=session)
        result = result._replace(metadata_hook=bool(session.prepared))
    wheel_path, text = None, build.session.prepared_text
    if "wheel" in job.want or "editable" in job.want or not result.metadata_hook:
        wheel_path, text = _build_wheel(build)
    prepared_text = build.session.prepared_text
    return result._replace(wheel_path=wheel_path, metadata_text=text, prepared_text=prepared_text), build.session


def _ask_requires(build: _Build) -> tuple[str, ...]:
    """Return what the backend asks for beside what the tree names."""
    hook = f"get_requires_for_build_{build.kind}"
    return check_requires(_call(build, hook, build.config_settings), build.job.title, hook)


def _prepare_metadata(build: _Build) -> BuildSession:
    """Let the backend prepare metadata and return the session with it; as it was if the backend has no such hook."""
    from pyproject_hooks import HookMissing

    job, session = build.job, build.session
    hook = f"prepare_metadata_for_build_{build.kind}"
    folder = os.path.join(session.folder, "metadata")
    os.makedirs(folder, exist_ok=True)
    try:
        answer = _call(build, hook, folder, build.config_settings, _allow_fallback=False)
    except HookMissing:
        return session
    prepared, text = check_metadata_folder(answer, folder, job.title, hook)
    _check_text(build, text, hook)
    return session._replace(prepared=prepared, prepared_text=text)


def _build_wheel(build: _Build) -> tuple[str, str]:
    """Let the backend build and return the path of the wheel in the output folder, and the text of its METADATA."""
    job, session = build.job, build.session
    hook = f"build_{build.kind}"
    folder = os.path.join(session.folder, "wheel")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    answer = _call(build, hook, folder, build.config_settings, session.prepared or None)
    built, text = check_wheel(answer, folder, job.title, hook)
    _check_text(build, text, hook)
    wheel_path = os.path.join(job.output, os.path.basename(built))
    try:
        os.makedirs(job.output, exist_ok=True)
        shutil.move(built, wheel_path)
    except OSError as error:
        raise EnvironmentFault(
            f"the wheel of {job.title} can't be put into {job.output}",
            why=str(error),
            hint="make the folder writable, or choose another one with --cache-dir",
        ) from error
    return wheel_path, text


def _check_text(build: _Build, text: str, hook: str) -> None:
    job, source = build.job, build.session.source
    check_identity(
        text,
        job.project or source.metadata.name,
        job.version or source.metadata.version,
        title=job.title,
        hook=hook,
        where="the source",
    )
    check_static(text, source, exact=build.session.exact, title=job.title, hook=hook)


def _call(build: _Build, hook: str, *arguments: object, **keywords: object) -> Any:  # noqa: ANN401  # any JSON
    """Run *hook* and return its answer.

    Raises:
        BuildFailure: it failed.
        pyproject_hooks.HookMissing: the backend has no such hook, and may do without.

    """
    from pyproject_hooks import BackendUnavailable, HookMissing

    job = build.job
    append_log(job.log_path, f"--- {hook}")
    try:
        return getattr(build.session.hooks, hook)(*arguments, **keywords)
    except HookTimeout:
        raise _failure(build, hook, f"took longer than {job.timeout:g} seconds", timed_out=True) from None
    except subprocess.CalledProcessError as error:
        how = f"exit status {error.returncode}" if error.returncode > 0 else f"killed by signal {-error.returncode}"
        raise _failure(build, hook, f"failed ({how})") from None
    except BackendUnavailable as error:
        append_log(job.log_path, error.traceback)
        raise _failure(build, hook, "failed: the build backend can't be imported") from None
    except HookMissing as error:
        if error.hook_name.startswith("prepare_metadata_for_build_"):
            raise
        raise _failure(build, hook, "is not there: the build backend has no editable installs (PEP 660)") from None
    except (OSError, ValueError, KeyError) as error:
        # The process ended well and left no answer: a backend that leaves by os._exit, or overwrites what it is given.
        raise _failure(build, hook, f"gave no answer ({error})") from None


def _failure(build: _Build, hook: str, how: str, *, timed_out: bool = False) -> BuildFailure:
    job = build.job
    if is_cancelled(build.session):
        return cancellation(job)
    said = log_tail(job.log_path, build.log_start)
    tail = "\n".join(_shortened(line) for line in said.splitlines()[-_TAIL_LINES:])
    found = None if timed_out else diagnose(said)
    cause = found.cause if found else ""
    hint = found.hint if found else "give it more time with --build-timeout" if timed_out else "see the log"
    if job.within is not None and not timed_out:  # what the table says is for environments of builds
        hint = "see that what it needs is installed, or leave out --no-build-isolation"
    return BuildFailure(
        f"{job.title} could not be built: {hook} {how}",
        why="\n".join(filter(None, (f"likely cause: {cause}" if cause else "", "the log ends with:", tail))),
        hint=f"{hint}\nthe whole log: {job.log_path}",
        job=job,
        hook=hook,
        log_path=job.log_path,
        tail=tail,
        cause=cause,
        timed_out=timed_out,
    )


def _shortened(line: str) -> str:
    half = _TAIL_WIDTH // 2
    return line if len(line) <= _TAIL_WIDTH else f"{line[:half]} ... {line[-half:]}"
