"""The command lines that are run by both, and where ours may end differently, with the reason."""

from typing import NamedTuple


class Case(NamedTuple):
    """One row of the table.

    ``command`` is what the row shows and what is judged; ``before`` are commands that prepare the environment.
    ``differs`` says in what ours is to be different, and why; "" where nothing may differ. ``words`` False leaves what
    is printed aside.
    """

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    differs: str = ""

    @property
    def title(self) -> str:
        """The command line as the table shows it."""
        return " ".join(self.command)


def _install(*words: str, before: str = "", differs: str = "") -> Case:
    first = (("install", *before.split()),) if before else ()
    return Case(("install", *words), first, differs)


_USAGE = "a wrong command line ends with 2"
_LAUNCHERS = "launchers have another text; scripts of `.data/scripts` are always executable"

CASES = (
    # what to install
    _install("one"),
    _install("one==1.0"),
    _install("one<2", "two==1.0"),
    _install("needs[more]"),
    _install("weird-extra[a,b]"),
    _install("One", differs="names are told normalised, not as they were typed"),
    _install("one; python_version < '3'"),
    _install("missing"),
    _install("one==7"),
    _install("one==1.9"),
    _install("one>=3.0rc1"),
    _install("old"),
    _install("plat"),
    _install("source"),
    _install("source==0.9"),
    _install("./project"),
    _install("links/linked-1.0-py3-none-any.whl"),
    _install("linked @ file://{work}/links/linked-1.0-py3-none-any.whl"),
    _install("{index}../files/one-1.0-py3-none-any.whl"),
    _install("one @ {index}../files/one-1.0-py3-none-any.whl"),
    _install("{index}../files/source-1.0.tar.gz"),
    _install("git+file://{work}/repository"),
    _install("repository @ git+file://{work}/repository@v1"),
    _install("-e", "./project"),
    _install("-e", "git+file://{work}/repository#egg=repository"),
    _install("--src", "{root}/src", "-e", "git+file://{work}/repository#egg=repository"),
    _install("-r", "one.txt"),
    _install("-r", "nested.txt"),
    _install("-r", "options.txt"),
    _install("-r", "editable.txt"),
    _install("-r", "empty.txt"),
    _install("-r", "nowhere.txt"),
    _install("-r", "pylock.toml"),
    _install("-r", "pylock.toml[more]"),
    _install("-c", "constraint.txt", "one"),
    _install("-c", "constraint.txt", "needs"),
    _install("-c", "constraint.txt", "one==2.0"),
    _install("--group", "test"),
    _install("--group", "nowhere"),
    _install("--requirements-from-script", "script.py"),
    _install("-r", "hashed.txt"),
    _install("-r", "wrong.txt"),
    _install("-r", "hashed.txt", "two==1.0"),
    _install("--require-hashes", "one==1.0"),
    _install("--no-require-hashes", "-r", "hashed.txt", "two==1.0"),
    _install("--no-deps", "needs"),
    _install("--only-deps", "needs"),
    # which releases and files
    _install("--pre", "one"),
    _install("--all-releases", "one", "one", "two"),
    _install("--all-releases", ":all:", "--only-final", "one", "one"),
    _install("--only-final", "one", "one"),
    _install("--no-binary", "source", "source"),
    _install("--no-binary", ":all:", "one"),
    _install("--only-binary", ":all:", "source"),
    _install("--only-binary", ":all:", "--no-binary", "source", "source"),
    _install("--prefer-binary", "two"),
    _install("--ignore-requires-python", "old"),
    _install("--uploaded-prior-to", "2021-01-01", "one"),
    # what is there already
    _install("one", before="one==1.0"),
    _install("needs", before="needs==1.0"),
    _install("one==1.0", before="one==2.0"),
    _install("-U", "one", before="one==1.0"),
    _install("-U", "needs", before="one==1.0 needs==1.0"),
    _install(
        "-U",
        "--upgrade-strategy",
        "eager",
        "needs==1.0",
        before="one==1.0 needs==1.0",
        differs="what was asked for once stays marked as such (REQUESTED)",
    ),
    _install("--force-reinstall", "one==1.0", before="one==1.0"),
    _install("--force-reinstall", "--no-deps", "needs==1.0", before="needs==1.0"),
    _install("-I", "one==1.1", before="one==1.0", differs="no second dist-info of the version before is left"),
    _install("./project", before="./project"),
    _install("-e", "./project", before="./project"),
    _install(
        "one==2.0",
        before="needs==1.0",
        differs="what would no longer fit is brought along, or the request refused; pip leaves it broken",
    ),
    # where to
    _install("tools", differs=_LAUNCHERS),
    _install("-t", "there", "one"),
    _install("-t", "there", "tools", differs=_LAUNCHERS),
    _install(
        "-U",
        "-t",
        "there",
        "one",
        before="-t there one==1.0",
        differs="no second dist-info of the version before is left",
    ),
    _install("--prefix", "{root}/there", "one"),
    _install("--prefix", "{root}/there", "tools", differs=_LAUNCHERS),
    _install("--root", "{root}/there", "one"),
    _install("--root", "{root}/there", "--prefix", "/opt", "one"),
    _install("--user", "one"),
    _install("--no-user", "one"),
    _install("--break-system-packages", "one"),
    _install("--dry-run", "needs"),
    _install("--dry-run", "--report", "report.json", "needs[more]"),
    _install("--report", "report.json", "one", "./project"),
    _install("--no-compile", "one"),
    _install("--no-warn-script-location", "one"),
    _install("--no-warn-conflicts", "one"),
    _install("--root-user-action", "ignore", "one"),
    # for which Python
    _install("--platform", "win_amd64", "--python-version", "312", "--only-binary", ":all:", "-t", "there", "plat"),
    _install(
        "--implementation",
        "pp",
        "--abi",
        "none",
        "--python-version",
        "3.9",
        "--only-binary",
        ":all:",
        "-t",
        "there",
        "plat",
    ),
    _install("--platform", "win_amd64", "plat", differs=_USAGE),
    # builds
    _install("made"),
    _install("--build-constraint", "tools.txt", "made"),
    _install("-C", "key=value", "source"),
    _install("-C", "a=1", "-C", "a=2", "source"),
    _install("--no-build-isolation", "source"),
    _install("--no-build-isolation", "made", before="helper==1.0"),
    _install("--no-build-isolation", "--check-build-dependencies", "made"),
    _install("--no-clean", "source"),
    # indexes
    _install("-i", "{index}", "one"),
    _install("--pypi-url", "{index}", "one"),
    _install("--extra-index-url", "{index}", "one"),
    _install("--no-index", "one"),
    _install("--no-index", "-f", "links", "linked"),
    _install("-f", "links", "linked"),
    _install("--refresh-package", "one", "one"),
    _install("--trusted-host", "127.0.0.1", "one"),
    _install("--retries", "0", "--timeout", "5", "--resume-retries", "1", "one"),
    _install("--keyring-provider", "disabled", "one"),
    _install("--no-proxy-env", "one"),
    _install("-i", "{index}nowhere/", "one"),
    # the rest
    _install("--cache-dir", "{root}/home/.cache/other", "one"),
    _install("--no-cache-dir", "source"),
    _install("--isolated", "-i", "{index}", "one"),
    _install("--require-virtualenv", "one"),
    _install("--no-input", "one"),
    _install("--log", "log.txt", "one"),
    _install("--progress-bar", "off", "one"),
    _install("--no-color", "one"),
    _install("-q", "one"),
    _install("-qqq", "missing"),
    _install("-vvv", "one"),
    _install("--debug", "one"),
    _install("--exists-action", "i", "one"),
    _install("--disable-pip-version-check", "one"),
    _install("--use-feature", "build-constraint", "one"),
    Case(("PIP_NO_DEPS=1", "install", "needs")),
    Case(("PIP_REQUIREMENT=one.txt", "install", "two==1.0")),
    Case(("PIP_CONSTRAINT=constraint.txt", "install", "one")),
    Case(("PIP_PRE=1", "install", "one")),
    Case(("PIP_TARGET=there", "install", "one")),
    Case(("PIP_CONFIG_FILE=pip.conf", "install", "one", "needs")),
    _install(differs=_USAGE),
    _install("--nonsense"),
    _install("one", "one==1.0"),
    _install("one==1.0", "one==2.0"),
    _install("one=1"),
    # the commands beside it
    Case(("uninstall", "-y", "one"), (("install", "one"),)),
    Case(("uninstall", "-y", "missing"), (("install", "one"),)),
    Case(("uninstall", "-y", "-r", "names.txt"), (("install", "one", "two==1.0"),)),
    Case(("uninstall", "-y", "project"), (("install", "-e", "./project"),)),
    Case(("download", "-d", "there", "needs")),
    Case(("download", "-d", "there", "--no-deps", "source")),
    Case(("wheel", "-w", "there", "needs", "one")),
    Case(("wheel", "-w", "there", "--no-deps", "source"), differs="the wheel has a build record"),
    Case(("check",), (("install", "needs"),)),
    Case(("check",), (("install", "--no-deps", "needs"),)),
)
