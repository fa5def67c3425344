"""Direct references: what stands behind the ``@`` of ``NAME @ URL`` (PEP 508), or is given as a URL alone, as parts.

URLs of archives and folders, and those of version control as pip has them: ``git+https://host/repository@revision``.
Of a fragment ``egg``, ``subdirectory`` and hashes count. Pure text: asks nobody, looks at nothing.
"""

from typing import NamedTuple, TypeAlias

from pybuildsync.errors import RequestError, without_credentials

#: What may stand before and behind the "+" of a URL's scheme.
VCS = {
    "git": ("http", "https", "ssh", "git", "file"),
    "hg": ("file", "http", "https", "ssh", "static-http"),
    "svn": ("ssh", "http", "https", "svn", "file"),
    "bzr": ("http", "https", "ssh", "sftp", "ftp", "lp", "file"),
}
SCHEMES = (*(f"{vcs}+{transport}" for vcs, transports in VCS.items() for transport in transports),)
#: Whose own schemes have the name of the version control in them.
_WHOLE_SCHEMES = {"svn+ssh", "bzr+ssh"}
_FETCHED = ("http", "https", "file")
# Weak ones as well: a fragment may hold what an index page held once.
_HASHES = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")

Key: TypeAlias = tuple[object, ...]


class Reference(NamedTuple):
    """A direct reference.

    ``url`` has no fragment; of version control no prefix and no revision, as its command wants it. It may hold
    credentials. ``vcs`` is a key of :data:`VCS`, or "". ``egg`` is the name that the fragment states. ``hashes`` are
    "ALGORITHM:HEX" texts.
    """

    url: str
    vcs: str = ""
    revision: str = ""
    subdirectory: str = ""
    egg: str = ""
    hashes: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The URL as it may be printed: without credentials and query."""
        return without_credentials(self.url).partition("?")[0]

    @property
    def is_local(self) -> bool:
        """Whether it names a file or folder of this machine."""
        return not self.vcs and self.url[:5].lower() == "file:"


def is_url(text: str) -> bool:
    """Whether *text* begins like a URL that can be a reference, or like one that can't: a scheme and ``://``."""
    scheme, mark, _ = text.partition("://")
    if not mark:
        scheme, mark, _ = text.partition(":")
        return bool(mark) and (scheme.lower() == "file" or scheme.partition("+")[0].lower() in VCS)
    return bool(scheme) and all(character.isalnum() or character in "+-." for character in scheme)


def parse_reference(url: str) -> Reference:
    """Return the reference that *url* is.

    Raises:
        RequestError: it has another scheme, an empty revision, a name that is none, or leads out of what it names.

    """
    from urllib.parse import unquote, urlsplit, urlunsplit

    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RequestError(f"{url} is no URL", why=str(error)) from error
    scheme, path = parts.scheme.lower(), parts.path
    vcs, _, transport = scheme.partition("+")
    if scheme not in (*_FETCHED, *SCHEMES):
        raise _unknown(url, scheme)
    revision = ""
    if transport:
        before, at, after = path.rpartition("@")
        if at:
            path, revision = before, unquote(after)
            _check_revision(url, revision)
        scheme = scheme if scheme in _WHOLE_SCHEMES else transport
    fragment = _read_fragment(parts.fragment)
    subdirectory = fragment.get("subdirectory", "")
    if subdirectory.startswith(("/", "\\")) or ".." in subdirectory.replace("\\", "/").split("/"):
        raise RequestError(f"{url}: the subdirectory {subdirectory!r} leads out of what is fetched")
    plain = urlunsplit((scheme, parts.netloc, path, parts.query, ""))
    if not parts.netloc and "://" in url and "://" not in plain:  # what urlunsplit leaves out
        plain = f"{scheme}://{plain.partition(':')[2]}"
    return Reference(
        url=plain,
        vcs=vcs if transport else "",
        revision=revision,
        subdirectory=subdirectory.strip("/"),
        egg=_checked_egg(url, fragment.get("egg", "")),
        hashes=tuple(f"{each}:{fragment[each].lower()}" for each in _HASHES if each in fragment),
    )


def reference_text(reference: Reference) -> str:
    """Return the URL of *reference*, with all that its fragment needs but ``egg``; what it names may be given so."""
    url = reference.url
    if reference.vcs:
        from urllib.parse import quote

        whole = url.partition("://")[0] in _WHOLE_SCHEMES
        url = url if whole else f"{reference.vcs}+{url}"
        url += f"@{quote(reference.revision)}" if reference.revision else ""
    fragments = [each.replace(":", "=", 1) for each in reference.hashes]
    fragments += [f"subdirectory={reference.subdirectory}"] if reference.subdirectory else []
    return url + ("#" + "&".join(fragments) if fragments else "")


def reference_key(url: str) -> Key:
    """Return what tells *url* from every other reference.

    As pip compares them: credentials and ``egg`` don't count, neither does the order of a query's parts, and no host is
    this one. What can't be read is a reference of its own.
    """
    from urllib.parse import parse_qs, urlsplit

    try:
        reference = parse_reference(url)
    except RequestError:
        return (url,)
    parts = urlsplit(reference.url)
    host = parts.netloc.rpartition("@")[2].lower()
    if parts.scheme == "file":
        host = host or "localhost"
    query = tuple(sorted((name, tuple(values)) for name, values in parse_qs(parts.query).items()))
    where = (parts.scheme, host, parts.path, query)
    return (reference.vcs, *where, reference.revision, reference.subdirectory, reference.hashes)


def _read_fragment(fragment: str) -> dict[str, str]:
    """Return the parts of *fragment*, of several with one name the first."""
    found: dict[str, str] = {}
    for part in fragment.split("&"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name, value)
    return found


def _checked_egg(url: str, egg: str) -> str:
    ends = egg[:1] + egg[-1:]
    if egg and not (ends.isascii() and ends.isalnum() and all(c.isalnum() or c in "-_." for c in egg)):
        raise RequestError(
            f"{url}: egg={egg} is no name of a project", hint="extras stand before the URL: write NAME[EXTRA] @ URL"
        )
    return egg


def _check_revision(url: str, revision: str) -> None:
    if not revision:
        raise RequestError(f"{url} has an empty revision behind its @", hint="name one, or leave out the @")
    if revision.startswith("-"):
        raise RequestError(f"{url}: {revision!r} can't be a revision, since it begins like an option")


def _unknown(url: str, scheme: str) -> RequestError:
    known = ", ".join((*_FETCHED, *(f"{vcs}+{transports[1]}" for vcs, transports in VCS.items())))
    hint = f"what can be fetched: {known}, ..."
    if scheme in VCS:
        hint = f"put {scheme}+ before the scheme of the transport: {scheme}+https://..."
    elif not scheme and url.partition("+")[0].lower() in VCS:
        hint = "write user@host:path as a URL: ssh:// in front, and / for the colon behind the host"
    return RequestError(f"{url} can't be fetched: {scheme or 'no'} scheme that is known", hint=hint)
