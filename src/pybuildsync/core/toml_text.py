"""TOML (v1.0) from strangers: ``tomli``, with one kind of error for all that is wrong with a text.

Not ``tomllib``: that of Python 3.11 takes hours for one key of a hundred thousand parts.
"""

from typing import Any


def parse_toml(text: str | bytes) -> dict[str, Any]:
    """Return the table that *text* states.

    Raises:
        ValueError: it is no TOML, no UTF-8, has a number beyond all bounds, or is nested beyond them.

    """
    import tomli

    try:
        return tomli.loads(text if isinstance(text, str) else text.decode())
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
