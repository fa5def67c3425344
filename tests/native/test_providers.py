"""Whose files meet which need: the wheel's own, another distribution's, or the system's."""

import pytest

from pybuildsync.native.needs import Needs
from pybuildsync.native.providers import Link, Links, find_links, unmet

MODULE = "ext/_ext.so"


def elf(*needed: str, rpaths: tuple[str, ...] = ()) -> Needs:
    """Return the needs of an ELF extension module."""
    return Needs("", needed, rpaths, "elf")


def found(needs: Needs, own: tuple[str, ...] = (), build: tuple[str, ...] = (), **distributions: list[str]) -> Links:
    """Return the links of a wheel with one module."""
    return find_links([(MODULE, needs)], [MODULE, *own], distributions, build_folders=build)


def test_a_run_path_leads_to_the_file_of_a_distribution() -> None:
    """What lies where the loader looks is the provider, whoever else has a file of that name."""
    links = found(
        elf("liba.so.1", "libc.so.6", rpaths=("$ORIGIN/../b/lib",)),
        a=["a/lib/liba.so.1"],
        b=["b/lib/liba.so.1", "b/x.py"],
    )
    assert links.links == (Link(MODULE, "liba.so.1", "b", "b/lib/liba.so.1", by_run_path=True),)


def test_without_a_run_path_the_name_decides() -> None:
    """Something else may bring the library in; the first distribution that has one of that name counts."""
    links = found(elf("liba.so.1", rpaths=("/opt/lib",)), b=["b/liba.so.1"], a=["a/liba.so.1"])
    assert links.links == (Link(MODULE, "liba.so.1", "b", "b/liba.so.1", by_run_path=False),)


@pytest.mark.parametrize("rpaths", [(), ("$ORIGIN/../ext.libs",)])
def test_a_need_met_within_the_wheel_is_its_own(rpaths: tuple[str, ...]) -> None:
    """Libraries in ``NAME.libs`` were put there by auditwheel and the like, for this wheel."""
    assert found(elf("liba.so.1", rpaths=rpaths), ("ext.libs/liba.so.1",), a=["a/liba.so.1"]).links == ()


@pytest.mark.parametrize("library", ["libstdc++.so.6", "ld-linux-x86-64.so.2", "libz.so.1"])
def test_what_every_system_has_is_the_systems(library: str) -> None:
    """A distribution that happens to ship a file of that name is linked to only where the run path leads there."""
    assert found(elf(library), a=[f"a/{library}"]).links == ()
    (link,) = found(elf(library, rpaths=("$ORIGIN/../a",)), a=[f"a/{library}"]).links
    assert link.distribution == "a"


def test_absolute_run_paths_into_the_build_are_told_from_others() -> None:
    """A wheel that looks into a folder of the build works only as long as that folder is there."""
    links = found(
        elf(rpaths=("$ORIGIN", "/tmp/build/x/../lib", "/tmp/builder/lib", "/opt/lib", "/usr/lib/x")),  # noqa: S108
        build=("/tmp/build/", ""),  # noqa: S108
    )
    assert links.leaving == ((MODULE, "/tmp/build/x/../lib"),)  # noqa: S108


def test_macos_paths() -> None:
    """@rpath and @loader_path lead to files, /usr/lib is the system, an absolute install name may leave the wheel."""
    needs = Needs(
        "",
        (
            "@rpath/liba.1.dylib",
            "@loader_path/.dylibs/libown.dylib",
            "/usr/lib/libSystem.B.dylib",
            "/build/lib/libb.dylib",
        ),
        ("@loader_path/../a/lib",),
        "mach-o",
    )
    links = found(needs, ("ext/.dylibs/libown.dylib",), ("/build",), a=["a/lib/liba.1.dylib"], b=["b/libb.dylib"])
    assert [(link.distribution, link.by_run_path) for link in links.links] == [("a", True), ("b", False)]
    assert links.leaving == ((MODULE, "/build/lib/libb.dylib"),)


def test_windows_names_know_no_case() -> None:
    """DLLs beside the module are found by Windows itself; others by name, in any case."""
    links = found(Needs("", ("OWN.dll", "A.DLL", "KERNEL32.dll"), (), "pe"), ("ext/own.dll",), a=["a/a.dll"])
    assert links.links == (Link(MODULE, "A.DLL", "a", "a/a.dll", by_run_path=False),)


def test_a_plan_is_checked_by_name() -> None:
    """A run path needs that very file, a name any file of that name in the same distribution."""
    exact = Link(MODULE, "liba.so.1", "a", "a/liba.so.1", by_run_path=True)
    named = Link(MODULE, "liba.so.1", "a", "a/liba.so.1", by_run_path=False)
    assert unmet([exact, named], {"a": ["a/liba.so.1"]}) == ()
    assert unmet([exact, named], {"a": ["a/lib/liba.so.1"], "b": ["a/liba.so.1"]}) == (exact,)
    assert unmet([exact, named], {"a": ["a/liba.so.2"]}) == (exact, named)
    assert unmet([exact, named], {}) == (exact, named)
