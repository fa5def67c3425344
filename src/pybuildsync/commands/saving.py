"""Files that a command leaves in a folder of the user's: each whole or not at all."""

import filecmp
import os
import shutil
from collections.abc import Callable

from pybuildsync.errors import EnvironmentFault


def save_copy(source: str, folder: str, filename: str, *, option: str) -> tuple[str, bool]:
    """Copy the file *source* into *folder* as *filename*; return its path, and whether it wasn't there just so.

    Raises:
        EnvironmentFault: it can't be written; the hint names *option*.

    """

    def write(path: str) -> None:
        shutil.copyfile(source, path)

    path = os.path.join(folder, os.path.basename(filename))
    try:
        if os.path.isfile(path) and filecmp.cmp(source, path, shallow=False):
            return path, False
    except OSError:  # what can't be read is written anew
        pass
    return save(write, folder, filename, option=option), True


def save(write: Callable[[str], object], folder: str, filename: str, *, option: str) -> str:
    """Have *write* write the file *filename* in *folder* at the path it is given; return the path in the end.

    Raises:
        EnvironmentFault: it can't be written; the hint names *option*.

    """
    path = os.path.join(folder, os.path.basename(filename))
    try:
        os.makedirs(folder, exist_ok=True)
        write(f"{path}.part")
        os.replace(f"{path}.part", path)
    except OSError as error:
        raise EnvironmentFault(
            f"{filename} can't be written to {folder}", why=str(error), hint=f"give another folder with {option}"
        ) from error
    return path
