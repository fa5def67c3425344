"""``install``: resolves, builds what must be built against what will run, and changes the environment in one step."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from pybuildsync.commands.inputs import Inputs, read_inputs
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.results import Change, InstallResult, Satisfied
from pybuildsync.commands.workbench import Locals, Workbench, open_workbench, read_locals
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.install_plan import Step
from pybuildsync.core.names import normalize_name
from pybuildsync.core.story import Recovered, Story, WaitingForLock, Warned
from pybuildsync.environments.installed import InstalledDistribution, installed_distributions
from pybuildsync.environments.linking import LinkMode
from pybuildsync.environments.schemes import Scheme, check_changeable, environment_scheme, target_scheme
from pybuildsync.errors import RequestError
from pybuildsync.pipeline.environment import installed_of
from pybuildsync.pipeline.installing import Planned, carry_out, check_libraries, fetch, plan_install
from pybuildsync.store.wheels import UnpackedWheel

_ORDER = {"remove": 0, "install": 1, "upgrade": 2, "downgrade": 3, "rebuild": 4, "keep": 5}


def run(options: InstallOptions, story: Story) -> InstallResult:
    """Install what *options* ask for, wholly or not at all.

    Raises:
        PybuildsyncError: it can't be; nothing has changed.

    """
    started = time.monotonic()
    inputs = read_inputs(options.requirements, options.requirement_files, options.constraint_files, os.environ)
    if options.editables:
        raise RequestError("editable installations are not supported yet", hint="install the folder without -e")
    locals_ = read_locals(inputs.paths)
    if not (inputs.requirements or locals_.requirements):
        raise RequestError("nothing to install was named", hint="give a requirement, a path, or -r FILE")
    with open_workbench(
        options.python,
        command="install",
        index=options.index,
        build=options.build,
        store_options=options.store,
        inputs=inputs,
        story=story,
        environ=os.environ,
    ) as bench:
        scheme = _scheme(options, bench)
        if not options.dry_run:
            check_changeable(scheme)
        with _lock(scheme, story, dry_run=options.dry_run):
            return _install(options, inputs, locals_, bench, scheme, story=story, started=started)


def _scheme(options: InstallOptions, bench: Workbench) -> Scheme:
    if options.target:
        return target_scheme(os.path.abspath(options.target), bench.interpreter)
    scheme = environment_scheme(bench.interpreter)
    return replace(scheme, unchangeable="") if options.break_system_packages else scheme


def _lock(scheme: Scheme, story: Story, *, dry_run: bool) -> AbstractContextManager[None]:
    from contextlib import nullcontext

    from pybuildsync.environments.transaction import environment_lock

    return nullcontext() if dry_run else environment_lock(scheme, lambda: story.tell(WaitingForLock(scheme.data)))


def _install(
    options: InstallOptions,
    inputs: Inputs,
    locals_: Locals,
    bench: Workbench,
    scheme: Scheme,
    *,
    story: Story,
    started: float,
) -> InstallResult:
    from pybuildsync.environments.recovery import settle as settle_journal

    if not options.dry_run:
        recovered = settle_journal(scheme)
        if recovered is not None:
            story.tell(Recovered(str(recovered)))
    distributions = _what_is_there(options, bench, scheme, story)
    installed = installed_of(distributions, bench.policies)
    goal = _goal(options, inputs, locals_, bench, installed)
    planned = plan_install(
        bench.shop,
        goal,
        story,
        max_rounds=options.build.max_rounds,
        rebuild=options.rebuild,
        everything_goes=bool(options.target),
    )
    changes = _changes(planned)
    if not options.dry_run:
        fetched = fetch(bench.shop, planned)
        check_libraries(planned, fetched, distributions)
        if fetched.wheels:
            carry_out(
                fetched,
                scheme,
                story,
                requested=frozenset(requirement.name for requirement in goal.requirements),
                direct_urls=lambda name: _direct_url(name, locals_, goal),
                bytecode=_byte_coder(bench) if options.compile else None,
                link_mode=_link_mode(options.link_mode),
                is_locked=True,
            )
    for each in planned.disturbed:
        story.tell(Warned(each.text))
    return InstallResult(
        changes=changes,
        satisfied=_satisfied(inputs, planned, distributions),
        seconds=time.monotonic() - started,
        rounds=planned.settled.rounds,
        builds=len(bench.shop.submitted),
        dry_run=options.dry_run,
    )


def _what_is_there(
    options: InstallOptions, bench: Workbench, scheme: Scheme, story: Story
) -> tuple[InstalledDistribution, ...]:
    """Return what is installed where the install goes; nothing counts for ``--target``, as in pip."""
    if options.ignore_installed:
        return ()
    folders = (scheme.purelib,) if options.target else bench.interpreter.site_packages
    found = installed_distributions(folders)
    for each in found:
        if each.broken:
            story.tell(Warned(f"{each.dist_info} is ignored: {each.broken}"))
    return tuple(each for each in found if not each.broken)


def _goal(
    options: InstallOptions, inputs: Inputs, locals_: Locals, bench: Workbench, installed: tuple[Installed, ...]
) -> Goal:
    asked = (*inputs.requirements, *locals_.requirements)
    named = frozenset(requirement.name for requirement in asked)
    upgrade = frozenset(normalize_name(name) for name in options.upgrade_packages)
    if options.upgrade:
        eager = options.upgrade_strategy == "eager"
        upgrade |= frozenset(each.name for each in installed) if eager else named
    reinstall = frozenset(normalize_name(name) for name in options.reinstall_packages)
    reinstall |= frozenset(direct.name for direct in locals_.direct)  # a local path is always installed anew, as in pip
    if options.force_reinstall:
        reinstall |= frozenset(each.name for each in installed)
    build_date = options.build.build_time if options.build.build_time not in ("", "latest", "source") else ""
    if build_date:
        bench.shop.knowledge.with_times = True
    return Goal(
        target=bench.interpreter.target,
        requirements=asked,
        constraints=inputs.constraints,
        build_constraints=bench.build_constraints,
        formats=bench.formats,
        policies=bench.policies,
        installed=installed,
        reinstall=reinstall,
        upgrade=upgrade,
        direct=locals_.direct,
        pre_releases=options.pre or ("--pre", "") in inputs.options,
        no_dependencies=options.no_deps,
        build_date=build_date,
    )


def _changes(planned: Planned) -> tuple[Change, ...]:
    changes = [_change(step) for step in planned.steps]
    return tuple(sorted(changes, key=lambda change: (_ORDER[change.kind], change.name)))


def _change(step: Step) -> Change:
    kind = "install" if step.kind == "reinstall" else step.kind
    reason = step.reason
    variant = step.chosen.pick.variant
    if not reason and variant is not None and step.kind != "keep" and variant.coupled:
        against = ", ".join(f"{name} {version}" for name, version in variant.coupled)
        reason = f"built against {against}"
    return Change(kind=kind, name=step.chosen.name, old=step.old, new=step.chosen.version, reason=reason)


def _satisfied(
    inputs: Inputs, planned: Planned, distributions: tuple[InstalledDistribution, ...]
) -> tuple[Satisfied, ...]:
    kept = {step.chosen.name: step for step in planned.steps if step.kind == "keep"}
    places = {each.name: each for each in distributions}
    return tuple(
        Satisfied(requirement=text, version=places[r.name].version, location=places[r.name].location)
        for r, text in zip(inputs.requirements, inputs.texts, strict=True)
        if r.name in kept and r.name in places
    )


def _direct_url(name: str, locals_: Locals, goal: Goal) -> str:
    """Return the ``direct_url.json`` (PEP 610) of a project that was given by a path, else ""."""
    direct = next((each for each in goal.direct if each.name == name), None)
    if direct is None:
        return ""
    import json
    from urllib.request import pathname2url

    path = locals_.paths[name]
    url = "file://" + pathname2url(path)
    digest = dict(direct.file.hashes).get("sha256") if direct.file else (direct.source.digest if direct.source else "")
    if os.path.isdir(path):
        return json.dumps({"dir_info": {}, "url": url})
    return json.dumps({"archive_info": {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}, "url": url})


def _byte_coder(bench: Workbench) -> Callable[[tuple[UnpackedWheel, ...]], tuple[str, ...]]:
    def compile_all(wheels: tuple[UnpackedWheel, ...]) -> tuple[str, ...]:
        from pybuildsync.store.bytecode import compile_bytecode

        target = bench.interpreter.target
        tag = f"{target.implementation}-{target.version.replace('.', '')}"
        return compile_bytecode(bench.store, wheels, bench.interpreter.executable, tag)

    return compile_all


def _link_mode(text: str) -> LinkMode:
    modes: dict[str, LinkMode] = {"reflink": "reflink", "hardlink": "hardlink", "copy": "copy"}
    return modes.get(text, "auto")
