"""What commands have put into a folder, as pip's lines."""

import os

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results


def download(result: results.DownloadResult, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return a line for each file, and the one that says which projects they are of."""
    lines = ignored(result.ignored)
    lines += [
        f"{'Saved' if one.is_new else 'File was already downloaded'} {shown(one.path)}"
        for one in result.files
        if one.path
    ]
    if result.files:
        lines.append(f"Successfully downloaded {' '.join(one.name for one in result.files)}")
    return lines


def wheel(result: results.WheelResult, _presentation: Presentation, colors: Colors) -> list[str]:
    """Return a line for each wheel, with what it was built against, and the one that says which were built."""
    lines = ignored(result.ignored)
    for one in result.wheels:
        against = ", ".join(f"{name} {version}" for name, version in one.against)
        told = " " + colors.paint("dim", f"(against {against})") if against else ""
        lines.append(f"Saved {shown(one.path)}{told}")
    built = [one.name for one in result.wheels if one.is_built]
    return [*lines, f"Successfully built {' '.join(built)}"] if built else lines


def ignored(found: tuple[results.Ignored, ...]) -> list[str]:
    """Return pip's line for each requirement that isn't for this environment."""
    return [f"Ignoring {one.name}: markers '{one.marker}' don't match your environment" for one in found]


def shown(path: str) -> str:
    """Return *path* from the working directory on, if it lies in it."""
    here = os.path.join(os.getcwd(), "")
    return f".{os.sep}{path[len(here) :]}" if path.startswith(here) else path
