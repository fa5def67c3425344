"""Random configuration and command lines mean to us what they mean to pip's own parser."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pybuildsync.cli.values import Order, understand
from pybuildsync.cli.words import read_line
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.selection import formats_of, releases_of

# Run with pip: reads cases, gives what its parser makes of each.
PIP = """
import json, os, sys
from pip._internal.cli import cmdoptions
from pip._internal.commands import create_command
told = []
for environ, argv in json.load(sys.stdin):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        del os.environ[name]
    os.environ.update(environ)
    cmdoptions.dependency_groups.keywords["default"] = []  # a list that it adds to
    o, words = create_command("install", isolated="--isolated" in argv).parser.parse_args(argv)
    told.append({
        "find_links": o.find_links, "extra": o.extra_index_urls, "trusted": o.trusted_hosts, "proxy": o.proxy or "",
        "requirements": o.requirements, "constraints": o.constraints, "editables": o.editables,
        "groups": [group for _, group in o.dependency_groups], "settings": o.config_settings or {},
        "timeout": o.timeout, "retries": o.retries, "no_deps": bool(o.ignore_dependencies), "pre": bool(o.pre),
        "isolation": bool(o.build_isolation), "user": None if o.use_user_site is None else bool(o.use_user_site),
        "conflicts": bool(o.warn_about_conflicts), "cache": o.cache_dir is not False, "verbose": o.verbose,
        "quiet": o.quiet, "venv": bool(o.require_venv), "strategy": o.upgrade_strategy, "words": words,
        "no_binary": sorted(o.format_control.no_binary), "only_binary": sorted(o.format_control.only_binary),
        "all_releases": sorted(o.release_control.all_releases), "only_final": sorted(o.release_control.only_final),
        "root": o.root_path or "", "platforms": o.platforms or [],
    })
json.dump(told, sys.stdout)
"""
TEXTS = ("find-links", "extra-index-url", "trusted-host", "requirement", "constraint", "editable", "platform")
FLAGS = (
    "no-deps", "no-dependencies", "pre", "no-build-isolation", "user", "no-user", "no-warn-conflicts", "no-cache-dir",
    "require-virtualenv", "require-venv", "no-color", "no-input",
)  # fmt: skip
KINDS = {
    **dict.fromkeys(TEXTS, ("a", "b c", "\n  d\n  e", "")),
    **dict.fromkeys(FLAGS, ("1", "yes", "True", "t", "0", "no", "off", "F", "")),
    **dict.fromkeys(("verbose", "quiet"), ("0", "2", "yes", "no")),
    **dict.fromkeys(("timeout", "default-timeout"), ("3", "2.5")),
    **dict.fromkeys(("no-binary", "only-binary", "all-releases", "only-final"), ("a", "a,b", ":all:", "b,:none:,c")),
    "retries": ("0", "7"), "proxy": ("p", "q"), "group": ("g", "h"), "config-settings": ("k=1", "k=2 l=3", "l=x=y"),
    "upgrade-strategy": ("eager", "only-if-needed"), "root": ("/r",), "match": ("lib=any",), "index-strategy": ("x",),
    "python": ("",), "nonsense": ("1",), "json": ("1",), "pip-compat": ("1",), "isolated": ("1",),
}  # fmt: skip
WORDS = (
    ["-f", "w"], ["--find-links=x"], ["--extra-index-url", "w"], ["--no-deps"], ["--pre"], ["-v"], ["-vv"], ["-qq"],
    ["--no-binary", "w"], ["--only-binary=a"], ["-C", "k=9"], ["--group", "w"], ["--no-cache-dir"], ["-r", "w"],
    ["--cache-dir", "/w"], ["--user"], ["--no-user"], ["--timeout", "9"], ["--isolated"],
    ["--no-warn-conf"], ["--retr=1"], ["word"], ["--require-venv"], ["--trusted", "h"], ["--all-rel", "w"],
)  # fmt: skip


def configuration(chance: random.Random) -> str:
    """Return the text of a file of pip's, maybe an odd one."""
    lines = []
    for section in chance.sample(["global", "install", "download", "list"], chance.randint(0, 3)):
        lines.append(f"[{section}]")
        for name in chance.sample(sorted(KINDS), chance.randint(0, 6)):
            spelled = chance.choice([name, name.replace("-", "_"), f"--{name}", name.capitalize()])
            lines.append(f"{spelled} = {chance.choice(KINDS[name])}")
    return "\n".join(lines) + "\n"


def case(folder: Path, number: int) -> tuple[dict[str, str], list[str]]:
    """Return the variables and the words of one case, its files written."""
    chance = random.Random(number)  # noqa: S311 - the same cases each time
    environ = {"HOME": str(folder), "XDG_CONFIG_DIRS": str(folder / "etc"), "XDG_CONFIG_HOME": str(folder / "home")}
    for place in ("etc", "home"):
        (folder / place / "pip").mkdir(parents=True)
        if chance.random() < 0.7:
            (folder / place / "pip" / "pip.conf").write_text(configuration(chance))
    if chance.random() < 0.3:
        (folder / "own.conf").write_text(configuration(chance))
    if chance.random() < 0.4:
        environ["PIP_CONFIG_FILE"] = chance.choice([str(folder / "own.conf"), os.devnull])
    for name in chance.sample(sorted(KINDS), chance.randint(0, 5)):
        environ[f"PIP_{name.upper().replace('-', '_')}"] = " ".join(chance.choice(KINDS[name]).split())
    words = [word for part in chance.sample(WORDS, chance.randint(0, 6)) for word in part]
    return environ, [*words, "last"]


def told(order: Order) -> dict[str, Any]:
    """Return what we make of it, in the same form."""
    options = order.options
    assert isinstance(options, InstallOptions)
    settings: dict[str, Any] = {}
    for one in options.build.config_settings:
        settings.setdefault(one.key, []).append(one.value)
    formats = formats_of((rule.option, rule.value) for rule in options.selection.formats)
    releases = releases_of((rule.option, rule.value) for rule in options.selection.releases)
    indexes, asked = options.indexes, options.asked
    return {
        "find_links": list(indexes.find_links), "extra": list(indexes.extra_index_urls),
        "trusted": list(indexes.trusted_hosts), "proxy": indexes.proxy,
        "requirements": list(asked.requirement_files), "constraints": list(asked.constraint_files),
        "editables": list(asked.editables), "groups": [group.rpartition(":")[2] for group in asked.groups],
        "settings": {key: each[0] if len(each) == 1 else each for key, each in settings.items()},
        "timeout": 15 if indexes.timeout is None else indexes.timeout,
        "retries": 5 if indexes.retries is None else indexes.retries,
        "no_deps": asked.no_deps, "pre": options.selection.pre, "isolation": not options.build.no_build_isolation,
        "user": options.user, "conflicts": not options.no_warn_conflicts, "cache": not options.store.no_cache,
        "verbose": order.presentation.verbose, "quiet": order.presentation.quiet,
        "venv": order.general.require_virtualenv, "strategy": options.upgrade_strategy,
        "words": list(asked.requirements),
        "no_binary": sorted(formats.no_binary), "only_binary": sorted(formats.only_binary),
        "all_releases": sorted(releases.all_releases), "only_final": sorted(releases.only_final),
        "root": options.root, "platforms": list(options.tags.platforms),
    }  # fmt: skip


@pytest.mark.parametrize("round_", range(3))
def test_the_same_to_both(tmp_path: Path, round_: int) -> None:
    """File by file, variable by variable, word by word."""
    cases = []
    for number in range(round_ * 100, round_ * 100 + 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        cases.append(case(folder, number))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [sys.executable, "-c", PIP], input=json.dumps(cases), env=environ, capture_output=True, text=True, check=True
    )
    for (variables, argv), expected in zip(cases, json.loads(done.stdout), strict=True):
        line = read_line(["install", *argv])
        assert line is not None, argv
        assert told(understand(line, variables, str(tmp_path))) == expected, (variables, argv)
