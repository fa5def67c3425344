"""``python -m integration.bench``: sets up, records once, measures, tells. See README.md beside this file."""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence

from integration.bench import report
from integration.bench.cases import CASES, Case
from integration.bench.measuring import Sample, loopback_index, stopwatch
from integration.bench.recording import Recording
from integration.bench.registry import configured_index
from integration.bench.running import Ground, rounds
from integration.bench.tools import Tool, set_up

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = ("pybuildsync", "uv", "pip")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m integration.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="rounds that count (default: 11)")
    parser.add_argument("--settle", type=int, default=2, help="rounds before them that don't (default: 2)")
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this one")
    parser.add_argument("--tool", action="append", choices=TOOLS, help="only this one, and the floors")
    parser.add_argument("--record", action="store_true", help="do every job once and record what the recording lacks")
    parser.add_argument("--folder", default=os.path.join(PROJECT, ".bench"), help="where everything is kept")
    return parser.parse_args()


def _told(text: str) -> None:
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, file=sys.stderr, end="" if sys.stderr.isatty() else "\n")


def _measure(
    folder: str, tools: Sequence[Tool], names: Sequence[str], *, registry: str = "", settle: int, count: int
) -> list[dict[str, object]]:
    """Run the cases and print each as it is done; return the results as data."""
    place = os.path.join(folder, f"run-{os.getpid()}")
    recording = Recording(os.path.join(folder, "recording"))
    misses = os.path.join(folder, "misses.txt")
    results: list[tuple[Case, dict[str, list[Sample]]]] = []
    try:
        with loopback_index(recording.root, registry, misses) as index, stopwatch(place) as watch:
            ground = Ground(place, index, recording, watch)
            for case in CASES:
                if case.name in names:
                    taken = rounds(ground, case, tools, settle=settle, count=count, told=_told)
                    results.append((case, taken))
                    if count:
                        _told("")
                        print(report.details(case, taken), flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if count:
        print("\n" + report.table(results))
    if os.path.getsize(misses) and not registry:
        print(f"Some answers were not in the recording (see {misses}): run again with --record", file=sys.stderr)
    return [report.as_data(case, taken) for case, taken in results]


def main() -> int:
    """Run what the command line says."""
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the folder of the run goes
    tools = set_up(os.path.join(options.folder, "tools"), PROJECT, options.tool or TOOLS)
    names = options.case or [case.name for case in CASES]
    done = os.path.join(options.folder, "recording", "done.json")
    recorded: set[str] = set()
    if os.path.exists(done):
        with open(done, encoding="utf-8") as file:
            recorded = set(json.load(file))
    new = {f"{tool.name} {name}" for tool in tools for name in names}
    if options.record or new - recorded:
        _told("recording (once): every job through the loopback index, from the registry")
        _measure(options.folder, tools, names, registry=configured_index(), settle=1, count=0)
        with open(done, "w", encoding="utf-8") as file:
            json.dump(sorted(recorded | new), file)
        if options.record:
            return 0
    results = _measure(options.folder, tools, names, settle=options.settle, count=options.rounds)
    path = os.path.join(options.folder, time.strftime("results-%Y%m%dT%H%M%S.json"))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print(f"\n{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
