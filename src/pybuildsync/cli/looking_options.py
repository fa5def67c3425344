"""The commands that look and change nothing, with their options: what is installed, what an index has.

A part of the table in ``options``, by the same rules.
"""

from pybuildsync.cli.general_options import EVERYWHERE, JSON, PYTHON
from pybuildsync.cli.option_groups import INDEX, SELECTION, TARGET
from pybuildsync.cli.rows import FLAG, INTEGER, Command, Option, Positional, placed

NAMES = Positional(field="names", metavar="NAME", many=True, help="a project's name")

_EXCLUDE = Option(
    field="excluded", flags=("--exclude",), metavar="NAME", repeat=True, commas=True, help="leave this one out"
)
_LOCAL = Option(
    field="local", flags=("--local", "-l"), kind=FLAG, help="not what a virtual environment sees of its interpreter's"
)
_BOUNDS = (
    Option(field="user", flags=("--user",), kind=FLAG, help="only the user's own packages"),
    Option(
        field="paths",
        flags=("--path",),
        metavar="FOLDER",
        repeat=True,
        help="look in this folder, not where the interpreter imports from",
    ),
)

LOOKING = (
    Command(
        words=("check",),
        summary="check that everything installed fits together",
        options=(
            Option(field="verify", flags=("--verify",), kind=FLAG, help="compare every file with RECORD, too"),
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="check",
    ),
    Command(
        words=("list",),
        summary="list what is installed",
        options=(
            Option(field="outdated", flags=("--outdated", "-o"), kind=FLAG, help="only what an index has newer"),
            Option(field="uptodate", flags=("--uptodate", "-u"), kind=FLAG, help="only what no index has newer"),
            _LOCAL,
            *_BOUNDS,
            *placed(
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
            Option(
                field="include_editable",
                flags=("--include-editable",),
                off=("--exclude-editable",),
                kind=FLAG,
                help="editable ones, too (default)",
            ),
            Option(field="not_required", flags=("--not-required",), kind=FLAG, help="only what nothing else requires"),
            PYTHON,
            *SELECTION,
            *INDEX,
            *EVERYWHERE,
            *JSON,
        ),
        example="list --format json",
    ),
    Command(
        words=("freeze",),
        summary="list what is installed as requirements",
        options=(
            Option(
                field="requirement_files",
                flags=("--requirement", "-r"),
                metavar="FILE",
                repeat=True,
                help="in the order of this file, with its comments",
            ),
            _EXCLUDE,
            Option(field="exclude_editable", flags=("--exclude-editable",), kind=FLAG, help="no editable ones"),
            Option(field="all", flags=("--all",), kind=FLAG, help="pip, setuptools and wheel too"),
            _LOCAL,
            *_BOUNDS,
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="freeze > requirements.txt",
    ),
    Command(
        words=("show",),
        summary="show an installed package and what it was built against",
        positional=NAMES,
        options=(
            Option(field="files", flags=("--files", "-f"), kind=FLAG, help="its files too"),
            PYTHON,
            *EVERYWHERE,
            *JSON,
        ),
        example="show NAME",
    ),
    Command(
        words=("inspect",),
        summary="tell everything of what is installed, as JSON",
        options=(_LOCAL._replace(flags=("--local",)), *_BOUNDS, PYTHON, *EVERYWHERE, *JSON),
        example="inspect > environment.json",
    ),
    Command(
        words=("index", "versions"),
        summary="list the versions of a project",
        positional=Positional(field="name", metavar="NAME", help="a project's name"),
        options=(PYTHON, *SELECTION, *TARGET, *INDEX, *EVERYWHERE, *JSON),
        example="index versions NAME",
    ),
    Command(
        words=("debug",),
        summary="say what is known of an interpreter, and the tags of its wheels",
        options=(PYTHON, *TARGET, *EVERYWHERE, *JSON),
        example="debug -v --python 3.12",
    ),
    Command(
        words=("completion",),
        summary="print a script that completes command lines in a shell",
        positional=Positional(
            field="words", metavar="WORD", many=True, required=False, help="with --at: the command line so far"
        ),
        options=(
            Option(field="bash", flags=("--bash", "-b"), kind=FLAG, help="for bash"),
            Option(field="zsh", flags=("--zsh", "-z"), kind=FLAG, help="for zsh"),
            Option(field="fish", flags=("--fish", "-f"), kind=FLAG, help="for fish"),
            Option(
                field="at", flags=("--at",), kind=INTEGER, metavar="N", help="list what may stand at this place instead"
            ),
            *EVERYWHERE,
            *JSON,
        ),
        example="completion --bash >> ~/.bashrc",
    ),
    Command(
        words=("hash",),
        summary="say what --hash of an archive is",
        positional=Positional(field="paths", metavar="FILE", many=True, help="an archive"),
        options=(
            Option(
                field="algorithm",
                flags=("--algorithm", "-a"),
                choices=("sha256", "sha384", "sha512"),
                help="by which algorithm (default: sha256)",
            ),
            *EVERYWHERE,
            *JSON,
        ),
        example="hash dist/name-1.2.tar.gz",
    ),
)
