"""Build variables: the environment variables that compilers, linkers and build backends read (docs/matching.md).

One table. What is in it reaches the build *and* its key; so two builds that differ in one of them are two builds. Not
in it: ``PATH`` and ``HOME``, which differ between any two shells, and what only concerns the terminal. Variables that
would let the build see another Python environment than its own are removed.
"""

from collections.abc import Iterable, Mapping
from typing import Final

Variables = tuple[tuple[str, str], ...]

#: Names, by who reads them.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "C and C++ compilers": (
        "CC", "CXX", "CPP", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH",
        "OBJC", "OBJCFLAGS", "ARCHFLAGS", "GCC_EXEC_PREFIX", "COMPILER_PATH",
    ),
    "linkers and archivers": (
        "AR", "ARFLAGS", "AS", "ASFLAGS", "LD", "LDFLAGS", "LDSHARED", "LDCXXSHARED", "LIBRARY_PATH", "LIBS", "NM",
        "RANLIB", "STRIP", "LD_RUN_PATH",
    ),
    "Fortran compilers": ("FC", "F77", "F90", "FFLAGS", "FCFLAGS"),
    "Microsoft's compiler": ("CL", "_CL_", "INCLUDE", "LIB", "LIBPATH", "LINK", "_LINK_", "VSCMD_ARG_TGT_ARCH"),
    "CUDA and ROCm": ("CUDACXX", "CUDAFLAGS", "CUDAHOSTCXX", "CUDA_HOME", "CUDA_PATH", "NVCC_APPEND_FLAGS",
                      "NVCC_PREPEND_FLAGS", "ROCM_PATH", "HIPCXX"),
    "Apple's tools": ("MACOSX_DEPLOYMENT_TARGET", "IPHONEOS_DEPLOYMENT_TARGET", "SDKROOT", "DEVELOPER_DIR"),
    "Rust and Go": ("RUSTC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "MATURIN_PEP517_ARGS", "CGO_ENABLED", "CGO_CFLAGS",
                    "CGO_LDFLAGS", "GOFLAGS", "GOOS", "GOARCH"),
    "build systems": ("NINJAFLAGS", "SKBUILD_CMAKE_ARGS", "VCPKG_ROOT", "MESONPY_EDITABLE_VERBOSE"),
    "pkg-config": ("PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR"),
    "distutils and setuptools": ("DISTUTILS_USE_SDK", "MSSdk", "SETUPTOOLS_USE_DISTUTILS", "SETUPTOOLS_EXT_SUFFIX",
                                 "_PYTHON_HOST_PLATFORM", "_PYTHON_SYSCONFIGDATA_NAME"),
    "reproducible builds": ("SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "ZERO_AR_DATE"),
    "emulation and cross builds": ("CROSS_COMPILE", "AUDITWHEEL_PLAT", "CIBUILDWHEEL", "CONDA_BUILD_SYSROOT"),
}  # fmt: skip

#: Families of names: what begins like this is read by the tool of that name.
PREFIXES: Final = (
    "CARGO_", "CMAKE_", "CYTHON_", "FLIT_", "HATCH_BUILD_", "MESON_", "PDM_BUILD_", "PYBIND11_", "PYO3_",
    "SCIKIT_BUILD_", "SETUPTOOLS_SCM_", "SKBUILD_", "VCS_VERSIONING_",
)  # fmt: skip

#: Removed: they would show the build another environment than its own, or change how its Python starts.
REMOVED: Final = frozenset({
    "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONPLATLIBDIR", "PYTHONSAFEPATH",
    "PYTHONEXECUTABLE", "PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONWARNINGS", "PYTHONDEBUG", "PYTHONVERBOSE",
    "PYTHONPROFILEIMPORTTIME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONBREAKPOINT",
    "PYTHONTRACEMALLOC", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG", "PYTHONCASEOK", "PYTHONMALLOC", "PYTHONNODEBUGRANGES",
    "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "__PYVENV_LAUNCHER__", "PEP517_BUILD_BACKEND", "PEP517_BACKEND_PATH",
    "_PYPROJECT_HOOKS_BUILD_BACKEND", "_PYPROJECT_HOOKS_BACKEND_PATH_JSON",
})  # fmt: skip

#: Of these, what shows Python more packages: a build in an environment that is there sees them as well.
FOR_PACKAGES: Final = frozenset({"PYTHONPATH", "PYTHONUSERBASE"})

#: What is called so is a secret: it reaches the build, its key only digested, and nothing that is kept.
SECRETS: Final = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY")

_NAMES: Final = frozenset(name for names in NAMES.values() for name in names)


def is_build_variable(name: str) -> bool:
    """Whether *name* is in the table."""
    return name in _NAMES or name.startswith(PREFIXES)


def is_secret(name: str) -> bool:
    """Whether the value of *name*, a build variable or a config setting, stands in no record and no log."""
    spelled = name.upper().replace("-", "_")
    return any(part in spelled for part in SECRETS)


def build_variables(environ: Mapping[str, str], extra: Mapping[str, str] | Iterable[tuple[str, str]]) -> Variables:
    """Return the build variables, sorted by name: those of *environ* that the table names, and all of *extra*.

    *extra* is what the user sets for this build; it wins. This is what goes into the build key.
    """
    found = {name: value for name, value in environ.items() if is_build_variable(name)}
    found.update(extra)
    return tuple(sorted(found.items()))


def build_environ(
    environ: Mapping[str, str],
    variables: Iterable[tuple[str, str]],
    *,
    root: str,
    scripts: str,
    separator: str,
    isolated: bool = True,
) -> dict[str, str]:
    """Return the environment of a build in the virtual environment *root* whose scripts folder is *scripts*.

    Unless it is *isolated*, it sees what any Python sees there, and *root* is "" for an environment that isn't virtual.

    That is *environ* without what is removed and without build variables of its own, then *variables* (from
    :func:`build_variables`, so that what the key says is what the build sees), then what belongs to the environment.
    *separator* stands between the folders of ``PATH``.
    """
    removed = REMOVED if isolated else REMOVED - FOR_PACKAGES
    found = {
        name: value
        for name, value in environ.items()
        if name.upper() not in removed and name not in removed and not is_build_variable(name)
    }
    found.update(variables)
    found["PATH"] = separator.join(filter(None, (scripts, found.get("PATH", ""))))
    if root:
        found["VIRTUAL_ENV"] = root
    if isolated:
        found["PYTHONNOUSERSITE"] = "1"
    found["PYTHONUNBUFFERED"] = "1"  # a log in which the compiler's lines stand where they belong
    return found
