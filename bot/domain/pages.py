"""Page numbers as people write them: `1-3 5`."""

from collections.abc import Iterable
from itertools import groupby


def write_pages(pages: Iterable[int]) -> str:
    """Page numbers in order, without doubles, neighbours as one span."""
    spans = groupby(enumerate(sorted(set(pages))), key=lambda each: each[1] - each[0])
    ends = ([page for _, page in span] for _, span in spans)
    return " ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in ends)


def read_pages(text: str) -> frozenset[int]:
    """The page numbers that `write_pages` wrote."""
    spans = (span.partition("-") for span in text.split())
    return frozenset(page for first, _, last in spans for page in range(int(first), int(last or first) + 1))
