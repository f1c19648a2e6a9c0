"""Text that people wrote, made safe to show: exact to the reader, powerless to the platform.

Every renderer passes what it shows through `clean`. Views call `shorten` where a name may be too long, and `isolate`
where a name stands in a line of ours. How Slack and Adaptive Cards escape is in `cards.block_kit.text` and
`cards.adaptive_card.text`.
"""

import re
import unicodedata
from collections.abc import Iterator

from cards.limits import measure

ELLIPSIS = "…"
NOTHING = "\N{EN DASH}"
"""What stands where a text has nothing to show and a platform demands one."""

FSI, PDI = "\u2068", "\u2069"
_ISOLATES = frozenset("\u2066\u2067\u2068")
_EMBEDDINGS = frozenset("\u202a\u202b\u202c\u202d\u202e")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_EMPTY_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\ufe0e\ufe0f")
"""Fillers, the empty Braille pattern, a joiner and selectors: letters, symbols and marks that are empty to the eye."""
_ZWJ = "\u200d"
_TAIL = 16
"""The longest end, a file extension with its dot, that `shorten` keeps whole."""


def clean(text: str) -> str:
    """`text` without what could change how anything but itself is read; all that is seen stays.

    Bidirectional embeddings and overrides go, as do isolates without a partner: a U+202E in "invoice_fdp.exe" would
    make it read as a PDF. Every line end becomes a line feed, other control characters go, half surrogates become
    U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    if _EMBEDDINGS.isdisjoint(text) and _ISOLATES.isdisjoint(text) and PDI not in text:
        return text
    return "\n".join(_balance(line) for line in text.split("\n"))


def is_blank(text: str) -> bool:
    """Whether `text` is known to show nothing: blanks, zero-width and control characters only."""
    return all(char in _BLANKS or unicodedata.category(char) in _EMPTY_CATEGORIES for char in text)


def join_lines(text: str) -> str:
    """`text` cleaned and on one line, or a dash when it shows nothing: for labels, titles and options."""
    return NOTHING if is_blank(text) else " ".join(clean(text).split("\n")).strip()


def isolate(text: str) -> str:
    """`text`, kept from reordering what stands beside it when any of it runs from right to left."""
    text = clean(text)
    if text.isascii() or not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return text
    return "\n".join(f"{FSI}{part}{PDI}" if part else part for part in text.split("\n"))


def shorten(text: str, limit: int) -> str:
    """`text` cleaned and on one line, with an ellipsis before its end when longer than `limit` UTF-16 units.

    The end stays: the extension of a file name, or the last few characters. No grapheme cluster is split.
    """
    text = join_lines(text)
    if measure(text) <= limit:
        return text
    clusters = list(split_clusters(text))
    tail = _take(reversed(_find_end(clusters)), limit // 2)
    end = "".join(reversed(tail))
    head = _take(iter(clusters), limit - measure(ELLIPSIS + end))
    return clean("".join(head).rstrip() + ELLIPSIS + end)


def split_clusters(text: str) -> Iterator[str]:
    """The grapheme clusters of `text`: combining marks, emoji sequences, flags and Hangul syllables stay together.

    These are the rules of Unicode's annex 29 that matter to names, made coarser: whatever it keeps together stays so
    here.
    """
    cluster = ""
    for char in text:
        if cluster and not _joins(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _joins(cluster: str, char: str) -> bool:
    if unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == _ZWJ or cluster[-1] == _ZWJ:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True  # skin tones, and the tags that spell a flag's region
    if _is_regional(char):
        return len(cluster) % 2 == 1 and all(_is_regional(each) for each in cluster)
    return "\u1160" <= char <= "\u11ff" and "\u1100" <= cluster[-1] <= "\u11ff"


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _find_end(clusters: list[str]) -> list[str]:
    for back in range(2, min(_TAIL, len(clusters)) + 1):
        if clusters[-back] == ".":
            return clusters[-back:]
    return clusters[-4:]


def _take(clusters: Iterator[str], limit: int) -> list[str]:
    taken: list[str] = []
    room = limit
    for cluster in clusters:
        room -= measure(cluster)
        if room < 0:
            break
        taken.append(cluster)
    return taken


def _balance(text: str) -> str:
    """`text`, a single line, without embeddings, overrides and the isolates that have no partner."""
    open_at: list[int] = []
    kept = [char if char not in _EMBEDDINGS else "" for char in text]
    for place, char in enumerate(text):
        if char in _ISOLATES:
            open_at.append(place)
        elif char == PDI:
            if open_at:
                open_at.pop()
            else:
                kept[place] = ""
    for place in open_at:
        kept[place] = ""
    return "".join(kept)
