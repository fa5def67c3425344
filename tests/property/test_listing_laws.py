"""Laws of listings: a page that is split lists what the parser finds on it, however odd it is."""

import json
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from index.reading import read_all
from packaging.version import InvalidVersion, Version

from pybuildsync.core.candidates import DistributionFile, group_by_version, make_listing, version_of_filename
from pybuildsync.index.html_listing import read_html, split_html
from pybuildsync.index.json_listing import read_json
from pybuildsync.index.listing_pages import read_page
from pybuildsync.index.pages import read_already
from pybuildsync.index.releases import as_listing, merge

URL = "https://index.example/simple/a/"
SHA = "0123456789abcdef" * 4

_names = st.sampled_from(
    [
        "a-1-py3-none-any.whl",
        "a-1.tar.gz",
        "a-2.zip",
        "a-1%2B5.tar.gz",
        "a-2%2f.zip",
        "a.egg",
        "",
        "x/a-3.zip",
        "a&1.zip",
    ]
)
_values = st.sampled_from(
    ["", "x", "&gt;=3", "a b", "#", f"sha256={SHA}", "'", "=", "\n", "\u00e9", "/", "&quot;", "]"]
)
_attributes = st.sampled_from(["data-yanked", "data-requires-python", "data-size", "href", "x", "data-core-metadata"])


@st.composite
def _links(draw: st.DrawFn) -> str:
    """Draw a link, mostly one as indexes write it."""
    more = draw(st.lists(st.tuples(_attributes, _values), max_size=2))
    told = "".join(f' {name}="{value}"' for name, value in more)
    ahead, behind = draw(st.sampled_from(["", "../", "/f/", "https://f.example/", "?", " "])), draw(_values)
    return f'<a href="{ahead}{draw(_names)}#{behind}"{told}>{draw(st.sampled_from(["x", "", "&amp;", ">"]))}</a>'


_ODD = st.sampled_from(
    [
        "<br/>", "<br />", "<br>", "\n", "text", "<", ">", '"', "'", "<p>", "</p>", "<!-- x -->", "<!--", "-->",
        "<!-- <a> -->", "<script>", "</script>", "<title>", "</title>", "<title>t</title>", '<base href="/b/">', "<a>",
        "<a href=a-9.zip>", "</a>", '<meta content="x">', '<meta content="', "<br ", "<body", "<html>", "<head>", "&",
        "<h1>Links</h1>", "<pre>", "<!DOCTYPE html>", "<![CDATA[", "]]>", "<?x", "<A HREF='a-8.zip'>", "<textarea>",
        "<style>", "<hr/>", "</body></html>", '<br x="<a href=', "<!--SERIAL 1-->",
    ]
)  # fmt: skip


class _Links(HTMLParser):
    """Collects what the standard library takes for links and bases."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        if tag in ("a", "base"):
            self.found.append((tag, dict(attrs).get("href") or ""))


@given(st.lists(st.one_of(_links(), _links(), st.sampled_from(["<br/>", "\n"]), _ODD), max_size=10))
@example(["<title>", '<a href="a-1.zip#"></a>'])
@example(['<meta content="', '<a href="a-1.zip#"></a>'])
def test_a_split_page_in_html_lists_what_the_parser_finds(pieces: list[str]) -> None:
    """Files, their order, and what is said of them."""
    text = "".join(pieces)
    assert read_all(read_page(text.encode(), "text/html", URL, URL)) == read_html(text, URL, URL)
    split = split_html(text, URL, URL)
    if split is None:
        return
    parser = _Links()
    parser.feed(text)
    parser.close()
    assert len([href for tag, href in parser.found if tag == "a"]) == len(split.pieces)
    files = read_all(split)
    assert files == tuple(file for at in range(len(split.pieces)) for file in read_all(split.choose([at])))
    assert [file.filename for file in files] == [
        name for name in split.filenames if name in {f.filename for f in files}
    ]


_texts = st.sampled_from(
    [
        "a-1.tar.gz",
        "a-1-py3-none-any.whl",
        "a-2.zip",
        "x",
        "",
        '"',
        "\\",
        "/",
        "},{",
        '},{"filename":"x',
        "[",
        "]",
        "\u00e9",
        "\n",
    ]
)
_keys = st.sampled_from(["filename", "url", "hashes", "yanked", "requires-python", "size", "core-metadata", "files"])
_any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(_keys, inner, max_size=2)),
    max_leaves=3,
)
_usual = st.fixed_dictionaries(
    {"filename": _texts, "url": _texts, "hashes": st.just({"sha256": SHA})},
    optional={"yanked": st.one_of(st.booleans(), _texts), "size": st.integers(0, 9), "files": _any, "inner": _any},
)


@given(
    files=st.lists(_usual, max_size=4),
    before=st.dictionaries(st.sampled_from(["name", "versions", "inner"]), _any, max_size=2),
    after=st.dictionaries(st.sampled_from(["name", "versions", "files-too", "inner"]), _any, max_size=2),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (", ", ":")]),
)
def test_a_split_page_in_json_lists_what_the_parser_finds(
    files: list[dict[str, Any]], before: dict[str, Any], after: dict[str, Any], separators: tuple[str, str]
) -> None:
    """Whatever stands in strings, in inner objects and around the files."""
    page = {**before, "files": files, **{key: value for key, value in after.items() if key not in before}}
    body = json.dumps(page, separators=separators, ensure_ascii=False).encode()
    assert read_all(read_page(body, "application/json", URL, URL)) == read_json(body, URL, URL)


_files = st.builds(
    DistributionFile,
    st.builds("a-{}{}".format, st.sampled_from(["1", "1.0", "2", "1_1", "2rc1", "x"]), st.sampled_from([".zip", ".whl",
              "-py3-none-any.whl", "-1-py3-none-any.whl", ".exe"])),
    st.sampled_from(["https://f.example/1", "https://f.example/2"]),
    st.sampled_from([(), (("sha256", SHA),)]),
    lock_file=st.just(""),  # no page has it
)  # fmt: skip


@given(st.lists(st.lists(_files, max_size=4), max_size=3))
def test_merging_pages_is_grouping_their_files_each_once(pages: list[list[DistributionFile]]) -> None:
    """As if all files had stood on one page, but that the first of equal ones counts."""
    found: dict[tuple[str, str], DistributionFile] = {}
    for file in (file for page in pages for file in page):
        found.setdefault((file.filename, file.sha256 or file.url), file)
    listing = as_listing("a", merge("a", [read_already(page) for page in pages], once=True))
    expected = make_listing("a", found.values())
    assert listing.versions == expected.versions
    for at in range(len(listing.versions)):
        assert listing.files(at) == expected.files(at)


_stems = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["a-b", "A_b", "a.B", "a", "a-b-c", "b", ""]),
    st.sampled_from(["-", "-1", "-1.0", "-1.0.0", "-1_1", "-1-1", "-2rc1", "-1+x_y", "-x", "-1-py3-none-any",
                     "-1-1-py3-none-any"]),
    st.sampled_from(["", "-py3-none-any", "-py3", "-"]),
    st.sampled_from([".whl", ".tar.gz", ".zip", ".tgz", ".exe", ""]),
)  # fmt: skip


@given(st.lists(_stems, max_size=6))
def test_files_are_grouped_by_the_versions_in_their_names(filenames: list[str]) -> None:
    """Each way to read a name gives the same; what has no version (PEP 440) is in no release."""
    grouping = group_by_version("a-b", filenames)
    expected: dict[Version, list[int]] = {}
    for at, filename in enumerate(filenames):
        text = version_of_filename(filename, "a-b")
        with suppress(InvalidVersion):
            expected.setdefault(Version(text or ""), []).append(at)
    assert [Version(version) for version in grouping.versions] == sorted(expected, reverse=True)
    assert [list(members) for members in grouping.members] == [expected[v] for v in sorted(expected, reverse=True)]
