"""Options that every command has, and those that may stand before the command; see ``option_groups`` for the others.

This module computes nothing and imports no parser.
"""

from pybuildsync.cli.rows import COUNT, FLAG, INTEGER, NUMBER, TEXT, Option, ignored, placed

OUTPUT = placed(
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
    Option(field="no_color", flags=("--no-color",), kind=FLAG, help="as --color never"),
    Option(field="no_progress", flags=("--no-progress", "--no-progress-bar"), kind=FLAG, help="no moving progress"),
    Option(
        field="progress_bar",
        flags=("--progress-bar",),
        choices=("auto", "on", "off", "raw"),
        help="pip's spelling: off is --no-progress",
    ),
    Option(field="log", flags=("--log", "--log-file", "--local-log"), metavar="FILE", help="append the whole story"),
    Option(field="no_input", flags=("--no-input",), kind=FLAG, help="ask nothing"),
    Option(field="debug", flags=("--debug",), kind=FLAG, help="show the traceback if pybuildsync itself fails"),
)
JSON = placed("presentation", "Output", Option(field="json", flags=("--json",), kind=FLAG, help="the result as JSON"))

STORE = placed(
    "store",
    "Cache",
    Option(field="cache_dir", flags=("--cache-dir",), metavar="FOLDER", help="keep downloads and builds here"),
    Option(field="no_cache", flags=("--no-cache-dir",), kind=FLAG, help="keep them for this command only"),
)

GENERAL = placed(
    "general",
    "Settings",
    Option(
        field="isolated",
        flags=("--isolated",),
        kind=FLAG,
        help="ignore the user's configuration and the variables PIP_* and PYBUILDSYNC_*",
    ),
    Option(
        field="require_virtualenv",
        flags=("--require-virtualenv", "--require-venv"),
        kind=FLAG,
        help="refuse to work on anything but a virtual environment",
    ),
    ignored("--disable-pip-version-check"),
    ignored("--no-python-version-warning"),
    ignored("--exists-action", kind=TEXT, metavar="ACTION"),
    ignored("--use-feature", kind=TEXT, metavar="FEATURE"),
    ignored("--use-deprecated", kind=TEXT, metavar="FEATURE"),
    ignored("--resume-retries", kind=TEXT, metavar="N"),
)

PYTHON = Option(
    field="python",
    flags=("--python",),
    metavar="PYTHON",
    help="the interpreter or environment: a path, a folder, or a version such as 3.12 (default: the active one)",
    group="Environment",
)
EVERYWHERE = OUTPUT + STORE + GENERAL  # every command has these; with BEFORE they may stand before the command as well

CONNECTION = placed(
    "index",
    "Where packages come from",
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
    Option(field="no_proxy_env", flags=("--no-proxy-env",), kind=FLAG, help="don't read proxies from the environment"),
    Option(
        field="timeout",
        flags=("--timeout", "--default-timeout"),
        kind=NUMBER,
        metavar="SECONDS",
        help="give up on a silent connection after this long (default: 15)",
    ),
    Option(field="retries", flags=("--retries",), kind=INTEGER, metavar="N", help="tries after the first (default: 5)"),
    Option(
        field="keyring_provider",
        flags=("--keyring-provider",),
        choices=("auto", "disabled", "import", "subprocess"),
        help="where to look for an index's password (default: auto)",
    ),
)
BEFORE = (*EVERYWHERE, PYTHON, *CONNECTION)
