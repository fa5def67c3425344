"""Explain: a failure in sentences, in the manner of PubGrub.

First the proof is shrunk to the few facts that contradict each other; then it is told from its end: ``Because A and
B, C.`` ``And because D, E.`` A conclusion that is needed later, and not at once, gets a number (docs/solver.md,
section 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, cast

from pybuildsync.core.solver.clause import resolve
from pybuildsync.core.solver.outcome import Derived, Failure, Incompatibility
from pybuildsync.core.solver.problem import Nogood, P
from pybuildsync.core.solver.shrink import shrink
from pybuildsync.core.solver.wording import Wording, Words, enumerate_words

if TYPE_CHECKING:
    from pybuildsync.core.solver.facts import Fact

BROAD = 2  # packages that a conclusion on the way should speak of
LONG = 3  # facts that one conclusion may be drawn from
ENOUGH = 24  # lines that are told in full
END = 12  # lines that are told of more


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[P]):
    """One sentence: ``terms`` can't all hold, because of ``causes`` and, where it ``goes_on``, of the line before.

    ``proves`` is the incompatibility that this is the last line of, if it is.
    """

    causes: tuple[Incompatibility[P], ...]
    terms: tuple[tuple[P, int], ...]
    goes_on: bool
    proves: Incompatibility[P] | None


def explain(failure: Failure[P], words: Words[P]) -> str:
    """Return why there is no solution, in the words of *words*: sentences, one a line, the last of which says so."""
    last = shrink(failure).incompatibility
    wording = Wording(words, failure.root, failure.universe)
    if not isinstance(last.cause, Derived):
        return f"Because {_sentence(last, wording, {})}, {wording.conclusion(())}."
    lines: list[Line[P]] = []
    for derived in _order(last):
        lines += _tell(derived, lines[-1].proves if lines else None, failure.universe)
    numbers = _number(lines)
    texts: list[str] = []
    if len(lines) > ENOUGH:
        left_out = len(lines) - END
        *_, before = lines[:left_out]
        lines = lines[left_out:]
        found = f"{wording.conclusion(before.terms)}{_reference(numbers, before.proves)}"
        texts.append(
            f"Only the end of a long chain of reasons is told; what {left_out} steps found before has numbers."
        )
        texts.append(f"After them, {found}.")
    for line in lines:
        start = "Because" if not line.goes_on else "So, because" if line is lines[-1] else "And because"
        causes = list(dict.fromkeys(_sentence(cause, wording, numbers) for cause in line.causes))
        conclusion = f"{wording.conclusion(line.terms)}{_reference(numbers, line.proves)}"
        texts.append(f"{start} {enumerate_words(causes)}, {conclusion}.")
    return "\n".join(texts)


def _order(last: Incompatibility[P]) -> list[Incompatibility[P]]:
    """Return what is derived on the way to *last*, causes first; next to last what its chain can go on from."""
    ordered: list[Incompatibility[P]] = []
    seen: set[int] = set()
    waiting = [(last, False)]
    while waiting:
        incompatibility, told = waiting.pop()
        cause = incompatibility.cause
        if told:
            ordered.append(incompatibility)
        elif isinstance(cause, Derived) and id(incompatibility) not in seen:
            seen.add(id(incompatibility))
            waiting.append((incompatibility, True))
            waiting += [(below, False) for below in cause.causes]
    return ordered


def _tell(derived: Incompatibility[P], before: Incompatibility[P] | None, universe: Mapping[P, int]) -> list[Line[P]]:
    """Return the lines that lead to *derived*, where *before* is what the line before them proves."""
    cause = cast("Derived[P]", derived.cause)  # _order gives no other
    first, *rest = cause.causes
    lines: list[Line[P]] = []
    terms = dict(first.terms)
    goes_on = first is before
    causes = [] if goes_on else [first]
    backwards = (
        not terms[cause.pivots[0]] & 1
    )  # it begins with what the next one needs: better told the other way round
    for position, (other, pivot) in enumerate(zip(rest, cause.pivots, strict=True), 1):
        resolve(terms, other.terms, pivot, universe[pivot])
        causes.append(other)
        done = position == len(rest)
        if done or (len(causes) + goes_on > 1 and (len(terms) <= BROAD or len(causes) >= LONG)):
            proves = derived if done else None
            told = tuple(reversed(causes) if backwards and not goes_on else causes)
            lines.append(Line(causes=told, terms=tuple(terms.items()), goes_on=goes_on, proves=proves))
            causes = []
            goes_on = True
    return lines


def _number(lines: list[Line[P]]) -> dict[int, int]:
    """Return numbers for what is derived and named as a cause later on, by identity, in the order of the lines."""
    named = {id(cause) for line in lines for cause in line.causes}
    proofs = [line.proves for line in lines if line.proves is not None and id(line.proves) in named]
    return {id(proof): number for number, proof in enumerate(proofs, 1)}


def _reference(numbers: Mapping[int, int], incompatibility: Incompatibility[P] | None) -> str:
    number = numbers.get(id(incompatibility))
    return f" ({number})" if number else ""


def _sentence(incompatibility: Incompatibility[P], wording: Wording[P], numbers: Mapping[int, int]) -> str:
    """Return what *incompatibility* says as a cause."""
    if isinstance(incompatibility.cause, Derived):
        return f"{wording.conclusion(incompatibility.terms)}{_reference(numbers, incompatibility)}"
    return wording.fact(cast("Fact[P]", cast("Nogood[P]", incompatibility.cause).reason))
