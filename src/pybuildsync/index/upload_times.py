"""When files were uploaded, where a listing doesn't say: from the JSON page that many indexes have beside ``/simple/``.

``../pypi/PROJECT/json`` is no standard, only common; where there is none, nothing is known.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pybuildsync.index.addresses import join
from pybuildsync.index.freshness import validity
from pybuildsync.index.kept_listings import read_times, write_times
from pybuildsync.index.locations import Kind, Location
from pybuildsync.index.transport import FIRST_ERROR, Transport
from pybuildsync.store import Store

_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 410})


def upload_times(
    location: Location,
    project: str,
    store: Store,
    transport: Callable[[], Transport],
    *,
    now: float,
    ask: bool = True,
) -> Mapping[str, str]:
    """Return the upload times (ISO 8601, UTC) that the JSON page of *location* gives for *project*, by file name.

    *ask* False takes what the store has, however old.

    Raises:
        IndexFault: the index can't be asked.

    """
    if location.kind is not Kind.INDEX or location.path:
        return {}
    url = join(location.url, f"../pypi/{project}/json")
    kept = read_times(store, project, url)
    if kept and (kept[0] > now or not ask):
        return kept[1]
    if not ask:
        return {}
    reply = transport().fetch(url, index=location.url, accept=_REFUSALS)
    times = _read_times(reply.body) if reply.status < FIRST_ERROR else {}
    write_times(store, project, url, validity(reply.headers, now).expires, times)
    return times


def _read_times(body: bytes) -> dict[str, str]:
    import json

    try:
        releases: dict[str, list[dict[str, Any]]] = json.loads(body)["releases"]
        files = [file for entries in releases.values() for file in entries]
        times = {file["filename"]: file["upload_time_iso_8601"] for file in files}
        return {name: time for name, time in times.items() if isinstance(time, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
