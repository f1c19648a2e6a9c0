"""Long texts over several text objects, with nothing lost between them."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from cards import limits
from cards.block_kit.text import Json, Spans
from cards.model import Plain, Span, Strong
from cards.text import NOTHING, split_clusters

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\s*\S*\s?")
_BORDERS = (_LINES, _WORDS)
"""Pieces with the border behind them, the better borders first."""


def split(spans: Spans, limit: int, write: Callable[[Spans], Json]) -> list[Json]:
    """What `write` makes of `spans`, in as many text objects as it takes to keep each within `limit`.

    Borders lie at line ends where that suffices, else between words, else between characters. Nothing is lost. Raises
    TooLong for a link or mention that is too long on its own.
    """

    def fits(part: Spans) -> bool:
        return limits.measure(write(part)["text"]) <= limit

    pieces = list(_cut(spans, fits))
    objects: list[Json] = []
    while pieces:
        number = _count_fitting(pieces, fits)
        objects.append(write(_join(pieces[:number])))
        pieces = pieces[number:]
    for each in objects:
        limits.fit(each["text"], limit, "text")
    return [each for each in objects if each["text"] != NOTHING]


def _count_fitting(pieces: list[Spans], fits: Callable[[Spans], bool]) -> int:
    """How many of the first pieces fit together; at least one."""
    numbers = range(1, len(pieces) + 1)
    return max(1, bisect_left(numbers, 1, key=lambda number: int(not fits(_join(pieces[:number])))))


def _join(pieces: list[Spans]) -> Spans:
    return tuple(span for piece in pieces for span in piece)


def _cut(spans: Spans, fits: Callable[[Spans], bool], level: int = 0) -> Iterator[Spans]:
    if not spans or fits(spans):
        yield spans
    elif level < len(_BORDERS):
        for piece in _cut_at(spans, _BORDERS[level]):
            yield from _cut(piece, fits, level + 1)
    else:
        yield from _halve(spans, fits)


def _cut_at(spans: Spans, pattern: re.Pattern[str]) -> Iterator[Spans]:
    """Pieces that end where the text has a border; spans within a piece stay together."""
    piece: list[Span] = []
    for span in spans:
        if not isinstance(span, Plain | Strong):
            piece.append(span)
            continue
        for part in pattern.findall(span.text):
            if not part:
                continue
            piece.append(type(span)(part))
            if part[-1].isspace():
                yield tuple(piece)
                piece = []
    if piece:
        yield tuple(piece)


def _halve(spans: Spans, fits: Callable[[Spans], bool]) -> Iterator[Spans]:
    for span in spans:
        if fits((span,)) or not isinstance(span, Plain | Strong):
            yield (span,)
            continue
        # a letter can carry more marks than a section holds, and then comes apart
        clusters = list(split_clusters(span.text))
        parts = clusters if len(clusters) > 1 else list(span.text)
        middle = len(parts) // 2
        yield from _halve((type(span)("".join(parts[:middle])), type(span)("".join(parts[middle:]))), fits)
