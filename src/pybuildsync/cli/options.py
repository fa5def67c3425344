"""All commands and all options, once: what the reader, ``--help``, the environment and the tests go by.

What several commands have in common stands in ``general_options`` and ``option_groups``. This module computes nothing
and imports no parser.
"""

from pybuildsync.cli.general_options import CONNECTION, EVERYWHERE, JSON, PYTHON
from pybuildsync.cli.looking_options import LOOKING, NAMES
from pybuildsync.cli.option_groups import BREAK_SYSTEM, BUILD, INDEX, ROOT_ACTION, SELECTION, TARGET, asking
from pybuildsync.cli.rows import FLAG, Command, Option, Positional, ignored, placed

_INSTALL = (
    *asking("install"),
    *placed(
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
    *placed(
        "",
        "Environment",
        PYTHON,
        Option(field="target", flags=("--target", "-t"), metavar="FOLDER", help="install into this folder"),
        Option(field="prefix", flags=("--prefix",), metavar="FOLDER", help="install under this folder: lib, bin, ..."),
        Option(
            field="root", flags=("--root",), metavar="FOLDER", help="put all files below this folder, as if it were /"
        ),
        Option(field="user", flags=("--user",), off=("--no-user",), kind=FLAG, help="install for this user only"),
        BREAK_SYSTEM,
        ROOT_ACTION,
        Option(
            field="no_warn_script_location",
            flags=("--no-warn-script-location",),
            kind=FLAG,
            help="don't tell which scripts are in a folder that is not on PATH",
        ),
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
    *placed(
        "",
        "Result",
        Option(
            field="dry_run",
            flags=("--dry-run", "-n"),
            kind=FLAG,
            help="only say what would be done; builds what must be built to know it",
        ),
        Option(
            field="report", flags=("--report",), metavar="FILE", help="say what was done as pip's JSON; - for stdout"
        ),
        Option(field="no_warn_conflicts", flags=("--no-warn-conflicts",), kind=FLAG, help="don't tell conflicts"),
    ),
    *placed(
        "presentation",
        "Result",
        Option(
            field="pip_compat",
            flags=("--pip-compat",),
            kind=FLAG,
            help="exit with 0 where a conflict is left, as pip does",
        ),
    ),
    *SELECTION,
    *TARGET,
    *INDEX,
    *BUILD,
    *EVERYWHERE,
    *JSON,
)

_WHEEL = (
    *asking("build"),
    Option(field="wheel_dir", flags=("--wheel-dir", "-w"), metavar="FOLDER", help="write the wheels here (default: .)"),
    ignored("--no-verify"),
    PYTHON,
    *SELECTION,
    *INDEX,
    *BUILD,
    *EVERYWHERE,
    *JSON,
)

_DOWNLOAD = (
    *asking("download"),
    Option(
        field="dest",
        flags=("--dest", "-d", "--destination-dir", "--destination-directory"),
        metavar="FOLDER",
        help="write the files here (default: .)",
    ),
    PYTHON,
    *SELECTION,
    *TARGET,
    *INDEX,
    *BUILD,
    *EVERYWHERE,
    *JSON,
)
_REQUIREMENTS = Positional(
    field="requirements",
    section="asked",
    metavar="REQUIREMENT",
    many=True,
    unless=("requirement_files", "editables", "groups", "scripts"),
    help="NAME, NAME==VERSION, NAME[EXTRA]>=VERSION, or the path of a wheel, an sdist or a source tree",
)
_PATTERN = Positional(field="pattern", metavar="PATTERN", help="a project's name, or a glob pattern for wheels")
_CLEANED = Positional(
    field="projects",
    metavar="NAME",
    many=True,
    required=False,
    help="only what is of this project (default: everything)",
)
_CONFIG = (
    Option(field="of_user", flags=("--user",), kind=FLAG, help="the user's file (default)"),
    Option(field="of_global", flags=("--global",), kind=FLAG, help="the machine's file"),
    Option(field="of_site", flags=("--site",), kind=FLAG, help="the environment's file (default if it is there)"),
    Option(field="editor", flags=("--editor",), metavar="PROGRAM", help="for edit (default: VISUAL or EDITOR)"),
    PYTHON,
    *EVERYWHERE,
    *JSON,
)
_SETTING = Positional(
    field="words", metavar="WORD", many=True, required=False, help="KEY, and a VALUE to set; a key is SECTION.NAME"
)

_FETCHING = placed("connection", "How to fetch a URL", *CONNECTION)

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
        positional=NAMES._replace(unless=("requirement_files",)),
        options=(
            Option(
                field="requirement_files",
                flags=("--requirement", "-r"),
                metavar="FILE|URL",
                repeat=True,
                help="remove what this requirement file lists",
            ),
            Option(field="yes", flags=("--yes", "-y"), kind=FLAG, help="don't ask first"),
            Option(field="dry_run", flags=("--dry-run", "-n"), kind=FLAG, help="only say what would be done"),
            PYTHON,
            BREAK_SYSTEM,
            ROOT_ACTION,
            *_FETCHING,
            *EVERYWHERE,
            *JSON,
        ),
        example="uninstall -y NAME",
    ),
    *LOOKING,
    Command(
        words=("wheel",),
        summary="build wheels and leave them in a folder",
        positional=_REQUIREMENTS,
        options=_WHEEL,
        example="wheel --no-deps -w dist NAME",
    ),
    Command(
        words=("download",),
        summary="download wheels and sdists into a folder",
        positional=_REQUIREMENTS,
        options=_DOWNLOAD,
        example="download -d files NAME",
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
    Command(words=("config", "list"), summary="list what is configured", options=_CONFIG, example="config list -v"),
    Command(
        words=("config", "get"),
        summary="say what a setting is",
        options=_CONFIG,
        positional=_SETTING,
        example="config get global.index-url",
    ),
    Command(
        words=("config", "set"),
        summary="set it in a file of pip's",
        options=_CONFIG,
        positional=_SETTING,
        example="config set global.timeout 60",
    ),
    Command(words=("config", "unset"), summary="remove it from a file of pip's", options=_CONFIG, positional=_SETTING),
    Command(words=("config", "edit"), summary="open a file of pip's in an editor", options=_CONFIG),
    Command(words=("config", "debug"), summary="list the files that are read", options=_CONFIG),
    Command(words=("cache", "dir"), summary="say where the cache is", options=(*EVERYWHERE, *JSON)),
    Command(words=("cache", "size"), summary="say what it holds", options=(*EVERYWHERE, *JSON)),
    Command(words=("cache", "prune"), summary="remove what is old or left over", options=(*EVERYWHERE, *JSON)),
    Command(
        words=("cache", "clean"),
        summary="remove everything, or what is of some projects",
        positional=_CLEANED,
        options=(*EVERYWHERE, *JSON),
    ),
    Command(words=("cache", "info"), summary="say what it holds, as pip does", options=(*EVERYWHERE, *JSON)),
    Command(
        words=("cache", "list"),
        summary="list the wheels that were built here",
        positional=_PATTERN._replace(required=False),
        options=(
            *placed(
                "presentation",
                "Output",
                Option(field="format", flags=("--format",), choices=("human", "abspath"), help="with sizes, or paths"),
            ),
            *EVERYWHERE,
            *JSON,
        ),
    ),
    Command(
        words=("cache", "remove"),
        summary="remove wheels that were built here",
        positional=_PATTERN,
        options=(*EVERYWHERE, *JSON),
    ),
    Command(words=("cache", "purge"), summary="remove everything", options=(*EVERYWHERE, *JSON)),
)


def find_command(words: tuple[str, ...]) -> Command | None:
    """Return the command whose words are exactly *words*."""
    return next((command for command in COMMANDS if command.words == words), None)
