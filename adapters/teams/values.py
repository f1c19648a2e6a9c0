"""What was filled in, from the data of a form that was sent."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from adapters.teams.wire import Json
from bot.conversation import Value
from cards.adaptive_card import FORM_KEY
from cards.model import Choice, DateInput, FileInput, Form, Input, TextInput, Toggle

_OURS = frozenset({FORM_KEY, "msteams", "action", "value"})


def read_values(data: Json, form: Form | None) -> Mapping[str, Value]:
    """The value of every input of the form; without a form what came is taken for texts.

    A client leaves out optional inputs that are empty, and sends everything as text.
    """
    if form is None:
        return {name: value for name, value in data.items() if name not in _OURS and isinstance(value, str)}
    return {part.id: _read(part, data.get(part.id)) for part in form.body if isinstance(part, Input)}


def _read(field: Input, sent: object) -> Value:
    text = sent if isinstance(sent, str) else ""
    match field:
        case TextInput():
            return text or None
        case Choice():
            if field.most == 1:
                return text or None
            return tuple(each for each in text.split(",") if each)
        case DateInput():
            return _read_day(text)
        case Toggle():
            return sent is True or text == "true"
        case FileInput():
            return ()
        case _:
            assert_never(field)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
