"""Laws of direct references: whatever stands there is a reference or a clear error, and its text gives it again."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from pybuildsync.core.direct_references import SCHEMES, is_url, parse_reference, reference_key, reference_text
from pybuildsync.errors import RequestError

NAMES = st.text(st.sampled_from("abXY019-_.%/~"), min_size=1, max_size=12)
REVISIONS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
DIGESTS = st.text(st.sampled_from("0123456789abcdef"), min_size=64, max_size=64)


@given(st.text())
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    """Nothing else is ever raised, and every text has a key."""
    for each in (text, f"https://{text}", f"git+ssh://{text}", f"file:{text}", f"https://x.example/a#{text}"):
        reference_key(each)
        is_url(each)
        with suppress(RequestError):
            assert parse_reference(each).url


@given(st.sampled_from(("https", "file", *SCHEMES)), NAMES, REVISIONS, st.sampled_from(["", "sub", "sub/dir"]), DIGESTS)
def test_the_text_of_a_reference_gives_it_again(
    scheme: str, path: str, revision: str, subdirectory: str, digest: str
) -> None:
    """Revisions with any character, too."""
    found = parse_reference(f"{scheme}://x.example/{path}#subdirectory={subdirectory}&sha256={digest}")
    if found.vcs and not revision.startswith("-"):
        found = found._replace(revision=revision)
    again = parse_reference(reference_text(found))
    assert again == found
    assert reference_key(reference_text(again)) == reference_key(reference_text(found))
