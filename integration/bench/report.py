"""Figures for people and for programs."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from integration.bench.cases import Case
from integration.bench.measuring import Sample
from integration.bench.running import FLOOR

COLUMNS = (
    *("pybuildsync ms", "uv ms", "pip ms", "floor ms", "to uv", "goal", "hope", "to pip", "floor to uv"),
    "peak MB us/uv/pip",
)
Samples = Mapping[str, Sequence[Sample]]


def ratio(samples: Samples, ours: str, theirs: str) -> float | None:
    """Return the median ratio of wall times within a round; None where one of the two was not measured."""
    if not samples.get(ours) or not samples.get(theirs):
        return None
    return median(a.wall / b.wall for a, b in zip(samples[ours], samples[theirs], strict=False))


def as_data(case: Case, samples: Samples) -> dict[str, Any]:
    """Return a case's result as plain data: milliseconds, kilobytes, ratios."""
    return {
        "case": case.name,
        "row": case.row,
        "goal": case.goal,
        "hope": case.hope,
        "floor": case.floor,
        "ratio to uv": ratio(samples, "pybuildsync", "uv"),
        "ratio to pip": ratio(samples, "pybuildsync", "pip"),
        "ratio of floor to uv": ratio(samples, FLOOR, "uv"),
        "samples": {
            name: {
                "wall ms": [round(sample.wall * 1e3, 2) for sample in taken],
                "cpu ms": [round(sample.cpu * 1e3, 2) for sample in taken],
                "peak kB": [sample.memory for sample in taken],
            }
            for name, taken in samples.items()
        },
    }


def details(case: Case, samples: Samples) -> str:
    """Return the lines of one case: least, median and greatest wall time, median processor time, peak memory."""
    lines = [f"{case.name}: {case.row}"]
    for name, taken in samples.items():
        walls = sorted(sample.wall * 1e3 for sample in taken)
        cpu = median(sample.cpu * 1e3 for sample in taken)
        memory = max(sample.memory for sample in taken) / 1024
        label = f"{name} ({case.floor})" if name == FLOOR else name
        spread = f"{walls[0]:8.1f} {median(walls):8.1f} {walls[-1]:8.1f} ms"
        lines.append(f"  {label:20} {spread}   cpu {cpu:8.1f} ms   {memory:6.0f} MB")
    return "\n".join(lines)


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"


def table(results: Sequence[tuple[Case, Samples]]) -> str:
    """Return the summary, as a Markdown table: medians of wall time in ms, ratios by round, the goal."""
    lines = [
        "| | " + " | ".join(COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for case, samples in results:
        names = ("pybuildsync", "uv", "pip", FLOOR)
        walls = [median(s.wall * 1e3 for s in samples[name]) if samples.get(name) else None for name in names]
        peaks = [max(s.memory for s in samples[name]) / 1024 if samples.get(name) else None for name in names[:3]]
        to_uv, to_pip = ratio(samples, "pybuildsync", "uv"), ratio(samples, "pybuildsync", "pip")
        mark = "" if to_uv is None or to_uv <= case.goal else " (!)"
        cells = [
            case.row,
            *(_figure(wall, 1) for wall in walls[:3]),
            f"{_figure(walls[3], 1)} {case.floor}",
            _figure(to_uv, 2) + mark,
            f"{case.goal:g}",
            f"{case.hope:g}",
            _figure(to_pip, 2),
            _figure(ratio(samples, FLOOR, "uv"), 2),
            "/".join(_figure(peak, 0) for peak in peaks),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
