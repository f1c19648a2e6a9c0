"""Cards and forms as Adaptive Cards 1.5, for Microsoft Teams. Pure functions.

How they come back:
- a press: `adaptiveCard/action` with `verb` = `Button.action` and `data` = `{"action": …, "value": …}`, both of the
  `Button`; from clients without `Action.Execute` a message whose `value` is that data.
- a submission: `data` holds each input's value under its id, and `{"form": Form.id, "context": Form.context}` under
  `FORM_KEY`. Several chosen options are one string with commas, a tick is the string `true` or `false`, a day is
  YYYY-MM-DD.
- a search: `application/search` with `dataset` = `Search.source`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cards import limits
from cards.adaptive_card.elements import mentions_in, render_body, render_element, render_title
from cards.adaptive_card.inputs import Typed, fill_in, render_complaint, render_input
from cards.adaptive_card.text import Json, tame, write_lines
from cards.model import (
    Card,
    Element,
    FileInput,
    Form,
    FormErrors,
    Input,
    Plain,
    Strong,
)
from cards.text import clean, is_blank

FORM_KEY: Final = "paraaf"
_NOTHING_WRONG = FormErrors(MappingProxyType({}))
_NOTHING_TYPED: Typed = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wording:
    """What a card says on its own account, translated.

    `lang` is its language in two or three letters (Microsoft's renderer takes no region), `missing` what a client says
    of an empty required input, `uploads` where to bring files, for which Adaptive Cards have no input.
    """

    lang: str
    missing: str
    uploads: str


def render_card(card: Card, *, lang: str) -> Json:
    """The content of an attachment `application/vnd.microsoft.card.adaptive`; raises LimitExceeded."""
    title = [] if is_blank(card.title) else [render_title(card.title)]
    body = title + render_body(card.elements, render_element)
    return _finish(body or write_lines((Plain(card.summary),)), lang, card.summary, card.elements)


def render_form(
    form: Form,
    wording: Wording,
    *,
    errors: FormErrors = _NOTHING_WRONG,
    typed: Typed = _NOTHING_TYPED,
) -> Json:
    """The card of a dialog; after a refusal with its `errors`, and with what was `typed`.

    The dialog around it shows `Form.title` and closes by itself, so `title` and `close` are not in the card. Where a
    form asks for files it says `wording.uploads`. Raises LimitExceeded, or ValueError when two inputs have one id or
    there is nothing to submit them with.
    """
    _check_inputs(form)

    def render_part(part: Element | Input) -> list[Json]:
        if not isinstance(part, Input):
            return render_element(part)
        return _render_field(fill_in(part, typed), wording, errors.by_input.get(part.id, ""))

    body = render_body(form.body, render_part)
    actions: list[Json] = []
    if form.submit is not None:
        context = limits.fit(form.context, limits.FORM_CONTEXT, f"context of {form.id}")
        data = {FORM_KEY: {"form": form.id, "context": context}}
        actions = [{"type": "Action.Submit", "title": tame(form.submit), "style": "positive", "data": data}]
    shown = tuple(part for part in form.body if not isinstance(part, Input))
    return _finish(body, wording.lang, form.title, shown, actions)


def _render_field(field: Input, wording: Wording, complaint: str) -> list[Json]:
    if isinstance(field, FileInput):
        return write_lines((Strong(field.label), Plain("\n" + wording.uploads))) + render_complaint(complaint)
    return render_input(field, wording.missing, complaint)


def _check_inputs(form: Form) -> None:
    ids = [part.id for part in form.body if isinstance(part, Input)]
    if ids and form.submit is None:
        raise ValueError(f"The form {form.id!r} has inputs and nothing to submit them with.")
    if len({*ids, FORM_KEY}) != len(ids) + 1:
        raise ValueError(f"Two inputs of {form.id!r} have one id, or one is called {FORM_KEY!r}: {ids}")


def _finish(
    body: list[Json], lang: str, summary: str, elements: Iterable[Element], actions: Sequence[Json] = ()
) -> Json:
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": lang,
        "fallbackText": clean(summary),
        "body": body,
    }
    if actions:
        card["actions"] = [*actions]
    if entities := mentions_in(elements):
        card["msteams"] = {"entities": entities}
    if (size := len(json.dumps(card, ensure_ascii=False).encode())) > limits.TEAMS_BYTES:
        raise limits.TooLong("bytes of a card", limits.TEAMS_BYTES, size)
    return card
