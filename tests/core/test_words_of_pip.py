"""Where nothing fits, the error has pip's words, for scripts that look for them."""

from collections.abc import Iterable

import pytest
from core.fakes import World

from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.variants import Facts


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (
            ("nobody>1",),
            (
                "Could not find a version that satisfies the requirement nobody>1 (from versions: none)",
                "No matching distribution found for nobody>1",
            ),
        ),
        (
            ('a>3; os_name != "x"',),
            (
                "Could not find a version that satisfies the requirement a>3 (from versions: 1, 2, 3)",
                "No matching distribution found for a>3",
            ),
        ),
        (
            ("a<2", "a>2"),
            (
                "Cannot install a<2 and a>2 because these package versions have conflicting dependencies.",
                "ResolutionImpossible: see below",
            ),
        ),
    ],
)
def test_scripts_find_the_words_of_pip(texts: Iterable[str], words: tuple[str, ...]) -> None:
    """They go with the error, for those who want them."""
    world = World().wheel("a", "1").wheel("a", "2").wheel("a", "3")
    with pytest.raises(NoSolution) as caught:
        resolve(world.goal(*texts), world, Facts())
    assert caught.value.pip == words
