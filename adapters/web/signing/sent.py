"""What comes back of the form: kept as it was typed, and as the answer that it stands for."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass, fields
from datetime import date
from itertools import count, takewhile
from typing import Final

from aiohttp import web

from bot.domain.faults import Fault, InvalidInput, Problem
from bot.use_cases.sign_page import PageAnswer, PageApproval, PageRejection
from bot.views import adoption, forms

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
READING_TIME: Final = 120.0
"""Seconds in which the form has to have arrived: it is smaller than one picture."""
LARGEST: Final = 3_000_000
"""Bytes of the form: a picture and strokes of the largest size that is accepted, as forms write them."""
MOST_PAGES: Final = 5_000
"""Page numbers in one message about pages that were shown; it comes every few seconds while somebody reads."""

_PICTURE: Final = "data:image/png;base64,"
_LONGEST_NUMBER: Final = 6


class FormBroken(Exception):
    """It is no form, is larger than any form of ours, or did not arrive in full."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of the form, empty for what is not in it.

    `shown` are pages that were shown, as `1:1 2 3;2:1`; `texts` what was filled in for the document, in order.
    """

    token: str = ""
    answer: str = ""
    place: str = ""
    reason: str = ""
    typed_name: str = ""
    drawing: str = ""
    strokes: str = ""
    shown: str = ""
    adopted_on: str = ""
    texts: tuple[str, ...] = ()

    def read_shown(self) -> "list[Shown]":
        """The pages of each document that were shown. Raises `FormBroken`."""
        told = [part.partition(":") for part in self.shown.split(";") if part]
        return [Shown(self.token, _read_number(number), _read_pages(pages)) for number, _, pages in told]

    def read_answer(self) -> PageAnswer:
        """The answer. Raises `InvalidInput` for a drawing or a day that is none."""
        if self.answer == REJECTED:
            return PageRejection(self.reason)
        drawn, day = self._read_drawing(), self._read_day()
        return PageApproval(self.place, drawn, self.strokes, self.typed_name, self.texts, day)

    def _read_day(self) -> date | None:
        if not self.adopted_on:
            return None
        try:
            return date.fromisoformat(self.adopted_on)
        except ValueError:
            raise InvalidInput({adoption.ADOPTED_ON: Fault(Problem.NOT_A_DAY)}) from None

    def _read_drawing(self) -> bytes | None:
        if not self.drawing:
            return None
        try:
            return b64decode(self.drawing.removeprefix(_PICTURE), validate=True)
        except ValueError:
            raise InvalidInput({forms.SIGNATURE: Fault(Problem.NOT_READABLE)}) from None


async def read_sent(request: web.Request) -> Sent:
    """The form. Raises `FormBroken`."""
    told = await _read_form(request)
    texts = tuple(takewhile(lambda name: name in told, map(forms.name_text, count())))
    return Sent(
        **{field.name: told.get(field.name, "") for field in fields(Sent) if field.name != "texts"},
        texts=tuple(told[name] for name in texts),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """Pages of one document that were on a screen, both numbered from 1."""

    token: str
    document: int
    pages: frozenset[int]


async def read_shown(request: web.Request) -> Shown:
    """What the page tells of pages. Raises `FormBroken`."""
    told = await _read_form(request)
    return Shown(told.get("token", ""), _read_number(told.get("document", "")), _read_pages(told.get("pages", "")))


def _read_pages(text: str) -> frozenset[int]:
    pages = text.split()
    if len(pages) > MOST_PAGES:
        raise FormBroken
    return frozenset(map(_read_number, pages))


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise FormBroken
    return int(text)


async def _read_form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise FormBroken
    try:
        async with asyncio.timeout(READING_TIME):
            told = await request.clone(client_max_size=LARGEST).post()
    except (TimeoutError, ValueError, LookupError, OSError, web.HTTPException) as error:
        raise FormBroken from error
    # Browsers end lines in a form with CR LF (WHATWG HTML, 4.10.22.4).
    return {name: value.replace("\r\n", "\n") for name, value in told.items() if isinstance(value, str)}
