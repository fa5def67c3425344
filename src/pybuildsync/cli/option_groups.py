"""Options that several commands have, but not all (``general_options``), in the groups they stand in under ``--help``.

A row says how an option is written; what it means is said by the field of that name in
``pybuildsync.commands.options`` (or in ``presentation`` for what only concerns printing). Names are pip's where pip has
the option. This module computes nothing and imports no parser.
"""

from pybuildsync.cli.general_options import CONNECTION
from pybuildsync.cli.rows import FLAG, FORMAT, INTEGER, MATCH, NUMBER, SETTING, TEXT, TIME, Option, ignored, placed

BREAK_SYSTEM = Option(
    field="break_system_packages",
    flags=("--break-system-packages",),
    kind=FLAG,
    help="change an environment that its operating system manages (PEP 668)",
    group="Environment",
)
ROOT_ACTION = ignored("--root-user-action", kind=TEXT, metavar="ACTION")._replace(group="Environment")

INDEX = (
    *placed(
        "index",
        "Where packages come from",
        Option(
            field="index_url",
            flags=("--index-url", "-i", "--pypi-url"),
            metavar="URL",
            help="the index (default: that of Python's own pip)",
        ),
        Option(
            field="extra_index_urls",
            flags=("--extra-index-url",),
            metavar="URL",
            repeat=True,
            help="one more index; all have the same rank, unless --index-strategy says otherwise",
        ),
        Option(
            field="index_strategy",
            flags=("--index-strategy",),
            choices=("all", "first-index"),
            help="look for a project on all indexes (default), or only on the first that has it",
        ),
        Option(field="no_index", flags=("--no-index",), kind=FLAG, help="no index: only --find-links"),
        Option(
            field="find_links",
            flags=("--find-links", "-f"),
            metavar="URL|FOLDER",
            repeat=True,
            help="a page or folder that links to or holds archives",
        ),
        Option(field="offline", flags=("--offline",), kind=FLAG, help="ask nobody: only the cache and local folders"),
        Option(field="refresh", flags=("--refresh",), kind=FLAG, help="ask the index even where the cache is fresh"),
        Option(
            field="refresh_packages",
            flags=("--refresh-package",),
            metavar="NAMES",
            repeat=True,
            commas=True,
            help="ask the index about these even where the cache is fresh",
        ),
    ),
    *CONNECTION,
)

TARGET = placed(
    "tags",
    "For which Python",
    Option(
        field="platforms",
        flags=("--platform",),
        metavar="PLATFORM",
        repeat=True,
        help="take wheels for this platform instead of this machine's",
    ),
    Option(
        field="python_version",
        flags=("--python-version",),
        metavar="VERSION",
        help="take wheels for this Python, such as 3.12 or 312",
    ),
    Option(
        field="implementation",
        flags=("--implementation",),
        metavar="TAG",
        help="take wheels for this implementation: cp, pp, py, ...",
    ),
    Option(field="abis", flags=("--abi",), metavar="ABI", repeat=True, help="take wheels for this ABI, such as cp312"),
)

SELECTION = placed(
    "selection",
    "Which releases",
    Option(field="pre", flags=("--pre",), kind=FLAG, help="pre-releases too"),
    Option(
        field="releases",
        flags=("--all-releases",),
        kind=FORMAT,
        metavar="NAMES",
        repeat=True,
        commas=True,
        help="pre-releases of these too; :all: for everything, :none: to forget what was said before",
    ),
    Option(
        field="releases",
        flags=("--only-final",),
        kind=FORMAT,
        metavar="NAMES",
        repeat=True,
        commas=True,
        help="no pre-releases of these; :all: and :none: as above",
    ),
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
        field="prefer_binary",
        flags=("--prefer-binary",),
        kind=FLAG,
        help="rather an older release with a wheel than a newer one to build",
    ),
    Option(
        field="ignore_requires_python",
        flags=("--ignore-requires-python",),
        kind=FLAG,
        help="don't heed which Python a release says it needs",
    ),
    Option(
        field="uploaded_prior_to",
        flags=("--uploaded-prior-to", "--exclude-newer"),
        metavar="TIME",
        help="only what was uploaded before this date, time, or duration ago (P3D)",
    ),
)

BUILD = placed(
    "build",
    "Building from source",
    Option(
        field="build_constraint_files",
        flags=("--build-constraint", "--build-constraints"),
        metavar="FILE|URL",
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
        field="no_build_isolation",
        flags=("--no-build-isolation",),
        kind=FLAG,
        help="build with what is installed; build requirements must be there already",
    ),
    Option(
        field="check_build_dependencies",
        flags=("--check-build-dependencies",),
        kind=FLAG,
        help="with --no-build-isolation: refuse to build where they don't fit",
    ),
    Option(
        field="require_build_hashes",
        flags=("--require-build-hashes",),
        kind=FLAG,
        help="what builds run with must have a --hash in a build constraint file, too",
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
    ignored("--no-clean"),
    ignored("--use-pep517"),
)


def asking(verb: str) -> tuple[Option, ...]:
    """Return the options that say what to *verb*; they are the same for every command that resolves."""
    return placed(
        "asked",
        f"What to {verb}",
        Option(
            field="requirement_files",
            flags=("--requirement", "-r", "--requirements"),
            metavar="FILE|URL",
            repeat=True,
            help=f"{verb} what this requirement file or pylock.toml lists",
        ),
        Option(
            field="constraint_files",
            flags=("--constraint", "-c", "--constraints"),
            metavar="FILE|URL",
            repeat=True,
            help="keep to the versions in this constraint file",
        ),
        Option(
            field="editables",
            flags=("--editable", "-e"),
            metavar="PATH|URL",
            repeat=True,
            help="a source tree that stays where it is, or is checked out to stay",
        ),
        Option(
            field="groups",
            flags=("--group",),
            metavar="[FILE:]GROUP",
            repeat=True,
            help=f"{verb} this dependency group of a pyproject.toml (PEP 735)",
        ),
        Option(
            field="scripts",
            flags=("--requirements-from-script",),
            metavar="FILE",
            repeat=True,
            help=f"{verb} what this script says it needs (PEP 723)",
        ),
        Option(field="no_deps", flags=("--no-deps", "--no-dependencies"), kind=FLAG, help="only what is named"),
        Option(
            field="only_deps",
            flags=("--only-deps", "--only-dependencies"),
            kind=FLAG,
            help="only what that requires, not itself",
        ),
        Option(
            field="src",
            flags=("--src", "--source", "--source-dir", "--source-directory"),
            metavar="FOLDER",
            help="check out editable sources here",
        ),
        Option(field="require_hashes", flags=("--require-hashes",), kind=FLAG, help="every file must have a --hash"),
        Option(
            field="no_require_hashes",
            flags=("--no-require-hashes",),
            kind=FLAG,
            help="a --hash counts for its own requirement only",
        ),
    )
