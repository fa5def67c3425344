"""What tells one content of a source tree from another."""

from pathlib import Path

from pybuildsync.pipeline.linked_libraries import compiled_in
from pybuildsync.pipeline.trees import tree_digest


def test_the_digest_of_a_tree(tmp_path: Path) -> None:
    """Names, modes, contents and links count; what no build sees or what version control keeps doesn't."""
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "a.txt"
    file.write_text("a")
    seen = {tree_digest(str(tmp_path))}
    for name in (".git", "__pycache__", ".tox", "environment"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    assert {tree_digest(str(tmp_path))} == seen
    file.chmod(0o755)
    seen.add(tree_digest(str(tmp_path)))
    (tmp_path / "link").symlink_to("sub/a.txt")
    seen.add(tree_digest(str(tmp_path)))
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("elsewhere")
    seen.add(tree_digest(str(tmp_path)))
    file.rename(tmp_path / "sub" / "b.txt")
    seen.add(tree_digest(str(tmp_path)))
    assert len(seen) == 5


def test_compiled_files_of_a_tree(tmp_path: Path) -> None:
    """Those that may run: not an environment's, not hidden ones, not what lies about of a build by setuptools."""
    there = ("a/x.so", "src/b/y.so", "build/cp311/z.so")
    others = ("build/lib.linux/a/x.so", "build/temp.linux/x.so", ".hidden/x.so", "env/x.so", "a/x.py")
    for name in (*there, *others, "env/pyvenv.cfg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert compiled_in(str(tmp_path)) == ("a/x.so", "build/cp311/z.so", "src/b/y.so")
