"""Numbers, bytes and seconds, written for people."""

_STEPS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_MINUTE = 60


def count_of(number: int, noun: str) -> str:
    """Return *number* and *noun* as in "1 file", "2 files"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def write_size(number: float) -> str:
    """Return *number* bytes as in "812 B", "4.3 MB": decimal units, one digit behind the point."""
    for step, unit in _STEPS:
        if number >= step:
            return f"{number / step:.1f} {unit}"
    return f"{int(number)} B"


def write_seconds(number: float) -> str:
    """Return *number* seconds as in "34 ms", "1.2 s", "3 min 05 s"."""
    if number < 1:
        return f"{number * 1000:.0f} ms"
    if number < _MINUTE:
        return f"{number:.1f} s"
    minutes, seconds = divmod(int(number), _MINUTE)
    return f"{minutes} min {seconds:02} s"


def write_elapsed(number: float) -> str:
    """Return *number* seconds that still run, as in "7 s", "3 min 05 s"."""
    return f"{int(number)} s" if number < _MINUTE else write_seconds(number)
