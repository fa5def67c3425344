"""Command lines and environment variables become options."""

import pytest
from cli.worlds import Runner, say

from pybuildsync.commands.options import (
    AskedOptions,
    BuildOptions,
    CacheOptions,
    ConnectionOptions,
    FormatRule,
    IndexOptions,
    InstallOptions,
    MatchRule,
    SelectionOptions,
    Setting,
    StoreOptions,
    UninstallOptions,
    VenvOptions,
    WheelOptions,
)
from pybuildsync.commands.results import InstallResult
from pybuildsync.core.story import Note, Warned


def options(*argv: str, **environ: str) -> object:
    """Return the options that *argv* gives."""
    runner = Runner(InstallResult())
    said = say(argv, runner, environ={f"PYBUILDSYNC_{name}": value for name, value in environ.items()})
    assert said.err == ""
    (given,) = runner.options
    return given


def refusal(*argv: str, **environ: str) -> str:
    """Return what is said against *argv*, without the hint."""
    runner = Runner(InstallResult())
    said = say(argv, runner, environ={f"PYBUILDSYNC_{name}": value for name, value in environ.items()})
    assert (said.status, said.out, runner.options) == (2, "", [])
    return said.err.splitlines()[0]


def test_a_bare_install() -> None:
    """What isn't said has its default."""
    assert options("install", "a", "b==1") == InstallOptions(asked=AskedOptions(requirements=("a", "b==1")))


def test_pips_options_of_install() -> None:
    """An install line as people have it in scripts for pip is understood."""
    assert options(
        "install", "-U", "-r", "r.txt", "-cc.txt", "--no-deps", "--pre", "-i", "https://index.example/simple",
        "--extra-index-url=https://two.example", "-f", "here", "-f", "there", "--trusted-host", "two.example",
        "--timeout", "2.5", "--retries", "0", "-t", "lib", "--no-compile", "--force-reinstall", "--no-cache-dir", "-I",
        "--upgrade-strategy", "eager", "--break-system-packages", "a",
    ) == InstallOptions(
        asked=AskedOptions(
            requirements=("a",), requirement_files=("r.txt",), constraint_files=("c.txt",), no_deps=True
        ),
        selection=SelectionOptions(pre=True),
        upgrade=True,
        upgrade_strategy="eager",
        force_reinstall=True,
        ignore_installed=True,
        target="lib",
        compile=False,
        break_system_packages=True,
        indexes=IndexOptions(
            index_url="https://index.example/simple",
            extra_index_urls=("https://two.example",),
            find_links=("here", "there"),
            trusted_hosts=("two.example",),
            timeout=2.5,
            retries=0,
        ),
        store=StoreOptions(no_cache=True),
    )  # fmt: skip


def test_build_options() -> None:
    """Settings, variables and policies may be for one package; formats keep their order."""
    assert options(
        "wheel", "-w", "out", "--no-binary", "a, b,", "--only-binary=:all:", "--no-binary", "c",
        "-C", "key=value=more", "-C--flag=x", "-C", "a:key=", "-C", ":cmake.define.A:BOOL=ON",
        "--build-variable", "CFLAGS=-O2 -g", "--build-variable=a:CC=clang", "--match", "lib=minor",
        "--match=a:lib=micro+at-least", "--build-jobs", "3", "--build-timeout", "60", "--build-time", "2024-05-31",
        "--no-build-time-retry", "--max-rounds=4", "--build-constraint", "b.txt", "x",
    ) == WheelOptions(
        asked=AskedOptions(requirements=("x",)),
        wheel_dir="out",
        selection=SelectionOptions(
            formats=(
                FormatRule(option="no-binary", value="a"),
                FormatRule(option="no-binary", value="b"),
                FormatRule(option="only-binary", value=":all:"),
                FormatRule(option="no-binary", value="c"),
            ),
        ),
        build=BuildOptions(
            config_settings=(
                Setting(package="", key="key", value="value=more"),
                Setting(package="", key="--flag", value="x"),
                Setting(package="a", key="key", value=""),
                Setting(package="", key="cmake.define.A:BOOL", value="ON"),
            ),
            build_variables=(
                Setting(package="", key="CFLAGS", value="-O2 -g"),
                Setting(package="a", key="CC", value="clang"),
            ),
            match=(
                MatchRule(package="", library="lib", policy="minor"),
                MatchRule(package="a", library="lib", policy="micro+at-least"),
            ),
            build_jobs=3,
            build_timeout=60.0,
            build_time="2024-05-31",
            no_build_time_retry=True,
            max_rounds=4,
            build_constraint_files=("b.txt",),
        ),
    )  # fmt: skip


def test_a_proxy_that_names_none() -> None:
    """No proxy then, whatever the environment says, as in pip."""
    for argv in (("--proxy", ""), ("--no-proxy-env",)):
        found = options("install", "a", *argv)
        assert isinstance(found, InstallOptions)
        assert found.indexes == IndexOptions(no_proxy_env=True)


@pytest.mark.parametrize(
    ("argv", "provider"),
    [
        ((), ""),
        (("--no-input",), "disabled"),
        (("--no-input", "--keyring-provider", "auto"), "disabled"),
        (("--no-input", "--keyring-provider", "import"), "import"),
        (("--keyring-provider", "subprocess"), "subprocess"),
    ],
)
def test_a_keyring_may_ask(argv: tuple[str, ...], provider: str) -> None:
    """So without input only one that is named is asked, as in pip."""
    found = options("install", "a", *argv)
    assert isinstance(found, InstallOptions)
    assert found.indexes.keyring_provider == provider


def test_how_uninstall_fetches_what_it_is_named_by_url() -> None:
    """Its options on connections follow from each other as those of install do."""
    found = options("uninstall", "a", "--proxy", "", "--no-input", "--trusted-host", "h")
    assert isinstance(found, UninstallOptions)
    assert found.connection == ConnectionOptions(trusted_hosts=("h",), no_proxy_env=True, keyring_provider="disabled")


def test_the_last_word_counts() -> None:
    """Of two opposites, and of an option that takes one value, the last one given stands."""
    given = options("install", "--no-rebuild", "--rebuild", "--python", "3.8", "--python", "3.9", "a")
    assert given == InstallOptions(asked=AskedOptions(requirements=("a",)), python="3.9")
    assert options("install", "--rebuild", "--no-rebuild", "a") == InstallOptions(
        asked=AskedOptions(requirements=("a",)), rebuild=False
    )


def test_the_environment_sets_options() -> None:
    """A variable stands below the command line; lists come together, the environment's first."""
    given = options(
        "install", "--find-links", "c", "--retries", "2", "a",
        FIND_LINKS="a  b", RETRIES="1", NO_DEPS="1", COMPILE="0", NO_REBUILD="yes", PRE="off", PYTHON="", TIMEOUT="3",
    )  # fmt: skip
    assert given == InstallOptions(
        asked=AskedOptions(requirements=("a",), no_deps=True),
        compile=False,
        rebuild=False,
        indexes=IndexOptions(find_links=("a", "b", "c"), retries=2, timeout=3.0),
    )


def test_values_with_blanks_stand_on_lines_of_their_own() -> None:
    """A variable with line feeds is split at them alone."""
    given = options("install", "a", BUILD_VARIABLE="CFLAGS=-O2 -g\nb:CC=clang -m64\n")
    assert given == InstallOptions(
        asked=AskedOptions(requirements=("a",)),
        build=BuildOptions(
            build_variables=(
                Setting(package="", key="CFLAGS", value="-O2 -g"),
                Setting(package="b", key="CC", value="clang -m64"),
            )
        ),
    )


def test_loudness_on_the_line_adds_to_that_of_the_environment() -> None:
    """As pip counts."""
    runner = Runner(InstallResult(), tells=(Note("usual"), Warned("look out")))
    assert say(["install", "-q", "a"], runner).err == "warning: look out\n"
    assert say(["install", "-q", "a"], runner, environ={"PYBUILDSYNC_QUIET": "1"}).err == ""
    assert say(["install", "-v", "a"], runner, environ={"PYBUILDSYNC_QUIET": "1"}).err.startswith("usual\n")


def test_words_of_other_commands() -> None:
    """One word, several, or none, as the command has it."""
    assert options("venv") == VenvOptions()
    assert options("venv", "here", "--clear") == VenvOptions(path="here", clear=True)
    assert options("cache", "clean", "a", "b") == CacheOptions(projects=("a", "b"))
    assert options("--cache-dir", "x", "cache", "dir") == CacheOptions(store=StoreOptions(cache_dir="x"))
    assert options("uninstall", "-y", "-r", "r.txt") == UninstallOptions(yes=True, requirement_files=("r.txt",))
    assert options("-q", "--python", "3.9", "uninstall", "a") == UninstallOptions(names=("a",), python="3.9")


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (("install",), "install: give at least one REQUIREMENT"),
        (("uninstall",), "uninstall: give at least one NAME"),
        (("show",), "show: give at least one NAME"),
        (("venv", "a", "b"), "venv: unexpected 'b'"),
        (("check", "a"), "check: unexpected 'a'"),
        (("install", "a", "--retries", "-1"), "--retries: '-1' is not a whole number"),
        (("install", "a", "--retries", "x"), "--retries: 'x' is not a whole number"),
        (("install", "a", "--build-jobs", "0"), "--build-jobs: 0 is less than 1"),
        (("install", "a", "--timeout", "nan"), "--timeout: 'nan' is not a number"),
        (("install", "a", "--timeout", "inf"), "--timeout: 'inf' is not a number"),
        (("install", "a", "--timeout", "x"), "--timeout: 'x' is not a number"),
        (("install", "a", "--timeout", "-1"), "--timeout: -1 is less than 0"),
        (("install", "a", "--link-mode", "x"), "--link-mode: 'x' is not one of auto, reflink, hardlink, copy"),
        (("install", "a", "-C", "x"), "--config-settings: 'x' is not KEY=VALUE"),
        (("install", "a", "-C", "a:=x"), "--config-settings: 'a:=x' is not KEY=VALUE"),
        (("install", "a", "--match", "lib"), "--match: 'lib' is not LIBRARY=POLICY"),
        (("install", "a", "--match", "lib=close"), "'close' is not a policy"),
        (("install", "a", "--build-time", "soon"), "--build-time: 'soon' is neither latest, source nor a date"),
    ],
)
def test_what_makes_no_sense_is_refused(argv: tuple[str, ...], what: str) -> None:
    """A value that can't be is a usage error that names its option."""
    assert refusal(*argv) == f"error: {what}"


def test_a_bad_variable_is_named() -> None:
    """The blame goes to where the value stands."""
    assert refusal("install", "a", RETRIES="x") == "error: PYBUILDSYNC_RETRIES: 'x' is not a whole number"
    assert refusal("install", "a", PRE="maybe") == "error: PYBUILDSYNC_PRE: 'maybe' is neither yes nor no"
    assert refusal("install", "a", VERBOSE="much") == "error: PYBUILDSYNC_VERBOSE: 'much' is not a whole number"
    assert refusal("install", "a", MATCH="x") == "error: PYBUILDSYNC_MATCH: 'x' is not LIBRARY=POLICY"


@pytest.mark.parametrize("time", ["latest", "source", "2024-05-31", "2024-05-31T10:00:00+00:00"])
def test_build_times(time: str) -> None:
    """A build time is a word or an ISO 8601 date or time."""
    given = options("install", "a", "--build-time", time)
    assert given == InstallOptions(asked=AskedOptions(requirements=("a",)), build=BuildOptions(build_time=time))
