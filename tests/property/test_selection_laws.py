"""What is chosen of a listing is what pip chooses, whatever is listed, asked for and said by options.

pip's own finder judges, in this process; what its resolver adds to it (yanked releases, one candidate a version) is
repeated here in a few lines. Nothing is fetched on either side.
"""

import sys
from typing import NamedTuple

import packaging.tags
from core.fakes import World, requirements
from hypothesis import example, given
from hypothesis import strategies as st
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.format_control import FormatControl
from pip._internal.models.link import Link
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.models.target_python import TargetPython
from pip._internal.utils.hashes import Hashes
from pip._vendor.packaging.specifiers import SpecifierSet

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.core.facts import Metadata, SourceMetadata
from pybuildsync.core.goal import Formats, Goal, Releases
from pybuildsync.core.resolution import NoSolution, resolve
from pybuildsync.core.targets import Target
from pybuildsync.core.variants import Facts, Source
from pybuildsync.environments.other_tags import other_target

VERSION = ".".join(map(str, sys.version_info[:3]))
OWN = Target("cpython", VERSION.rpartition(".")[0], VERSION, tuple(map(str, packaging.tags.sys_tags())), ())
PURE, FITTING, FOREIGN = "py3-none-any", str(next(packaging.tags.sys_tags())), "cp27-cp27m-win32"


class Asked(NamedTuple):
    """What is asked of a project `a` with these files, and how."""

    files: tuple[DistributionFile, ...]
    specifiers: tuple[str, ...] = ("",)
    constraint: str = ""
    releases: Releases = Releases()
    formats: Formats = Formats()
    prefer_binary: bool = False
    ignore_requires_python: bool = False
    version: tuple[int, ...] = ()
    hashes: tuple[str, ...] = ()


def file(
    name: str, *, python: str = "", yanked: str | None = None, digest: str = "", place: str = "one"
) -> DistributionFile:
    """Return a file as an index lists it."""
    hashes = (("sha256", digest * 64),) if digest else ()
    return DistributionFile(name, f"https://{place}.example/{name}", hashes, python, yanked=yanked)


def pips_choice(asked: Asked) -> str:
    """Return the address of the file that pip takes, "" for none."""
    preferences = SelectionPreferences(
        allow_yanked=True,
        format_control=FormatControl(set(asked.formats.no_binary), set(asked.formats.only_binary)),
        release_control=ReleaseControl(set(asked.releases.all_releases), set(asked.releases.only_final)),
        prefer_binary=asked.prefer_binary,
        ignore_requires_python=asked.ignore_requires_python,
    )
    finder = PackageFinder.create(
        link_collector=None,  # type: ignore[arg-type]  # nothing is collected
        selection_prefs=preferences,
        target_python=TargetPython(py_version_info=asked.version or None),
    )
    links = []
    for each in asked.files:
        fragment = f"#sha256={each.sha256}" if each.sha256 else ""
        link = Link(each.url + fragment, requires_python=each.requires_python or None, yanked_reason=each.yanked)
        links.append(link)
    finder._all_candidates["a"] = finder.evaluate_links(finder.make_link_evaluator("a"), links)
    specifier = SpecifierSet(",".join(filter(None, (*asked.specifiers, asked.constraint))))
    hashes = Hashes({"sha256": [each.partition(":")[2] for each in asked.hashes]} if asked.hashes else None)
    found = finder.find_best_candidate("a", specifier, hashes).applicable_candidates
    pinned = any(each.operator in ("==", "===") and not each.version.endswith(".*") for each in specifier)
    admits_yanked = pinned and all(candidate.link.is_yanked for candidate in found)
    for candidate in reversed(found):
        if admits_yanked or not candidate.link.is_yanked:
            return candidate.link.url_without_fragment
    return ""


class Index(World):
    """Knowledge of one listing; nothing in it requires anything."""

    def wheel_metadata(self, file: DistributionFile, project: str, version: str) -> Metadata:
        """Return what every wheel says."""
        assert file.is_wheel
        return Metadata(project, version)

    def source_metadata(self, source: Source) -> SourceMetadata:
        """Return what every source says."""
        return SourceMetadata(Metadata(source.name, source.version))


def our_choice(asked: Asked) -> str:
    """Return the address of the file that we take, "" for none."""
    target = other_target(OWN, version=asked.version) if asked.version else None
    goal = Goal(
        target=OWN,
        requirements=requirements(*(f"a{specifier}" for specifier in asked.specifiers)),
        constraints=requirements(f"a{asked.constraint}") if asked.constraint else (),
        releases=asked.releases,
        formats=asked.formats,
        prefer_wheels=asked.prefer_binary,
        any_python=asked.ignore_requires_python,
        wheels_for=target,
        hashes=(("a", asked.hashes),) if asked.hashes else (),
    )
    try:
        (chosen,) = resolve(goal, Index(files={"a": list(asked.files)}), Facts()).running
    except NoSolution:
        return ""
    found = chosen.pick.file or (chosen.pick.source.file if chosen.pick.source else None)
    assert found is not None
    return found.url


versions = st.sampled_from(
    [
        "0.9",
        "1.0",
        "1.0+cu1",
        "1.0+cu2.b",
        "1.0.post1",
        "1.1a1",
        "1.1.dev3",
        "1.1",
        "2.0rc1",
        "2.0",
        "2.0.dev1+x",
        "1!0.1",
    ]
)
tags = st.sampled_from(
    [PURE, PURE, FITTING, FITTING, FOREIGN, f"cp36-abi3-{FITTING.rpartition('-')[2]}", "py2.py3-none-any"]
)
builds = st.sampled_from(["", "", "", "-1", "-2", "-10", "-1a"])
pythons = st.sampled_from(["", "", "", ">=3.0", ">=3.99", "<3", "==3.*", "!=3.99.*", "nonsense", f"=={VERSION}"])
wheel_names = st.builds(lambda version, build, tag: f"a-{version}{build}-{tag}.whl", versions, builds, tags)
sdist_names = versions.map(lambda version: f"a-{version}.tar.gz")
others = st.sampled_from(
    ["a-1.0.exe", "b-1.0.tar.gz", "a-nonsense.tar.gz", "a-1.0-py3-none.whl", "a_b-3.0-py3-none-any.whl"]
)
files = st.builds(
    file,
    st.one_of(wheel_names, wheel_names, sdist_names, others),
    python=pythons,
    yanked=st.sampled_from([None, None, None, None, "", "broken"]),
    digest=st.sampled_from(["", "a", "b"]),
    place=st.sampled_from(["one", "two"]),
)
listings = st.lists(files, max_size=8, unique_by=lambda each: each.url).map(tuple)
specifiers = st.sampled_from(
    ["", "", ">=1", "<2", "==1.0", "==1.0+cu1", "===1.0", "===1.0+CU1", "==1.*", "==1.1a1", ">=1.1a1", "~=1.0", "!=1.0",
     "!=2.0rc1", ">1.0", "<=1.0", ">=1.0,<2", "<2.0rc1", "===nonsense", "==2.0.dev1", ">2.0.dev0"]
)  # fmt: skip
names = st.sampled_from([*[frozenset[str]()] * 4, frozenset({"a"}), frozenset({":all:"}), frozenset({"b"})])
questions = st.builds(
    Asked,
    files=listings,
    specifiers=st.one_of(st.just(("",)), st.lists(specifiers, min_size=1, max_size=2).map(tuple)),
    constraint=st.one_of(st.just(""), specifiers),
    releases=st.builds(Releases, names, names).filter(lambda each: not each.all_releases & each.only_final),
    formats=st.builds(Formats, names, names).filter(lambda each: not each.no_binary & each.only_binary),
    prefer_binary=st.booleans(),
    ignore_requires_python=st.booleans(),
    version=st.sampled_from([(), (), (), (), (3,), (3, 99), (2, 7, 18)]),
    hashes=st.sampled_from([(), (), (), ("sha256:" + "a" * 64,), ("sha256:" + "a" * 64, "sha256:" + "b" * 64)]),
)


WHEEL, LATER = file("a-1.0-py3-none-any.whl"), file("a-1.1a1-py3-none-any.whl")
HASHES = ("sha256:" + "a" * 64,)


@given(questions)
@example(Asked((WHEEL, LATER), constraint=">1.0"))  # seen together, they leave nothing else
@example(Asked((file("a-1.0.tar.gz"), LATER), formats=Formats(only_binary=frozenset("a"))))
@example(Asked((WHEEL, file("a-1.0-py2.py3-none-any.whl"))))  # the last of two equal ones
@example(Asked((file("a-1.0-py3-none-any.whl", yanked=""), file(f"a-1.0-{FOREIGN}.whl")), ("==1.0",)))
@example(Asked((file("a-1.0.tar.gz", digest="a"), WHEEL, LATER), hashes=HASHES))
@example(Asked((file("a-0.9.tar.gz", digest="a"), WHEEL), hashes=HASHES))
def test_the_choice_is_pips(asked: Asked) -> None:
    """The same file, or none; where pip would fetch one whose hash is known to be wrong, only to fail, we don't."""
    ours, pips = our_choice(asked), pips_choice(asked)
    digests = {each.url: each.sha256 for each in asked.files}
    if asked.hashes and digests.get(pips) and f"sha256:{digests[pips]}" not in asked.hashes:
        assert not digests.get(ours)
    else:
        assert ours == pips
