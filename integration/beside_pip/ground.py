"""The ground that both tools run on: an index of made projects, and a folder with an environment and source trees.

Both find the same bytes at the same paths, one after the other, so that whatever they write can be compared as it is.
"""

import os
import subprocess
from pathlib import Path

from loopback import Archive, LoopbackIndex, make_sdist, make_wheel

from integration.bad_input_world import PYPROJECT
from integration.command import run

BACKEND = """
import base64, hashlib, os, zipfile

NAME, VERSION, REQUIRES, TOOL = {name!r}, {version!r}, {requires!r}, {tool!r}

def pack(folder, module):
    stem = f"{{NAME}}-{{VERSION}}"
    metadata = f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n"
    metadata += "".join(f"Requires-Dist: {{one}}\\n" for one in REQUIRES)
    members = {{
        **module,
        f"{{stem}}.dist-info/METADATA": metadata.encode(),
        f"{{stem}}.dist-info/WHEEL": b"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }}
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    rows = [f"{{path}},sha256={{digest(data)}},{{len(data)}}" for path, data in members.items()]
    members[f"{{stem}}.dist-info/RECORD"] = "\\n".join([*rows, f"{{stem}}.dist-info/RECORD,,", ""]).encode()
    filename = f"{{stem}}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return filename

def build_wheel(folder, config_settings=None, metadata_directory=None):
    settings = f"SETTINGS, TOOL = {{sorted((config_settings or {{}}).items())!r}}, {{TOOL!r}}\\n"
    return pack(folder, {{f"{{NAME}}.py": settings.encode()}})

def build_editable(folder, config_settings=None, metadata_directory=None):
    return pack(folder, {{f"{{NAME}}.pth": (os.getcwd() + "\\n").encode()}})
"""
_ENTRY_POINTS = b"""[console_scripts]
tool = tools:main
[gui_scripts]
window = tools:main
"""
_GROUPS = b"""[project]
name = "project"
version = "1"

[dependency-groups]
test = ["two==1.0", {include-group = "more"}]
more = ["one<2"]
"""
_MADE = b"""[build-system]
requires = ["helper"]
build-backend = "helper"
"""
_SCRIPT = b"""# /// script
# dependencies = ["one==1.1"]
# ///
"""
_LONG_AGO, _LATELY = "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


def backend(name: str, version: str, requires: tuple[str, ...] = (), tool: str = "") -> bytes:
    """Return a build backend for *name* that writes the version of the *tool* it is into what it builds."""
    return BACKEND.format(name=name, version=version, requires=requires, tool=tool).encode()


def source_files(name: str, version: str, requires: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the files of a source tree whose backend is in it."""
    return {"pyproject.toml": PYPROJECT, "backend.py": backend(name, version, requires)}


def archives() -> tuple[Archive, ...]:
    """Return all that the index has."""
    tools = {
        "tools.py": b"def main():\n    return 0\n",
        "tools-1.0.dist-info/entry_points.txt": _ENTRY_POINTS,
        "tools-1.0.data/scripts/plain": b"#!python\nprint('plain')\n",
        "tools-1.0.data/data/share/tools/data.txt": b"data\n",
        "tools-1.0.data/headers/tools.h": b"#define TOOLS 1\n",
        "tools-1.0.data/purelib/pure.py": b"PURE = 1\n",
    }
    return (
        make_wheel("one", "1.0", upload_time=_LONG_AGO),
        make_wheel("one", "1.1", upload_time=_LONG_AGO),
        make_wheel("one", "2.0", upload_time=_LATELY),
        make_wheel("one", "3.0rc1", upload_time=_LATELY),
        make_wheel("one", "1.9", yanked="broken", upload_time=_LONG_AGO),
        make_wheel("two", "1.0", upload_time=_LONG_AGO),
        make_sdist("two", "1.1", files=source_files("two", "1.1"), upload_time=_LATELY),
        make_wheel("needs", "1.0", requires=("one<2", "two==1.0; extra == 'more'"), extra="Provides-Extra: more\n"),
        make_wheel("needs", "2.0", requires=("one", "two==1.0; extra == 'more'"), extra="Provides-Extra: more\n"),
        make_wheel("old", "1.0"),
        make_wheel("old", "2.0", requires_python="<3"),
        make_wheel("plat", "1.0", tag="cp312-cp312-win_amd64"),
        make_wheel("plat", "0.9", tag="pp39-none-any"),
        make_wheel("tools", "1.0", files=tools),
        make_sdist("source", "1.0", files=source_files("source", "1.0", ("one",))),
        make_wheel("source", "0.9"),
        make_wheel("helper", "1.0", files={"helper.py": backend("made", "1.0", tool="helper 1.0")}),
        make_wheel("helper", "2.0", files={"helper.py": backend("made", "1.0", tool="helper 2.0")}),
        make_sdist("made", "1.0", files={"pyproject.toml": _MADE}),
        make_wheel("weird-extra", "1.0", requires=("one; extra == 'a'", "two; extra == 'b'")),
    )


def offer() -> LoopbackIndex:
    """Return the server of all that both install, and of files that say what to install; to be started."""
    index = LoopbackIndex(archives(), form="both")
    texts = {
        "one.txt": "one<2\n",
        "nested.txt": "# nested\n-r more/two.txt\n-c limits.txt\n",
        "more/two.txt": "two\n-r ../one.txt\n",
        "limits.txt": "two==1.0\n",
        "linked.txt": "linked\n",
        "local.txt": "-e ./project\n./links/linked-1.0-py3-none-any.whl\n",
        "circle.txt": "one\n-r circle.txt\n",
        "tools.txt": "helper==1.0\n",
        "page.html": "<!DOCTYPE html>\n<html></html>\n",
        "pylock.toml": lock_file("../files/", "path"),
        "folder/pylock.toml": f'{_LOCK}[[packages]]\nname = "project"\ndirectory = {{path = "project"}}\n',
    }
    index.pages.update({f"/texts/{name}": ("text/plain", text.encode()) for name, text in texts.items()})
    return index


_LOCK = 'lock-version = "1.0"\ncreated-by = "somebody"\n'


def lock_file(files: str, by: str) -> str:
    """Return a lock file of two projects in the folder or at the URL *files*, each named *by* "path" or "url"."""
    lines = [f'{_LOCK}extras = ["more"]']
    hashes = {each.filename: each.sha256 for each in archives()}
    for name, version, marker in (("needs", "1.0", ""), ("one", "1.1", ""), ("two", "1.0", "'more' in extras")):
        filename = f"{name}-{version}-py3-none-any.whl"
        lines += ["[[packages]]", f'name = "{name}"', f'version = "{version}"', f'marker = "{marker}"' * bool(marker)]
        lines += [
            "[[packages.wheels]]",
            f'{by} = "{files}{filename}"',
            f'hashes = {{sha256 = "{hashes[filename]}"}}',
        ]
    return "\n".join(lines) + "\n"


def server(index: str) -> str:
    """Return the address of the server of *index*."""
    return index.removesuffix("simple/")


def lay(root: Path, index: str) -> None:
    """Fill the empty folder *root*: ``env`` and what stands in ``work``, where commands run; *index* serves."""
    made = run("venv", root / "env")
    assert made.returncode == 0, made.stderr
    work = root / "work"
    (root / "home").mkdir()
    texts = {
        "pyproject.toml": _GROUPS,
        "script.py": _SCRIPT,
        "one.txt": b"one<2\n",
        "constraint.txt": b"one==1.0\n",
        "empty.txt": b"# nothing\n",
        "tools.txt": b"helper==1.0\n",
        "nested.txt": b"-r one.txt\n-c constraint.txt\n",
        "options.txt": b"--pre\n--no-binary source\none\nsource -C key=value\n",
        "editable.txt": b"-e ./project\ntwo==1.0\n",
        "names.txt": b"one\ntwo\n",
        "pip.conf": b"[global]\nno-deps = yes\n[install]\npre = 1\n",
        "remote.txt": f"-r {server(index)}texts/one.txt\ntwo\n-c {server(index)}texts/limits.txt\n".encode(),
        "pylock.toml": lock_file(f"{server(index)}files/", "url").encode(),
        **{f"project/{path}": data for path, data in source_files("project", "1.0", ("one<2",)).items()},
        **{f"links/{archive.filename}": archive.data for archive in (make_wheel("linked", "1.0"),)},
        **{f"repository/{path}": data for path, data in source_files("repository", "1.0").items()},
    }
    hashed = {each.filename: each.sha256 for each in archives()}
    texts["hashed.txt"] = f"one==1.0 --hash=sha256:{hashed['one-1.0-py3-none-any.whl']}\n".encode()
    texts["wrong.txt"] = f"one==1.0 --hash=sha256:{'0' * 64}\n".encode()
    for path, data in texts.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(data)
    commit(work / "repository")


def commit(folder: Path) -> None:
    """Make *folder* a git repository with one commit, the same each time."""
    who = {f"GIT_{role}_{what}": "somebody@example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-01T00:00:00Z")
    variables = {**os.environ, **who, **when, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "first"), ("tag", "v1")):
        subprocess.run(["git", *words], cwd=folder, env=variables, check=True, capture_output=True)
