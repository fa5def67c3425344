"""Inputs that are nearly sound: samples changed by bytes, pieces, lines and words; and samples blown up."""

from hypothesis import strategies as st

from fuzzing.law import Family

# What trips readers of any format: ends of lines of all kinds, NUL, the halves of pairs, odd digits, long numbers.
ODD = (
    b"\0", b"\n", b"\r", b"\r\n", b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\t", b" ",
    b"\xff",
    b"\xed\xa0\x80", b"\xc2\xb2", b"\xd9\xa3", b"\xef\xbb\xbf", b'"', b"'", b"\\", b"/", b"../", b"~", b"$", b"%",
    b"%00",
    b"(", b")", b"[", b"]", b"{", b"}", b"<", b">", b"=", b",", b":", b";", b"#", b"-", b".", b"@", b"*", b"0", b"-1",
    b"9" * 20, b"9" * 5000, b"1e999", b"nan", b"x" * 300, b"[" * 2000, b"(" * 2000, b'{"a":' * 1100,
)  # fmt: skip
_MOST_EDITS = 5


@st.composite
def mutated(draw: st.DrawFn, family: Family) -> bytes:
    """Draw a sample of *family* with a few changes."""
    data = draw(st.sampled_from(family.seeds))
    for _ in range(draw(st.integers(1, _MOST_EDITS))):
        start = draw(st.integers(0, len(data)))
        stop = min(start + draw(st.sampled_from([0, 0, 1, 1, 2, 4, 8, 20, 100])), len(data))
        kind = draw(st.sampled_from(["token", "token", "odd", "bytes", "cut", "twice", "line", "seed"]))
        if kind == "token" and family.tokens:
            data = data[:start] + draw(st.sampled_from(family.tokens)) + data[stop:]
        elif kind == "odd":
            data = data[:start] + draw(st.sampled_from(ODD)) + data[stop:]
        elif kind == "bytes":
            data = data[:start] + draw(st.binary(min_size=1, max_size=4)) + data[stop:]
        elif kind == "cut":
            data = data[:start] + data[stop:]
        elif kind == "twice":
            data = data[:stop] + data[start:stop] * draw(st.sampled_from([1, 2, 50])) + data[stop:]
        elif kind == "line":
            lines = data.split(b"\n")
            one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
            lines[one], lines[other] = lines[other], lines[one]
            data = b"\n".join(lines)
        else:
            other_seed = draw(st.sampled_from(family.seeds))
            data = data[:start] + other_seed[draw(st.integers(0, len(other_seed))) :]
    return data


@st.composite
def blown_up(draw: st.DrawFn, family: Family, size: int) -> bytes:
    """Draw a sample of *family* of which a piece, or something put there, is repeated until there are *size* bytes."""
    data = draw(st.sampled_from(family.seeds))
    start = draw(st.integers(0, len(data)))
    stop = min(start + draw(st.integers(0, 12)), len(data))
    unit = draw(st.sampled_from([b"", *family.tokens, *[odd for odd in ODD if len(odd) < 10]])) + data[start:stop]
    end = draw(st.sampled_from([b"", b"!", b"\n", b"x"]))
    rest = data[draw(st.sampled_from([start, stop, len(data)])) :]
    return data[:start] + (unit or b" ") * (size // len(unit or b" ")) + end + rest
