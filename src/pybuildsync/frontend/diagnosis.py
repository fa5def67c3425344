r"""The likely cause of a failed build, read from the end of its log.

A table: what compilers, linkers, interpreters and build systems say, the sentence that it means, the next step. The
first row that is found wins, so the surest come first. It knows tools and operating systems, never particular packages.
``\1`` in a sentence stands for what the pattern's group holds.
"""

import re
from typing import Final, NamedTuple


class Diagnosis(NamedTuple):
    """A *cause* in one sentence and a *hint*, the next step."""

    cause: str
    hint: str


_TIME: Final = "build it with the build tools of its own time: --build-time source"
_NAME_IT: Final = (
    "name what provides it among its build requirements (extra-build-dependencies of [tool.pybuildsync] in its "
    "pyproject.toml)"
)
_COMPILERS: Final = r"(?:[\w./-]*-)?(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+|cl\.exe)(?:-\d+)?"

_TABLE: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (
        (r"No space left on device", r"ENOSPC", r"not enough space on the disk", r"Disk quota exceeded"),
        "the disk is full",
        "free some space and try again",
    ),
    (
        (
            r"Killed signal terminated program",
            r"fatal error: Killed",
            r"virtual memory exhausted",
            r"(?:cc1plus|cc1|ld|rustc|clang)\S*: .*[Oo]ut of memory",
            r"^MemoryError\b",
            r"compiler is out of heap space",
            r"\(signal: 9, SIGKILL: kill\)",
        ),
        "the machine ran out of memory while compiling",
        "build with fewer jobs at a time, or on a machine with more memory",
    ),
    (
        (r"No module named '?pkg_resources'?",),
        "its build uses pkg_resources, which newer setuptools no longer has",
        f"{_TIME}, or constrain setuptools with a build constraint",
    ),
    (
        (r"No module named '?(?:distutils|imp|asynchat|asyncore|cgi|lib2to3|pipes)(?:\.[\w.]+)?'?$",),
        "its build uses a module that this Python no longer has",
        "take a newer release of it, or an older Python",
    ),
    (
        (r"use_2to3 is invalid", r"Missing parentheses in call to 'print'"),
        "it is written for Python 2",
        "take a newer release of it",
    ),
    (
        (r"\bPython\.h: No such file", r"'Python\.h' file not found", r"Cannot open include file: 'Python\.h'"),
        "Python's own header files are not installed",
        "install the development files of this Python (python3-dev, python3-devel)",
    ),
    (
        (
            r"fatal error: '?([\w./+-]+\.(?:h|hpp|hh|hxx|inc))'?(?:: No such file or directory| file not found)",
            r"Cannot open include file: '([\w./+-]+)'",
        ),
        r"the header file \1 is not there",
        "install the development files of the library that it belongs to",
    ),
    (
        (
            r"cannot find -l:?([\w.+-]*\w)",
            r"library not found for -l([\w.+-]*\w)",
            r"ld: library '([\w.+-]+)' not found",
            r"cannot open input file '([\w.+-]+\.lib)'",
            r"unable to find library -l([\w.+-]*\w)",
        ),
        r"the linker doesn't find the library \1",
        "install the development files of that library, or name its folder in LDFLAGS",
    ),
    (
        (r"Microsoft Visual C\+\+ [\d.]+ or greater is required", r"Unable to find vcvarsall\.bat"),
        "Microsoft's C++ compiler is not installed",
        "install the Microsoft C++ Build Tools",
    ),
    (
        (r"xcrun: error: invalid active developer path",),
        "Xcode's command line tools are not installed",
        "run `xcode-select --install`",
    ),
    (
        (
            r"can't find Rust compiler",
            r"requires (?:a )?Rust",
            r"Could not find (?:a )?Rust",
            r"[Cc]argo,? .*is not (?:installed|on PATH)",
            r"No such file or directory: '(?:cargo|rustc)'",
            r"\b(?:cargo|rustc): (?:command )?not found",
        ),
        "it needs a Rust compiler",
        "install Rust (rustc and cargo)",
    ),
    (
        (
            r"Unknown compiler\(s\): \[\['(?:gfortran|ifort|ifx|flang)",
            r"[Nn]o Fortran compiler",
            r"\bgfortran: (?:command )?not found",
            r"No CMAKE_Fortran_COMPILER",
            r"No such file or directory: '(?:gfortran|f77|f90)'",
        ),
        "it needs a Fortran compiler",
        "install one, such as gfortran",
    ),
    (
        (
            r"No CMAKE_(?:C|CXX)_COMPILER could be found",
            r"Unknown compiler\(s\): \[\['(?:cc|c\+\+|gcc|g\+\+|clang)",
            rf"(?:unable to execute|No such file or directory:) '{_COMPILERS}'",
            rf"command '{_COMPILERS}' failed: No such file",
            rf"\b{_COMPILERS}: (?:command )?not found",
            r"no acceptable C compiler found",
        ),
        "there is no C or C++ compiler",
        "install one (gcc, clang, Xcode's command line tools or Microsoft's build tools), or name it in CC and CXX",
    ),
    (
        (
            r"No such file or directory: '([a-z][a-z\d+-]*)'",
            r"^(?:\S*/)?(?:ba|da|z|k)?sh: (?:line )?(?:\d+: )?([\w+-]+): (?:command )?not found",
            r"^[\w./+-]+: (?:line )?\d+: ([\w+-]+): (?:command )?not found$",
            r"^make\S*: ([\w+-]+): No such file or directory",
            r"command '([\w+-]+)' failed: No such file or directory",
            r"\b(\w+) must be installed to build",
            r"^'([\w+-]+)' is not recognized as an internal or external command",
        ),
        r"it needs the program \1",
        f"install it, or {_NAME_IT}",
    ),
    (
        (
            r"Dependency \"?([\w.+-]+)\"? not found(?:,| \(|$)",
            r"No package '([\w.+-]+)' found",
            r"Package ([\w.+-]+) was not found in the pkg-config search path",
            r"Could NOT find (\w+)",
        ),
        r"the library \1 is not there",
        "install the development files of that library",
    ),
    (
        (r"(?:unable|failed|was unable) to detect (?:a |the )?version",),
        "its version comes from version control, whose history is not there",
        "build from a checkout with its history, or tell the version by the variable that its backend reads",
    ),
    (
        (r"(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?",),
        r"its build imports \1, which is not in the build environment",
        _NAME_IT,
    ),
    (
        (
            r"ImportError: cannot import name '(\w+)' from '[\w.]+'",
            r"AttributeError: module '[\w.]+' has no attribute '(\w+)'",
        ),
        r"its build asks a build tool for \1, which that version of it doesn't have",
        f"{_TIME}, or constrain the build tool with a build constraint",
    ),
    (
        (r"Permission denied", r"PermissionError"),
        "the build was not allowed to read, write or run a file",
        "see the log for which; the build runs in a folder of the cache, which may forbid running programs",
    ),
    (
        (r"URLError", r"Temporary failure in name resolution", r"ConnectionRefusedError", r"Could not resolve host"),
        "the build wanted something from the network and didn't get it",
        "see the log for what; check the network and its proxy",
    ),
    (
        (
            r"^\S+:\d+(?::\d+)?: (?:fatal )?error: ",
            r"fatal error C\d+",
            r"\berror C\d{4}:",
            r"undefined reference to",
            r"ld returned \d+ exit status",
            r"error\[E\d{4}\]",
        ),
        "the compiler or linker refuses its code",
        f"{_TIME}, or take another release of it",
    ),
)

_PATTERNS: Final[list["re.Pattern[str]"]] = []


def diagnose(log: str) -> Diagnosis | None:
    """Return the likely cause of the failure whose log ends in *log*, None if nothing in it is known."""
    if not _PATTERNS:
        _PATTERNS.extend(re.compile("|".join(patterns), re.MULTILINE) for patterns, _, _ in _TABLE)
    for pattern, (_, cause, hint) in zip(_PATTERNS, _TABLE, strict=True):
        found = pattern.search(log)
        if found is not None:
            named = next((group for group in found.groups() if group), "")
            return Diagnosis(cause=cause.replace(r"\1", named), hint=hint)
    return None
