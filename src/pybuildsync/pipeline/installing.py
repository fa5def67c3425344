"""An install from goal to environment: the loop, the plan, its check, one transaction.

Nothing in the environment changes before everything is fetched, built and checked (docs/matching.md, "What must hold").
"""

from typing import NamedTuple

from pybuildsync.core.direct_references import parse_reference
from pybuildsync.core.goal import Direct, Goal, Installed
from pybuildsync.core.install_plan import Disturbed, Step, extras_in_use, find_disturbed, make_plan
from pybuildsync.core.loop import Settled, settle
from pybuildsync.core.markers import MarkerAnswers
from pybuildsync.core.policies import EXACT
from pybuildsync.core.requirements import Requirement
from pybuildsync.core.resolution import Chosen, NoSolution, Resolution
from pybuildsync.core.story import Note, Story
from pybuildsync.core.variants import Facts, LinkParts, Match
from pybuildsync.environments.installed import InstalledDistribution, read_record_file
from pybuildsync.errors import PackageError, PybuildsyncError, RequestError
from pybuildsync.pipeline.builder import Builds
from pybuildsync.pipeline.looking import missing_links
from pybuildsync.pipeline.ordering import fetch_wheels
from pybuildsync.pipeline.walker import walk
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.archives import find_archive
from pybuildsync.store.location import Store
from pybuildsync.store.wheels import UnpackedWheel

_TOLD = 3  # requirements that a hint repeats


class Planned(NamedTuple):
    """What an install will do: the settled loop, one step for each distribution, and what it leaves disturbed."""

    settled: Settled
    steps: tuple[Step, ...]
    disturbed: tuple[Disturbed, ...]
    goal: Goal


def plan_install(
    shop: Workshop,
    goal: Goal,
    story: Story,
    *,
    max_rounds: int,
    rebuild: bool,
    everything_goes: bool = False,
    download: bool = False,
) -> Planned:
    """Return how *goal* is met, with the installed variants rebuilt that the change would break.

    Of what else is installed, that whose requirements the change would break is brought along in a version that fits;
    where the requirement was broken in another way before, it is left, and told (``disturbed``). Without dependencies
    (``--no-deps``) all of it is left and told, variants as well.

    With *download* wheels that will surely be needed are fetched meanwhile. Without *rebuild* such a change is refused.
    With *everything_goes* nothing that is installed counts (``--target``).

    Raises:
        RequestError: there is no solution, or the change would break a variant and *rebuild* is off.
        PackageError: a source can't be built, or a wheel doesn't fit what it needs.

    """
    walk(shop.client, goal, download=download)
    facts = Facts()
    rounds = 1
    moved: list[Disturbed] = []
    asked_first = goal.requirements if not goal.direct else ()
    while True:
        try:
            settled = settle(goal, shop.knowledge, Builds(shop), facts, story, max_rounds=max_rounds, first=rounds)
        except NoSolution as error:
            told = _with_failures(shop, error)
            raise (_unbreakable(moved, told, asked_first) if moved else told) from error
        facts, rounds = settled.facts, settled.rounds
        settled = settled._replace(resolution=_to_run(settled.resolution, goal))
        markers = MarkerAnswers(goal.target)
        disturbed = () if everything_goes else _disturbed_by(settled.resolution, goal.installed, markers)
        disturbed += () if everything_goes else _unlinked(shop, settled.resolution, goal.installed, disturbed)
        ours = tuple(each for each in disturbed if each.installed.name not in goal.left_out)
        again = tuple(each for each in ours if each.match is not None)
        along = tuple(each for each in ours if _comes_along(each))
        if again and not rebuild:
            raise _refused(again, stays=goal.no_dependencies)
        if goal.no_dependencies or not (again or along):
            break
        for each in along:
            story.tell(Note(f"{each.text}: {each.installed.name} has to change, too"))
        moved += [*again, *along]
        asked = goal.requirements
        goal = _with_rebuilds(shop, goal, again)
        more = (*goal.requirements[len(asked) :], *(Requirement(each.installed.name) for each in along))
        goal = goal._replace(requirements=(*asked, *more), staying=goal.staying | {*more} - {*asked})
    anew = frozenset(each.name for each in (*goal.direct, *settled.facts.direct) if each.comes_anew)
    steps = make_plan(settled.resolution, goal.installed, goal.reinstall | anew)
    return Planned(settled=settled, steps=steps, disturbed=disturbed, goal=goal)


def _comes_along(disturbed: Disturbed) -> bool:
    """Whether another version is looked for: what was broken before must not be the reason to refuse a change."""
    return disturbed.match is None and not disturbed.was_broken


def _to_run(resolution: Resolution, goal: Goal) -> Resolution:
    """Return *resolution* without what it was only asked for to learn what it requires."""
    if not goal.left_out:
        return resolution
    return resolution._replace(
        chosen=tuple(each for each in resolution.chosen if each.scope or each.name not in goal.left_out)
    )


def _disturbed_by(
    resolution: Resolution, installed: tuple[Installed, ...], markers: MarkerAnswers
) -> tuple[Disturbed, ...]:
    """Return what *resolution* would break among what stays."""
    before = {each.name: each.version for each in installed}
    after = before | {chosen.name: chosen.version for chosen in resolution.running}
    return find_disturbed(
        before,
        after,
        installed,
        markers,
        but=frozenset(chosen.name for chosen in resolution.running),
        again=frozenset(chosen.name for chosen in resolution.running if not chosen.pick.installed),
    )


def _unlinked(
    shop: Workshop, resolution: Resolution, installed: tuple[Installed, ...], known: tuple[Disturbed, ...]
) -> tuple[Disturbed, ...]:
    """Return the installed variants, beside those *known*, that *resolution* would leave without a shared library.

    A requirement may accept a version of the library whose files have other names (docs/matching.md, "Shared
    libraries"). Only wheels of linked distributions that change are looked into; they are fetched for it.
    """
    changing = {chosen.name: chosen for chosen in resolution.running if not chosen.pick.installed}
    found: list[Disturbed] = []
    told = {each.installed.name for each in known}
    for each in installed:
        links = () if each.variant is None or each.name in changing or each.name in told else each.variant.links
        owners = sorted({distribution for _, _, distribution, _, _ in links if distribution in changing})
        if not owners:
            continue
        from pybuildsync.pipeline.linked_libraries import installed_files

        wheels = fetch_wheels(shop, (changing[name] for name in owners))
        lost = [
            (wheel, name) for wheel in wheels for name in missing_links(links, wheel.project, installed_files(wheel))
        ]
        for wheel, name in lost[:1]:
            text = f"{each.name} {each.version} needs {name}, which {wheel.project} {wheel.version} doesn't bring"
            found.append(Disturbed(each, text, Match(wheel.project, "", "linked", EXACT), wheel.project))
    return tuple(found)


def _with_rebuilds(shop: Workshop, goal: Goal, disturbed: tuple[Disturbed, ...]) -> Goal:
    """Return *goal* with the sources of installed variants back among the requirements.

    The very source that the record names is taken where the store has it; else where it came from, by its URL, or that
    of the same version on an index. Of an editable installation it is the tree as it is now.
    """
    names = frozenset(each.installed.name for each in disturbed)
    formats = goal.formats._replace(no_binary=goal.formats.no_binary | names)
    there, markers = {each.name: each.version for each in goal.installed}, MarkerAnswers(goal.target)
    requirements, direct = [*goal.requirements], [*goal.direct]
    for each in disturbed:
        name, version = each.installed.name, each.installed.version
        known = _recorded_source(each, shop.store) or _fetched_again(shop, goal, each)
        direct += [known] if known is not None else []
        is_kept = known is None or known.version == version
        extras = extras_in_use(each.installed, there, markers)
        requirements.append(Requirement(name, extras, f"=={version}" if is_kept else ""))
    return goal._replace(
        requirements=tuple(requirements), direct=tuple(direct), formats=formats, reinstall=goal.reinstall | names
    )


def _recorded_source(disturbed: Disturbed, store: Store) -> Direct | None:
    """Return the source that the build record of an installed variant names, if the store has its archive."""
    variant = disturbed.installed.variant
    path = find_archive(store, variant.source.digest) if variant is not None and variant.source.digest else None
    if variant is None or path is None:
        return None
    source = variant.source._replace(path=path)
    origin = disturbed.installed.source_origin
    if origin:
        source = source._replace(subdirectory=parse_reference(origin).subdirectory)
    return Direct(source.name, source.version, source=source, url=origin)


def _fetched_again(shop: Workshop, goal: Goal, disturbed: Disturbed) -> Direct | None:
    """Return the source of what was installed by a URL or path, None for what came from an index.

    Raises:
        RequestError: it isn't there any more; the error says for what it is needed.

    """
    installed = disturbed.installed
    if not installed.source_origin:
        return None
    try:
        return shop.fetch(shop, goal, installed.name, installed.source_origin, editable=installed.editable)
    except PybuildsyncError as error:
        raise RequestError(
            f"{installed.name} {installed.version} would have to be built again, and its source can't be had",
            why=f"{disturbed.text}\n{error.what}\n{error.why}".strip(),
            hint=f"install {installed.name} from where it is now, in the same command, or leave the other as it is",
        ) from error


def _unbreakable(moved: list[Disturbed], error: NoSolution, asked: tuple[Requirement, ...]) -> NoSolution:
    """Return *error* as one about what is *moved*; *asked* is what the user asked for, () where it can't be told."""
    built = sorted({each.installed.name for each in moved if each.match is not None})
    way_out = "leave its requirements alone with --no-deps"
    if built:
        way_out = "name it in the same command, for a published wheel or another version of it to take its place"
        if 0 < len(asked) <= _TOLD:
            named = " ".join([*(f"'{each}'" for each in asked), *built])
            way_out += f": pybuildsync install {named}"
    return NoSolution(
        "the change would break what is installed",
        why="\n".join([*(each.text for each in moved), "", error.why]),
        hint=f"uninstall what is in the way, or {way_out}",
    )


def _refused(disturbed: tuple[Disturbed, ...], *, stays: bool) -> RequestError:
    then = "stay as they are" if stays else "are rebuilt in the same step"
    return RequestError(
        "the change would break what is installed",
        why="\n".join(each.text for each in disturbed),
        hint=f"leave out --no-rebuild, and these {then}",
    )


def _with_failures(shop: Workshop, error: NoSolution) -> NoSolution:
    """Add the builds that failed before the search for other build tools: they may be why there is no solution."""
    if not shop.failures:
        return error
    told = "\n\n".join(
        f"{failure.what}\n{failure.why}".strip() for each in shop.failures.values() for failure in each.values()
    )
    return NoSolution(error.what, why=f"{error.why}\n\nBefore that:\n{told}", hint=error.hint, pip=error.pip)


class Fetched(NamedTuple):
    """The wheels of all steps that install something, in the order of the steps."""

    wheels: tuple[tuple[Step, UnpackedWheel], ...]


def fetch(shop: Workshop, planned: Planned) -> Fetched:
    """Fetch what the steps of *planned* install, with the build records of this command.

    Raises:
        IndexFault: an index doesn't give a file.
        PackageError: a wheel is broken.

    """
    steps = tuple(step for step in planned.steps if step.kind != "keep")
    wheels = zip(steps, fetch_wheels(shop, (step.chosen for step in steps)), strict=True)
    return Fetched(wheels=tuple((step, _judged(shop, step.chosen, wheel)) for step, wheel in wheels))


def _judged(shop: Workshop, chosen: Chosen, wheel: UnpackedWheel) -> UnpackedWheel:
    if chosen.pick.variant is None:
        return wheel
    from pybuildsync.pipeline.judged_wheels import judged_wheel

    return judged_wheel(shop, chosen.pick.variant, wheel)


def check_libraries(planned: Planned, fetched: Fetched, distributions: tuple[InstalledDistribution, ...]) -> None:
    """Make sure that each shared library that a built wheel needs will be there (docs/matching.md, "Shared libraries").

    Raises:
        PackageError: one will not, by name.

    """
    parts: list[tuple[Chosen, tuple[LinkParts, ...]]] = []
    for chosen in planned.settled.resolution.running:
        variant = chosen.pick.variant
        if variant is not None and variant.links:
            parts.append((chosen, variant.links))
    if not parts:
        return
    from pybuildsync.native.providers import Link, unmet
    from pybuildsync.pipeline.linked_libraries import installed_files

    wanted = [(chosen, tuple(Link(*each) for each in links)) for chosen, links in parts]
    files: dict[str, tuple[str, ...]] = {wheel.project: installed_files(wheel) for _, wheel in fetched.wheels}
    needed = {link.distribution for _, links in wanted for link in links}
    for distribution in distributions:
        if distribution.name in needed and distribution.name not in files:
            files[distribution.name] = tuple(path for path, _, _ in read_record_file(distribution))
    lines = [
        f"{chosen.name} {chosen.version}: {link.module} needs {link.library} of {link.distribution} ({link.path})"
        for chosen, links in wanted
        for link in unmet(links, files)
    ]
    if lines:
        raise PackageError(
            "shared libraries would be missing, so nothing was installed",
            why="\n".join(lines),
            hint="tell both sides to match exactly: --match LIBRARY=exact",
        )
