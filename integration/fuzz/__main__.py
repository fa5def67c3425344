"""``python -m integration.fuzz [FAMILY ...] [--seconds N]``: fuzzes one family after the other. See README.md."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from fuzzing.families import COMMANDS, FAMILIES

from integration.fuzz.running import run, why_not

ALL = {**FAMILIES, **COMMANDS}


def main() -> int:
    """Run what the command line names; return 1 if an input broke the law."""
    parser = argparse.ArgumentParser(prog="python -m integration.fuzz", description=__doc__)
    parser.add_argument("family", nargs="*", choices=[[], *ALL], metavar="FAMILY", help=", ".join(ALL))
    parser.add_argument("--seconds", type=int, default=60, help="for each family (default: 60)")
    asked = parser.parse_args()
    reason = why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 1
    broken = False
    for name in asked.family or ALL:
        ran = run(ALL[name], asked.seconds)
        print(f"{name}: {ran.executions} inputs{f', {ran.found}' if ran.found else ''}", flush=True)
        if ran.found:
            print("\n".join(ran.said.splitlines()[-60:]), flush=True)
            broken = True
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
