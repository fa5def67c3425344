"""The law of everything that comes from outside (``fuzzing.law``), for inputs that are nearly sound."""

import pytest
from fuzzing.families import FAMILIES
from fuzzing.law import Family, examine
from fuzzing.mutations import mutated
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@given(data=st.data())
def test_nearly_sound_input(family: Family, data: st.DataObject) -> None:
    """A result or a PybuildsyncError, the same each time; nothing is written elsewhere."""
    examine(family, data.draw(mutated(family)))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_samples(family: Family) -> None:
    """The samples are read, and most of them are sound."""
    answers = [examine(family, seed) for seed in family.seeds]
    assert any(not (isinstance(answer, tuple) and isinstance(answer[0], type)) for answer in answers)
