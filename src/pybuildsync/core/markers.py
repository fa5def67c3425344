"""Environment markers (PEP 508) against one target environment.

The syntax and its meaning are ``packaging``'s, which is asked about what is unusual; an answer is remembered, since a
few dozen markers come back in thousands of requirements, and the memory can be kept between runs.
"""

from collections.abc import Mapping

from pybuildsync.core.plain_markers import evaluate, read_marker
from pybuildsync.core.targets import Target
from pybuildsync.errors import RequestError

_SHOWN = 200  # characters of a marker in an error
_SHARED: dict[tuple[tuple[str, str], ...], dict[tuple[str, str], bool]] = {}


def shared_answers(target: Target) -> dict[tuple[str, str], bool]:
    """Return what is known of markers in *target*, by (marker text, extra): what one learns, all know."""
    return _SHARED.setdefault(target.markers, {})


class MarkerAnswers:
    """Which markers hold in one target environment; ``known`` is what all share that is known of it, unless given.

    Keys of ``known`` are (marker text, extra), extra "" for none.
    """

    def __init__(self, target: Target, known: dict[tuple[str, str], bool] | None = None) -> None:
        self._environment: dict[str, str] = dict(target.markers)
        self.known = shared_answers(target) if known is None else known

    def hold(self, marker: str, extra: str = "") -> bool:
        """Whether *marker* ("" always does) holds when *extra* ("" for none) is asked for; raises as :func:`holds`."""
        if not marker:
            return True
        key = (marker, extra)
        answer = self.known.get(key)
        if answer is None:
            answer = self.known[key] = holds(marker, {**self._environment, "extra": extra})
        return answer


def holds(marker: str, environment: Mapping[str, str]) -> bool:
    """Whether *marker* holds in *environment*, the values of all variables.

    Raises:
        RequestError: it compares what can't be compared, or is nested too deep.

    """
    plain = read_marker(marker)
    answer = None if plain is None else evaluate(plain, environment)
    if answer is not None:
        return answer
    from packaging.markers import Marker

    try:
        return Marker(marker).evaluate(dict(environment))
    except (ValueError, KeyError, RecursionError) as error:
        raise RequestError(
            f"the marker {marker[:_SHOWN]} has no answer",
            why=str(error),
            hint="where it stands in a package, another release of it may be right",
        ) from error
