"""What is told of the cache: our commands in our words, pip's in pip's."""

import os
from typing import Any

from pybuildsync.cli.colors import Colors
from pybuildsync.cli.sizes import count_of, write_size
from pybuildsync.cli.values import Presentation
from pybuildsync.commands import results


def folder(result: results.CacheFolder, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return where it is."""
    return [result.path]


def size(result: results.CacheSize, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return a table of what it holds."""
    rows = [(kind, count_of(files, "file"), write_size(size)) for kind, files, size in result.kinds]
    total = sum(size for _, _, size in result.kinds)
    rows.append(("together", count_of(sum(files for _, files, _ in result.kinds), "file"), write_size(total)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [f"{kind:{widths[0]}}  {files:>{widths[1]}}  {size:>{widths[2]}}" for kind, files, size in rows]


def removed(result: results.CacheRemoved, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return what has gone."""
    if not result.files:
        return ["Nothing to remove."]
    return [f"Removed {count_of(result.files, 'file')}, {write_size(result.size)}."]


def info(result: results.CacheInfo, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the lines of pip's ``cache info``."""
    return [
        f"Package index page cache location: {result.path}",
        f"Package index page cache size: {write_size(result.size)}",
        f"Number of HTTP files: {result.files}",
        f"Locally built wheels location: {result.wheels_path}",
        f"Locally built wheels size: {write_size(result.wheels_size)}",
        f"Number of locally built wheels: {result.wheels}",
    ]


def wheels(result: results.CacheWheels, presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the lines of pip's ``cache list``."""
    if presentation.format == "abspath":
        return sorted(path for path, _ in result.wheels)
    if not result.wheels:
        return ["No locally built wheels cached."]
    lines = [f" - {os.path.basename(path)} ({write_size(size)})" for path, size in result.wheels]
    return ["Cache contents:", "", *lines]


def files_removed(result: results.CacheFilesRemoved, _presentation: Presentation, _colors: Colors) -> list[str]:
    """Return the line of pip's ``cache remove``."""
    return [f"Files removed: {result.files} ({write_size(result.size)})"]


RENDERERS: dict[type, Any] = {
    results.CacheFolder: folder,
    results.CacheSize: size,
    results.CacheRemoved: removed,
    results.CacheInfo: info,
    results.CacheWheels: wheels,
    results.CacheFilesRemoved: files_removed,
}
