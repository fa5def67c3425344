"""Listings as an index writes them: HTML (PEP 503) and JSON (PEP 691, 700)."""

import hashlib
import json
from collections.abc import Iterable
from html import escape
from typing import Any

from loopback.archives import Archive

HTML = "text/html; charset=utf-8"
JSON = "application/vnd.pypi.simple.v1+json"


def html_page(project: str, files: Iterable[tuple[Archive, str]], *, serves_metadata: bool) -> bytes:
    """Return the page of *project* with the links of its *files*, (archive, address) pairs."""
    links = []
    for archive, url in files:
        fragment = "&".join(f"{name}={digest}" for name, digest in archive.stated_hashes.items())
        attributes = {"href": url + (f"#{fragment}" if fragment else "")}
        if archive.requires_python:
            attributes["data-requires-python"] = archive.requires_python
        if archive.yanked is not None:
            attributes["data-yanked"] = archive.yanked
        if archive.upload_time:
            attributes["data-upload-time"] = archive.upload_time
        if serves_metadata and archive.metadata:
            attributes["data-core-metadata"] = f"sha256={hashlib.sha256(archive.metadata).hexdigest()}"
        text = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
        links.append(f"<a {text}>{archive.filename}</a><br/>")
    body = "\n".join(links)
    return f"<!DOCTYPE html>\n<html><head><title>{project}</title></head><body>\n{body}\n</body></html>\n".encode()


def json_page(project: str, files: Iterable[tuple[Archive, str]], *, serves_metadata: bool) -> bytes:
    """Return the same as JSON, with sizes."""
    entries = []
    for archive, url in files:
        entry: dict[str, Any] = {
            "filename": archive.filename,
            "url": url,
            "hashes": dict(archive.stated_hashes),
            "size": len(archive.data),
            "yanked": archive.yanked or archive.yanked is not None,
        }
        if archive.requires_python:
            entry["requires-python"] = archive.requires_python
        if archive.upload_time:
            entry["upload-time"] = archive.upload_time
        if serves_metadata and archive.metadata:
            entry["core-metadata"] = {"sha256": hashlib.sha256(archive.metadata).hexdigest()}
        entries.append(entry)
    page = {"meta": {"api-version": "1.1"}, "name": project, "files": entries, "versions": []}
    return json.dumps(page).encode()


def old_json_page(project: str, files: Iterable[Archive]) -> bytes:
    """Return the page that many indexes have at ``/pypi/PROJECT/json``."""
    releases: dict[str, list[dict[str, str]]] = {}
    for archive in files:
        version = archive.filename.removesuffix(".tar.gz").split("-")[1]
        entry = {"filename": archive.filename, "upload_time_iso_8601": archive.upload_time}
        releases.setdefault(version, []).append(entry)
    return json.dumps({"info": {"name": project}, "releases": releases}).encode()
