"""Laws of writing a build record into a wheel: it is read back, the rest stays, doing it again changes nothing."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pybuildsync_hooks.record import (
    EVIDENCE,
    POLICIES,
    Ingredient,
    Match,
    Source,
    check_record,
    leak,
    make_record,
    read_record,
    without_secrets,
    write_record,
)

KEYS = st.text("0123456789abcdef", min_size=64, max_size=64)
NAMES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True)
NAME_LISTS = st.lists(NAMES, max_size=3)
TEXTS = st.text(max_size=30)
TEXT_LISTS = st.lists(TEXTS, max_size=2)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", fullmatch=True)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
PATHS = st.from_regex(r"[a-z]{1,8}/[a-zé,\" ]{1,8}\.py", fullmatch=True)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Return any valid record, from texts that may hold what no record may."""
    environment = draw(st.dictionaries(NAMES, VERSIONS, max_size=4))
    matched = draw(st.lists(st.sampled_from(sorted(environment)), unique=True)) if environment else []
    return make_record(
        name=draw(NAMES),
        version=draw(VERSIONS),
        source=Source("sdist", "a-1.tar.gz", draw(KEYS)),
        backend="flit_core.buildapi",
        build_requires=draw(NAME_LISTS),
        hook_requires=[],
        environment=[Ingredient(name, version) for name, version in environment.items()],
        implementation="cpython",
        python="3.12.1",
        platform="linux_x86_64",
        tags=["py3-none-any"],
        prepared_requires=draw(st.none() | NAME_LISTS),
        built_requires=draw(NAME_LISTS),
        matches=[
            Match(
                name, environment[name], draw(st.sampled_from(EVIDENCE)), draw(st.sampled_from(POLICIES)), draw(TEXTS)
            )
            for name in matched
        ],
        config_settings={
            f"k{number}": text for number, text in enumerate(draw(st.lists(TEXTS | TEXT_LISTS, max_size=2)))
        },
        variables={f"V{number}": text for number, text in enumerate(draw(TEXT_LISTS))},
        build_key=draw(KEYS),
    )


@given(
    record=records(),
    members=st.dictionaries(PATHS, st.tuples(st.binary(max_size=50), METHODS), max_size=5),
    at=st.integers(0, 5),
)
def test_written_is_read_and_the_rest_stays(
    record: dict[str, Any], members: dict[str, tuple[bytes, int]], at: int
) -> None:
    """Any members, any compression, RECORD anywhere among them."""
    assert check_record(record) == []
    own = "a-1.dist-info/RECORD"
    with TemporaryDirectory() as folder:
        path = Path(folder, "a-1-py3-none-any.whl")
        with zipfile.ZipFile(path, "w") as archive:
            entries = list(members.items())
            for name, (data, method) in [*entries[:at], (own, (f"{own},,\n".encode(), 8)), *entries[at:]]:
                archive.writestr(name, data, method)
        write_record(str(path), record, folder)
        once = path.read_bytes()
        write_record(str(path), record, folder)
        assert (path.read_bytes(), read_record(str(path))) == (once, record)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            added = ["a-1.dist-info/pybuildsync.json", own]
            assert archive.namelist() == [*members, *added]
            assert {name: archive.read(name) for name in members} == {name: data for name, (data, _) in members.items()}


@given(TEXTS | st.from_regex(r"[a-z]{0,3}[=@ ]?(https?://|~/|/|C:\\|git@a\.b:)[a-z/]{0,5}", fullmatch=True))
def test_a_text_made_fit_is_fit_and_stays(text: str) -> None:
    """Making a text fit for a record leaves nothing to object to, and doing it twice changes nothing more."""
    fit = without_secrets(text)
    assert leak(fit) == ""
    assert without_secrets(fit) == fit
    assert fit == text or leak(text)
