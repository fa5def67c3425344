"""The build record's format: what makes a valid one, and what is never in it."""

import copy
import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from pybuildsync_hooks.record import (
    POLICIES,
    Ingredient,
    Link,
    Match,
    RecordError,
    Source,
    check_record,
    dump_record,
    leak,
    make_record,
    without_secrets,
)

KEY = "0123456789abcdef" * 4
FIELDS: Dict[str, Any] = {
    "name": "ext",
    "version": "1.0",
    "source": Source("sdist", "ext-1.0.tar.gz", KEY, "../../packages/ext-1.0.tar.gz"),
    "backend": "setuptools.build_meta",
    "build_requires": ["setuptools>=61", "lib"],
    "hook_requires": [],
    "environment": [Ingredient("setuptools", "80.9.0", KEY), Ingredient("lib", "2.0", KEY, KEY)],
    "implementation": "cpython",
    "python": "3.11.7",
    "platform": "linux_x86_64",
    "tags": ["cp311-cp311-linux_x86_64"],
    "prepared_requires": None,
    "built_requires": ["lib==2.0"],
    "matches": [Match("lib", "2.0", "baked", "any", "the wheel requires lib==2.0")],
    "links": [Link("ext/_ext.so", "liblib.so.2", "lib", "lib/liblib.so.2")],
    "build_key": KEY,
}


def made(**changes: object) -> Dict[str, Any]:
    """Return the example record with *changes*."""
    return make_record(**{**FIELDS, **changes})


def test_a_record_that_was_made_is_valid() -> None:
    """What make_record returns has no problems and survives JSON unchanged."""
    record = made()
    assert check_record(record) == []
    assert json.loads(dump_record(record)) == record


def test_the_bytes_do_not_depend_on_the_order_of_what_is_given() -> None:
    """Environment, matches, links and settings are sorted; equal records are equal bytes."""
    one = made(config_settings={"a": "1", "b": ["2", "3"]}, environment=FIELDS["environment"])
    other = made(config_settings={"b": ["2", "3"], "a": "1"}, environment=FIELDS["environment"][::-1])
    assert dump_record(one) == dump_record(dict(reversed(list(other.items()))))


def test_what_no_record_may_hold_is_kept_as_its_digest() -> None:
    """Absolute paths, hosts and credentials become digests, equal for equal texts; names and markers stay."""
    record = made(
        build_requires=["lib @ https://user:password@host.example/lib.whl ; python_version > '3'", "lib"],
        prepared_requires=["tool @ file:///home/me/tool"],
        config_settings={"--prefix": "/opt/me", "-D": ["a=1", "b=/opt"]},
        variables={"CFLAGS": "-O2 -I/opt/include", "CC": "gcc"},
        matches=[Match("lib", "2.0", "baked", "any", "it requires lib @ https://host.example/lib.whl")],
    )
    assert check_record(record) == []
    text = dump_record(record).decode("ascii")
    assert [word for word in ("password", "host.example", "/home", "/opt") if word in text] == []
    assert record["build_requires"][0].startswith("lib @ sha256:")
    assert record["build_requires"][0].endswith(" ; python_version > '3'")
    assert record["variables"]["CC"] == "gcc"
    assert record["config_settings"]["-D"][0] == "a=1"
    assert made(variables={"CFLAGS": "-O2 -I/opt/include"})["variables"]["CFLAGS"] == record["variables"]["CFLAGS"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/usr/lib", "an absolute path"),
        ("-L/usr/lib", "an absolute path"),
        ("-isystem/usr/include", "an absolute path"),
        ("--prefix=/opt", "an absolute path"),
        ("-Wl,-rpath,/opt/lib", "an absolute path"),
        ("~/lib", "an absolute path"),
        ("C:\\Python", "an absolute path"),
        ("\\\\server\\share", "an absolute path"),
        ("https://host.example/simple", "a host name"),
        ("git@host.example:me/lib.git", "a host name"),
        ("lib~=1.0", ""),
        ("lib>=1.0,<2; sys_platform == 'linux'", ""),
        ("../../packages/lib-1.0.tar.gz", ""),
        ("$ORIGIN/../lib", ""),
        ("the wheel requires lib==2.0", ""),
        ("-O2 -g", ""),
    ],
)
def test_leaks_are_told_from_what_looks_alike(text: str, what: str) -> None:
    """Absolute paths and hosts are found wherever they stand; relative paths and specifiers are none."""
    assert leak(text) == what
    assert leak(without_secrets(text)) == ""


def changed(path: str, value: object) -> Callable[[Dict[str, Any]], None]:
    """Return a function that puts *value* at *path*, as in "source.kind" or "matches.0.name", into a record."""

    def change(record: Dict[str, Any]) -> None:
        at: Any = record
        *folders, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in folders:
            at = at[part]
        at[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("schema", 2, "schema: 2 is later than 1, the last one known here"),
        ("schema", "1", "schema: '1' is not 1"),
        ("schema", True, "schema: True is not 1"),
        ("name", "Ext", "name: 'Ext' is not a normalised project name (PEP 503)"),
        ("version", 1, "version: 1 is not a version"),
        ("source", [], "source: [] is not an object"),
        ("source.kind", "egg", "source.kind: 'egg' is not one of sdist, archive, directory, vcs"),
        ("source.sha256", "", "source: neither sha256 nor commit tells what was built"),
        ("environment", {}, "environment: {} is not a list"),
        ("environment.0.name", "zlib", "environment: not sorted by name, or a name twice"),
        ("environment.1.sha256", "x", "environment[1].sha256: 'x' is not 64 hexadecimal digits or empty"),
        ("config_settings", [], "config_settings: [] is not an object"),
        ("config_settings", {"a": 1}, "config_settings.a: 1 is not a text or a list of texts"),
        ("config_settings", {"a": "/opt"}, "config_settings.a: an absolute path"),
        ("variables", {"/opt": ""}, "variables./opt: an absolute path"),
        ("prepared_requires", "lib", "prepared_requires: 'lib' is not a list"),
        ("tags.0", "py3", "tags[0]: 'py3' is not a wheel tag"),
        ("matches.0.policy", "+", "matches[0].policy: '+' is not policies joined by +: " + ", ".join(POLICIES)),
        ("matches.0.version", "3.0", "matches[0]: lib 3.0 is not in the environment"),
        ("links.0.distribution", "other", "links[0]: other is not in the environment"),
        ("build_time.as_of", "2020-01-01", "build_time: as_of is for every policy but latest"),
        ("build_key", "x" * 70, "build_key: '" + "x" * 59 + "... is not 64 hexadecimal digits"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_place(path: str, value: object, problem: str) -> None:
    """check_record says what is wrong and where; the first problem is the one that was made."""
    record = copy.deepcopy(made())
    changed(path, value)(record)
    assert check_record(record)[0] == problem


def test_a_missing_field_is_told() -> None:
    """Every field is always there."""
    record = made()
    del record["interpreter"]["platform"]
    assert check_record(record) == ["interpreter.platform: missing"]


def test_unknown_fields_are_no_problem() -> None:
    """A later writer may add fields within a schema."""
    assert check_record({**made(), "later": {"a": [1]}}) == []


def test_what_is_no_object_is_no_record() -> None:
    """A list, a text, nothing: said as such."""
    assert check_record(["x"]) == ["the record: ['x'] is not an object"]


def test_an_invalid_record_is_never_made() -> None:
    """make_record refuses and tells every problem."""
    with pytest.raises(RecordError) as caught:
        made(name="Ext", build_key="")
    assert caught.value.problems == (
        "name: 'Ext' is not a normalised project name (PEP 503)",
        "build_key: '' is not 64 hexadecimal digits",
    )
    assert str(caught.value).startswith("the build record is invalid: name: ")


@pytest.mark.parametrize("policy", ["source", "date", "retry"])
def test_a_time_goes_with_every_policy_but_latest(policy: str) -> None:
    """Whoever resolves build tools as of a time says which."""
    record = made(build_time=policy, as_of="2020-01-01T12:00:00.5Z")
    assert record["build_time"] == {"policy": policy, "as_of": "2020-01-01T12:00:00.5Z"}


def test_the_documented_example_is_valid() -> None:
    """The example in the README is a record."""
    text = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")
    assert check_record(json.loads(text.split("```json\n")[1].split("```")[0])) == []
