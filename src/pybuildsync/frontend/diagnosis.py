r"""The likely cause of a failed build, read from the end of its log.

A table: what compilers, linkers, interpreters and build systems say, the sentence that it means, the next step. First row
that is found wins, so the surest come first. It knows tools and operating systems, never particular packages.
``\1`` in a sentence stands for what the pattern's group holds.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A *cause* in one sentence and a *hint*, the next step."""

    cause: str
    hint: str


_COMPILER: Final = "install a C compiler (gcc, clang, Xcode's command line tools or Microsoft's build tools)"
_TIME: Final = "build it with the build tools of its own time: --build-time source"

_TABLE: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"No space left on device|ENOSPC|not enough space on the disk",
        "the disk is full",
        "free some space and try again",
    ),
    (
        r"Killed signal terminated program|fatal error: Killed|c\+\+: .*signal 9|virtual memory exhausted"
        r"|[Oo]ut of memory|cc1plus: out of memory|MemoryError|compiler is out of heap space",
        "the machine ran out of memory while compiling",
        "build with fewer jobs at a time, or on a machine with more memory",
    ),
    (
        r"No module named '?pkg_resources'?",
        "its build uses pkg_resources, which newer setuptools no longer has",
        _TIME + ", or constrain setuptools with a build constraint",
    ),
    (
        r"No module named '?(?:distutils|imp|asynchat|asyncore|smtpd)(?:\.[\w.]+)?'?$",
        "its build uses a module that this Python no longer has",
        "take a newer release of it, or an older Python",
    ),
    (
        r"use_2to3 is invalid",
        "it is written for Python 2 and counts on setuptools' 2to3, which newer setuptools no longer has",
        "take a newer release of it",
    ),
    (r"Missing parentheses in call to 'print'", "it is written for Python 2", "take a newer release of it"),
    (
        r"Python\.h: No such file|'Python\.h' file not found|Cannot open include file: 'Python\.h'",
        "Python's own header files are not installed",
        "install the development files of this Python (python3-dev, python3-devel)",
    ),
    (
        r"fatal error: '?([\w./+-]+\.(?:h|hpp|hh|hxx))'?(?:: No such file or directory| file not found)",
        r"the header file \1 is not there",
        "install the development files of the library that it belongs to",
    ),
    (
        r"Cannot open include file: '([\w./+-]+)'",
        r"the header file \1 is not there",
        "install the development files of the library that it belongs to",
    ),
    (
        r"cannot find -l([\w.+-]+)|library not found for -l([\w.+-]+)|library '([\w.+-]+)' not found"
        r"|cannot open input file '([\w.+-]+\.lib)'",
        r"the linker doesn't find the library \1",
        "install the development files of that library, or name its folder in LDFLAGS",
    ),
    (
        r"Microsoft Visual C\+\+ [\d.]+ or greater is required|Unable to find vcvarsall\.bat",
        "Microsoft's C++ compiler is not installed",
        "install the Microsoft C++ Build Tools",
    ),
    (
        r"xcrun: error: invalid active developer path",
        "Xcode's command line tools are not installed",
        "run `xcode-select --install`",
    ),
    (
        r"(?:can't find|requires a|Could not find a?) ?Rust compiler|[Cc]argo,? .*is not (?:installed|on PATH)"
        r"|command 'cargo' (?:failed: )?No such file|No such file or directory: '(?:cargo|rustc)'",
        "it needs a Rust compiler",
        "install Rust (rustc and cargo)",
    ),
    (
        r"Unknown compiler\(s\): \[\['(?:gfortran|ifort|ifx|flang)|[Nn]o Fortran compiler|gfortran: (?:command )?not found"
        r"|No CMAKE_Fortran_COMPILER|No such file or directory: '(?:gfortran|f77|f90)'",
        "it needs a Fortran compiler",
        "install one, such as gfortran",
    ),
    (
        r"No CMAKE_(?:C|CXX)_COMPILER could be found|Unknown compiler\(s\): \[\['(?:cc|c\+\+|gcc|g\+\+|clang)"
        r"|(?:command '|unable to execute '|No such file or directory: ')\S*(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+|cl\.exe)'"
        r"|(?:x86_64|aarch64)-[\w-]+-g(?:cc|\+\+)[\d.-]*'?: (?:command )?not found"
        r"|no acceptable C compiler found|\b(?:gcc|cc|clang|g\+\+|c\+\+): (?:command )?not found",
        "there is no C or C++ compiler",
        _COMPILER,
    ),
    (
        r"CMake must be installed|Cannot find CMake|Could not find CMake|cmake: (?:command )?not found"
        r"|No such file or directory: 'cmake'|Problems with the .*CMake",
        "it needs CMake",
        "install cmake, or name it among its build requirements (extra-build-dependencies)",
    ),
    (
        r"(?:Could not find|requires|Could not detect) [Nn]inja|No such file or directory: '(ninja|make|swig|pkg-config|git)'"
        r"|\b(ninja|make|swig|pkg-config|git): (?:command )?not found",
        r"it needs the program \1",
        "install that program",
    ),
    (
        r"Dependency \"?([\w.+-]+)\"? not found, tried pkgconfig|No package '([\w.+-]+)' found"
        r"|Package ([\w.+-]+) was not found in the pkg-config search path|Could NOT find (\w+)",
        r"the library \1 is not there",
        "install the development files of that library",
    ),
    (
        r"unable to detect version|setuptools-scm was unable to|Unable to determine the version",
        "its version comes from version control, which is not there",
        "build from a checkout with its history, or set SETUPTOOLS_SCM_PRETEND_VERSION",
    ),
    (
        r"No module named '?([\w.]+)'?",
        r"its build imports \1, which is not in the build environment",
        "name what provides it among its build requirements (extra-build-dependencies)",
    ),
    (
        r"Permission denied|PermissionError",
        "the build was not allowed to read or write a file",
        "see the log for which; the build runs in a folder of the cache",
    ),
    (
        r"(?:URLError|Temporary failure in name resolution|ConnectionRefusedError|Could not resolve host)",
        "the build wanted something from the network and didn't get it",
        "see the log for what; check the network and its proxy",
    ),
    (
        r"(?:error: |fatal error C\d+|undefined reference to|ld returned \d+ exit status|error C\d{4}:)",
        "the compiler or linker refused its code",
        _TIME + ", or take another release of it",
    ),
)

_PATTERNS: Final[list["re.Pattern[str]"]] = []


def diagnose(log: str) -> Diagnosis | None:
    """Return the likely cause of the failure whose log ends in *log*, None if nothing in it is known."""
    if not _PATTERNS:
        _PATTERNS.extend(re.compile(pattern, re.MULTILINE) for pattern, _, _ in _TABLE)
    for pattern, (_, cause, hint) in zip(_PATTERNS, _TABLE, strict=True):
        found = pattern.search(log)
        if found is not None:
            named = next((group for group in found.groups() if group), "")
            if named or r"\1" not in cause:
                return Diagnosis(cause.replace(r"\1", named), hint)
    return None
