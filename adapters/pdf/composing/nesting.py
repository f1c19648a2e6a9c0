"""Finds out whether a page leaves the graphics state as it was, which what is drawn after it relies on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_QUICK: Final = re.compile(rb"(?<![^\s\]>)])[qQ](?![^\s\[</(%])")
"""What looks like an operator that saves or restores the state; in a text or a picture it may be none."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """How often states are restored that were `missing`, and how many stay `open` at the end."""

    missing: int = 0
    open: int = 0


def measure_nesting(content: bytes) -> Nesting:
    """The nesting of saved states in a content stream. Raises what pypdf does for one that cannot be read."""
    quick = _count(_QUICK.findall(content))
    if quick == Nesting():
        return quick
    from pypdf.generic import ContentStream, DecodedStreamObject  # noqa: PLC0415 - seldom needed, and slow to import

    stream = DecodedStreamObject()
    stream.set_data(content)
    return _count(operator for _, operator in ContentStream(stream, None).operations)


def _count(operators: Iterable[bytes]) -> Nesting:
    depth = missing = 0
    for operator in operators:
        depth += (operator == b"q") - (operator == b"Q")
        missing = max(missing, -depth)
    return Nesting(missing, depth + missing)
