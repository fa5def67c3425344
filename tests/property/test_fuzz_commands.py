"""The law of whole commands (``fuzzing.installs``): they answer, and leave the old environment or the new one."""

import pytest
from fuzzing.families import COMMANDS
from fuzzing.law import Family, examine
from fuzzing.mutations import mutated
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("family", COMMANDS.values(), ids=COMMANDS)
@settings(max_examples=15)
@given(data=st.data())
def test_nearly_sound_input(family: Family, data: st.DataObject) -> None:
    """Status 0 or 1, no defect of ours; a failed install has changed nothing."""
    examine(family, data.draw(mutated(family)))


@pytest.mark.parametrize("family", COMMANDS.values(), ids=COMMANDS)
def test_samples(family: Family) -> None:
    """The samples are answered; the first one is sound, but for sdists, which have no backend."""
    answers = [examine(family, seed) for seed in family.seeds]
    assert isinstance(answers[0], tuple)
    assert answers[0][0] == (1 if family.name == "install_sdist" else 0)
