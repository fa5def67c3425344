"""What installing and building commands work with: store, interpreter, index, builds, and the goal."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.commands.index_settings import index_settings
from pybuildsync.commands.inputs import Inputs, LocalPath, formats_of, read_constraints, read_path, tree_digest
from pybuildsync.commands.options import BuildOptions, IndexOptions
from pybuildsync.core.goal import Direct, Formats
from pybuildsync.core.names import normalize_name
from pybuildsync.core.policies import Policy, PolicyBook, parse_policy
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.story import Story
from pybuildsync.core.variants import Source
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.errors import RequestError
from pybuildsync.frontend.build_job import BuildJob, BuildPython, BuildResult, ConfigSettings
from pybuildsync.frontend.build_variables import build_variables
from pybuildsync.frontend.source_trees import read_source
from pybuildsync.index.client import IndexClient
from pybuildsync.pipeline.build_environments import FillEnvironment
from pybuildsync.pipeline.knowledge import IndexKnowledge
from pybuildsync.pipeline.orders import BuildSettings
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.location import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future


class Workbench(NamedTuple):
    """Everything opened and ready."""

    store: Store
    interpreter: Interpreter
    shop: Workshop
    policies: PolicyBook
    formats: Formats
    build_constraints: tuple[Requirement, ...]


class LazyExecutor:
    """Where builds are submitted: makes the executor with the first one, since most commands build nothing."""

    def __init__(self, make: "Callable[[], Executor]") -> None:
        self._make = make
        self._made: Executor | None = None

    def submit(self, function: "Callable[[BuildJob], BuildResult]", job: BuildJob) -> "Future[BuildResult]":
        """Have *function* called with *job*."""
        if self._made is None:
            self._made = self._make()
        return self._made.submit(function, job)

    def close(self) -> None:
        """Wait for what runs and drop what doesn't yet."""
        if self._made is not None:
            from pybuildsync.frontend.building import close_sessions

            self._made.shutdown(wait=True, cancel_futures=True)
            close_sessions()


@contextmanager
def open_workbench(
    store: Store,
    interpreter: Interpreter,
    *,
    command: str,
    index: IndexOptions,
    build: BuildOptions,
    inputs: Inputs,
    story: Story,
    environ: Mapping[str, str],
) -> Iterator[Workbench]:
    """Yield the workbench of one command and clear it away afterwards.

    Raises:
        UsageError: an option's value is not what it should be.

    """
    policies = policy_book(build)
    build_constraints = read_constraints(build.build_constraint_files, environ)
    settings = index_settings(
        index, inputs.options, command=command, store=store, python=interpreter.executable, environ=environ
    )
    executor = LazyExecutor(partial(_threads, build.build_jobs))
    with IndexClient(settings, store, story=story) as client:
        target = interpreter.target
        shop = Workshop(
            client=client,
            store=store,
            built=StoredWheels(store),
            knowledge=IndexKnowledge(client, store),
            executor=executor,
            python=BuildPython(
                executable=interpreter.base_executable,
                version=target.version,
                full_version=target.full_version,
                implementation=target.implementation,
                free_threaded=target.tags[0].split("-")[1].endswith("t"),
                markers=target.markers,
            ),
            populate=FillEnvironment(store, interpreter),
            settings=_build_settings(build, store, environ),
            story=story,
            failures={},
            submitted=[],
        )
        try:
            yield Workbench(
                store=store,
                interpreter=interpreter,
                shop=shop,
                policies=policies,
                formats=formats_of(_format_rules(build, inputs)),
                build_constraints=build_constraints,
            )
        finally:
            executor.close()


def _threads(jobs: int | None) -> "Executor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(jobs or os.cpu_count() or 1, thread_name_prefix="build")


def _format_rules(build: BuildOptions, inputs: Inputs) -> list[tuple[str, str]]:
    """Return what says something on formats: requirement files come last, as pip reads them."""
    named = [(option, value) for option, value in inputs.options if option in ("--no-binary", "--only-binary")]
    return [(rule.option, rule.value) for rule in build.formats] + named


def policy_book(build: BuildOptions) -> PolicyBook:
    """Return the policies that ``--match`` options state.

    Raises:
        UsageError: one is no policy.

    """
    pairs: list[tuple[tuple[str, str], Policy]] = []
    libraries: list[tuple[str, Policy]] = []
    for rule in build.match:
        policy = parse_policy(rule.policy, source="configuration")
        library = normalize_name(rule.library)
        if rule.package:
            pairs.append(((normalize_name(rule.package), library), policy))
        else:
            libraries.append((library, policy))
    return PolicyBook(tuple(reversed(pairs)), tuple(reversed(libraries)))


def _build_settings(build: BuildOptions, store: Store, environ: Mapping[str, str]) -> BuildSettings:
    def config_settings(project: str) -> ConfigSettings:
        values: dict[str, list[str]] = {}
        for setting in build.config_settings:
            if not setting.package or normalize_name(setting.package) == project:
                values.setdefault(setting.key, []).append(setting.value)
        return tuple(sorted((key, each[0] if len(each) == 1 else tuple(each)) for key, each in values.items()))

    def variables(project: str) -> tuple[tuple[str, str], ...]:
        extra = {
            setting.key: setting.value
            for setting in build.build_variables
            if not setting.package or normalize_name(setting.package) == project
        }
        return build_variables(environ, extra)

    return BuildSettings(
        config_settings=config_settings,
        variables=variables,
        timeout=build.build_timeout,
        retry=not build.no_build_time_retry and not build.build_time,
        log_folder=os.path.join(store.root, "logs"),
    )


class Locals(NamedTuple):
    """Local paths as direct candidates with their requirements; ``folders`` gives each project's path as typed."""

    direct: tuple[Direct, ...]
    requirements: tuple[Requirement, ...]
    paths: Mapping[str, str]


def read_locals(paths: tuple[LocalPath, ...]) -> Locals:
    """Return the direct candidates at *paths*.

    Raises:
        RequestError: there is nothing that can be installed, or two paths hold one project.

    """
    found: dict[str, Direct] = {}
    requirements: list[Requirement] = []
    typed: dict[str, str] = {}
    for local in paths:
        direct = read_path(local)
        if isinstance(direct, str):
            direct = _read_tree(direct, local)
        if direct.name in found and found[direct.name] != direct:
            raise RequestError(
                f"{direct.name} is asked for twice", why=f"{typed[direct.name]}\n{local.path}", hint="leave one out"
            )
        found[direct.name] = direct
        typed[direct.name] = local.path
        requirements.append(Requirement(direct.name, local.extras))
    return Locals(tuple(found.values()), tuple(requirements), typed)


def _read_tree(folder: str, local: LocalPath) -> Direct:
    stated = read_source(folder)
    name, version = stated.metadata.name, stated.metadata.version
    if not name or not version:
        raise RequestError(
            f"{local.text}: only its backend knows its {'version' if name else 'name'}",
            why="pyproject.toml doesn't state both name and version, so they are known after a build only",
            hint=f"make an sdist of it first, and install that: {sys.executable} -m build --sdist {local.text}",
        )
    return Direct(name, version, source=Source(name, version, tree_digest(folder), path=folder))
