"""Pages in HTML."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from index.reading import read_all

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.errors import IndexFault
from pybuildsync.index.html_listing import find_tags, parse_tags, read_html, split_html
from pybuildsync.index.listed_hashes import read_hashes

URL = "https://index.example/simple/a/"
SHA = "0123456789abcdef" * 4


def test_every_attribute_of_the_standards_is_read() -> None:
    """PEP 503 (hash, requires-python), 592 (yank), 714 (metadata) and upload times and sizes where they are told."""
    page = f"""<!DOCTYPE html><html><body>
    <a href="../../files/a-1.0-py3-none-any.whl#sha256={SHA}" data-requires-python="&gt;=3.8"
       data-yanked="broken &amp; bad" data-core-metadata="sha256={SHA}" data-size="12"
       data-upload-time="2026-01-02T03:04:05Z">a</a>
    </body></html>"""
    assert read_html(page, URL, URL) == (
        DistributionFile(
            "a-1.0-py3-none-any.whl",
            "https://index.example/files/a-1.0-py3-none-any.whl",
            (("sha256", SHA),),
            ">=3.8",
            12,
            "2026-01-02T03:04:05Z",
            "broken & bad",
            (("sha256", SHA),),
            URL,
        ),
    )


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("data-dist-info-metadata=true", ()),
        (f"data-dist-info-metadata='sha256={SHA}'", (("sha256", SHA),)),
        ('data-core-metadata="true" data-dist-info-metadata="sha256=0"', ()),
        ("data-core-metadata=false", None),
        ("", None),
    ],
)
def test_the_newer_name_of_the_metadata_attribute_wins(attribute: str, expected: object) -> None:
    """PEP 714 renames what PEP 658 named."""
    (file,) = read_html(f"<a href='a-1.tar.gz' {attribute}>a</a>", URL, URL)
    assert file.metadata == expected


def test_a_yank_without_a_reason_is_a_yank() -> None:
    """The attribute may have no value (PEP 592)."""
    (file,) = read_html('<a data-yanked href="a-1.tar.gz">', URL, URL)
    assert file.yanked == ""


def test_only_wheels_and_sdists_count() -> None:
    """Eggs, installers, pages and names with path separators are left out."""
    links = ["a-1.egg", "a-1.exe", "../", "a-1.zip", "x%2Fa-1.whl", "a-1.tar.gz?token=1", "", "a%2B1.whl"]
    page = "".join(f'<a href="{link}">x</a>' for link in links)
    assert [file.filename for file in read_html(page, URL, URL)] == ["a-1.zip", "a-1.tar.gz", "a+1.whl"]


def test_links_are_relative_to_the_base_of_the_page() -> None:
    """``<base>`` is itself relative to the page; the first one counts."""
    page = '<head><base href="/other/"><base href="/no/"></head><a href="a-1.zip">'
    assert [file.url for file in read_html(page, URL, URL)] == ["https://index.example/other/a-1.zip"]


def test_links_keep_no_credentials() -> None:
    """Nothing that ends up in the store or in an error holds any."""
    (file,) = read_html('<a href="https://u:p@files.example/a-1.zip">', URL, URL)
    assert file.url == "https://files.example/a-1.zip"


def test_spaces_in_links_are_encoded() -> None:
    """Some old pages hold them."""
    (file,) = read_html('<a href=" my files/a-1.zip ">', URL, URL)
    assert file.url == "https://index.example/simple/a/my%20files/a-1.zip"


def test_a_greater_version_of_the_api_is_refused() -> None:
    """PEP 629: a client stops at a major version that it doesn't know."""
    page = '<meta name="pypi:repository-version" content="{}"><a href="a-1.zip">'
    assert len(read_html(page.format("1.4"), URL, URL)) == 1
    with pytest.raises(IndexFault, match="unknown kind"):
        read_html(page.format("2.0"), URL, URL)


def test_links_in_comments_and_scripts_are_no_links() -> None:
    """What looks unusual goes to the full parser."""
    page = '<!-- <a href="a-1.zip"> --><script>"<a href=\'a-2.zip\'>"</script><a href="a-3.zip">'
    assert [file.filename for file in read_html(page, URL, URL)] == ["a-3.zip"]


def test_hashes_of_unknown_kind_or_length_are_left_out() -> None:
    """A hash that can't be checked is none; one that can't be right is one, and no file will match it."""
    assert read_hashes(f"sha256={SHA.upper()}&md5=1&blake7=12&egg=a") == (("sha256", SHA),)
    assert read_hashes(f"sha512={'z' * 128}&sha1=") == ()
    assert read_hashes(f"sha256={'z' * 64}") == (("sha256", "z" * 64),)


_PIECES = [
    '<a href="a-1.zip">', "<a href='b'>", "<a href=c data-yanked>", "<A HREF = x>", "<abbr a=1>", "<!-- x -->", "</a>",
    '<base href="/x/">', "text", '<a href="x>y">', "<a\nhref=z\n>", "<a href", "<", ">", '"', "<script>", "</script>",
    "<a/>", '<a data-x="&gt;=3" href="&amp;">', "<title>t</title>", "<a href=a href=b>", "\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=8))
@example(["<", "text", '<a href="a-1.zip">'])
def test_both_ways_to_read_a_page_give_the_same(pieces: list[str]) -> None:
    """The short way is taken only where it can't differ from the standard library's parser."""
    page = "".join(pieces)
    assert list(find_tags(page)) == list(parse_tags(page))


def test_a_large_page_takes_no_seconds() -> None:
    """Ten thousand links, 2 MB: also with attributes that would make a careless expression try for ever."""
    link = (
        f'<a href="https://files.example/x/{SHA}/a-1.0.{{}}.tar.gz#sha256={SHA}" data-requires-python="&gt;=3">a</a>\n'
    )
    page = "".join(link.format(number) for number in range(10_000)) + "<a " + "x=1 " * 2000
    start = time.process_time()
    assert len(read_html(page, URL, URL)) == 10_000
    assert time.process_time() - start < 2


PAGE = f"""<!DOCTYPE html>
<html><head><meta name="pypi:repository-version" content="1.0"><title>Links for a</title></head>
<body><h1>Links for a</h1>
<a href="../../files/a-1.0-py3-none-any.whl#sha256={SHA}" data-requires-python="&gt;=3.8">a-1.0-py3-none.whl</a><br/>
<a href="https://files.example/x/a-1.0%2Blocal.tar.gz" data-yanked="">a</a><br />
<a href="a-2%2F1.zip">a</a>
</body></html><!--SERIAL 5-->
"""


def test_a_page_is_split_and_a_link_read_when_it_is_asked_for() -> None:
    """A page as indexes write it."""
    split = split_html(PAGE, URL, URL)
    assert split is not None
    assert split.filenames == ["a-1.0-py3-none-any.whl", "a-1.0+local.tar.gz", ""]
    assert read_all(split) == read_html(PAGE, URL, URL)
    assert [file.filename for file in read_all(split.choose([1]))] == ["a-1.0+local.tar.gz"]
    assert split_html("", URL, URL) is None
    based = split_html(PAGE.replace("<body>", '<base href="/x/">'), URL, URL)
    assert based is not None
    assert based.origin.url == "https://index.example/x/"
    with pytest.raises(IndexFault, match="unknown kind"):
        split_html(PAGE.replace('content="1.0"', 'content="2.0"'), URL, URL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<br />", "<hr/>"), ("<br />", '<a class="x">'), ("<br />", "<!-- "), ("</title>", ""), ("<body>", "<body "),
        ("<body>", "<script>"), ('data-yanked=""', "data-yanked"), ('data-yanked=""', 'href="b-1.zip"'),
        ("</html>", "<a href=a-3.zip>"), ("<body>", "<a href='a-3.zip'>"), ("x/a-1.0", "x/a-1.0?y="),
        ("x/a-1.0", "x/&amp;a-1.0"), ("<br />", "</a>"), ("<br />", "<"), ("<!--SERIAL", "<!--<"),
    ],
)  # fmt: skip
def test_what_looks_unusual_is_not_split(old: str, new: str) -> None:
    """It goes another way, which gives the same where it can."""
    assert old in PAGE
    assert split_html(PAGE.replace(old, new, 1), URL, URL) is None
