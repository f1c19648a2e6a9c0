"""Read the signature that came along with an approval from the signing page."""

from bot.domain.faults import Fault, Problem
from bot.domain.png import clean_png
from bot.domain.signature import Drawing, DrawnSignature, Signature, TypedSignature
from bot.domain.strokes import read_strokes
from bot.domain.typed_text import NAME_LENGTH, find_fault, tidy
from bot.views import forms

Read = tuple[Signature | None, dict[str, Fault]]


def read_signature(png: bytes | None, strokes: str, name: str, drawing: Drawing, *, typed_names: bool) -> Read:
    """The signature that was drawn or typed, if one was, and what is wrong with it, by field."""
    typed = tidy(name)
    if png and drawing is Drawing.OFF:
        return None, {forms.SIGNATURE: Fault(Problem.NOT_ASKED)}
    if png:
        return _read_drawing(png, strokes)
    if typed:
        fault = find_fault(typed, NAME_LENGTH) if typed_names else Fault(Problem.NOT_ASKED)
        return (None, {forms.TYPED_NAME: fault}) if fault else (TypedSignature(typed), {})
    missing = {forms.SIGNATURE: Fault(Problem.MISSING)} if drawing is Drawing.REQUIRED else {}
    return None, missing


def _read_drawing(png: bytes, strokes: str) -> Read:
    try:
        return DrawnSignature(clean_png(png), read_strokes(strokes)), {}
    except ValueError:
        return None, {forms.SIGNATURE: Fault(Problem.NOT_READABLE)}
