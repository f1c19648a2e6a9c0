"""Cards and forms as Adaptive Cards 1.5, for Microsoft Teams. Pure functions.

How they come back:
- a press: `adaptiveCard/action` with `verb` = `Button.action` and `data` = `{"action": …, "value": …}`, both of the
  `Button`. Clients without `Action.Execute` ask for a dialog instead, `task/fetch`, whose data is the same with
  `"msteams": {"type": "task/fetch"}` beside it.
  Where `Card.personal` has another value than the button, `"back"` holds action and value of it, with a blank between.
- a viewer who looks at the card: the same press, made by the client with what `Card.personal` says.
- a submission: `data` holds each input's value under its id, and under `FORM_KEY` an object with `form` = `Form.id`,
  `context` = `Form.context`, `nonce`, and what else was `carried`. From a dialog it comes as `task/submit` or
  `composeExtension/submitAction`, from a form in a message as `adaptiveCard/action` with `verb` = `Form.id` or, from
  clients without `Action.Execute`, as a message whose `value` is the data. Several chosen options are one string with
  commas, a tick is the string `true` or `false`, a day is YYYY-MM-DD; an optional input that is empty is left out.
- a search: `application/search` with `dataset` = `Search.source`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cards import limits
from cards.adaptive_card.elements import (
    mentions_in,
    render_body,
    render_element,
    render_link,
    render_press,
    render_title,
    write_press,
)
from cards.adaptive_card.inputs import Typed, fill_in, render_complaint, render_input
from cards.adaptive_card.text import Json, tame, write_lines
from cards.model import (
    Button,
    Card,
    Element,
    FileInput,
    Form,
    FormErrors,
    Input,
    Link,
    Personal,
    Plain,
    Strong,
)
from cards.text import clean, is_blank

FORM_KEY: Final = "paraaf"
_NOTHING_WRONG = FormErrors(MappingProxyType({}))
_NOTHING_TYPED: Typed = MappingProxyType({})
_NOTHING_CARRIED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wording:
    """What a card says on its own account, translated.

    `lang` is its language in two or three letters (Microsoft's renderer takes no region), `missing` what a client says
    of an empty required input. Adaptive Cards have no input for files: `uploads` says how to bring them, and
    `upload_page` is the button that opens the page to bring them to.
    """

    lang: str
    missing: str
    uploads: str
    upload_page: str


def render_card(card: Card, *, lang: str, viewers: Sequence[str] = ()) -> Json:
    """The content of an attachment `application/vnd.microsoft.card.adaptive`.

    `viewers` are the user ids whose clients ask by themselves for the view that `card.personal` speaks of, at most 60;
    without any there is no such view. Raises LimitExceeded.
    """
    title = [] if is_blank(card.title) else [render_title(card.title)]
    body = title + render_body(card.elements, lambda element: render_element(element, card.personal))
    refresh = _render_refresh(card.personal, viewers) if card.personal and viewers else {}
    return _finish(body or write_lines((Plain(card.summary),)), lang, card.summary, card.elements, **refresh)


def _render_refresh(personal: Personal, viewers: Sequence[str]) -> Json:
    limits.count(viewers, limits.TEAMS_VIEWERS, "viewers with a view of their own")
    data = write_press(personal.action, personal.value)
    action = {"type": "Action.Execute", "verb": personal.action, "data": data}
    return {"refresh": {"action": action, "userIds": [*viewers]}}


def render_form(  # noqa: PLR0913 - each is a choice of its own
    form: Form,
    wording: Wording,
    *,
    errors: FormErrors = _NOTHING_WRONG,
    typed: Typed = _NOTHING_TYPED,
    nonce: str = "",
    carried: Mapping[str, str] = _NOTHING_CARRIED,
    inline: bool = False,
    back: Button | None = None,
) -> Json:
    """The card of a dialog; after a refusal with its `errors`, and with what was `typed`.

    The dialog around it shows `Form.title` and closes by itself, so `title` and `close` are not in the card. With
    `inline` it is a form in a message instead, which shows its title and can be left by the button `back`, whatever is
    typed. `nonce` and `carried` come back with the submission. Where the form asks for files it says how to bring them.
    An error of an input that the form lacks stands above all.

    Raises LimitExceeded, or ValueError when two inputs have one id, there is nothing to submit them with, or a dialog
    has a way back.
    """
    ids = _check_inputs(form)
    if back and not inline:
        raise ValueError(f"The form {form.id!r} has a way back, and a dialog closes by itself.")

    def render_part(part: Element | Input) -> list[Json]:
        if not isinstance(part, Input):
            return render_element(part)
        return _render_field(fill_in(part, typed), wording, errors.by_input.get(part.id, ""))

    title = [render_title(form.title)] if inline else []
    stray = (block for id_, words in errors.by_input.items() if id_ not in ids for block in render_complaint(words))
    actions = [] if form.submit is None else [_render_submit(form, form.submit, {"nonce": nonce, **carried}, inline)]
    # What is typed stays behind, so that an empty required input holds nobody up.
    actions += [render_press(back, associatedInputs="none")] if back else []
    shown = tuple(part for part in form.body if not isinstance(part, Input))
    own: Json = {"actions": actions} if actions else {}
    body = [*title, *stray, *render_body(form.body, render_part)]
    return _finish(body, wording.lang, form.title, shown, **own)


def _render_submit(form: Form, label: str, carried: Mapping[str, str], inline: bool) -> Json:  # noqa: FBT001 - render_form's
    context = limits.fit(form.context, limits.TEAMS_FORM_CONTEXT, f"context of {form.id}")
    data = {FORM_KEY: {**carried, "form": form.id, "context": context}}
    sent: Json = {"title": tame(label), "style": "positive", "data": data}
    submit = {"type": "Action.Submit", **sent}
    if not inline:
        return submit
    return {"type": "Action.Execute", "verb": form.id, **sent, "fallback": submit}


def _render_field(field: Input, wording: Wording, complaint: str) -> list[Json]:
    if not isinstance(field, FileInput):
        return render_input(field, wording.missing, complaint)
    words = [*write_lines((Strong(field.label),)), *write_lines((Plain(wording.uploads),), muted=True)]
    if field.page:
        words.append({"type": "ActionSet", "actions": [render_link(Link(wording.upload_page, field.page))]})
    return words + render_complaint(complaint)


def _check_inputs(form: Form) -> list[str]:
    ids = [part.id for part in form.body if isinstance(part, Input)]
    if ids and form.submit is None:
        raise ValueError(f"The form {form.id!r} has inputs and nothing to submit them with.")
    if len({*ids, FORM_KEY}) != len(ids) + 1:
        raise ValueError(f"Two inputs of {form.id!r} have one id, or one is called {FORM_KEY!r}: {ids}")
    return ids


def _finish(body: list[Json], lang: str, summary: str, elements: Iterable[Element], **own: object) -> Json:
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": lang,
        "fallbackText": clean(summary),
        "body": body,
        **own,
    }
    if entities := mentions_in(elements):
        card["msteams"] = {"entities": entities}
    if (size := len(json.dumps(card, ensure_ascii=False).encode())) > limits.TEAMS_BYTES:
        raise limits.TooLong("bytes of a card", limits.TEAMS_BYTES, size)
    return card
