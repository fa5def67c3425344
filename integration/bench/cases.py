"""What is measured: a row for each line of the speed table, with its rule of what stands ready before the clock starts.

======== ===========================================================================================================
cache    ``warm``: this very job has been done before; ``unbuilt``: likewise, but nothing is left that any build has
         left; ``tools``: likewise, but for the byte code of the build's tools; ``cold``: an empty folder
place    ``fresh``: a new environment each round, empty but for what is ``present``; ``full``: one that has everything
         already; ``none``: an address where nothing is yet
======== ===========================================================================================================
"""

import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


def frozen(name: str) -> tuple[str, ...]:
    """Return the requirements in a file beside this one."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return tuple(file.read().split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One row. ``goal`` and ``hope`` are ratios to uv; ``floor`` names what else is measured beside the tools."""

    name: str
    row: str
    verb: str = "install"
    requirements: tuple[str, ...] = ()
    present: tuple[str, ...] = ()  # what a fresh environment has already
    sdist: str = ""  # the one that is to be built, as PROJECT-VERSION
    cache: str = "warm"
    place: str = "fresh"
    tools: tuple[str, ...] = ("pybuildsync", "uv", "pip")
    floor: str = "interpreter"
    goal: float
    hope: float


MANY = frozen("wheels-97.txt")
FEW = frozen("wheels-12.txt")
NAMES = ("jupyterlab", "rich", "tqdm", "click", "tabulate")
BUILT_WITH_ALL = ("--no-binary", "softioc", "softioc==4.6.1")
BUILT = ("--no-deps", *BUILT_WITH_ALL)
NEEDED = frozen("softioc-needs.txt")

CASES = (
    Case(
        name="build",
        row="softioc from source, downloads warm, nothing built before",
        requirements=BUILT,
        present=NEEDED,
        sdist="softioc-4.6.1",
        cache="unbuilt",
        floor="hooks",
        goal=1.0,
        hope=0.8,
    ),
    Case(
        name="build-next",
        row="the same, its build tools used before",
        requirements=BUILT,
        present=NEEDED,
        sdist="softioc-4.6.1",
        cache="tools",
        floor="hooks",
        goal=1.0,
        hope=0.8,
    ),
    Case(name="built", row="the same, built before", requirements=BUILT, present=NEEDED, goal=2, hope=1.2),
    Case(
        name="build-all",
        row="likewise, with all it requires",
        requirements=BUILT_WITH_ALL,
        sdist="softioc-4.6.1",
        cache="unbuilt",
        floor="hooks",
        goal=1.0,
        hope=0.8,
    ),
    Case(
        name="built-all",
        row="likewise, with all it requires, built before",
        requirements=BUILT_WITH_ALL,
        goal=2,
        hope=1.2,
    ),
    Case(
        name="wheels-97",
        row="97 wheels into a fresh environment, warm",
        requirements=MANY,
        floor="link",
        goal=1.2,
        hope=0.8,
    ),
    Case(name="wheels-12", row="12 wheels, likewise", requirements=FEW, floor="link", goal=1.3, hope=0.8),
    Case(
        name="cold",
        row="97 wheels, cold cache, loopback index",
        requirements=MANY,
        cache="cold",
        floor="unzip",
        goal=2,
        hope=1.4,
    ),
    Case(name="nothing", row="install, nothing to do (97)", requirements=MANY, place="full", goal=1.5, hope=0.8),
    Case(name="resolve", row="resolve 97, warm", verb="resolve", requirements=NAMES, goal=4, hope=2),
    Case(
        name="resolve-cold",
        row="resolve 97, cold",
        verb="resolve",
        requirements=NAMES,
        cache="cold",
        goal=2.5,
        hope=1.5,
    ),
    Case(
        name="back-fastapi",
        row="resolve fastapi starlette<=0.36.0, warm",
        verb="resolve",
        requirements=("fastapi", "starlette<=0.36.0"),
        goal=6,
        hope=3,
    ),
    Case(
        name="back-boto3",
        row="resolve boto3 botocore<1.40, warm",
        verb="resolve",
        requirements=("boto3", "botocore<1.40"),
        goal=6,
        hope=3,
    ),
    Case(
        name="back-sphinx",
        row="resolve sphinx sphinx-rtd-theme docutils<0.18, warm",
        verb="resolve",
        requirements=("sphinx", "sphinx-rtd-theme", "docutils<0.18"),
        goal=6,
        hope=3,
    ),
    Case(name="venv", row="venv", verb="venv", place="none", tools=("pybuildsync", "uv"), goal=1.5, hope=0.9),
    Case(name="version", row="--version", verb="version", goal=2.5, hope=2),
)
