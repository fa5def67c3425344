"""What commands tell of an environment and of indexes, as text: where pip has a form for it, in that."""

from typing import Any

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.sizes import count_of
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results

_MOST_FILES = 10  # of one distribution
_MOST_TAGS = 10
_PIPS_ORDER = ("missing", "conflict", "match", "platform")


def check(result: results.CheckResult, presentation: Presentation, colors: Colors) -> list[str]:
    """Return pip's lines where pip has some; what to do is told to those who don't run a script for pip."""
    if not result.problems:
        return ["No broken requirements found."]
    lines = []
    order = {kind: rank for rank, kind in enumerate(_PIPS_ORDER if presentation.as_pip else ())}
    for problem in sorted(result.problems, key=lambda one: order.get(one.kind, len(order))):
        first, *rest = problem.text.splitlines() or [""]
        if problem.pip:
            lines.append(problem.pip)
            rest = [] if presentation.as_pip or problem.kind != "match" else [first, *rest]
        else:
            lines.append(f"{colors.paint('red', problem.kind)}: {problem.name} {problem.version}: {first}")
        lines += [f"  {line}" for line in (*rest, *_files(problem, presentation))]
        if problem.hint and not presentation.as_pip:
            lines.append(f"  {colors.paint('cyan', 'hint:')} {problem.hint}")
    if presentation.as_pip:
        return lines
    return [*lines, f"{count_of(len(result.problems), 'problem')} in {count_of(result.distributions, 'distribution')}."]


def _files(problem: results.Problem, presentation: Presentation) -> list[str]:
    """Return a line for each file that is wrong, for as many as can be read at a glance, unless all are asked for."""
    lines = [f"{one.path} {one.what}" for one in problem.files]
    if len(lines) > _MOST_FILES and presentation.verbose < 1:
        lines[_MOST_FILES:] = [f"and {len(lines) - _MOST_FILES} more (-v lists all)"]
    return lines


def list_(result: results.ListResult, presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the table that ``pip list`` prints, so that what reads one reads the other."""
    found, is_loud = result.distributions, presentation.verbose > 0
    if presentation.format == "freeze":
        return [f"{one.name}=={one.version}" + (f" ({one.location})" if is_loud else "") for one in found]
    if not found:
        return []
    columns: list[tuple[str, list[str], bool]] = [
        ("Package", [one.name for one in found], True),
        ("Version", [one.stated_version or one.version for one in found], True),
        ("Latest", [one.latest for one in found], result.outdated),
        ("Type", [one.filetype for one in found], result.outdated),
        ("Build", [one.build for one in found], any(one.build for one in found)),
        ("Editable project location", [one.editable for one in found], any(one.editable for one in found)),
        ("Location", [one.location for one in found], is_loud),
        ("Installer", [one.installer for one in found], is_loud),
    ]
    shown = [[head, *cells] for head, cells, is_shown in columns if is_shown]
    widths = [max(map(len, column)) for column in shown]
    head, *rows = zip(*shown, strict=True)
    table = [head, ["-" * width for width in widths], *rows]
    return [" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def list_as_json(result: results.ListResult, presentation: Presentation) -> str:
    """Return what ``pip list --format json`` prints."""
    import json

    rows: list[dict[str, str]] = []
    for one in result.distributions:
        row = {"name": one.name, "version": one.version}
        if presentation.verbose > 0:
            row |= {"location": one.location, "installer": one.installer}
        if result.outdated:
            row |= {"latest_version": one.latest, "latest_filetype": one.filetype}
        if one.editable:
            row["editable_project_location"] = one.editable
        rows.append(row)
    return json.dumps(rows) + "\n"


def freeze(result: results.FreezeResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the requirement lines."""
    return list(result.lines)


def show(result: results.ShowResult, presentation: Presentation, _colors: Colors) -> list[str]:
    """Return what ``pip show`` prints, and how what we built was built."""
    lines: list[str] = []
    for one in result.distributions:
        if lines:
            lines.append("---")
        lines += [f"{label}: {text}" for label, text in one.fields]
        if presentation.verbose > 0:
            lines += [f"{label}: {text}" for label, text in one.details]
            for label, texts in one.lists:
                lines += [f"{label}:", *(f"  {text.strip()}" for text in texts)]
        if one.sentences:
            lines += ["Built:", *(f"  {sentence}" for sentence in one.sentences)]
        if one.files is not None:
            files = [f"  {path}" for path in one.files]
            lines += ["Files:", *(files or ["Cannot locate RECORD or installed-files.txt"])]
    return lines


def versions(result: results.VersionsResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return what ``pip index versions`` prints."""
    from pybuildsync.core.version_sets import is_pre_release

    latest = result.versions[0]
    lines = [f"{result.name} ({latest})", f"Available versions: {', '.join(result.versions)}"]
    if result.installed:
        how = " (pre-release; install with `pip install --pre`)" if is_pre_release(latest) else ""
        lines += [f"  INSTALLED: {result.installed}", f"  LATEST:    {latest}{how}"]
    return lines


def versions_as_json(result: results.VersionsResult, _presentation: Presentation) -> str:
    """Return what ``pip index versions --json`` prints."""
    import json

    data: dict[str, Any] = {"name": result.name, "versions": result.versions, "latest": result.versions[0]}
    if result.installed:
        data["installed_version"] = result.installed
    return json.dumps(data) + "\n"


def debug(result: results.DebugResult, presentation: Presentation, _colors: Colors) -> list[str]:
    """Return what ``pip debug`` prints of these."""
    lines = []
    for label, text in result.values:
        group, _, name = label.rpartition(".")
        lines += [f"{group}:", f"  {name}: {text}"] if group == "sys.implementation" else [f"{label}: {text}"]
    shown = result.tags if presentation.verbose > 0 else result.tags[:_MOST_TAGS]
    target = f" (target: {result.target})" if result.target else ""
    lines += [f"Compatible tags: {len(result.tags)}{target}", *(f"  {tag}" for tag in shown)]
    if len(shown) < len(result.tags):
        lines += ["  ...", f"  [First {_MOST_TAGS} tags shown. Pass --verbose to show all.]"]
    return lines


def completion(result: results.CompletionResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the script, or the words."""
    return result.text.splitlines()


def hash_(result: results.HashResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return what ``pip hash`` prints."""
    return [line for one in result.files for line in (f"{one.path}:", f"--hash={result.algorithm}:{one.digest}")]


RENDERERS: dict[type, Any] = {
    results.CheckResult: check,
    results.ListResult: list_,
    results.FreezeResult: freeze,
    results.ShowResult: show,
    results.VersionsResult: versions,
    results.DebugResult: debug,
    results.CompletionResult: completion,
    results.HashResult: hash_,
}
AS_JSON: dict[type, Any] = {results.ListResult: list_as_json, results.VersionsResult: versions_as_json}
