"""What is in the folders of an environment."""

from pathlib import Path

from pybuildsync.frontend.hook_requires import present_versions


def test_the_first_folder_counts(tmp_path: Path) -> None:
    """As it does for imports; what is no distribution isn't told."""
    for path in ("one/a_b-1.0.dist-info", "two/a_b-2.0.dist-info", "two/c-1.0.dist-info", "two/c", "two/.dist-info"):
        (tmp_path / path).mkdir(parents=True)
    assert present_versions(str(tmp_path / "one"), str(tmp_path / "two")) == {"a-b": "1.0", "c": "1.0"}
