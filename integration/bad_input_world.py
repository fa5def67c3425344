"""A world for bad input: an environment and a store that must stay as they are, an index that misbehaves."""

import io
import os
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from loopback import Archive, LoopbackIndex, make_sdist, make_wheel

from integration.command import Environment, Ran, differences, snapshot

WHEEL = make_wheel("bad", "1.0")
INFO = "bad-1.0.dist-info"
FAST = ("--retries", "1", "--timeout", "2")
NOTHING_CONFIGURED = {
    "PIP_CONFIG_FILE": os.devnull,
    **dict.fromkeys(("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_NO_INDEX"), ""),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), ""),
}
PYPROJECT = b"""[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import base64, hashlib, os, signal, sys, time, zipfile

def pack(folder, name="bad", version="1.0", requires=(), wheel_name=""):
    stem = f"{name}-{version}"
    metadata = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    metadata += "".join(f"Requires-Dist: {one}\\n" for one in requires)
    members = {
        f"{name}.py": b"VALUE = 1\\n",
        f"{stem}.dist-info/METADATA": metadata.encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    rows = [f"{path},sha256={digest(data)},{len(data)}" for path, data in members.items()]
    members[f"{stem}.dist-info/RECORD"] = "\\n".join([*rows, f"{stem}.dist-info/RECORD,,", ""]).encode()
    filename = wheel_name or f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return filename

def build_wheel(folder, config_settings=None, metadata_directory=None):
"""
# What a failed command may leave in the store: sound things that it had learnt until then, and what tells of it.
KEPT = (
    "archives",
    "builds",
    "built",
    "defaults",
    "interpreters",
    "listings",
    "logs",
    "metadata",
    "wheels",
    "tracebacks",
    "lock",
)


@dataclass(frozen=True, slots=True)
class World:
    """An environment with ``kept`` 1.0 in it, its store, and a folder of archives that commands install from."""

    environment: Environment
    store: Path
    links: Path

    def add(self, *archives: Archive) -> None:
        """Put *archives* into the folder."""
        for archive in archives:
            (self.links / archive.filename).write_bytes(archive.data)

    def run(self, *arguments: str | Path, index: LoopbackIndex | str | None = None, timeout: float = 60) -> Ran:
        """Install from the folder, or from *index* alone."""
        address = index.url if isinstance(index, LoopbackIndex) else index
        source = ("--no-index", "--find-links", self.links) if address is None else ("--index-url", address)
        return self.environment.command("install", *source, *arguments, variables=NOTHING_CONFIGURED, timeout=timeout)

    def state(self) -> dict[str, str]:
        """Return the environment's state, and the store's but for what a failure may add."""
        kept = {f"environment/{path}": said for path, said in snapshot(self.environment.folder).items()}
        for path, said in snapshot(self.store).items():
            if path.partition("/")[0].partition("-")[0] not in KEPT and path not in ("CACHEDIR.TAG", "unfinished"):
                kept[f"store/{path}"] = said
        return kept

    def refuse(
        self,
        *arguments: str | Path,
        says: Iterable[str],
        index: LoopbackIndex | str | None = None,
        clean: bool = False,
        timeout: float = 60,
    ) -> str:
        """Run what can't be done and judge how it is refused; return what stderr says.

        *says* are words that it must say: the culprit before all. *clean*: no wheel or archive may be in the store that
        wasn't there before.
        """
        before = self.state()
        held = self.held()
        ran = self.run(*arguments, index=index, timeout=timeout)
        judge(ran, says)
        assert differences(before, self.state()) == [], differences(before, self.state())
        if clean:
            assert self.held() == held, "what is refused must not stay in the store"
        return ran.stderr

    def held(self, *kinds: str) -> set[str]:
        """Return what the store holds of *kinds*, by default the archives and wheels."""
        wanted = kinds or ("archives", "wheels", "built")
        return {str(path) for kind in wanted for path in self.store.glob(f"{kind}-*/*")}


def judge(ran: Ran, says: Iterable[str], *, status: int = 1) -> None:
    """Make sure that *ran* failed as it should: the status, no traceback, the culprit, a next step."""
    assert ran.returncode == status, ran.stderr
    own = ran.stdout + ran.stderr.partition("the log ends with:")[0]  # a backend's may be in its log
    assert "Traceback" not in own, ran.stderr
    assert "pybuildsync itself failed" not in ran.stderr, ran.stderr
    for word in says:
        assert word in ran.stderr, ran.stderr
    assert ran.stderr.count("error: ") >= 1, ran.stderr
    assert "hint: " in ran.stderr or status == 2, ran.stderr


def sdist(body: str, *, name: str = "bad", files: Mapping[str, bytes] | None = None, **more: str) -> Archive:
    """Return the sdist of *name* 1.0 whose backend builds with the statements *body*."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    own = {"pyproject.toml": PYPROJECT, "backend.py": (BACKEND + indented).encode()}
    return make_sdist(name, "1.0", files={**own, **(files or {})}, **more)  # type: ignore[arg-type]  # texts, all of them


def tarball(filename: str, members: Iterable[tarfile.TarInfo | tuple[str, bytes]]) -> Archive:
    """Return the sdist of that name with just these *members*: (path, content), or as they are."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return Archive(filename=filename, data=buffer.getvalue())


def link(path: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return a member that is a link, a device or the like."""
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    return info


def rewritten(wheel: Archive, changes: Mapping[str, bytes | None]) -> Archive:
    """Return *wheel* with other members: a content in place of another, a new one, or None to leave it out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel.data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in changes.items():
            if name not in old.namelist() and content is not None:
                new.writestr(name, content)
    return Archive(filename=wheel.filename, data=buffer.getvalue(), metadata=wheel.metadata)


def make_world(folder: Path) -> World:
    """Return a world in *folder*."""
    links = folder / "links"
    links.mkdir()
    store = folder / "store"
    environment = Environment.make(folder / "environment", "--cache-dir", str(store))
    world = World(environment, store, links)
    world.add(make_wheel("kept", "1.0"))
    done = world.run("kept")
    assert done.returncode == 0, done.stderr
    return world
