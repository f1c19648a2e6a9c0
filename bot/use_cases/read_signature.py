"""Read the signature that came along with an approval from the signing page."""

from dataclasses import dataclass

from bot.domain.errors import Fault, Problem
from bot.domain.png import clean_png
from bot.domain.signature import Drawing, DrawnSignature, Signature, TypedSignature
from bot.domain.strokes import read_strokes
from bot.domain.typed_text import NAME_LENGTH, find_fault, tidy
from bot.views import forms

Read = tuple[Signature | None, dict[str, Fault]]


@dataclass(frozen=True, slots=True)
class PageApproval:
    """An approval as it was sent.

    A signature is drawn (`drawn_png`, with `strokes` as `bot.domain.strokes` reads them) or typed (`typed_name`); a
    drawn one counts where both are there. What was left empty is None or "".
    """

    place: str
    drawn_png: bytes | None = None
    strokes: str = ""
    typed_name: str = ""


def read_signature(approval: PageApproval, drawing: Drawing, *, typed_names: bool) -> Read:
    """The signature, if there is one, and what is wrong with it, by field."""
    typed = tidy(approval.typed_name)
    if approval.drawn_png:
        if drawing is Drawing.OFF:
            return None, {forms.SIGNATURE: Fault(Problem.NOT_ASKED)}
        return _read_drawing(approval.drawn_png, approval.strokes)
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
