"""Direct references: their parts, their texts, and which are the same."""

import pytest

from pybuildsync.core.direct_references import Reference, is_url, parse_reference, reference_key, reference_text
from pybuildsync.errors import RequestError

REPOSITORY = "https://x.example/a.git"


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        ("https://x.example/a.zip", Reference("https://x.example/a.zip")),
        (
            "https://u:p@x.example/a.zip?q=1#egg=A.b&subdirectory=c/d&sha256=AB",
            Reference("https://u:p@x.example/a.zip?q=1", subdirectory="c/d", egg="A.b", hashes=("sha256:ab",)),
        ),
        ("file:///a%20b", Reference("file:///a%20b")),
        (f"git+{REPOSITORY}", Reference(REPOSITORY, "git")),
        (f"GIT+{REPOSITORY}@feature/x%40y", Reference(REPOSITORY, "git", "feature/x@y")),
        ("git+ssh://git@x.example/a@v1", Reference("ssh://git@x.example/a", "git", "v1")),
        ("git+file:///a/b@v1#egg=c", Reference("file:///a/b", "git", "v1", egg="c")),
        ("hg+static-http://x.example/a", Reference("static-http://x.example/a", "hg")),
        ("svn+ssh://x.example/a@12", Reference("svn+ssh://x.example/a", "svn", "12")),
        ("svn+svn://x.example/a", Reference("svn://x.example/a", "svn")),
        ("bzr+lp:project", Reference("lp:project", "bzr")),
        ("bzr+lp:///project", Reference("lp:///project", "bzr")),
        ("bzr+ssh://x.example/a", Reference("bzr+ssh://x.example/a", "bzr")),
        ("https://x.example/a.zip#egg=&x", Reference("https://x.example/a.zip")),
    ],
)
def test_parts(url: str, reference: Reference) -> None:
    """As pip reads them: the revision is behind the last "@" of the path, the rest in the fragment."""
    assert parse_reference(url) == reference


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("ftp://x.example/a.zip", "ftp scheme"),
        ("./a", "no scheme"),
        ("git://x.example/a", "git scheme"),
        ("git+git@x.example:a/b.git", "ssh:// in front"),
        (f"git+{REPOSITORY}@", "empty revision"),
        (f"git+{REPOSITORY}@--upload-pack=x", "begins like an option"),
        ("https://x.example/a.zip#egg=a[x]", "is no name of a project"),
        ("https://x.example/a.zip#subdirectory=../b", "leads out"),
        ("https://x.example/a.zip#subdirectory=/b", "leads out"),
        ("https://[x/a.zip", "is no URL"),
    ],
)
def test_what_is_none(url: str, what: str) -> None:
    """Each error says what is wrong with it."""
    with pytest.raises(RequestError) as caught:
        parse_reference(url)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/a.zip#sha256=ab&subdirectory=b",
        "git+https://x.example/a.git@feature/x%40y#subdirectory=b",
        "svn+ssh://x.example/a@12",
        "svn+https://x.example/a",
        "file:///a/b",
    ],
)
def test_texts(url: str) -> None:
    """The text of a reference is one that gives it again."""
    assert reference_text(parse_reference(url)) == url


def test_which_are_the_same() -> None:
    """Credentials, egg, the order of a query and how this machine is spelt don't count; all else does."""
    same = ["https://x.example/a.zip?a=1&b=2#egg=a", "https://u:p@X.example/a.zip?b=2&a=1"]
    assert len({reference_key(url) for url in same}) == 1
    assert reference_key("file:///a") == reference_key("file://localhost/a")
    others = [
        "https://x.example/a.zip",
        "https://x.example/a.zip#sha256=ab",
        "https://x.example/a.zip#subdirectory=b",
        "http://x.example/a.zip",
        f"git+{REPOSITORY}",
        f"git+{REPOSITORY}@v1",
        "what is none",
    ]
    assert len({reference_key(url) for url in others}) == len(others)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://x", True), ("git+ssh://x", True), ("file:/x", True), ("bzr+lp:x", True),
        ("git+git@x.example:a/b", True), ("a", False),
        ("a @ https://x", False), ("C:\\x", False), ("://x", False),
    ],
)  # fmt: skip
def test_what_looks_like_a_url(text: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """A scheme and two slashes."""
    assert is_url(text) == expected


def test_what_is_on_this_machine() -> None:
    """A file or folder; a repository is another matter."""
    found = [parse_reference(url).is_local for url in ("file:///a", "FILE:///a", "https://x/a", "git+file:///a")]
    assert found == [True, True, False, False]


def test_what_may_be_printed() -> None:
    """Neither credentials nor a query, where tokens are."""
    assert parse_reference("https://u:p@x.example/a.zip?token=1").shown == "https://x.example/a.zip"
