"""Fields as they travel between the server and the page, and what comes back of the page's form."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web

from bot.domain.fields import Field, FieldKind

LARGEST: Final = 400_000
"""Bytes of the form: the most fields there may be with the longest labels, as forms write them."""
READING_TIME: Final = 60.0
"""Seconds in which the form has to have arrived."""
SAVE: Final = "save"
FORGET: Final = "forget"

_KEYS: Final = ("kind", "signer", "page", "box", "label")
_SIDES: Final = 4
_LONGEST_NUMBER: Final = 9


class FormBroken(Exception):
    """It is no form of ours, is larger than any, or did not arrive in full."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The form: what to `do` (`SAVE` or `FORGET`), with which fields in place of those of `revision`.

    `remember` names a template to make, `template` the one that was chosen of those that are there.
    """

    token: str
    do: str
    fields: tuple[Field, ...]
    revision: int
    remember: str
    template: str


async def read_sent(request: web.Request) -> Sent:
    """The form. Raises `FormBroken`."""
    told = await _read_form(request)
    revision = told.get("revision", "")
    if not (revision.isascii() and revision.isdigit() and len(revision) <= _LONGEST_NUMBER):
        raise FormBroken
    fields = read_fields(told.get("fields", ""))
    words = (told.get(name, "") for name in ("remember", "template"))
    return Sent(told.get("token", ""), told.get("do", SAVE), fields, int(revision), *words)


def write_fields(fields: Iterable[Field]) -> str:
    """Fields as JSON for the page."""
    return orjson.dumps([_write_field(each) for each in fields]).decode()


def read_fields(text: str) -> tuple[Field, ...]:
    """The fields that the page wrote. Raises `FormBroken`."""
    try:
        return tuple(map(_read_field, _require(orjson.loads(text), list)))
    except (ValueError, TypeError, RecursionError) as error:
        raise FormBroken from error


def _write_field(placed: Field) -> dict[str, Any]:
    return {name: getattr(placed, name) for name in _KEYS}


def _read_field(written: object) -> Field:
    told = _require(written, dict)
    if set(told) != set(_KEYS):
        raise FormBroken
    sides = [float(_require(side, int, float)) for side in _require(told["box"], list)]
    if len(sides) != _SIDES:
        raise FormBroken
    left, bottom, width, height = (round(side, 2) for side in sides)
    signer, page, label = _require(told["signer"], int), _require(told["page"], int), _require(told["label"], str)
    kind = FieldKind(_require(told["kind"], str))
    words = " ".join(label.split()) if kind is FieldKind.TEXT else ""
    return Field(kind, signer, page, (left, bottom, width, height), words)


def _require(value: Any, *kinds: type) -> Any:  # noqa: ANN401 - JSON is anything, and so is what comes of it
    if type(value) not in kinds:  # not isinstance: a boolean is no number here
        raise FormBroken
    return value


async def _read_form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise FormBroken
    try:
        async with asyncio.timeout(READING_TIME):
            told = await request.clone(client_max_size=LARGEST).post()
    except (TimeoutError, ValueError, LookupError, OSError, web.HTTPException) as error:
        raise FormBroken from error
    return {name: value for name, value in told.items() if isinstance(value, str)}
