"""Laws of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI, TestPyPI

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
)
MODULES = [path for path in FILES if path.suffix == ".py" and "data" not in path.parts]
PRODUCT = [path for path in MODULES if path.is_relative_to(ROOT / "src")]
CORE = [path for path in PRODUCT if path.is_relative_to(ROOT / "src/pybuildsync/core")]
HOOKS = [path for path in MODULES if path.is_relative_to(ROOT / "hooks/src")]
PAGES = [path for path in FILES if path.suffix == ".md"]

LONGEST = 500
VAGUE = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
MOST_METHODS = 3

# Projects of the examples, and the ones that tempt most to be treated as a special case.
SPECIAL = re.compile(
    r"(?<![\w-])(softioc|epicscorelibs|pvxslibs|p4p|bottleneck|numpy|oldest-supported-numpy|scipy|pandas|torch|cymem"
    r"|persistent|protobuf|grpcio|cython|meson-python|scikit-build-core|pybind11|hatchling|flit-core|cmake|ninja)(?![\w-])",
    re.IGNORECASE,
)
POLICY_TABLES = {"policies.py", "policy_table.py"}


def relative(path: Path) -> str:
    """Return the path as it is read in a message."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def called(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the last name and the line of everything that a module calls."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno


def strings(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every string of a module that is not a docstring, with its line."""
    module = tree(path)
    told = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value, node.lineno


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name, "" of anything else."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, spelled as code hosts spell them."""
    text = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ +(.+?) *#*$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[*`]", "", title).lower()).replace(" ", "-") for title in titles}


def broken(target: str, *bases: Path) -> bool:
    """Say whether a link leads nowhere from every one of the folders given."""
    path, _, anchor = target.partition("#")
    for base in bases:
        found = (base / path).resolve()
        if found.exists() and (not anchor or anchor in headings(found)):
            return False
    return True


def test_no_host_of_a_registry_is_named() -> None:
    """The default index is read from the interpreter's pip; its hosts stand in no file of ours."""
    hosts = {address for index in (PyPI, TestPyPI) for address in (index.netloc, index.file_storage_domain)}
    domains = sorted({".".join(host.split(".")[-2:]).lower() for host in hosts})
    found = [
        f"{relative(path)}: {domain}"
        for path in FILES
        for domain in domains
        if domain.encode() in path.read_bytes().lower()
    ]
    assert found == []


def test_a_module_fits_in_a_head() -> None:
    """No module is longer than 500 lines."""
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_a_module_is_named_after_what_it_holds() -> None:
    """No module or package is called utils, misc, helpers, manager or base."""
    names = {relative(path) for path in MODULES}
    assert [name for name in sorted(names) if VAGUE & set(re.split(r"[/_.]", name))] == []


def test_links_of_pages_lead_somewhere() -> None:
    """Every relative link in a page, with its anchor, resolves."""
    links = [(page, target) for page in PAGES for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))]
    found = [
        f"{relative(page)}: {target}"
        for page, target in links
        if not re.match(r"[a-z]+:", target)
        and broken(page.name + target if target.startswith("#") else target, page.parent)
    ]
    assert found == []


def test_pages_that_code_names_exist() -> None:
    """A page that a docstring or a comment points to, with its anchor, resolves from the root or from docs/."""
    found = [
        f"{relative(path)}: {target}"
        for path in [*PRODUCT, *HOOKS]
        for target in re.findall(r"[\w./-]*\w\.md(?:#[\w-]+)?", path.read_text("utf-8"))
        if broken(target, ROOT, ROOT / "docs", ROOT / "hooks")
    ]
    assert found == []


def test_pages_name_targets_that_exist() -> None:
    """Every `make X` that a page tells is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    told = {
        (relative(page), target)
        for page in PAGES
        for target in re.findall(r"(?:^|`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert sorted((page, target) for page, target in told if target not in targets) == []


def test_no_project_is_a_special_case() -> None:
    """Names of projects stand in the policy table and nowhere else in the product."""
    found = [
        f"{relative(path)}:{line}: {text!r}"
        for path in PRODUCT
        if path.name not in POLICY_TABLES
        for text, line in strings(path)
        if SPECIAL.search(text)
    ]
    assert found == []


def test_the_hooks_need_nothing_but_python() -> None:
    """What ends up in other people's builds imports only the standard library and itself."""
    found = []
    for path in HOOKS:
        for node in ast.walk(tree(path)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            top = {name.split(".")[0] for name in names}
            found += [f"{relative(path)}: {name}" for name in top - sys.stdlib_module_names - {"pybuildsync_hooks"}]
    assert found == []


def test_the_core_neither_reads_nor_writes_nor_asks_the_time() -> None:
    """What needs no import escapes import-linter: open, print, input, and clocks by a method of datetime."""
    acts = {"open", "print", "input", "exec", "eval", "now", "utcnow", "today", "breakpoint"}
    assert [f"{relative(path)}:{line}: {name}" for path in CORE for name, line in called(path) if name in acts] == []


def test_data_is_frozen() -> None:
    """Every dataclass of the product is frozen and has slots, or says `# mutable: why` beside its decorator."""
    found = []
    for path in [*PRODUCT, *HOOKS]:
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in [part for part in ast.walk(tree(path)) if isinstance(part, ast.ClassDef)]:
            for decorator in node.decorator_list:
                if name_of(decorator) == "dataclass" and "# mutable: " not in lines[decorator.lineno - 1]:
                    options = {word.arg for word in decorator.keywords} if isinstance(decorator, ast.Call) else set()
                    wanted = {"frozen"} if path in HOOKS else {"frozen", "slots"}  # slots came with Python 3.10
                    found += [f"{relative(path)}:{node.lineno}: {option}" for option in sorted(wanted - options)]
    assert found == []


def test_protocols_are_small() -> None:
    """A protocol has at most three methods."""
    found = []
    for path in PRODUCT:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and "Protocol" in map(name_of, node.bases):
                methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
                if len(methods) > MOST_METHODS:
                    found.append(f"{relative(path)}: {node.name} has {', '.join(methods)}")
    assert found == []


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"# type: " + r"ignore(?!\[[\w, -]+\]  # \w)", id="type-ignore"),
        pytest.param(r"pragma: " + r"no (cover|branch)(?!: \w)", id="no-cover"),
        pytest.param(r"pytest\.(mark\.)?(skip|xfail)\b(?!\(.*\w{3})", id="skip"),
    ],
)
def test_an_exception_has_a_reason(pattern: str) -> None:
    """Whoever silences a check says why on the same line."""
    found = [
        f"{relative(path)}:{number}: {line.strip()}"
        for path in MODULES
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []
