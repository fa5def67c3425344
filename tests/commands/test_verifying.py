"""Files against RECORD."""

import hashlib
import os
from pathlib import Path

import pytest
from commands.worlds import Environment, make_environment

from pybuildsync.commands.verifying import damaged
from pybuildsync.environments.installed import installed_distributions


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Give an environment with one distribution."""
    environment = make_environment(tmp_path / "environment")
    environment.add("sample", "1.0")
    return environment


def found(environment: Environment) -> tuple[tuple[str, str], ...]:
    """Return what is wrong in *environment*."""
    return damaged(installed_distributions([str(environment.site_packages)]))


def test_what_is_whole(environment: Environment) -> None:
    """Every file is as RECORD says."""
    assert found(environment) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [("VERSION = '2.0'\n", "content"), ("", "size")],
)
def test_a_file_that_was_written_to(environment: Environment, text: str, problem: str) -> None:
    """By its size, else by its hash."""
    (environment.site_packages / "sample.py").write_text(text)
    assert found(environment) == (("sample", f"sample.py has another {problem} than RECORD says"),)


def test_a_file_that_is_gone(environment: Environment) -> None:
    """Its folder may be gone, too, or be a file by now; byte code may go."""
    record = environment.site_packages / "sample-1.0.dist-info" / "RECORD"
    whole = record.read_text()
    for path in ("gone.py", "gone/x.py", "sample.py/x.py"):
        record.write_text(f"{whole}{path},,1\n")
        assert found(environment) == (("sample", f"{path} is gone"),)
    record.write_text(f"{whole}gone/x.pyc,,1\n")
    assert found(environment) == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("odd, name.py,sha256=x,1", "odd has another size than RECORD says"),
        ("sample.py,sha256=x,many", "sample.py has another size than RECORD says"),
        ("sample.py,sha256=x,", "sample.py has another content than RECORD says"),
        ("sample.py,shake_128=x,", ""),
        ("sample.py,unheard=x,", ""),
        ("sample.py,md5=,", "sample.py has another content than RECORD says"),
        ("sample-1.0.dist-info,sha256=x,", "sample-1.0.dist-info can't be read: Is a directory"),
        ('"sample.py",,', ""),
        ("absent.py,,", "absent.py is gone"),
    ],
)
def test_odd_rows(environment: Environment, row: str, problem: str) -> None:
    """Whatever stands in RECORD, it is an answer and no crash."""
    (environment.site_packages / "odd").touch()
    record = environment.site_packages / "sample-1.0.dist-info" / "RECORD"
    record.write_text(f"{row}\n")
    assert found(environment) == ((("sample", problem),) if problem else ())


def test_padding_is_no_difference(environment: Environment) -> None:
    """Some tools write the equals signs at the end of base64."""
    record = environment.site_packages / "sample-1.0.dist-info" / "RECORD"
    lines = [line.split(",") for line in record.read_text().splitlines()]
    record.write_text("".join(f"{path},{text}{'=' if text else ''},{size}\n" for path, text, size in lines))
    assert found(environment) == ()
    assert os.path.getsize(record) > 0


def test_hex_digits_are_a_hash_as_well(environment: Environment) -> None:
    """Some backends have written them, and other installers copy the row; another content still shows."""
    record = environment.site_packages / "sample-1.0.dist-info" / "RECORD"
    digest = hashlib.sha256((environment.site_packages / "sample.py").read_bytes()).hexdigest()
    record.write_text(f"sample.py,sha256={digest},\n")
    assert found(environment) == ()
    (environment.site_packages / "sample.py").write_text("VERSION = '2.0'\n")
    assert found(environment) == (("sample", "sample.py has another content than RECORD says"),)
