"""Results as text for stdout: for people, or as JSON for programs. Computes nothing that a result doesn't say."""

from typing import Any

from pybuildsync.cli import cache_text, config_text, looking_text, saving_text
from pybuildsync.cli.colors import Colors
from pybuildsync.cli.fast_venv import created
from pybuildsync.cli.sizes import count_of, write_seconds
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results

_MARKS = {
    "install": ("+", "green"),
    "remove": ("-", "red"),
    "upgrade": ("~", "yellow"),
    "downgrade": ("~", "yellow"),
    "rebuild": ("~", "cyan"),
}
_WIDEST = 48  # reasons stand in a column of their own, unless a line is wider than this


def render(result: results.Result, presentation: Presentation, colors: Colors) -> str:
    """Return *result* as the text for stdout, "" or ending with a line feed."""
    if isinstance(result, results.InstallResult | results.InspectResult) and result.report:
        return result.report
    if presentation.json or presentation.format == "json":
        as_pip = looking_text.AS_JSON.get(type(result))
        return as_pip(result, presentation) if as_pip else _json(result)
    if presentation.loudness < 0 and isinstance(result, _DEEDS):
        return ""
    return _lines(_RENDERERS[type(result)](result, presentation, colors))


def exit_status(result: results.Result) -> int:
    """Return the command's exit status.

    1 for a check with problems, for a ``show`` that shows nothing, and for an install that leaves a conflict.
    """
    if isinstance(result, results.InstallResult):
        return int(bool(result.conflicts))
    if isinstance(result, results.CheckResult):
        return int(bool(result.problems))
    if isinstance(result, results.ShowResult):
        return int(not result.distributions)
    return 0


def change_text(change: results.Change) -> str:
    """Return what *change* is, without mark and reason: ``name==version`` or ``name old -> new``."""
    if change.kind in ("upgrade", "downgrade"):
        return f"{change.name} {change.old} -> {change.new}"
    return f"{change.name}=={change.new or change.old}"


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _json(result: results.Result) -> str:
    import json

    data: Any = _plain(result)
    for untold in ("watched", "base", "recipe", "report"):
        data.pop(untold, None)
    if isinstance(result, results.InstallResult):
        data["changes"] = [change for change in data["changes"] if change["kind"] != "keep"]
        data["satisfied"] = _plain(_met_before(result))
    if isinstance(result, results.CacheSize):
        data["kinds"] = [dict(zip(("kind", "files", "bytes"), row, strict=True)) for row in result.kinds]
    return json.dumps(data, indent=2) + "\n"


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return *value* with every named tuple in it as a dictionary."""
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is not None:
            return {name: _plain(each) for name, each in zip(fields, value, strict=True)}
        return [_plain(each) for each in value]
    return value


def _changes(changes: tuple[results.Change, ...], colors: Colors) -> list[str]:
    """Return one line a change, the reasons in a column."""
    seen = [change for change in changes if change.kind != "keep"]
    texts = [change_text(change) for change in seen]
    column = max((len(text) for text in texts if len(text) <= _WIDEST), default=0)
    lines = []
    for change, text in zip(seen, texts, strict=True):
        is_other = change.kind == "install" and change.old and change.reason
        mark, style = _MARKS["rebuild" if is_other else change.kind]
        how = ("rebuilt" if change.built else "built before") if change.kind == "rebuild" else ""
        said = ": ".join(part for part in (how, change.reason) if part)
        reason = " " * max(column - len(text), 0) + " " + colors.paint("dim", f"({said})") if said else ""
        lines.append(f"{colors.paint(style, mark)} {text}{reason}")
    return lines


def _install(result: results.InstallResult, _presentation: Presentation, colors: Colors) -> list[str]:
    lines = saving_text.ignored(result.ignored)
    lines += [
        f"Requirement already satisfied: {one.requirement} in {one.location} ({one.version})"
        for one in _met_before(result)
    ]
    lines += _changes(result.changes, colors)
    arrived = sorted(
        f"{change.name}-{change.new}" for change in result.changes if change.kind not in ("remove", "keep")
    )
    if arrived:
        lines.append(f"{'Would install' if result.dry_run else 'Successfully installed'} {' '.join(arrived)}")
    return lines


def _met_before(result: results.InstallResult) -> tuple[results.Satisfied, ...]:
    """Return the requirements that were met by what was there already."""
    changed = {change.name for change in result.changes if change.kind != "keep"}
    return tuple(one for one in result.satisfied if one.name not in changed)


def _uninstall(result: results.UninstallResult, _presentation: Presentation, colors: Colors) -> list[str]:
    if result.declined:
        return []
    lines = _changes(result.changes, colors)
    if lines and not result.dry_run:
        lines += [f"Successfully uninstalled {change.name}-{change.old}" for change in result.changes]
    return lines


def _venv(result: results.VenvResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    return [created(result.path, result.version)]


def summary(result: results.Result) -> str:
    """Return how long it took and what it took, for the end of the story; "" where nothing was done."""
    if (
        not isinstance(result, results.InstallResult | results.WheelResult | results.DownloadResult)
        or not result.seconds
    ):
        return ""
    builds = result.builds if isinstance(result, results.InstallResult) else 0
    parts = [count_of(builds, "build")] * bool(builds) + [count_of(result.rounds, "round")] * (result.rounds > 1)
    return ", ".join([*parts, write_seconds(result.seconds)])


_DEEDS = (
    results.InstallResult, results.UninstallResult, results.VenvResult, results.ConfigWritten, results.CacheRemoved,
    results.CacheFilesRemoved, results.DownloadResult,
)  # fmt: skip
_RENDERERS: dict[type, Any] = {
    **looking_text.RENDERERS,
    **cache_text.RENDERERS,
    results.InstallResult: _install,
    results.WheelResult: saving_text.wheel,
    results.DownloadResult: saving_text.download,
    results.UninstallResult: _uninstall,
    results.VenvResult: _venv,
    results.ConfigEntries: config_text.entries,
    results.ConfigValue: config_text.value,
    results.ConfigFiles: config_text.files,
    results.ConfigWritten: config_text.written,
}
