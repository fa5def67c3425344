"""Small wheels and sdists in memory, the same bytes each time."""

import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_EXTRA = re.compile("extra == ['\"]([^'\"]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A file of an index: what it holds and what the index says of it.

    ``metadata`` is the text that the index may serve beside a wheel, b"" where there is none. ``hashes`` None stands
    for the SHA-256 of ``data``; other values let an index lie. ``yanked`` as in the listing: None, or the reason.
    """

    filename: str
    data: bytes
    metadata: bytes = b""
    requires_python: str = ""
    upload_time: str = ""
    yanked: str | None = None
    hashes: Mapping[str, str] | None = field(default=None)

    @property
    def sha256(self) -> str:
        """The SHA-256 hex digest of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def stated_hashes(self) -> Mapping[str, str]:
        """What the index says the hashes are."""
        return {"sha256": self.sha256} if self.hashes is None else self.hashes

    def with_hashes(self, **hashes: str) -> "Archive":
        """Return the same file with other hashes in the listing."""
        return replace(self, hashes=hashes)


def metadata_text(name: str, version: str, requires: tuple[str, ...] = (), extra: str = "") -> bytes:
    """Return METADATA of a distribution; *extra* are more lines of its header. Extras that are named are declared."""
    named = sorted({found for text in requires for found in _EXTRA.findall(text)})
    extra += "".join(f"Provides-Extra: {each}\n" for each in named if "Provides-Extra:" not in extra)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return ("\n".join(lines) + "\n" + extra + "\nA body.\n").encode()


def make_wheel(
    name: str,
    version: str,
    *,
    requires: tuple[str, ...] = (),
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
    extra: str = "",
    metadata: bytes | None = None,
    dist_info_first: bool = False,
    compression: int = zipfile.ZIP_DEFLATED,
    comment: bytes = b"",
    requires_python: str = "",
    upload_time: str = "",
    yanked: str | None = None,
) -> Archive:
    """Return a sound wheel; *files* are its modules, *metadata* its METADATA if it isn't to be the usual one."""
    requires_line = f"Requires-Python: {requires_python}\n" if requires_python else ""
    text = metadata_text(name, version, requires, requires_line + extra) if metadata is None else metadata
    stem = f"{name.replace('-', '_')}-{version}"
    modules = dict(files) if files is not None else {f"{name.replace('-', '_')}.py": b"VALUE = 1\n"}
    own = {
        f"{stem}.dist-info/METADATA": text,
        f"{stem}.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    members = {**own, **modules} if dist_info_first else {**modules, **own}
    record = f"{stem}.dist-info/RECORD"
    rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in members.items()]
    members[record] = ("\n".join([*rows, f"{record},,"]) + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.comment = comment
        for path, data in members.items():
            info = zipfile.ZipInfo(path, _LONG_AGO)
            info.compress_type = compression
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return Archive(
        filename=f"{stem}-{tag}.whl",
        data=buffer.getvalue(),
        metadata=text,
        requires_python=requires_python,
        upload_time=upload_time,
        yanked=yanked,
    )


def make_sdist(
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    requires: tuple[str, ...] = (),
    requires_python: str = "",
    upload_time: str = "",
    yanked: str | None = None,
) -> Archive:
    """Return an sdist with PKG-INFO and *files*, paths below its root."""
    stem = f"{name.replace('-', '_')}-{version}"
    members = {"PKG-INFO": metadata_text(name, version, requires), **(files or {})}
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, data in members.items():
            info = tarfile.TarInfo(f"{stem}/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return Archive(
        filename=f"{stem}.tar.gz",
        data=buffer.getvalue(),
        requires_python=requires_python,
        upload_time=upload_time,
        yanked=yanked,
    )


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
