"""Metadata as built-in types."""

import marshal

import pytest

from pybuildsync.core.facts import Metadata, MetadataParts, Origin
from pybuildsync.core.requirements import parse_requirement

REQUIRES = (parse_requirement("lib[x]>=1; os_name == 'posix'"), parse_requirement("other @ https://f.example/a.whl"))


@pytest.mark.parametrize("origin", Origin)
def test_parts_make_the_same_metadata(origin: Origin) -> None:
    """They can be stored."""
    metadata = Metadata("app", "1.0", REQUIRES, ">=3.8", ("x",), origin)
    assert Metadata.from_parts(marshal.loads(marshal.dumps(metadata.parts()))) == metadata


@pytest.mark.parametrize("parts", [(), ("app", "1.0", (), "", (), "hearsay"), ("app", "1.0", 5, "", (), "wheel")])
def test_what_are_no_parts(parts: MetadataParts) -> None:
    """Whoever reads them finds out."""
    with pytest.raises((ValueError, TypeError)):
        Metadata.from_parts(parts)
