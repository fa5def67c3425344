"""What an install into an empty environment would take, for the commands that put it into a folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from pybuildsync.commands.inputs import read_asked
from pybuildsync.commands.options import DownloadOptions, TagOptions, WheelOptions
from pybuildsync.commands.remote_texts import RemoteTexts, remote_files
from pybuildsync.commands.several_indexes import tell_several
from pybuildsync.commands.stores import open_store
from pybuildsync.commands.workbench import Workbench, open_workbench
from pybuildsync.core.goal import Goal
from pybuildsync.core.story import Story, Warned
from pybuildsync.environments.interpreters import find_interpreter
from pybuildsync.pipeline.hashes import check_is_whole
from pybuildsync.pipeline.installing import Planned, plan_install

FolderOptions: TypeAlias = WheelOptions | DownloadOptions


@contextmanager
def open_folder_bench(options: FolderOptions, story: Story, *, doing: str) -> Iterator[Workbench | None]:
    """Yield the workbench for what *options* ask for; None where that is nothing to *doing*, which is told.

    Raises:
        PybuildsyncError: it can't be had.

    """
    tags = options.tags if isinstance(options, DownloadOptions) else TagOptions()
    named = remote_files(options.asked, options.build)
    with open_store(options.store) as store, RemoteTexts(options.indexes, named, story) as texts:
        interpreter = find_interpreter(options.python or None, store)
        any_python = options.selection.ignore_requires_python
        inputs = read_asked(options.asked, os.environ, interpreter.target, any_python=any_python, fetch=texts.fetch)
        if not (inputs.requirements or inputs.given):
            story.tell(Warned(f"nothing to {doing}: what is named lists no requirements"))
            yield None
            return
        with open_workbench(
            store,
            interpreter,
            options=options,
            inputs=inputs,
            story=story,
            environ=os.environ,
            tags=tags,
            texts=texts,
        ) as bench:
            yield bench


def plan_for_folder(bench: Workbench, goal: Goal, options: FolderOptions, story: Story) -> Planned:
    """Return how *goal* is met where nothing is installed; in hash mode all of it has been asked for with hashes.

    Raises:
        RequestError: there is no solution, or not all of it was asked for with hashes.
        PackageError: a source can't be built.

    """
    planned = plan_install(
        bench.shop, goal, story, max_rounds=options.build.max_rounds, rebuild=True, everything_goes=True
    )
    resolution = planned.settled.resolution
    tell_several(resolution.chosen, bench.shop.client, options.indexes, story)
    if bench.needs_hashes:
        check_is_whole(goal, resolution, but=bench.fetched.locked)
    return planned
