"""What ``config`` says, in the form of ``pip config``."""

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results


def entries(result: results.ConfigEntries, presentation: Presentation, colors: Colors) -> list[str]:
    """Return ``section.name='value'`` for each setting; with ``-v`` where it comes from."""
    lines = []
    for one in result.entries:
        origin = colors.paint("dim", f"  # {one.origin}") if presentation.loudness > 0 else ""
        lines.append(f"{one.key}={one.value!r}{origin}")
    return lines


def value(result: results.ConfigValue, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the value alone."""
    return [result.value]


def files(result: results.ConfigFiles, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the places by kind, with what is in them."""
    lines = ["env_var:", *(f"  {name}={text!r}" for name, text in result.variables)]
    for kind in sorted({"env", *(one.kind for one in result.files)}):
        lines.append(f"{kind}:")
        for one in result.files:
            if one.kind == kind:
                lines.append(f"  {one.path}, exists: {one.exists}")
                lines += [f"    {line}" for key, text in one.values for line in f"{key}: {text}".split("\n")]
    return lines


def written(result: results.ConfigWritten, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return which file was written."""
    return [f"Writing to {result.path}"]
