"""The whole of an install: inputs, the loop, the plan, its checks, one transaction, and what is remembered of it."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pybuildsync.commands import memory
from pybuildsync.commands.destination import tell_unnamed
from pybuildsync.commands.direct import NOTHING, Fetched, direct_among, direct_url
from pybuildsync.commands.elsewhere import kept_names, left_behind, steps_in_place
from pybuildsync.commands.inputs import Inputs, read_asked
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.placing import Surroundings, place, repeatable, settings_files, tell_names
from pybuildsync.commands.remote_texts import RemoteTexts
from pybuildsync.commands.results import Change, InstallResult, Satisfied
from pybuildsync.commands.several_indexes import tell_several
from pybuildsync.commands.usage import check_only_deps, check_tags
from pybuildsync.commands.verifying import damaged
from pybuildsync.commands.workbench import Workbench, asked_names, open_workbench
from pybuildsync.core.goal import Goal, Installed
from pybuildsync.core.install_plan import Step, extras_asked, find_amended, is_satisfied, is_unmet
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.names import normalize_name
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.story import Story, Warned
from pybuildsync.environments.layouts import Placement
from pybuildsync.environments.planning import Rewritten
from pybuildsync.errors import without_credentials
from pybuildsync.pipeline.environment import installed_of, installed_promises
from pybuildsync.pipeline.hashes import check_files, check_is_whole
from pybuildsync.pipeline.installing import Planned, check_libraries, fetch, plan_install

_ORDER = {"remove": 0, "install": 1, "upgrade": 2, "downgrade": 3, "rebuild": 4, "keep": 5}


class _Request(NamedTuple):
    """What is asked for, read and understood; ``fetched`` is the digest of those *texts* that the question is about."""

    options: InstallOptions
    inputs: Inputs
    question: str
    since: int
    texts: RemoteTexts
    fetched: str


def install(
    options: InstallOptions, around: Surroundings, question: str, story: Story, texts: RemoteTexts, *, since: int
) -> InstallResult:
    """Install what *options* ask for into *around*, which is held; remember the plan as the answer to *question*.

    *texts* has those files that were fetched for the question, and fetches others. *since* is when the command began
    (Unix time, ns): of files that were written later nothing is remembered. ``watched`` of the result is not empty if
    the same command would find nothing to do.

    Raises:
        PybuildsyncError: it can't be; nothing has changed.

    """
    fetched = texts.digest
    inputs = read_asked(
        options.asked,
        os.environ,
        around.interpreter.target,
        any_python=options.selection.ignore_requires_python,
        fetch=texts.fetch,
    )
    check_only_deps(options.asked)
    check_tags(
        options.tags, options.asked, options.selection, only_look=options.dry_run or bool(around.destination.target)
    )
    if not (inputs.requirements or inputs.given):
        story.tell(Warned("nothing to install: what is named lists no requirements"))
        return InstallResult(dry_run=options.dry_run)
    request = _Request(options, inputs, question, since, texts, fetched)
    with open_workbench(
        around.store,
        around.interpreter,
        options=options,
        inputs=inputs,
        story=story,
        environ=os.environ,
        tags=options.tags,
        texts=texts,
    ) as bench:
        goal = _goal(options, bench, installed_of(around.distributions, bench.goal.policies))
        if options.verify:
            wrong = damaged(around.distributions)
            for name, what in wrong:
                story.tell(Warned(f"{name} is damaged: {what}"))
            goal = goal._replace(reinstall=goal.reinstall | {name for name, _ in wrong})
        may_stay = not (goal.upgrade or goal.reinstall or goal.direct or options.target)
        if may_stay and is_satisfied(goal, MarkerAnswers(goal.target)):
            asked = () if options.dry_run else extras_asked(goal, MarkerAnswers(goal.target))
            rewritten = _amended(around, goal, asked, story)
            if rewritten:
                place(options, around, (), story, rewritten)
            satisfied = _satisfied(inputs, {each.name: each.version for each in goal.installed}, around)
            report = _report(options, around, (), goal)
            return InstallResult(
                satisfied=satisfied,
                dry_run=options.dry_run,
                watched=_marked(bench),
                report=report,
                ignored=bench.ignored,
            )
        if is_unmet(goal, MarkerAnswers(goal.target)):
            around.check_changeable()  # before anything is fetched or built in vain
        return _carry_out(request, bench, around, goal, story)


def _carry_out(request: _Request, bench: Workbench, around: Surroundings, goal: Goal, story: Story) -> InstallResult:
    options = request.options
    tell_unnamed(options, around.interpreter, story)
    planned = plan_install(
        bench.shop,
        goal,
        story,
        max_rounds=options.build.max_rounds,
        rebuild=options.rebuild,
        everything_goes=around.is_elsewhere,
        download=bool(options.report) or not options.dry_run,
    )
    tell_several(planned.settled.resolution.chosen, bench.shop.client, options.indexes, story)
    steps = steps_in_place(planned.steps, around, upgrade=options.upgrade)
    behind = left_behind(planned.steps, steps, around)
    planned = planned._replace(steps=steps)
    if bench.needs_hashes:
        check_is_whole(goal, planned.settled.resolution, but=bench.fetched.locked)
    result = InstallResult(
        changes=_changes(planned, bench.shop.begun),
        satisfied=_satisfied(request.inputs, _versions(planned), around, bench.fetched),
        rounds=planned.settled.rounds,
        builds=bench.shop.builds,
        dry_run=options.dry_run,
        conflicts=() if options.no_warn_conflicts else (*behind, *[each.text for each in planned.disturbed]),
        ignored=bench.ignored,
    )
    tell_names(kept_names(steps, around), story)
    for text in (*_unknown_extras(planned), *result.conflicts):
        story.tell(Warned(text))
    if options.dry_run and not options.report:
        return result
    if any(step.kind != "keep" for step in planned.steps):
        around.check_changeable()
    fetched = fetch(bench.shop, planned)
    check_files(bench.shop, goal, planned.steps)
    check_libraries(planned, fetched, around.distributions)
    named = frozenset(requirement.name for requirement in goal.requirements)
    directs = (*planned.goal.direct, *planned.settled.facts.direct)
    placements = tuple(
        Placement(
            wheel=wheel,
            requested=wheel.project in named,
            direct_url=direct_url(direct_among(step.chosen, directs)),
        )
        for step, wheel in fetched.wheels
    )
    reported = [(step.chosen, each) for (step, _), each in zip(fetched.wheels, placements, strict=True)]
    result = result._replace(report=_report(options, around, reported, goal))
    if options.dry_run:
        return result
    kept = [step.chosen for step in planned.steps if step.kind == "keep"]
    rewritten = _amended(around, goal, [(chosen.name, extra) for chosen in kept for extra in chosen.extras], story)
    recipe = place(options, around, placements, story, rewritten) if placements or rewritten else None
    if not planned.disturbed and not rewritten:
        evidence = _remember(request, bench, around, placements, planned=planned, result=result)
        if evidence is not None and bench.shop.verified is None:  # a recipe looks into no file
            result = result._replace(recipe=repeatable(around, recipe, evidence))
    may_stay = not (goal.upgrade or goal.reinstall or goal.direct or around.is_elsewhere or planned.disturbed)
    may_stay = may_stay and not goal.left_out  # of which nothing is there to tell what it requires
    may_stay = may_stay and not any(each.url for each in goal.constraints)  # at which another version may be any time
    return result._replace(watched=_marked(bench) if may_stay else ())


def _amended(around: Surroundings, goal: Goal, asked: Sequence[tuple[str, str]], story: Story) -> tuple[Rewritten, ...]:
    """Return what to write into build records of what stays, and is *asked* for by (name, extra) pairs."""
    if not asked or around.is_elsewhere:
        return ()
    policies = goal.policies.with_promises(installed_promises(around.distributions))
    amended = find_amended(asked, goal.installed, policies, MarkerAnswers(goal.target))
    if not amended:
        return ()
    from pybuildsync.pipeline.amended_records import amended_records

    return amended_records(amended, around.distributions, around.scheme, story)


def _report(
    options: InstallOptions, around: Surroundings, placed: Sequence[tuple[Chosen, Placement]], goal: Goal
) -> str:
    """Write the report that is asked for, if any; return it where it goes to stdout, else ""."""
    if not options.report:
        return ""
    from pybuildsync.commands.report import Reported, make_report, write_report

    reported = [Reported(chosen, each.wheel, each.direct_url) for chosen, each in placed]
    environment = dict(around.interpreter.target.markers)
    return write_report(make_report(reported, goal.requirements, environment), options.report)


def _marked(bench: Workbench) -> tuple[tuple[str, str], ...]:
    """Return the files to watch, () where the answer hangs on variables in a requirement file as well."""
    return () if bench.uses_variables else tuple((path, "") for path in ("", *bench.files))


def _remember(
    request: _Request,
    bench: Workbench,
    around: Surroundings,
    placements: tuple[Placement, ...],
    *,
    planned: Planned,
    result: InstallResult,
) -> memory.Evidence | None:
    """Remember the plan for the next environment like this one, if it hangs on nothing but listings and settings.

    Return what it hangs on, None where it isn't remembered.
    """
    is_direct = bool(planned.goal.direct or planned.settled.facts.direct)
    if not request.question or is_direct or bench.uses_variables or not placements or request.options.verify:
        return None
    if request.texts.digest != request.fetched:  # a file that the question doesn't tell of includes one by its URL
        return None
    if any(_is_passing(bench, each) for each in planned.settled.resolution.running):
        return None
    evidence = bench.shop.client.evidence(bench.shop.knowledge.asked())
    if evidence is None:
        return None
    paths, expires = evidence
    return memory.remember(
        around.store,
        request.question,
        memory.Remembered(
            tuple((each.wheel.sha256, each.requested) for each in placements),
            tuple(each._replace(built=False) for each in result.changes),  # next time nothing is
            result.satisfied,
            verifies=bench.shop.verified is not None,
            ignored=result.ignored,
        ),
        paths=(*settings_files(request.options), *bench.files, *paths),
        expires=min(expires, 1e18),
        since=request.since,
    )


def _is_passing(bench: Workbench, chosen: Chosen) -> bool:
    """Whether *chosen* was built and isn't kept for another time."""
    variant = chosen.pick.variant
    if variant is None or chosen.pick.installed:
        return False
    return bench.shop.within is not None or bench.shop.built.find(variant.key) is None


def _goal(options: InstallOptions, bench: Workbench, installed: tuple[Installed, ...]) -> Goal:
    named = asked_names(bench.goal)
    upgrade = frozenset(normalize_name(name) for name in options.upgrade_packages)
    if options.upgrade:
        eager = options.upgrade_strategy == "eager"
        upgrade |= frozenset(each.name for each in installed) if eager else named
    reinstall = frozenset(normalize_name(name) for name in options.reinstall_packages)
    reinstall |= frozenset(direct.name for direct in bench.goal.direct if direct.comes_anew)
    if options.force_reinstall:
        reinstall |= frozenset(each.name for each in installed)
    return bench.goal._replace(installed=installed, reinstall=reinstall, upgrade=upgrade)


def _unknown_extras(planned: Planned) -> list[str]:
    """Say which extras are asked for that aren't there, in pip's words; they add nothing."""
    return [
        f"{chosen.name} {chosen.version} does not provide the extra '{extra}'"
        for chosen in planned.settled.resolution.running
        for extra in chosen.extras
        if extra not in chosen.metadata.extras
    ]


def _versions(planned: Planned) -> dict[str, str]:
    return {step.chosen.name: step.old if step.kind == "keep" else step.chosen.version for step in planned.steps}


def _changes(planned: Planned, begun: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what is to be told of *planned*; *begun* is the workshop's."""
    changes = [_change(step, begun) for step in planned.steps]
    return tuple(sorted(changes, key=lambda change: (_ORDER[change.kind], change.name)))


def _change(step: Step, begun: Mapping[str, str]) -> Change:
    kind = "install" if step.kind == "reinstall" else step.kind
    reason = step.reason
    variant = step.chosen.pick.variant
    if not reason and variant is not None and step.kind != "keep" and variant.coupled:
        reason = f"built against {', '.join(f'{name} {version}' for name, version in variant.coupled)}"
    built = variant is not None and step.kind != "keep" and begun.get(variant.key) == "wheel"
    return Change(kind=kind, name=step.chosen.name, old=step.old, new=step.chosen.version, reason=reason, built=built)


def _satisfied(
    inputs: Inputs, versions: dict[str, str], around: Surroundings, fetched: Fetched = NOTHING
) -> tuple[Satisfied, ...]:
    """Return what meets each requirement in the end, by *versions* (name to version)."""
    places = {each.name: each.location for each in around.distributions}
    markers = MarkerAnswers(around.interpreter.target)
    named = [
        (requirement.name, text)
        for requirement, text in zip(inputs.requirements, inputs.texts, strict=True)
        if markers.hold(requirement.marker)
    ]
    asked = [*named, *((name, without_credentials(text)) for name, text in fetched.texts)]
    return tuple(
        Satisfied(
            requirement=text,
            version=versions[name],
            location=places.get(name, around.scheme.purelib),
            name=name,
        )
        for name, text in asked
        if name in versions
    )
