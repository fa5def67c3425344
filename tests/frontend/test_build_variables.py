"""Build variables: what reaches a build and its key."""

import pytest

from pybuildsync.frontend.build_variables import (
    NAMES,
    REMOVED,
    build_environ,
    build_variables,
    is_build_variable,
    is_secret,
)


def test_what_compilers_read_is_found_and_sorted() -> None:
    """Names of the table, families of names, and all that the user sets, which wins."""
    environ = {"PATH": "/bin", "CFLAGS": "-O2", "CC": "gcc", "CMAKE_ARGS": "-G", "HOME": "/home/x", "EDITOR": "vi"}
    assert build_variables(environ, {"MY_FLAG": "1", "CC": "clang"}) == (
        ("CC", "clang"),
        ("CFLAGS", "-O2"),
        ("CMAKE_ARGS", "-G"),
        ("MY_FLAG", "1"),
    )
    assert build_variables(environ, [("CC", "clang")]) == (("CC", "clang"), ("CFLAGS", "-O2"), ("CMAKE_ARGS", "-G"))


@pytest.mark.parametrize("name", ["CC", "CPPFLAGS", "CMAKE_ARGS", "MACOSX_DEPLOYMENT_TARGET", "SOURCE_DATE_EPOCH"])
def test_the_table_has(name: str) -> None:
    """The names that the design gives."""
    assert is_build_variable(name)


@pytest.mark.parametrize("name", ["PATH", "HOME", "TMPDIR", "TERM", "PYTHONPATH", "CCC"])
def test_the_table_has_not(name: str) -> None:
    """What differs between two shells is none."""
    assert not is_build_variable(name)


@pytest.mark.parametrize(
    "name",
    ["CARGO_REGISTRY_TOKEN", "my-token", "AWS_SECRET_ACCESS_KEY", "Db_Password", "X_PASSWD", "credentials", "api-key"],
)
def test_secrets(name: str) -> None:
    """Their names tell, however they are spelled."""
    assert is_secret(name)


@pytest.mark.parametrize("name", ["CARGO_HOME", "CFLAGS", "KEYBOARD", "apikeys"])
def test_no_secrets(name: str) -> None:
    """Other names of the table, and what only sounds alike."""
    assert not is_secret(name)


def test_a_name_stands_in_one_row_of_one_table() -> None:
    """Nothing is both read and removed."""
    names = [name for row in NAMES.values() for name in row]
    assert sorted(set(names)) == sorted(names)
    assert set(names) & REMOVED == set()


def test_the_environment_of_a_build() -> None:
    """The key's variables and no others, nothing that shows another Python, the environment's scripts first."""
    environ = {"PATH": "/bin", "PYTHONPATH": "/x", "virtual_env": "/y", "HOME": "/home/x", "LDFLAGS": "-lx"}
    found = build_environ(environ, (("CC", "clang"),), root="/env", scripts="/env/bin", separator=":")
    assert found == {
        "CC": "clang",
        "HOME": "/home/x",
        "PATH": "/env/bin:/bin",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": "/env",
    }


def test_the_environment_of_a_build_without_isolation() -> None:
    """It sees the packages that any Python sees there; its scripts are first, and it is active if it is virtual."""
    environ = {"PYTHONPATH": "/x", "PYTHONHOME": "/h", "VIRTUAL_ENV": "/y", "CC": "gcc"}
    plain = {"PATH": "/env/bin", "PYTHONPATH": "/x", "PYTHONUNBUFFERED": "1"}
    for root, more in (("/env", {"VIRTUAL_ENV": "/env"}), ("", {})):
        found = build_environ(environ, (), root=root, scripts="/env/bin", separator=":", isolated=False)
        assert found == {**plain, **more}


def test_an_environment_without_path() -> None:
    """The scripts alone."""
    assert build_environ({}, (), root="/env", scripts="/env/bin", separator=":")["PATH"] == "/env/bin"
