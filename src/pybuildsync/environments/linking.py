"""Linking: the files of unpacked wheels appear in an environment without being copied where that is possible.

Modes: ``reflink`` shares the blocks of the file (an edit stays in the environment), ``hardlink`` shares the file
itself, ``copy`` shares nothing, ``auto`` takes the first of these that the file system has. Every mode keeps the time
of change, which byte code is checked against. Files behind hard links are read-only, as they are in the store: an
editor says so before the edit would reach every environment. Whoever means to edit installs with ``copy``, or as
editable.

Never decides what goes where, never writes to the store.
"""

import os
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from pybuildsync.environments.calls import SYSTEM, Calls, clone_blocks
from pybuildsync.environments.layouts import Generated, Layout

LinkMode: TypeAlias = Literal["auto", "reflink", "hardlink", "copy"]

_HAS_FOLDER_DESCRIPTORS = os.link in os.supports_dir_fd
_O_TMPFILE = getattr(os, "O_TMPFILE", 0)


def choose_mode(mode: LinkMode, source: str, folder: str) -> LinkMode:
    """Return how to link the file *source* into the existing *folder*: *mode*, unless it is ``auto``.

    Tries a reflink into a file without a name, so that nothing is ever seen of it.
    """
    if mode != "auto":
        return mode
    if not _O_TMPFILE:
        return "hardlink"
    try:
        reading = os.open(source, os.O_RDONLY)
        try:
            writing = os.open(folder, _O_TMPFILE | os.O_WRONLY, 0o600)
            try:
                return "reflink" if clone_blocks(reading, writing) else "hardlink"
            finally:
                os.close(writing)
        finally:
            os.close(reading)
    except OSError:
        return "hardlink"


def place(layout: Layout, mode: LinkMode, calls: Calls = SYSTEM) -> None:
    """Make the files of *layout*, all but RECORD; their folders are there. What is at a destination gives way."""
    link_files(layout.placement.wheel.path, layout.files, layout.folder, mode, calls)
    for source, destination in layout.linked:
        link_file(source, destination, mode, calls)
    for file in layout.generated:
        write(file, calls)


def link_files(source: str, names: Sequence[str], destination: str, mode: LinkMode, calls: Calls = SYSTEM) -> None:
    """Link the files *names* (relative, "/") of the folder *source* into *destination*."""
    if mode != "hardlink" or not _HAS_FOLDER_DESCRIPTORS:
        for name in names:
            link_file(f"{source}/{name}", f"{destination}/{name}", mode, calls)
        return
    # Paths relative to open folders spare the kernel a third of the work.
    link = calls.link
    source_folder = os.open(source, os.O_RDONLY)
    try:
        destination_folder = os.open(destination, os.O_RDONLY)
        try:
            for name in names:
                try:
                    link(name, name, src_dir_fd=source_folder, dst_dir_fd=destination_folder)
                except OSError:
                    link_file(f"{source}/{name}", f"{destination}/{name}", mode, calls)
        finally:
            os.close(destination_folder)
    finally:
        os.close(source_folder)


def link_file(source: str, destination: str, mode: LinkMode, calls: Calls = SYSTEM) -> None:
    """Link the file *source* to *destination*, which gives way if it is there; copy where *mode* can't be had."""
    if mode == "hardlink":
        try:
            _replacing(calls, destination, lambda: calls.link(source, destination))
        except OSError:
            # Another device, too many links, a file of another owner (protected_hardlinks), no hard links at all: a
            # copy serves them all, and fails with the true reason where it is none of these.
            pass
        else:
            return
    _replacing(calls, destination, lambda: calls.copy(source, destination, clone=mode != "copy"))


def write(file: Generated, calls: Calls = SYSTEM) -> None:
    """Write the generated *file*; what is at its path gives way."""
    _replacing(calls, file.path, lambda: calls.write(file.path, file.content, file.mode))


def _replacing(calls: Calls, path: str, make: Callable[[], None]) -> None:
    """Call *make*; if there is something at *path*, remove it and call again.

    What was there before is aside by now. This came since: the same file of another distribution that is installed
    along, or byte code that another process has just written.
    """
    try:
        make()
    except FileExistsError:
        calls.unlink(path)
        make()
