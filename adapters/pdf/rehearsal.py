"""Seals a page once, so that what is loaded and worked out at the first time is there before the first document."""

from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from PIL import Image

from adapters.pdf.composing.look import Refused, look_into
from adapters.pdf.draw_certificate import draw_certificate
from adapters.pdf.seal_apart import Limits, SealJob, make
from adapters.pdf.sealing.handing import KeyRing, hand_over_seal
from adapters.pdf.sealing.held_key import HeldKey
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.making import sign_certificate
from bot.domain.certified import SealLevel
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark, SealOrder
from bot.domain.signature import DrawnSignature


def rehearse() -> None:
    """Draw, compose and seal, with a key that is thrown away."""
    png = _draw_png()
    picture = {"png": b64encode(png).decode(), "alt": ""}
    part = {"title": "x", "lines": ["x"], "facts": [("x", "y")], "quote": "x", "picture": picture}
    words = {
        **dict.fromkeys(("title", "office", "made", "page_of"), "x"),
        "language": "nl",
        "facts": [("x", "y")],
        "sections": [{"heading": "x", "parts": [part], "code": "https://x"}],
        "notes": ["x"],
    }
    private = generate_private_key(SECP256R1())
    certificate = sign_certificate(private, "x", datetime.now(UTC))
    key = OfficeSeal(HeldKey(private, certificate, ()), certificate, origin=private)
    fields = (Field(FieldKind.SIGNATURE, 0, 0, (50, 50, 100, 40)), Field(FieldKind.NAME, 0, 0, (50, 100, 100, 40)))
    order = SealOrder(
        original="",
        name="x",
        marks=(Mark(0, "x", "x", signature=DrawnSignature(png, ())),),
        fields=fields,
        title="x",
        certificate=words,
        extent="%(first)s %(last)s",
        level=SealLevel.B_B,
    )
    paper = BytesIO(draw_certificate(words))
    seen = look_into(paper)
    if isinstance(seen, Refused):
        raise TypeError(seen)
    make(SealJob(Limits(), order, seen, hand_over_seal(key), None, None), KeyRing(), paper, BytesIO())


def _draw_png() -> bytes:
    written = BytesIO()
    Image.new("RGBA", (40, 20), "black").save(written, "PNG")
    return written.getvalue()
