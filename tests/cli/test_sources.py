"""What sets options besides the command line, in which order, and what is said about it."""

import os
from pathlib import Path

import pytest
from cli.worlds import Runner, say

from pybuildsync.cli.options import COMMANDS
from pybuildsync.cli.pip_flags import inverted_flags, pip_flags
from pybuildsync.cli.rows import FORMAT, SETTING
from pybuildsync.cli.sources import adds_up
from pybuildsync.cli.values import Order, understand
from pybuildsync.cli.words import read_line
from pybuildsync.commands.options import FormatRule, InstallOptions, MatchRule, Setting, UninstallOptions
from pybuildsync.commands.results import InstallResult
from pybuildsync.errors import UsageError


def order(folder: Path, *argv: str, conf: str = "", toml: str = "", **environ: str) -> Order:
    """Return what *argv* orders in *folder*, with that configuration of pip's, of the project, and those variables."""
    places = {"HOME": str(folder / "home"), "XDG_CONFIG_DIRS": str(folder / "etc"), "PIP_CONFIG_FILE": os.devnull}
    if conf:
        (folder / "pip.conf").write_text(conf)
        places["PIP_CONFIG_FILE"] = str(folder / "pip.conf")
    variables = {**places, **environ}
    if toml:
        (folder / "pyproject.toml").write_text(toml)
    line = read_line(argv)
    assert line is not None
    return understand(line, variables, str(folder))


def install(folder: Path, *argv: str, conf: str = "", toml: str = "", **environ: str) -> InstallOptions:
    """Return the options of an installation so ordered."""
    options = order(folder, "install", "a", *argv, conf=conf, toml=toml, **environ).options
    assert isinstance(options, InstallOptions)
    return options


def test_the_order_of_rank(tmp_path: Path) -> None:
    """Pip's files, its variables, the project, our variables, the command line: each beats those before."""
    sources = {
        "conf": "[global]\ntimeout = 1\nretries = 1\nproxy = 1\ncert = 1\nindex-url = 1\n[install]\nretries = 2\n",
        "toml": '[tool.pybuildsync]\nproxy = "4"\ncert = "/4"\nindex-url = "4"\n',
    }
    variables = {"PIP_TIMEOUT": "3", "PIP_PROXY": "3", "PYBUILDSYNC_CERT": "5", "PYBUILDSYNC_INDEX_URL": "5"}
    indexes = install(tmp_path, "-i", "6", **sources, **variables).indexes
    assert (indexes.retries, indexes.timeout, indexes.proxy) == (2, 3.0, "4")
    assert (indexes.cert, indexes.index_url) == ("5", "6")


def test_lists_are_replaced_and_the_command_line_adds(tmp_path: Path) -> None:
    """As pip has it, whatever the source."""
    conf = "[global]\nfind-links =\n  g1\n  g2\nextra-index-url = g\n"
    assert install(tmp_path, conf=conf).indexes.find_links == ("g1", "g2")
    found = install(tmp_path, "-f", "c", conf=conf, PIP_FIND_LINKS="e1 e2").indexes
    assert (found.find_links, found.extra_index_urls) == (("e1", "e2", "c"), ("g",))
    toml = '[tool.pybuildsync]\nfind-links = ["https://p"]\n'
    assert install(tmp_path, "-f", "c", conf=conf, toml=toml).indexes.find_links == ("https://p", "c")
    found = install(tmp_path, conf=conf, PYBUILDSYNC_FIND_LINKS="", PYBUILDSYNC_EXTRA_INDEX_URL="v\nw w").indexes
    assert (found.find_links, found.extra_index_urls) == ((), ("v", "w w"))


def test_what_goes_by_name_adds_up(tmp_path: Path) -> None:
    """Formats, settings, groups: pip evaluates all of them, the weakest first; a blank is part of the value."""
    options = install(
        tmp_path, "--no-binary", "f", "-C", "x=6",
        conf="[global]\nno-binary = a,b\nconfig-settings = x=1\ngroup = g\n[install]\nno-binary = c\n",
        toml='[tool.pybuildsync]\nno-binary = ["d"]\nconfig-settings = {x = ["4", "5"], p = {k = "v"}}\ngroup = "h"\n',
        PIP_CONFIG_SETTINGS="y=2 z=3", PYBUILDSYNC_ONLY_BINARY="e",
    )  # fmt: skip
    assert options.selection.formats == (
        *(FormatRule("no-binary", name) for name in "abcd"), FormatRule("only-binary", "e"),
        FormatRule("no-binary", "f"),
    )  # fmt: skip
    assert options.build.config_settings == (
        Setting("", "x", "1"), Setting("", "y", "2 z=3"), Setting("", "x", "4"), Setting("", "x", "5"),
        Setting("p", "k", "v"), Setting("", "x", "6"),
    )  # fmt: skip
    assert options.asked.groups == ("g", f"{tmp_path / 'pyproject.toml'}:h")


def test_flags_and_counts_in_pips_configuration(tmp_path: Path) -> None:
    """Yes and no in pip's words, counts as numbers or as yes."""
    found = order(
        tmp_path, "install", "a", conf="[global]\nno-deps = yes\npre = t\nverbose = on\n", PIP_PRE="off", PIP_QUIET="2"
    )
    assert isinstance(found.options, InstallOptions)
    assert (found.options.asked.no_deps, found.options.selection.pre) == (True, False)
    assert (found.presentation.verbose, found.presentation.quiet) == (1, 2)


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("PIP_NO_BUILD_ISOLATION", "0", "build.no_build_isolation", True),
        ("PIP_NO_BUILD_ISOLATION", "1", "build.no_build_isolation", False),
        ("PYBUILDSYNC_NO_BUILD_ISOLATION", "1", "build.no_build_isolation", True),
        ("PIP_NO_COMPILE", "0", "compile", False),
        ("PIP_NO_COMPILE", "1", "compile", None),
        ("PIP_COMPILE", "1", "compile", True),
        ("PIP_NO_USER", "1", "user", True),
        ("PIP_NO_CACHE_DIR", "no", "store.no_cache", True),
        ("PIP_NO_CACHE_DIR", "1", "store.no_cache", True),
        ("PYBUILDSYNC_NO_CACHE_DIR", "no", "store.no_cache", False),
        ("PIP_CACHE_DIR", "/c", "store.cache_dir", os.path.join("/c", "pybuildsync")),
        ("PIP_PYTHON", "3.12", "python", "3.12"),
        ("PIP_MATCH", "lib=any", "build.match", ()),
        ("PIP_ISOLATED", "1", "asked.no_deps", False),
        ("PIP_REQUIREMENT", "a b", "asked.requirement_files", ("a", "b")),
    ],
)
def test_traps_of_pips_variables(tmp_path: Path, variable: str, value: str, field: str, expected: object) -> None:
    """What pip's parser makes of a value is what counts, also where its name says the opposite."""
    found: object = install(tmp_path, **{variable: value})
    for name in field.split("."):
        found = getattr(found, name)
    assert found == expected


def test_a_value_that_means_the_opposite_is_told(tmp_path: Path) -> None:
    """Whoever sets it will have meant something else."""
    (told,) = order(tmp_path, "install", "a", PIP_NO_BUILD_ISOLATION="true").warnings
    assert told == (
        "PIP_NO_BUILD_ISOLATION set to yes does not mean --no-build-isolation, in pip as here: "
        "set it to no for that, or PYBUILDSYNC_NO_BUILD_ISOLATION to yes"
    )
    assert order(tmp_path, "install", "a", PIP_NO_BUILD_ISOLATION="0").warnings == ()
    said = say(["install", "a"], Runner(InstallResult()), environ={"PIP_NO_USER": "1"})
    assert said.err.startswith("warning: PIP_NO_USER set to yes")
    said = say(["pip", "install", "a"], Runner(InstallResult()), environ={"PIP_NO_USER": "1"})
    assert said.err.startswith("WARNING: PIP_NO_USER set to yes")


def test_whoever_names_a_cache_wants_one(tmp_path: Path) -> None:
    """Of --cache-dir and --no-cache-dir the later one counts, and the stronger source; in one source, none is kept."""
    assert install(tmp_path, PIP_NO_CACHE_DIR="1", PIP_CACHE_DIR="/c").store.no_cache
    assert not install(tmp_path, "--cache-dir", "d", PIP_NO_CACHE_DIR="1").store.no_cache
    assert install(tmp_path, "--cache-dir", "d", "--no-cache-dir").store.no_cache
    assert not install(tmp_path, conf="[global]\nno-cache-dir = 1\n", PYBUILDSYNC_CACHE_DIR="d").store.no_cache


def test_pips_options_of_other_commands_are_nothing_to_this_one(tmp_path: Path) -> None:
    """Pip's uninstall knows no --dry-run: the variable, set for install, doesn't reach it."""
    found = order(tmp_path, "uninstall", "a", PIP_DRY_RUN="1", PIP_NO_INDEX="1", conf="[install]\nyes = 1\n").options
    assert isinstance(found, UninstallOptions)
    assert found == UninstallOptions(names=("a",), connection=found.connection)  # of which this machine may have some
    assert install(tmp_path, PIP_DRY_RUN="1").dry_run


def test_isolated(tmp_path: Path) -> None:
    """No variables, no files of the user; the project's and the environment's own count."""
    (tmp_path / "home/.config/pip").mkdir(parents=True)
    (tmp_path / "home/.config/pip/pip.conf").write_text("[global]\nproxy = user\n")
    (tmp_path / "etc/pip").mkdir(parents=True)
    (tmp_path / "etc/pip/pip.conf").write_text("[global]\nretries = 7\n")
    variables = {
        "PIP_CONFIG_FILE": "",
        "PIP_ROOT": "x",
        "PYBUILDSYNC_CLIENT_CERT": "x",
        "PYBUILDSYNC_CACHE_DIR": "/mine",
    }
    toml = '[tool.pybuildsync]\nindex-url = "project"\n'
    found = install(tmp_path, toml=toml, **variables)
    assert (found.indexes.proxy, found.root, found.store.cache_dir) == ("user", "x", "/mine")
    found = install(tmp_path, "--isolated", toml=toml, **variables)
    assert (found.indexes.proxy, found.root, found.indexes.client_cert) == ("", "", "")
    assert (found.indexes.index_url, found.indexes.retries) == ("project", 7)
    assert found.store.cache_dir != "/mine"


def test_the_file_of_the_target_environment_counts(tmp_path: Path) -> None:
    """The one that pip would read there: of the active environment, or of the one that --python names."""
    for name in ("one", "two"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "pyvenv.cfg").touch()
        (tmp_path / name / "pip.conf").write_text(f"[global]\nproxy = {name}\n")
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    active = {"VIRTUAL_ENV": one, "PIP_CONFIG_FILE": ""}
    assert install(tmp_path, **active).indexes.proxy == "one"
    assert install(tmp_path, "--python", two, **active).indexes.proxy == "two"
    assert install(tmp_path, "--python", f"{two}/bin/python", **active).indexes.proxy == "two"
    assert install(tmp_path, **active, PYBUILDSYNC_PYTHON=two).indexes.proxy == "two"
    assert install(tmp_path, **active, toml='[tool.pybuildsync]\npython = "two/bin/python"\n').python == (
        f"{two}/bin/python"
    )
    assert install(tmp_path, "--python", "3.12", **active).indexes.proxy == ""


TOML = """
[tool.pybuildsync]
no-deps = true
no-rebuild = true
verbose = 2
build-jobs = 3
timeout = 2.5
constraint = ["c.txt", "/abs.txt", "~/home.txt", "https://h.example/c.txt"]
requirement = "https://index.example/r.txt"
find-links = ["wheels", "https://index.example/"]
cache-dir = ".cache"
report = "-"
build-time = 2024-05-31
match = {lib = "minor", p = {lib = "exact"}}
extra-build-dependencies = []
"""


def test_the_projects_settings(tmp_path: Path) -> None:
    """Values have TOML's types; paths are relative to the file, whatever the working directory."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(TOML)
    found = order(below, "install", "x", HOME="/home/u")
    options = found.options
    assert isinstance(options, InstallOptions)
    assert (options.asked.no_deps, options.rebuild, found.presentation.verbose) == (True, False, 2)
    assert (options.build.build_jobs, options.indexes.timeout, options.build.build_time) == (3, 2.5, "2024-05-31")
    home = os.path.expanduser("~/home.txt")
    assert options.asked.constraint_files == (str(tmp_path / "c.txt"), "/abs.txt", home, "https://h.example/c.txt")
    assert options.asked.requirement_files == ("https://index.example/r.txt",)
    assert options.indexes.find_links == (str(tmp_path / "wheels"), "https://index.example/")
    assert (options.store.cache_dir, options.report) == (str(tmp_path / ".cache"), "-")
    assert options.build.match == (MatchRule("", "lib", "minor"), MatchRule("p", "lib", "exact"))
    assert found.warnings == ()


def test_keys_that_mean_nothing_are_told(tmp_path: Path) -> None:
    """With their file; a key of another command's option is no mistake."""
    toml = '[tool.pybuildsync]\nclear = true\nindex-ulr = "x"\nfrobnicate = 1\nworkspace = 1\n'
    place = f"[tool.pybuildsync] of {tmp_path / 'pyproject.toml'}"
    assert order(tmp_path, "install", "a", toml=toml).warnings[:2] == (
        f"{place}: unknown key 'frobnicate' is ignored",
        f"{place}: unknown key 'index-ulr' is ignored (did you mean 'index-url'?)",
    )


def test_variables_that_mean_nothing_are_told(tmp_path: Path) -> None:
    """With the nearest name; a variable for another command's option is no mistake, and pip's are pip's business."""
    wrong = {"PYBUILDSYNC_NO_BINRAY": ":all:", "PYBUILDSYNC_ZZZ": "1"}
    right = {"PYBUILDSYNC_CLEAR": "1", "PYBUILDSYNC_NO_REBUILD": "1", "PYBUILDSYNC_USE_PEP517": "1", "PIP_BINRAY": "1"}
    assert order(tmp_path, "install", "a", **wrong, **right).warnings == (
        "PYBUILDSYNC_NO_BINRAY is ignored: no option is called so (did you mean PYBUILDSYNC_NO_BINARY?)",
        "PYBUILDSYNC_ZZZ is ignored: no option is called so",
    )
    assert order(tmp_path, "--isolated", "install", "a", **wrong).warnings == ()


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ('no-deps = "yes"', "no-deps in {place}: 'yes' is not true or false"),
        ("verbose = true", "verbose in {place}: True is not a number"),
        ("index-url = true", "index-url in {place}: True is not a text"),
        ('index-url = ["a"]', "index-url in {place}: ['a'] is not a text"),
        ('retries = "x"', "retries in {place}: 'x' is not a whole number"),
        ('link-mode = "x"', "link-mode in {place}: 'x' is not one of auto, reflink, hardlink, copy"),
    ],
)
def test_settings_that_make_no_sense(tmp_path: Path, setting: str, what: str) -> None:
    """The error names key and file."""
    place = f"[tool.pybuildsync] of {tmp_path / 'pyproject.toml'}"
    with pytest.raises(UsageError) as caught:
        order(tmp_path, "install", "a", toml=f"[tool.pybuildsync]\n{setting}\n")
    assert caught.value.what == what.format(place=place)


def test_pips_values_that_make_no_sense(tmp_path: Path) -> None:
    """The blame goes to the variable, or to the key with its file."""
    with pytest.raises(UsageError, match="PIP_NO_DEPS: 'perhaps' is neither yes nor no"):
        install(tmp_path, PIP_NO_DEPS="perhaps")
    with pytest.raises(UsageError) as caught:
        install(tmp_path, conf="[global]\nretries = some\n")
    assert caught.value.what == f"retries in {tmp_path / 'pip.conf'}: 'some' is not a whole number"


def test_the_tables_are_pips() -> None:
    """Long options, those that mean their opposite, and those that add up, by command, are those of pip's parsers."""
    from pip._internal.commands import commands_dict, create_command

    ours = {command.words[0] for command in COMMANDS}
    for name in sorted(set(commands_dict) & (ours | {"config", "download", "hash", "index", "inspect", "lock"})):
        options = create_command(name).parser.option_list_all
        flags = {flag for option in options for flag in option._long_opts}
        assert pip_flags(name) == flags - {"--help"}
        inverted = {flag for option in options if option.action == "store_false" for flag in option._long_opts}
        assert inverted_flags(name) == inverted
    parser = create_command("install").parser
    for command in COMMANDS:
        for row in command.options:
            option = parser.get_option(row.name)
            if command.words == ("install",) and option and row.repeat and row.field:
                assert adds_up(row) == (option.action == "callback")
                assert row.kind in (FORMAT, SETTING) or not adds_up(row) or row.field in ("groups", "refresh_packages")
