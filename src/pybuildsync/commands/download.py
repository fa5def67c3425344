"""``download``: files of distributions into a folder, as an index has them; no environment is changed.

What is resolved is what an install into an empty environment would take. Sources stay sources: of those that don't
state their metadata the backend is asked for it, and nothing else is built. A checkout becomes a zip archive; a folder
stays where it is, as in pip.
"""

import os
import time

from pybuildsync.commands.empty_environment import open_folder_bench, plan_for_folder
from pybuildsync.commands.options import DownloadOptions
from pybuildsync.commands.results import DownloadedFile, DownloadResult
from pybuildsync.commands.saving import save, save_copy
from pybuildsync.commands.usage import check_only_deps, check_tags
from pybuildsync.commands.workbench import Workbench
from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.story import Story
from pybuildsync.core.variants import Source
from pybuildsync.pipeline.hashes import check_files, check_source

_OPTION = "-d"


def run(options: DownloadOptions, story: Story) -> DownloadResult:
    """Put the files of *options* and of all that they require into the folder.

    Raises:
        PybuildsyncError: they can't be had, or not written there.

    """
    started = time.monotonic()
    check_only_deps(options.asked)
    check_tags(options.tags, options.asked, options.selection, only_look=True)
    with open_folder_bench(options, story, doing="download") as bench:
        if bench is None:
            return DownloadResult()
        files, rounds = _download(bench, options, story)
    return DownloadResult(files=files, seconds=time.monotonic() - started, rounds=rounds, ignored=bench.ignored)


def _download(bench: Workbench, options: DownloadOptions, story: Story) -> tuple[tuple[DownloadedFile, ...], int]:
    """Return the files as they were put into the folder, and the rounds it took."""
    shop, goal = bench.shop, bench.goal._replace(only_metadata=True)
    planned = plan_for_folder(bench, goal, options, story)
    running = planned.settled.resolution.running
    for file in filter(None, map(_file, running)):
        shop.client.start_download(file)
    check_files(shop, goal, planned.steps)
    folder = os.path.abspath(os.path.expanduser(options.dest))
    return tuple(_put(bench, chosen, folder) for chosen in running), planned.settled.rounds


def _source(chosen: Chosen) -> Source | None:
    variant = chosen.pick.variant
    return variant.source if variant is not None else chosen.pick.source


def _file(chosen: Chosen) -> DistributionFile | None:
    source = _source(chosen)
    return source.file if source is not None else chosen.pick.file


def _put(bench: Workbench, chosen: Chosen, folder: str) -> DownloadedFile:
    source, file = _source(chosen), _file(chosen)
    path, is_new = "", True
    if file is not None:
        got = bench.shop.client.download(file)
        if source is not None:
            check_source(bench.goal, source, got.path, got.sha256)
        path, is_new = save_copy(got.path, folder, file.filename, option=_OPTION)
    elif source is not None and source.vcs:
        tree = os.path.join(source.path, source.subdirectory)
        filename = f"{chosen.name}-{chosen.version}.zip"
        path = save(lambda part: _zip(tree, part, chosen.name), folder, filename, option=_OPTION)
    return DownloadedFile(name=chosen.name, version=chosen.version, path=path, is_new=is_new)


def _zip(tree: str, path: str, top: str) -> None:
    """Write the files of *tree* into the archive *path*, below a folder *top*, sorted."""
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for folder, folders, names in os.walk(tree):
            folders.sort()
            for name in sorted(names):
                file = os.path.join(folder, name)
                archive.write(file, f"{top}/{os.path.relpath(file, tree)}".replace(os.sep, "/"))
