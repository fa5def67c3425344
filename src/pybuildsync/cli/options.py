"""All commands and all options, once: what the reader, ``--help``, the environment and the tests go by.

A row says how an option is written; what it means is said by the field of that name in
``pybuildsync.commands.options`` (or in ``presentation`` for what only concerns printing). Names are pip's where pip has
the option. This module computes nothing and imports no parser.
"""

from pybuildsync.cli.rows import COUNT, FLAG, FORMAT, INTEGER, MATCH, NUMBER, SETTING, TIME, Command, Option, Positional


def _placed(section: str, group: str, *options: Option) -> tuple[Option, ...]:
    """Return *options* with their section and the heading they stand under in ``--help``."""
    return tuple(option._replace(section=section, group=group) for option in options)


OUTPUT = _placed(
    "presentation",
    "Output",
    Option(field="verbose", flags=("--verbose", "-v"), kind=COUNT, help="tell each round; twice: log files too"),
    Option(field="quiet", flags=("--quiet", "-q"), kind=COUNT, help="only warnings and errors; twice: only errors"),
    Option(
        field="color",
        flags=("--color",),
        choices=("auto", "always", "never"),
        help="colours: when on a terminal, always, or never (NO_COLOR and FORCE_COLOR count too)",
    ),
    Option(field="no_progress", flags=("--no-progress", "--no-progress-bar"), kind=FLAG, help="no moving progress"),
)
JSON = _placed("presentation", "Output", Option(field="json", flags=("--json",), kind=FLAG, help="the result as JSON"))

STORE = _placed(
    "store",
    "Cache",
    Option(field="cache_dir", flags=("--cache-dir",), metavar="FOLDER", help="keep downloads and builds here"),
    Option(field="no_cache", flags=("--no-cache-dir",), kind=FLAG, help="keep them for this command only"),
)

PYTHON = Option(
    field="python",
    flags=("--python",),
    metavar="PYTHON",
    help="the interpreter or environment: a path, a folder, or a version such as 3.12 (default: the active one)",
    group="Environment",
)
EVERYWHERE = OUTPUT + STORE  # every command has these; with --python they may stand before the command as well

BREAK_SYSTEM = Option(
    field="break_system_packages",
    flags=("--break-system-packages",),
    kind=FLAG,
    help="change an environment that its operating system manages (PEP 668)",
    group="Environment",
)

INDEX = _placed(
    "index",
    "Where packages come from",
    Option(
        field="index_url",
        flags=("--index-url", "-i"),
        metavar="URL",
        help="the index (default: that of Python's own pip)",
    ),
    Option(
        field="extra_index_urls",
        flags=("--extra-index-url",),
        metavar="URL",
        repeat=True,
        help="one more index; all have the same rank",
    ),
    Option(field="no_index", flags=("--no-index",), kind=FLAG, help="no index: only --find-links"),
    Option(
        field="find_links",
        flags=("--find-links", "-f"),
        metavar="URL|FOLDER",
        repeat=True,
        help="a page or folder that links to or holds archives",
    ),
    Option(
        field="trusted_hosts",
        flags=("--trusted-host",),
        metavar="HOST[:PORT]",
        repeat=True,
        help="trust this host without TLS or without a valid certificate",
    ),
    Option(field="cert", flags=("--cert",), metavar="FILE", help="certificates to trust (PEM)"),
    Option(field="client_cert", flags=("--client-cert",), metavar="FILE", help="our own certificate and key (PEM)"),
    Option(field="proxy", flags=("--proxy",), metavar="URL", help="go through this proxy"),
    Option(
        field="timeout",
        flags=("--timeout", "--default-timeout"),
        kind=NUMBER,
        metavar="SECONDS",
        help="give up on a silent connection after this long (default: 15)",
    ),
    Option(field="retries", flags=("--retries",), kind=INTEGER, metavar="N", help="tries after the first (default: 5)"),
    Option(field="offline", flags=("--offline",), kind=FLAG, help="ask nobody: only the cache and local folders"),
    Option(field="refresh", flags=("--refresh",), kind=FLAG, help="ask the index even where the cache is fresh"),
)

BUILD = _placed(
    "build",
    "Building from source",
    Option(
        field="formats",
        flags=("--no-binary",),
        kind=FORMAT,
        metavar="NAMES",
        repeat=True,
        commas=True,
        help="build these from source; :all: for everything, :none: to forget what was said before",
    ),
    Option(
        field="formats",
        flags=("--only-binary",),
        kind=FORMAT,
        metavar="NAMES",
        repeat=True,
        commas=True,
        help="never build these from source; :all: and :none: as above",
    ),
    Option(
        field="build_constraint_files",
        flags=("--build-constraint", "--build-constraints"),
        metavar="FILE",
        repeat=True,
        help="keep what builds run with to the versions in this file; -c doesn't",
    ),
    Option(
        field="config_settings",
        flags=("--config-settings", "-C", "--config-setting"),
        kind=SETTING,
        metavar="[PACKAGE:]KEY=VALUE",
        repeat=True,
        help="a setting for the build backend; a leading colon for a KEY that has a colon",
    ),
    Option(
        field="build_variables",
        flags=("--build-variable",),
        kind=SETTING,
        metavar="[PACKAGE:]NAME=VALUE",
        repeat=True,
        help="an environment variable for builds",
    ),
    Option(
        field="build_jobs",
        flags=("--build-jobs",),
        kind=INTEGER,
        least=1,
        metavar="N",
        help="builds at once (default: cores)",
    ),
    Option(
        field="build_timeout",
        flags=("--build-timeout",),
        kind=NUMBER,
        metavar="SECONDS",
        help="stop a build that takes longer (default: never)",
    ),
    Option(
        field="build_time",
        flags=("--build-time",),
        kind=TIME,
        metavar="latest|source|DATE",
        help="take build tools of this time (default: latest; if the build fails, those of the source's upload)",
    ),
    Option(
        field="no_build_time_retry",
        flags=("--no-build-time-retry",),
        kind=FLAG,
        help="don't try a failed build again with older build tools",
    ),
    Option(
        field="match",
        flags=("--match",),
        kind=MATCH,
        metavar="[PACKAGE:]LIBRARY=POLICY",
        repeat=True,
        help="which versions of LIBRARY may run what was built against one: exact, micro, minor, at-least, any",
    ),
    Option(
        field="max_rounds",
        flags=("--max-rounds",),
        kind=INTEGER,
        least=1,
        metavar="N",
        help="rounds of resolving and building before giving up (default: 25)",
    ),
)


def _requirement_options(verb: str) -> tuple[Option, ...]:
    """Return the options that say what to *verb*; they are the same for every command that resolves."""
    return _placed(
        "",
        f"What to {verb}",
        Option(
            field="requirement_files",
            flags=("--requirement", "-r", "--requirements"),
            metavar="FILE",
            repeat=True,
            help=f"{verb} what this requirement file lists",
        ),
        Option(
            field="constraint_files",
            flags=("--constraint", "-c", "--constraints"),
            metavar="FILE",
            repeat=True,
            help="keep to the versions in this constraint file",
        ),
        Option(
            field="editables",
            flags=("--editable", "-e"),
            metavar="PATH|URL",
            repeat=True,
            help="a source tree that stays where it is (not supported yet)",
        ),
        Option(field="no_deps", flags=("--no-deps", "--no-dependencies"), kind=FLAG, help="only what is named"),
        Option(field="pre", flags=("--pre",), kind=FLAG, help="pre-releases too"),
        Option(field="require_hashes", flags=("--require-hashes",), kind=FLAG, help="every file must have a --hash"),
    )


_INSTALL = (
    *_requirement_options("install"),
    *_placed(
        "",
        "What to do with what is installed",
        Option(field="upgrade", flags=("--upgrade", "-U"), kind=FLAG, help="the newest versions of what is named"),
        Option(
            field="upgrade_packages",
            flags=("--upgrade-package", "-P"),
            metavar="NAME",
            repeat=True,
            commas=True,
            help="the newest version of this one, wherever it comes in",
        ),
        Option(
            field="upgrade_strategy",
            flags=("--upgrade-strategy",),
            choices=("only-if-needed", "eager"),
            help="what else --upgrade upgrades: what must be (only-if-needed), or everything (eager)",
        ),
        Option(
            field="force_reinstall",
            flags=("--force-reinstall", "--reinstall"),
            kind=FLAG,
            help="install again what is there already, with what it requires",
        ),
        Option(
            field="reinstall_packages",
            flags=("--reinstall-package",),
            metavar="NAME",
            repeat=True,
            commas=True,
            help="install this one again",
        ),
        Option(
            field="allow_conflicts",
            flags=("--allow-conflicts",),
            kind=FLAG,
            help="let the later of two packages with the same file win, instead of refusing",
        ),
        Option(
            field="ignore_installed",
            flags=("--ignore-installed", "-I"),
            kind=FLAG,
            help="don't let what is installed count",
        ),
        Option(
            field="rebuild",
            flags=("--rebuild",),
            off=("--no-rebuild",),
            kind=FLAG,
            help="rebuild what was built against a version that changes (default), or refuse the change",
        ),
        Option(field="verify", flags=("--verify",), kind=FLAG, help="look at what is installed; trust no memory"),
    ),
    *_placed(
        "",
        "Environment",
        PYTHON,
        Option(field="target", flags=("--target", "-t"), metavar="FOLDER", help="install into this folder"),
        BREAK_SYSTEM,
        Option(
            field="compile",
            flags=("--compile",),
            off=("--no-compile",),
            kind=FLAG,
            help="byte-compile what is installed (default: don't)",
        ),
        Option(
            field="link_mode",
            flags=("--link-mode",),
            choices=("auto", "reflink", "hardlink", "copy"),
            help="how files come from the cache (default: auto, the best there is)",
        ),
    ),
    *_placed(
        "",
        "Result",
        Option(
            field="dry_run",
            flags=("--dry-run", "-n"),
            kind=FLAG,
            help="only say what would be done; builds what must be built to know it",
        ),
    ),
    *INDEX,
    *BUILD,
    *EVERYWHERE,
    *JSON,
)

_WHEEL = (
    *_requirement_options("build"),
    Option(field="wheel_dir", flags=("--wheel-dir", "-w"), metavar="FOLDER", help="write the wheels here (default: .)"),
    PYTHON,
    *INDEX,
    *BUILD,
    *EVERYWHERE,
    *JSON,
)

_EXCLUDE = Option(
    field="excluded", flags=("--exclude",), metavar="NAME", repeat=True, commas=True, help="leave this one out"
)
_REQUIREMENTS = Positional(
    field="requirements",
    metavar="REQUIREMENT",
    many=True,
    unless=("requirement_files", "editables"),
    help="NAME, NAME==VERSION, NAME[EXTRA]>=VERSION, or the path of a wheel, an sdist or a source tree",
)
_NAMES = Positional(field="names", metavar="NAME", many=True, help="a project's name")
_CLEANED = Positional(
    field="projects",
    metavar="NAME",
    many=True,
    required=False,
    help="only what is of this project (default: everything)",
)

COMMANDS = (
    Command(
        words=("install",),
        summary="install packages, built against what they run with",
        positional=_REQUIREMENTS,
        options=_INSTALL,
        example="install --no-binary NAME NAME==1.2",
    ),
    Command(
        words=("uninstall",),
        summary="remove packages",
        positional=_NAMES._replace(unless=("requirement_files",)),
        options=(
            Option(
                field="requirement_files",
                flags=("--requirement", "-r"),
                metavar="FILE",
                repeat=True,
                help="remove what this requirement file lists",
            ),
            Option(field="yes", flags=("--yes", "-y"), kind=FLAG, help="don't ask first"),
            Option(field="dry_run", flags=("--dry-run", "-n"), kind=FLAG, help="only say what would be done"),
            PYTHON,
            BREAK_SYSTEM,
            *EVERYWHERE,
            *JSON,
        ),
        example="uninstall -y NAME",
    ),
    Command(
        words=("check",),
        summary="check that everything installed fits together",
        options=(PYTHON, *EVERYWHERE, *JSON),
        example="check",
    ),
    Command(
        words=("list",),
        summary="list what is installed",
        options=(
            *_placed(
                "presentation",
                "Output",
                Option(
                    field="format",
                    flags=("--format",),
                    choices=("columns", "freeze", "json"),
                    help="a table, lines, or JSON",
                ),
            ),
            _EXCLUDE,
            Option(field="editable_only", flags=("--editable", "-e"), kind=FLAG, help="only editable ones"),
            Option(field="not_required", flags=("--not-required",), kind=FLAG, help="only what nothing else requires"),
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="list --format json",
    ),
    Command(
        words=("freeze",),
        summary="list what is installed as requirements",
        options=(
            _EXCLUDE,
            Option(field="all", flags=("--all",), kind=FLAG, help="pip, setuptools and wheel too"),
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="freeze > requirements.txt",
    ),
    Command(
        words=("show",),
        summary="show an installed package and what it was built against",
        positional=_NAMES,
        options=(
            Option(field="files", flags=("--files", "-f"), kind=FLAG, help="its files too"),
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="show NAME",
    ),
    Command(
        words=("wheel",),
        summary="build wheels and leave them in a folder",
        positional=_REQUIREMENTS,
        options=_WHEEL,
        example="wheel --no-deps -w dist NAME",
    ),
    Command(
        words=("venv",),
        summary="make a virtual environment",
        positional=Positional(field="path", metavar="PATH", required=False, help="its folder (default: .venv)"),
        options=(
            PYTHON,
            Option(
                field="prompt",
                flags=("--prompt",),
                metavar="TEXT",
                help="what the shell shows (default: the folder's name)",
            ),
            Option(field="clear", flags=("--clear",), kind=FLAG, help="empty the folder first"),
            Option(
                field="system_site_packages",
                flags=("--system-site-packages",),
                kind=FLAG,
                help="see the packages of its Python too",
            ),
            *EVERYWHERE,
            *JSON,
        ),
        example="venv --python 3.12 .venv",
    ),
    Command(words=("cache", "dir"), summary="say where the cache is", options=(*EVERYWHERE, *JSON)),
    Command(words=("cache", "size"), summary="say what it holds", options=(*EVERYWHERE, *JSON)),
    Command(words=("cache", "prune"), summary="remove what is old or left over", options=(*EVERYWHERE, *JSON)),
    Command(
        words=("cache", "clean"),
        summary="remove everything, or what is of some projects",
        positional=_CLEANED,
        options=(*EVERYWHERE, *JSON),
    ),
)


def find_command(words: tuple[str, ...]) -> Command | None:
    """Return the command whose words are exactly *words*."""
    return next((command for command in COMMANDS if command.words == words), None)
