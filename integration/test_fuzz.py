"""A short run of each family with atheris: it runs, and what is quickly found has been mended.

The inputs are the same each time: what others find is for long runs (``python -m integration.fuzz``), not for chance to
say of a change that has nothing to do with it.
"""

from pathlib import Path

import pytest
from fuzzing.families import COMMANDS, FAMILIES
from fuzzing.law import Family

from integration.fuzz.running import run, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is atheris")


@pytest.mark.parametrize("family", [*FAMILIES.values(), *COMMANDS.values()], ids=[*FAMILIES, *COMMANDS])
def test_a_short_run(family: Family, tmp_path: Path) -> None:
    """A few seconds, from the samples."""
    ran = run(family, 5, tmp_path, seed=1)
    assert ran.executions > 0, ran.said
    assert not ran.found, ran.said
