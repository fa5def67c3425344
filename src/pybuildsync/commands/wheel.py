"""``wheel``: builds and fetches wheels into a folder; no environment is changed."""

import os
import time

from pybuildsync.commands.empty_environment import open_folder_bench, plan_for_folder
from pybuildsync.commands.options import WheelOptions
from pybuildsync.commands.results import BuiltFile, WheelResult
from pybuildsync.commands.saving import save_copy
from pybuildsync.commands.usage import check_only_deps
from pybuildsync.commands.workbench import Workbench
from pybuildsync.core.resolution import Chosen
from pybuildsync.core.story import Story
from pybuildsync.errors import PackageError
from pybuildsync.pipeline.hashes import check_files
from pybuildsync.pipeline.judged_wheels import judged_archive
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.writing import new_temporary, remove_tree


def run(options: WheelOptions, story: Story) -> WheelResult:
    """Put the wheels of *options* and of all that they require into the wheel folder.

    Raises:
        PybuildsyncError: they can't be had, or not written there.

    """
    started = time.monotonic()
    check_only_deps(options.asked)
    with open_folder_bench(options, story, doing="build") as bench:
        if bench is None:
            return WheelResult()
        files, rounds = _build(bench, options, story)
    return WheelResult(wheels=files, seconds=time.monotonic() - started, rounds=rounds, ignored=bench.ignored)


def _build(bench: Workbench, options: WheelOptions, story: Story) -> tuple[tuple[BuiltFile, ...], int]:
    """Return the wheels as they were put into the folder, and the rounds it took."""
    planned = plan_for_folder(bench, bench.goal, options, story)
    check_files(bench.shop, bench.goal, planned.steps)
    folder = os.path.abspath(options.wheel_dir)
    files = tuple(_put(bench.shop, chosen, folder) for chosen in planned.settled.resolution.running)
    return files, planned.settled.rounds


def _put(shop: Workshop, chosen: Chosen, folder: str) -> BuiltFile:
    """Copy the wheel of *chosen* into *folder*, whole or not at all."""
    variant = chosen.pick.variant
    own = new_temporary(shop.store)
    if variant is not None:
        built = shop.built.find(variant.key)
        if built is None:
            raise PackageError(
                f"the wheel of {chosen.name} {chosen.version} is of no use elsewhere",
                why="it looks for shared libraries in a folder that goes with the build, so it isn't kept",
                hint="see that its build sets no absolute run path (RPATH)",
            )
        source, filename = judged_archive(variant, built, own), built.filename
    else:
        if chosen.pick.file is None:
            raise AssertionError(chosen)
        source, filename = shop.client.download(chosen.pick.file).path, chosen.pick.file.filename
    try:
        path, _ = save_copy(source, folder, filename, option="-w")
    finally:
        remove_tree(own)
    against = variant.coupled if variant is not None else ()
    return BuiltFile(name=chosen.name, version=chosen.version, path=path, against=against, is_built=variant is not None)
