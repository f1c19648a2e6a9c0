"""Finds out whether a page leaves the graphics state as it was, which what is drawn after it relies on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OUTSIDE: Final = re.compile(
    rb"%[^\r\n]*|\(|(?<![^\s\0\]>)])(?:[qQ]|ID[\s\0].*?(?:[\s\0]EI|\Z))(?![^\s\0\[</(%])", re.DOTALL
)
"""Outside texts: a comment, the begin of a text, an operator that saves or restores the state, a picture in between."""
_INSIDE: Final = re.compile(rb"\\.|[()]", re.DOTALL)
"""Inside a text, in which there may be parentheses: those, and what is escaped."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """How often states are restored that were `missing`, and how many stay `open` at the end."""

    missing: int = 0
    open: int = 0


def measure_nesting(content: bytes) -> Nesting:
    """The nesting of saved states in a content stream (ISO 32000-2, 7.8.2 and 8.4.2)."""
    depth = missing = 0
    for operator in _find_operators(content):
        depth += 1 if operator == b"q" else -1
        missing = max(missing, -depth)
    return Nesting(missing, depth + missing)


def _find_operators(content: bytes) -> Iterator[bytes]:
    at = level = 0
    while found := (_INSIDE if level else _OUTSIDE).search(content, at):
        at, token = found.end(), found[0]
        if token in (b"(", b")"):
            level += 1 if token == b"(" else -1
        elif token in (b"q", b"Q"):
            yield token
