"""Likely causes, read from what tools really say."""

import pytest

from pybuildsync.frontend.diagnosis import diagnose

SAID = [
    ("OSError: [Errno 28] No space left on device", "the disk is full"),
    ("gcc: fatal error: Killed signal terminated program cc1plus", "the machine ran out of memory while compiling"),
    ("ModuleNotFoundError: No module named 'pkg_resources'", "its build uses pkg_resources"),
    ("ModuleNotFoundError: No module named 'distutils.core'", "its build uses a module that this Python no longer has"),
    ("ModuleNotFoundError: No module named 'impala'", "its build imports impala, which is not"),
    ("SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "it is written for Python 2"),
    ("x.c:1:10: fatal error: Python.h: No such file or directory", "Python's own header files are not installed"),
    ("x.c:1:10: fatal error: libpq-fe.h: No such file or directory", "the header file libpq-fe.h is not there"),
    ("x.c:1:10: fatal error: 'ffi/ffi.h' file not found", "the header file ffi/ffi.h is not there"),
    ("x.c(3): fatal error C1083: Cannot open include file: 'zlib.h'", "the header file zlib.h is not there"),
    ("/usr/bin/ld: cannot find -lssl: No such file or directory", "the linker doesn't find the library ssl"),
    ("ld: library not found for -lomp", "the linker doesn't find the library omp"),
    ("LINK : fatal error LNK1181: cannot open input file 'z.lib'", "the linker doesn't find the library z.lib"),
    ("error: Microsoft Visual C++ 14.0 or greater is required.", "Microsoft's C++ compiler is not installed"),
    ("xcrun: error: invalid active developer path (/Library)", "Xcode's command line tools are not installed"),
    ("error: can't find Rust compiler", "it needs a Rust compiler"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'cargo'", "it needs a Rust compiler"),
    ("../meson.build:1:0: ERROR: Unknown compiler(s): [['gfortran'], ['ifort']]", "it needs a Fortran compiler"),
    ("error: command 'gcc' failed: No such file or directory", "there is no C or C++ compiler"),
    ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "there is no C or C++ compiler"),
    ("CMake Error: No CMAKE_CXX_COMPILER could be found.", "there is no C or C++ compiler"),
    ("/bin/sh: 1: gcc: not found", "there is no C or C++ compiler"),
    ("RuntimeError: CMake must be installed to build this", "it needs the program CMake"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'cmake'", "it needs the program cmake"),
    ("/bin/sh: 1: swig: not found", "it needs the program swig"),
    ("./bootstrap.sh: 2: autoreconf: not found", "it needs the program autoreconf"),
    ("./build: line 12: autoreconf: command not found", "it needs the program autoreconf"),
    ("bash: line 1: pkg-config: command not found", "it needs the program pkg-config"),
    ('Run-time dependency openblas found: NO\nERROR: Dependency "openblas" not found, tried pkgconfig', "openblas"),
    ('x.build:31:12: ERROR: Dependency "cairo" not found (tried pkg-config and cmake)', "the library cairo is not"),
    ("make: swig: No such file or directory", "it needs the program swig"),
    ("No package 'libffi' found", "the library libffi is not there"),
    ("CMake Error: Could NOT find Boost (missing: x)", "the library Boost is not there"),
    ("LookupError: setuptools-scm was unable to detect version for /x.", "its version comes from version control"),
    ("ImportError: cannot import name 'x' from 'setuptools'", "its build asks a build tool for x"),
    ("AttributeError: module 'setuptools' has no attribute 'y'", "its build asks a build tool for y"),
    ("PermissionError: [Errno 13] Permission denied: './configure'", "the build was not allowed"),
    ("urllib.error.URLError: <urlopen error>", "the build wanted something from the network"),
    ("x.c:7:3: error: too few arguments to function 'f'", "the compiler or linker refuses its code"),
    (
        "x.c:7:3: error: no member named 'x'\nerror: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1",
        "the compiler or linker refuses its code",
    ),
    ("undefined reference to `f'\ncollect2: error: ld returned 1 exit status", "the compiler or linker refuses"),
]


@pytest.mark.parametrize(("said", "cause"), SAID)
def test_a_cause_is_found(said: str, cause: str) -> None:
    """In the midst of other lines, with what is missing by name and a next step."""
    found = diagnose(f"building\n{said}\nerror: something failed\n")
    assert found is not None
    assert cause in found.cause
    assert found.hint
    assert "\\1" not in found.cause


@pytest.mark.parametrize("said", ["", "ValueError: no", "warning: no files found matching '*.h'", "reading README"])
def test_nothing_is_guessed(said: str) -> None:
    """Where nothing is known, nothing is said."""
    assert diagnose(said) is None


def test_the_surest_comes_first() -> None:
    """A missing header also makes the compiler refuse the code: the header is the cause."""
    found = diagnose("x.c:1:1: error: unknown type\nx.c:1:10: fatal error: ffi.h: No such file or directory\n")
    assert found is not None
    assert found.cause == "the header file ffi.h is not there"


@pytest.mark.parametrize("log", ["/bin/sh: 1: swig: not found", "ModuleNotFoundError: No module named 'helper'"])
def test_where_build_requirements_are_written(log: str) -> None:
    """It is no option: the hint says which table of which file has it."""
    found = diagnose(log)
    assert found is not None
    assert "(extra-build-dependencies of [tool.pybuildsync] in its pyproject.toml)" in found.hint
