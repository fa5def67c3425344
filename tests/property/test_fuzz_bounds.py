"""No text takes minutes: of every family, samples blown up, and the texts that once did."""

import time
from collections.abc import Callable

import pytest
from fuzzing.families import FAMILIES
from fuzzing.law import Family, examine
from fuzzing.mutations import blown_up
from hypothesis import given, settings
from hypothesis import strategies as st
from pybuildsync_hooks.record import leak, without_secrets

from pybuildsync.core.metadata_text import read_fields
from pybuildsync.core.toml_text import parse_toml

_SIZE = 30_000  # bytes
_SECONDS = 2.0  # of this process; what takes time squared takes ten times as long
_LONG = 300_000

# Left out: pip's own files are read by the standard library, to whom each broken line costs as much as all before it,
# and so are pages that look odd; records are as long as we write them.
_BOUNDED = {
    name: family
    for name, family in FAMILIES.items()
    if name not in ("pip_conf", "html") and not name.startswith("store_")
}


def seconds() -> float:
    """Return the time this process has taken, which no other process lengthens much."""
    return time.process_time()


@pytest.mark.parametrize("family", _BOUNDED.values(), ids=_BOUNDED)
@settings(max_examples=8)
@given(data=st.data())
def test_blown_up_input(family: Family, data: st.DataObject) -> None:
    """A piece repeated a thousand times: the law holds, and both readings end soon."""
    blown = data.draw(blown_up(family, _SIZE))
    began = seconds()
    examine(family, blown)
    assert seconds() - began < 2 * _SECONDS


SLOW: dict[str, Callable[[], object]] = {
    "a folded field with a long run of blanks": lambda: read_fields("A: b\n " + " " * _LONG + "c"),
    "a long word that is no address": lambda: leak("0a" * (_LONG // 2)),
    "blanks that are no requirement": lambda: without_secrets("a" + " " * _LONG + "b"),
}


@pytest.mark.parametrize("case", SLOW)
def test_what_once_took_minutes(case: str) -> None:
    """One pass over the text is enough."""
    began = seconds()
    SLOW[case]()
    assert seconds() - began < _SECONDS


def test_a_key_of_many_parts() -> None:
    """The standard library's parser takes hours for it."""
    with pytest.raises(ValueError, match="nested too deep"):
        parse_toml(".".join("a" * 100_000) + " = 1")
