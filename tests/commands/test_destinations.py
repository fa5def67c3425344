"""Installing into other places than the environment: which one, what counts as installed, what is told."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from cli.worlds import say
from environments.places import make_interpreter, make_wheel, placed
from loopback import make_wheel as make_archive
from pipeline.worlds import Place, wheel

from pybuildsync.commands.destination import choose_destination, scheme_of, scheme_to_hold, schemes_of, tell_unnamed
from pybuildsync.commands.options import InstallOptions
from pybuildsync.commands.placing import Surroundings, place
from pybuildsync.core.story import Silent
from pybuildsync.environments.destinations import Destination, destination_scheme, user_scheme
from pybuildsync.environments.installed import installed_distributions
from pybuildsync.environments.interpreters import Interpreter
from pybuildsync.environments.transaction import environment_lock
from pybuildsync.errors import EnvironmentFault, RequestError
from pybuildsync.store.location import Store

_PLAIN = InstallOptions()


@dataclass
class Told:
    """A story that remembers."""

    texts: list[str] = field(default_factory=list)

    def tell(self, event: object) -> None:
        """Keep what *event* says."""
        self.texts.append(getattr(event, "text", repr(event)))


def users_interpreter(root: Path, *, is_virtual: bool = False) -> Interpreter:
    """Return an interpreter below *root* that sees its user's packages."""
    user = root / "user"
    paths = [(name, f"{user}/lib") for name in ("purelib", "platlib")]
    paths += [("scripts", f"{user}/bin"), ("headers", f"{user}/include"), ("data", str(user))]
    folders = (f"{user}/lib", f"{root}/base/lib/python3.11/site-packages")
    os.makedirs(folders[1], exist_ok=True)
    return make_interpreter(
        str(root / "base"),
        user_paths=tuple(paths),
        user_site=f"{user}/lib",
        site_packages=folders[::-1] if is_virtual else folders,
        is_virtual=is_virtual,
        system_site_packages=is_virtual,
    )


def around(root: Path, interpreter: Interpreter, *, user: bool = False) -> Surroundings:
    """Return what an install there would look around at."""
    destination = Destination(user=user)
    scheme = destination_scheme(destination, interpreter)
    return Surroundings(
        store=Store(str(root / "store")),
        interpreter=interpreter,
        scheme=scheme,
        destination=destination,
        distributions=installed_distributions(interpreter.site_packages),
        there=installed_distributions((scheme.purelib, scheme.platlib)),
    )


def put(root: Path, interpreter: Interpreter, version: str, *, user: bool = False, entry_points: str = "") -> list[str]:
    """Install *sample* for the interpreter or its user; return what is told."""
    told = Told()
    wheels = placed(make_wheel(root / "wheels", "sample", version, entry_points=entry_points))
    place(InstallOptions(), around(root, interpreter, user=user), wheels, told)
    return told.texts


def versions(folder: str) -> list[str]:
    """Return the versions of what lies in *folder*."""
    return [each.version for each in installed_distributions((folder,))]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (InstallOptions(user=True, target="x"), "Can not combine '--user' and '--target'"),
        (InstallOptions(user=True, prefix="x"), "Can not combine '--user' and '--prefix'"),
        (InstallOptions(prefix="x", target="x"), "Can not combine '--target' and '--prefix'"),
    ],
)
def test_what_does_not_go_together(options: InstallOptions, words: str) -> None:
    """It is refused with pip's words."""
    with pytest.raises(RequestError, match=words):
        choose_destination(options, make_interpreter(), Silent())


@pytest.mark.parametrize(("is_virtual", "why"), [(True, "are not visible in this virtualenv"), (False, "are disabled")])
def test_users_packages_that_nobody_sees(*, is_virtual: bool, why: str) -> None:
    """--user is refused where the interpreter wouldn't import what it installs."""
    with pytest.raises(EnvironmentFault) as raised:
        choose_destination(InstallOptions(user=True), make_interpreter(is_virtual=is_virtual), Silent())
    assert raised.value.what == "Can not perform a '--user' install."
    assert why in raised.value.why


def test_the_default(tmp_path: Path) -> None:
    """It is the environment; the user's packages where that can't be written, unless anybody says otherwise."""
    interpreter, told = users_interpreter(tmp_path), Told()

    def choose(
        options: InstallOptions = _PLAIN, interpreter: Interpreter = interpreter, where: str = "nowhere"
    ) -> Destination:
        return choose_destination(options, interpreter, told, lambda _: where)

    assert choose(where="") == choose(InstallOptions(user=False)) == Destination()
    assert choose(InstallOptions(target="x")) == Destination(target="x")
    assert choose(InstallOptions(prefix="x", root="y")) == Destination(prefix="x", root="y")
    assert choose(interpreter=make_interpreter()) == Destination()
    assert choose(interpreter=interpreter._replace(externally_managed="by another")) == Destination()
    assert told.texts == []
    assert choose() == choose(InstallOptions(user=True)) == Destination(user=True)
    assert told.texts == ["Defaulting to user installation because normal site-packages is not writeable"]


def test_what_hides_what(tmp_path: Path) -> None:
    """The user's version hides the interpreter's, which stays; what is installed for all takes the place of both."""
    interpreter = users_interpreter(tmp_path)
    base, user = interpreter.site_packages[1], interpreter.user_site
    put(tmp_path, interpreter, "1.0")
    put(tmp_path, interpreter, "2.0", user=True)
    assert (versions(base), versions(user)) == (["1.0"], ["2.0"])
    put(tmp_path, interpreter, "3.0")
    assert (versions(base), versions(user)) == (["3.0"], [])
    assert not os.path.exists(f"{user}/sample")


def test_what_a_virtual_environment_hides(tmp_path: Path) -> None:
    """What its own packages would hide isn't installed for the user; others of the user's stay as they are."""
    interpreter = users_interpreter(tmp_path, is_virtual=True)
    put(tmp_path, interpreter, "1.0", user=True)
    put(tmp_path, interpreter, "2.0")
    assert versions(interpreter.user_site) == ["1.0"]
    with pytest.raises(EnvironmentFault, match="it will lack") as raised:
        put(tmp_path, interpreter, "3.0", user=True)
    own = interpreter.path("purelib")
    assert raised.value.what.endswith(f"it will lack sys.path precedence to sample in {own}")


def test_where_a_distribution_is_removed_from(tmp_path: Path) -> None:
    """From the environment, from the user's packages, or from both at once."""
    interpreter = users_interpreter(tmp_path)
    users, own = (scheme for scheme in reversed(schemes_of(interpreter)))
    put(tmp_path, interpreter, "1.0")
    put(tmp_path, interpreter, "2.0", user=True)
    (users_one,) = installed_distributions((users.purelib,))
    (own_one,) = installed_distributions((own.purelib,))
    assert scheme_of([users_one], interpreter) == users == user_scheme(interpreter)
    assert scheme_of([own_one], interpreter) == own
    both = scheme_of([own_one, users_one], interpreter)
    assert (both.roots, both.locks_besides) == ((*own.roots, *users.roots), (users.lock,))
    assert schemes_of(make_interpreter()) == (scheme_of([], make_interpreter()),)


def test_what_an_install_holds(tmp_path: Path) -> None:
    """The user's packages too, where some of them may give way."""
    interpreter = users_interpreter(tmp_path)
    own, users = schemes_of(interpreter)
    assert scheme_to_hold(own, interpreter) == own.with_besides(users)
    assert scheme_to_hold(users, interpreter) == users
    virtual = users_interpreter(tmp_path, is_virtual=True)
    assert scheme_to_hold(own, virtual) == own
    assert scheme_to_hold(own, interpreter._replace(user_site="")) == own


def test_what_is_removed_from_both_is_held_by_both(tmp_path: Path) -> None:
    """Whoever installs for the user waits meanwhile, and is waited for."""
    interpreter = users_interpreter(tmp_path)
    own, users = schemes_of(interpreter)
    for scheme in (own, users):
        os.makedirs(os.path.dirname(scheme.lock), exist_ok=True)
    waited: list[str] = []
    release, done = Event(), Event()

    def hold() -> None:
        with environment_lock(users):
            done.set()
            release.wait(20)

    def waiting() -> None:
        waited.append("waited")
        release.set()

    thread = Thread(target=hold)
    thread.start()
    done.wait(20)
    with environment_lock(own.with_besides(users), waiting):
        thread.join(20)
    assert waited == ["waited"]


def test_scripts_that_a_shell_does_not_find(tmp_path: Path) -> None:
    """One note names them; none for those beside the interpreter, or in a folder on PATH."""
    interpreter = users_interpreter(tmp_path)
    entry_points = "[console_scripts]\nb = sample:main\na = sample:main\n[gui_scripts]\nc = sample:main\n"
    (told,) = put(tmp_path, interpreter, "1.0", user=True, entry_points=entry_points)
    assert told.startswith(f"The scripts a and b are installed in '{tmp_path}/user/bin' which is not on PATH")
    one = put(tmp_path, interpreter, "1.1", user=True, entry_points="[console_scripts]\na = sample:main\n")
    assert one[0].startswith("The script a is installed in ")
    assert put(tmp_path, interpreter, "1.2", user=True, entry_points="[gui_scripts]\nc = sample:main\n") == []
    assert put(tmp_path, interpreter, "1.3", entry_points=entry_points) == []


def fill(place: Place) -> None:
    """Fill the index."""
    for version in ("1.0", "2.0"):
        place.index.add(wheel("lib", version))
    place.index.add(wheel("app", "1.0", "lib"))


def test_another_prefix(place: Place) -> None:
    """What the environment has counts, as in pip; it stays as it is. What the prefix has gives way."""
    fill(place)
    place.install("lib==1.0")
    prefix = place.root / "prefix"
    said = place.install("--prefix", str(prefix), "app")
    assert said.out.splitlines()[-1] == "Successfully installed app-1.0"
    again = place.install("--prefix", str(prefix), "app")
    assert again.out == said.out
    other = place.install("--prefix", str(prefix), "lib==2.0")
    assert other.out.splitlines() == ["+ lib==2.0", "Successfully installed lib-2.0"]
    older = place.install("--prefix", str(prefix), "-I", "lib==1.0")
    assert older.out.splitlines() == ["~ lib 2.0 -> 1.0", "Successfully installed lib-1.0"]
    assert sorted(path.name for path in prefix.rglob("*.dist-info")) == ["app-1.0.dist-info", "lib-1.0.dist-info"]
    assert place.versions() == {"lib": "1.0"}
    satisfied = place.install("--prefix", str(prefix), "lib").out
    assert satisfied == f"Requirement already satisfied: lib in {place.site_packages} (1.0)\n"


def test_another_prefix_is_looked_at_each_time(place: Place) -> None:
    """What was installed there isn't remembered as being there."""
    fill(place)
    for name in ("one", "two"):
        prefix = place.root / name
        for _ in range(2):
            place.install("--prefix", str(prefix), "app")
            (prefix / "lib").rename(place.root / f"gone-{len(list(place.root.iterdir()))}")
    place.install("--prefix", str(prefix), "app")
    assert (prefix / "lib").exists()


def test_beside_what_a_target_folder_has(place: Place) -> None:
    """What nobody has recorded stays as well where it is in the way; the rest comes, and is recorded."""
    files = {"pkg/__init__.py": b"", "pkg/one.py": b"", "same.py": b"same", "alone.py": b"", "ns/pkg.py": b""}
    points = {"pkg-1.0.dist-info/entry_points.txt": b"[console_scripts]\nrun = pkg:main\nwalk = pkg:main\n"}
    data = {"pkg-1.0.data/data/share/a.txt": b"a", "pkg-1.0.data/data/share/b.txt": b"b"}
    place.index.add(make_archive("pkg", "1.0", files={**files, **points, **data}))
    target = place.root / "target"
    mine = {"pkg/one.py": "mine", "same.py": "same", "ns/mine.py": "mine", "bin/run": "mine", "share/a.txt": "mine"}
    for name, text in mine.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text)
    said = place.install("-t", str(target), "--compile", "pkg")
    warned = [line.split()[3] for line in said.err.splitlines() if "already exists" in line]
    assert warned == [str(target / name) for name in ("bin/run", "pkg", "share/a.txt")]
    assert {name: (target / name).read_text() for name in mine} == mine
    record = (target / "pkg-1.0.dist-info" / "RECORD").read_text()
    listed = [row.partition(",")[0] for row in record.splitlines() if "dist-info" not in row and "pyc" not in row]
    assert sorted(listed) == ["alone.py", "bin/walk", "ns/pkg.py", "same.py", "share/b.txt"]
    compiled = sorted(path.relative_to(target).as_posix().partition(".")[0] for path in target.rglob("*.pyc"))
    assert compiled == ["__pycache__/alone", "__pycache__/same", "ns/__pycache__/pkg"]


def test_a_target_folder_that_keeps_an_older_version(place: Place) -> None:
    """What is asked for isn't there then: status 1, and nothing is called installed; not so with --upgrade."""
    fill(place)
    target = str(place.root / "target")
    place.install("-t", target, "lib==1.0")
    said = place.run("install", "-t", target, "lib==2.0")
    assert (said.status, said.out) == (1, f"Requirement already satisfied: lib==2.0 in {target} (1.0)\n")
    assert f"lib 1.0 stays in {target}, where 2.0 is needed" in said.err
    quiet = place.run("install", "-t", target, "--no-warn-conflicts", "lib==2.0")
    assert (quiet.status, "needed" in quiet.err) == (0, False)
    place.install("-t", target, "app")
    assert "1.0" in (place.root / "target/lib.py").read_text()
    done = place.install("-t", target, "-U", "app").out.splitlines()
    assert done == ["+ app==1.0", "~ lib 1.0 -> 2.0", "Successfully installed app-1.0 lib-2.0"]


def test_target_folders_are_alike(place: Place) -> None:
    """What was resolved for one that was empty serves the next one; byte code lies with its modules."""
    fill(place)
    folders = [place.root / name for name in ("one", "two")]
    for folder in folders:
        place.install("--target", str(folder), "app")
    one, two = (sorted(path.name for path in folder.iterdir()) for folder in folders)
    assert one == two == ["app-1.0.dist-info", "app.py", "lib-2.0.dist-info", "lib.py"]


def test_a_report_is_written_each_time(place: Place) -> None:
    """Also where the same was done before, and where there is nothing to do."""
    fill(place)
    path = place.root / "report.json"
    counts = []
    for _ in range(3):
        place.install("--report", str(path), "app")
        counts.append(len(json.loads(path.read_text())["install"]))
        path.unlink()
    assert counts == [2, 0, 0]


def test_a_report_on_stdout_is_all_there_is(place: Place) -> None:
    """Programs read it; the story is on stderr."""
    fill(place)
    for words in (("-n",), ("-n", "-q"), (), ("--json",)):
        said = place.install("--report", "-", *words, "app", "--force-reinstall")
        report = json.loads(said.out)
        assert [each["metadata"]["name"] for each in report["install"]] == ["app", "lib"]
    assert [each["requested"] for each in report["install"]] == [True, False]


def test_a_report_that_cannot_be_written(place: Place) -> None:
    """Then nothing is installed."""
    fill(place)
    assert "the report can't be written" in place.refused("--report", str(place.root / "no" / "report.json"), "app")


@pytest.mark.parametrize(
    ("options", "environ", "is_told"),
    [
        (_PLAIN, {}, True),
        (_PLAIN, {"VIRTUAL_ENV": "", "CONDA_PREFIX": ""}, True),
        (_PLAIN._replace(user=True, root="/r"), {}, True),
        (_PLAIN, {"VIRTUAL_ENV": "/env"}, False),
        (_PLAIN, {"CONDA_PREFIX": "/env"}, False),
        (_PLAIN._replace(python="3.12"), {}, False),
        (_PLAIN._replace(target="/t"), {}, False),
        (_PLAIN._replace(prefix="/p"), {}, False),
    ],
)
def test_an_environment_that_nobody_named_is_told(
    tmp_path: Path, options: InstallOptions, environ: dict[str, str], *, is_told: bool
) -> None:
    """Where none is active the one that is changed may not be the one that was meant."""
    story = Told()
    interpreter = users_interpreter(tmp_path)
    tell_unnamed(options, interpreter, story, environ)
    told = f"no environment is active: using {tmp_path / 'base'} (Python {interpreter.target.full_version})"
    assert story.texts == [told] * is_told


def test_it_is_told_before_anything_is_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, and not with -q."""
    place.index.add(wheel("lib", "1.0"))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    line = ["install", "--cache-dir", str(place.cache), "--index-url", place.index.url, "--dry-run", "lib"]
    said = say(line)
    assert (said.status, said.err.startswith("no environment is active: using ")) == (0, True)
    assert say([*line, "-q"]).err == ""
