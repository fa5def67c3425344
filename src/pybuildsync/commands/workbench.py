"""What installing and building commands work with: store, interpreter, index, builds, and the goal."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pybuildsync.commands.direct import Fetched, Fetcher, fetch_given
from pybuildsync.commands.hash_mode import hash_mode
from pybuildsync.commands.index_settings import index_settings
from pybuildsync.commands.inputs import Given, Inputs, ignored, read_inputs
from pybuildsync.commands.meant import files_meant
from pybuildsync.commands.options import (
    BuildOptions,
    DownloadOptions,
    InstallOptions,
    SelectionOptions,
    Setting,
    TagOptions,
    WheelOptions,
)
from pybuildsync.commands.results import Ignored
from pybuildsync.commands.selection import selected
from pybuildsync.commands.tags import wheels_for
from pybuildsync.commands.usage import check_builds
from pybuildsync.core.goal import AT_SOURCE, Goal
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.names import normalize_name
from pybuildsync.core.policies import Policy, PolicyBook, parse_policy
from pybuildsync.core.story import Story
from pybuildsync.core.variants import Direct
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.errors import RequestError
from pybuildsync.frontend.build_job import BuildJob, BuildPython, BuildResult, ConfigSettings
from pybuildsync.frontend.build_variables import build_variables
from pybuildsync.index.addresses import local_path
from pybuildsync.index.client import IndexClient
from pybuildsync.pipeline.build_environments import FillEnvironment
from pybuildsync.pipeline.environment import installed_of, installed_promises
from pybuildsync.pipeline.installed_builds import within
from pybuildsync.pipeline.knowledge import IndexKnowledge
from pybuildsync.pipeline.marker_memory import keep_answers, recall_answers
from pybuildsync.pipeline.orders import BuildSettings
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.built import StoredWheels
from pybuildsync.store.location import Store
from pybuildsync.store.writing import new_temporary, remove_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from pybuildsync.commands.remote_texts import RemoteTexts


class Workbench(NamedTuple):
    """Everything opened and ready; ``goal`` is what is asked for, of an environment that is empty.

    ``files`` are all requirement and constraint files that were read, ``uses_variables`` tells whether they hold some.
    ``ignored`` is what is asked for and not for this environment.
    """

    shop: Workshop
    goal: Goal
    fetched: Fetched
    needs_hashes: bool
    files: tuple[str, ...]
    uses_variables: bool
    ignored: tuple[Ignored, ...]


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
    options: InstallOptions | WheelOptions | DownloadOptions,
    inputs: Inputs,
    story: Story,
    environ: Mapping[str, str],
    tags: TagOptions = TagOptions(),  # noqa: B008 - frozen
    texts: "RemoteTexts | None" = None,
) -> Iterator[Workbench]:
    """Yield the workbench of one command and clear it away afterwards; wheels of what runs are for *tags*.

    Files that the options name by URL come by *texts*.

    Raises:
        UsageError: an option's value is not what it should be.
        RequestError: what is asked for isn't there.
        PackageError: the backend of a source tree can't tell its name and version.

    """
    build = options.build
    check_builds(build)
    settings = index_settings(
        options.indexes,
        inputs.options,
        store=store,
        python=interpreter.executable,
        texts=texts.named if texts is not None else (),
    )
    known = recall_answers(store, interpreter.target)
    environments = FillEnvironment(store, interpreter)
    executor = LazyExecutor(partial(_threads, build.build_jobs))
    place = within(interpreter, checked=build.check_build_dependencies) if build.no_build_isolation else None
    built = StoredWheels(store if place is None else Store(new_temporary(store)))
    with IndexClient(settings, store, story=story) as client:
        target = interpreter.target
        shop = Workshop(
            client=client,
            store=store,
            built=built,
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
            populate=environments,
            gather=environments.gather,
            settings=_build_settings(build, inputs.settings, store, environ),
            story=story,
            failures={},
            begun={},
            waiting={},
            fetch=_fetch_named,
            within=place,
        )
        try:
            fetch_text = texts.fetch if texts is not None else None
            for_builds = read_inputs((), (), build.build_constraint_files, environ, fetch=fetch_text)
            formats, releases = selected(options.selection, inputs.options)
            goal = Goal(
                target=target,
                requirements=inputs.requirements,
                constraints=inputs.constraints,
                build_constraints=for_builds.constraints,
                formats=formats,
                policies=policy_book(build),
                releases=releases,
                prefer_wheels=options.selection.prefer_binary or ("--prefer-binary", "") in inputs.options,
                locked=inputs.locked,
                any_python=options.selection.ignore_requires_python,
                wheels_for=wheels_for(tags, target),
                uploaded_before=_uploaded_before(options.selection),
                needs_hashes=hash_mode(options.asked, inputs),
                build_hashes=for_builds.hashes,
                needs_build_hashes=build.require_build_hashes,
                no_dependencies=options.asked.no_deps,
                build_date=_build_date(build),
            )
            if goal.needs_hashes or inputs.hashes or for_builds.hashes or _doubts(options):
                shop = shop._replace(verified=set())
            if place is not None:
                policies = goal.policies.with_promises(installed_promises(place.distributions))
                there = installed_of(place.distributions, policies)
                goal = goal._replace(policies=policies, builds_with=there, build_date="")
            shop.knowledge.with_times = bool(goal.build_date)
            shop.knowledge.uploaded_before = goal.uploaded_before

            def with_settings(more: tuple[Setting, ...]) -> Workshop:
                return shop._replace(settings=_build_settings(build, (*inputs.settings, *more), store, environ))

            if goal.needs_hashes:
                _check_hashable(inputs.given)
            fetcher = Fetcher(shop, goal, with_settings, _src(options, interpreter))
            found = fetch_given(inputs.given, MarkerAnswers(target), fetcher)
            goal = goal._replace(
                requirements=(*goal.requirements, *found.requirements),
                direct=found.direct,
                hashes=_joined(inputs.hashes, found.hashes),
            )
            if options.asked.only_deps:
                goal = goal._replace(left_out=asked_names(goal))
            if found.hashes and shop.verified is None:
                shop = shop._replace(verified=set())
            with files_meant(options.asked.requirements, shop.knowledge.listing):
                yield Workbench(
                    shop=with_settings(found.settings),
                    goal=goal,
                    fetched=found,
                    needs_hashes=goal.needs_hashes,
                    files=(*inputs.files, *for_builds.files),
                    uses_variables=inputs.uses_variables or for_builds.uses_variables,
                    ignored=ignored(inputs, target),
                )
        finally:
            executor.close()
            if place is not None:  # what is installed may change: none of it is for another time
                remove_tree(built.store.root)
            keep_answers(store, target, known)


def _doubts(options: InstallOptions | WheelOptions | DownloadOptions) -> bool:
    """Whether it was said that what is installed may not be as it was: then what it is linked to may not be, either."""
    if not isinstance(options, InstallOptions):
        return False
    return options.verify or options.force_reinstall or bool(options.reinstall_packages)


def _fetch_named(shop: Workshop, goal: Goal, name: str, url: str, *, editable: bool = False) -> Direct:
    from pybuildsync.pipeline.direct import fetch_named

    return fetch_named(shop, goal, name, url, editable=editable)


def _src(options: InstallOptions | WheelOptions | DownloadOptions, interpreter: Interpreter) -> str | None:
    """Return where editable checkouts come, as in pip: beside what runs them, or here; None where files are kept."""
    if not isinstance(options, InstallOptions):
        return None
    if options.asked.src:
        return os.path.abspath(options.asked.src)
    return os.path.join(interpreter.prefix if interpreter.is_virtual else os.getcwd(), "src")


def _check_hashable(given: tuple[Given, ...]) -> None:
    """Raise RequestError if something that is *given* has no single file that could have a hash."""
    for each in given:
        is_folder = each.reference.is_local and os.path.isdir(local_path(each.reference.url) or "")
        if not each.locked and (each.editable or each.reference.vcs or is_folder):
            what = "an editable project" if each.editable else "a folder" if is_folder else "a checkout"
            raise RequestError(
                f"{each.text} can't be installed where hashes are required",
                why=f"{each.where}: {what} is no single file that has a hash",
                hint="give an archive of it, with its hash, or leave it for a command of its own",
            )


def asked_names(goal: Goal) -> frozenset[str]:
    """Return the names of what *goal* asks for in this environment."""
    markers = MarkerAnswers(goal.target)
    return frozenset(requirement.name for requirement in goal.requirements if markers.hold(requirement.marker))


def _uploaded_before(selection: SelectionOptions) -> str:
    if not selection.uploaded_prior_to:
        return ""
    from datetime import UTC, datetime

    from pybuildsync.commands.upload_limit import upload_limit

    return upload_limit(selection.uploaded_prior_to, datetime.now(UTC))


def _joined(
    one: tuple[tuple[str, tuple[str, ...]], ...], other: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = dict(one)
    for name, hashes in other:
        table[name] = (*table.get(name, ()), *hashes)
    return tuple(table.items())


def _build_date(build: BuildOptions) -> str:
    """Return the date of all build tools as the core wants it: UTC, "" for today's."""
    text = build.build_time
    if text in ("", "latest"):
        return ""
    if text == "source":
        return AT_SOURCE
    from datetime import UTC, date, datetime

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        moment = datetime.fromisoformat(text)
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _threads(jobs: int | None) -> "Executor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(jobs or os.cpu_count() or 1, thread_name_prefix="build")


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


def _build_settings(
    build: BuildOptions, beside: tuple[Setting, ...], store: Store, environ: Mapping[str, str]
) -> BuildSettings:
    """Return how builds run; *beside* are settings that stand beside requirements."""

    def config_settings(project: str) -> ConfigSettings:
        values: dict[str, list[str]] = {}
        for setting in (*build.config_settings, *beside):
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
        retry=not (build.no_build_time_retry or build.build_time or build.no_build_isolation),
        log_folder=os.path.join(store.root, "logs"),
        max_rounds=build.max_rounds,
    )
