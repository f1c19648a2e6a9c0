"""Signatures that people draw or type on the signing page, checked before anything is kept of them."""

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, ...]
"""`x` and `y` in CSS pixels from the pad's upper left corner, then, where known, milliseconds and pressure (0 to 1)."""


class Drawing(StrEnum):
    """Whether signers are asked for a signature when they approve."""

    OFF = "off"
    OFFERED = "offered"
    """They may give one."""
    REQUIRED = "required"
    """Without one there is no approval, and so none in the chat, where nobody can draw."""


@dataclass(frozen=True, slots=True)
class DrawnSignature:
    """What somebody drew: the picture, as `bot.domain.png` cleans it, and the strokes it was drawn in."""

    png: bytes
    strokes: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class TypedSignature:
    """The name that somebody typed in place of drawing."""

    name: str


Signature = DrawnSignature | TypedSignature
