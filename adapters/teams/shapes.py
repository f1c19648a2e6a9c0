"""A form as a text that travels with it and comes back when it is sent.

Teams shows errors by showing the form again, with what was typed. So whoever answers a submission needs the form as it
was, and knows nothing but what the client sends. The text is sealed: it is taken back only if it is our own.
"""

import base64
import dataclasses
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Any, Final

import orjson

from adapters.teams.seals import Seal
from cards import model

_KINDS: Final[Mapping[str, Any]] = {
    each.__name__: each
    for each in (
        model.Plain,
        model.Strong,
        model.Mention,
        model.Anchor,
        model.Text,
        model.Fact,
        model.Facts,
        model.Image,
        model.Divider,
        model.Confirm,
        model.Button,
        model.Link,
        model.Actions,
        model.TextInput,
        model.Option,
        model.Search,
        model.Choice,
        model.DateInput,
        model.Toggle,
        model.FileInput,
        model.Form,
        model.Style,
        model.Look,
    )
}
_KIND: Final = "$"
_DAY: Final = "day"


class ShapeRefused(ValueError):
    """This is no shape of ours."""


def write_shape(form: model.Form, seal: Seal) -> str:
    """The form as a text, sealed together with its context, which travels beside it."""
    packed = zlib.compress(orjson.dumps(_write(replace(form, context=""))), 9)
    text = base64.urlsafe_b64encode(packed).decode()
    return f"{seal.mark(form.context, text)}.{text}"


def read_shape(shape: str, context: str, seal: Seal) -> model.Form:
    """The form that `write_shape` wrote. Raises `ShapeRefused` for anything else."""
    mark, _, text = shape.partition(".")
    if not seal.is_mark(mark, context, text):
        raise ShapeRefused
    form: model.Form = _read(orjson.loads(zlib.decompress(base64.urlsafe_b64decode(text))))
    return replace(form, context=context)


def _write(value: object) -> object:
    if isinstance(value, Enum):
        return {_KIND: type(value).__name__, "value": value.value}
    if isinstance(value, date):
        return {_KIND: _DAY, "value": value.isoformat()}
    if isinstance(value, tuple):
        return [_write(each) for each in value]
    if dataclasses.is_dataclass(value):
        own = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        told = {field.name: _write(held) for field, held in own if held != field.default}
        return {_KIND: type(value).__name__, **told}
    return value


def _read(value: object) -> Any:  # noqa: ANN401 - whatever was written
    if isinstance(value, list):
        return tuple(_read(each) for each in value)
    if not isinstance(value, dict):
        return value
    told = {name: _read(held) for name, held in value.items() if name != _KIND}
    return date.fromisoformat(told["value"]) if value[_KIND] == _DAY else _KINDS[value[_KIND]](**told)
