"""Values in sealed files: what isn't what was written there is nothing."""

import marshal

import pytest

from pybuildsync.store.sealing import decode_value, encode_value

VALUE = ("a", 1, (True, None), {"b": b"c"})


def as_pair(value: tuple[int, int]) -> tuple[int, int]:
    """Return *value*, a pair of numbers."""
    one, other = value
    return one + 0, other + 0


def test_a_value_comes_back() -> None:
    """As whoever reads it takes it."""
    assert decode_value(encode_value(VALUE), lambda value: value) == VALUE
    assert decode_value(encode_value((1, 2)), as_pair) == (1, 2)
    assert decode_value(encode_value("text"), str.upper) == "TEXT"


@pytest.mark.parametrize("data", [None, b"", b"\0", b"nonsense", encode_value(VALUE)[:-1], b"i\0"])
def test_what_is_no_value_is_nothing(data: bytes | None) -> None:
    """A disk or a hand has damaged it."""
    assert decode_value(data, lambda value: (value,)) is None


@pytest.mark.parametrize("value", [None, 5, (), (1,), (1, 2, 3), ("a", "b"), {}, [1, None]])
def test_another_shape_is_nothing(value: object) -> None:
    """Whatever its reader trips over."""
    assert decode_value(marshal.dumps(value), as_pair) is None  # type: ignore[arg-type]  # any of them


@pytest.mark.parametrize("error", [KeyError, IndexError, AttributeError, OverflowError, RecursionError, MemoryError])
def test_however_its_reader_trips(error: type[Exception]) -> None:
    """Over a missing key, a missing method, a number or a size beyond all bounds, a value within itself."""

    def trip(_value: object) -> None:
        raise error

    assert decode_value(encode_value(()), trip) is None
