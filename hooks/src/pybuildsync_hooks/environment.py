"""What a build environment holds: the distributions in the folders on its path.

Reads the header of each METADATA (PEP 376); never imports what it finds, and passes over what is broken.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Dict, List, Optional

from pybuildsync_hooks.record import Ingredient

if TYPE_CHECKING:
    from typing import Iterable

_FIELD = re.compile(r"^(Name|Version):[ \t]*(\S+)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def collect_distributions(paths: Optional[Iterable[str]] = None) -> List[Ingredient]:
    """Return the distributions in the folders *paths* (``sys.path`` if None), sorted by name.

    The first on the path wins. Names are normalised, versions as installed. The hash is that of the wheel where
    ``direct_url.json`` (PEP 610) tells it, else "": an installer doesn't record it for what came from an index.
    """
    found: Dict[str, Ingredient] = {}
    for folder in sys.path if paths is None else paths:
        try:
            entries = sorted(os.listdir(folder or os.curdir))
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(".dist-info"):
                ingredient = _read(os.path.join(folder, entry))
                if ingredient is not None:
                    found.setdefault(ingredient.name, ingredient)
    return sorted(found.values())


def _read(dist_info: str) -> Optional[Ingredient]:
    try:
        with open(os.path.join(dist_info, "METADATA"), encoding="utf-8", errors="replace") as file:
            header = file.read().partition("\n\n")[0]
    except OSError:
        return None
    fields = {key.lower(): value for key, value in reversed(_FIELD.findall(header))}
    if len(fields) < 2:  # noqa: PLR2004 - Name and Version
        return None
    return Ingredient(normalize_name(fields["name"]), fields["version"], _wheel_hash(dist_info))


def normalize_name(name: str) -> str:
    """Return *name* in normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _wheel_hash(dist_info: str) -> str:
    """Return the SHA-256 in ``direct_url.json``, new form (``hashes``) or old (``hash``); "" if there is none."""
    try:
        with open(os.path.join(dist_info, "direct_url.json"), encoding="utf-8") as file:
            archive = json.load(file)["archive_info"]
        digest = archive.get("hashes", {}).get("sha256") or archive.get("hash", "").partition("sha256=")[2]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""
    return digest if re.fullmatch(r"[0-9a-f]{64}", str(digest)) else ""
