"""Cards and forms as Slack's Block Kit. Pure functions; `cards.block_kit.naming` says how their parts come back."""

import json
from collections.abc import Iterable, Sequence
from typing import assert_never

from cards import limits
from cards.addresses import check_picture, check_url
from cards.block_kit.inputs import render_input, render_option
from cards.block_kit.naming import TOGGLED, is_link, name_link, name_search, read_source
from cards.block_kit.splitting import split
from cards.block_kit.text import Json, Spans, label, make_literal, show_nothing, write_quote, write_spans
from cards.model import (
    Actions,
    Button,
    Card,
    Choice,
    Confirm,
    DateInput,
    Divider,
    Element,
    Facts,
    FileInput,
    Form,
    FormErrors,
    Image,
    Input,
    Link,
    Option,
    Plain,
    Strong,
    Style,
    Text,
    TextInput,
    Toggle,
)
from cards.text import is_blank

__all__ = [
    "TOGGLED",
    "is_link",
    "name_link",
    "name_search",
    "read_source",
    "render_errors",
    "render_home",
    "render_message",
    "render_options",
    "render_view",
]


def render_message(card: Card) -> Json:
    """`text` and `blocks` for `chat.postMessage` and `chat.update`; no `blocks` when there is nothing but a summary.

    Raises LimitExceeded, or ValueError when two ids are one.
    """
    text = limits.fit(make_literal(card.summary), limits.SLACK_SUMMARY, "summary")
    blocks = _render_card(card)
    _check_ids(limits.count(blocks, limits.SLACK_MESSAGE_BLOCKS, "blocks of a message"))
    limits.fit(json.dumps(blocks, ensure_ascii=False), limits.SLACK_MESSAGE_JSON, "blocks of a message as JSON")
    return {"text": text, "blocks": blocks} if blocks else {"text": text}


def render_home(card: Card) -> Json:
    """A home tab for `views.publish`. Raises LimitExceeded, or ValueError when two ids are one."""
    blocks = _render_card(card) or _render_text(Text((Plain(card.summary),)))
    _check_ids(limits.count(blocks, limits.SLACK_VIEW_BLOCKS, "blocks of a home tab", least=1))
    return _fit_view({"type": "home", "blocks": blocks}, "a home tab")


def render_view(form: Form) -> Json:
    """A modal for `views.open`, `views.push` and `views.update`.

    Raises LimitExceeded, or ValueError when two ids are one, or when there are inputs and nothing to submit them with.
    """
    if form.submit is None and any(isinstance(part, Input) for part in form.body):
        raise ValueError(f"The form {form.id!r} has inputs and nothing to submit them with.")
    blocks = _render_elements(form.body)
    _check_ids(limits.count(blocks, limits.SLACK_VIEW_BLOCKS, f"blocks of {form.id}", least=1))
    view: Json = {
        "type": "modal",
        "callback_id": limits.fit(form.id, limits.ID, "form id"),
        "title": label(form.title, limits.FORM_TITLE, f"title of {form.id}"),
        "close": label(form.close, limits.FORM_BUTTON, f"close of {form.id}"),
        "blocks": blocks,
    }
    if form.context:
        view["private_metadata"] = limits.fit(form.context, limits.FORM_CONTEXT, f"context of {form.id}")
    if form.submit is not None:
        view["submit"] = label(form.submit, limits.FORM_BUTTON, f"submit of {form.id}")
    return _fit_view(view, form.id)


def _fit_view(view: Json, what: str) -> Json:
    if (size := len(json.dumps(view, ensure_ascii=False).encode())) > limits.SLACK_VIEW_BYTES:
        raise limits.TooLong(f"bytes of {what}", limits.SLACK_VIEW_BYTES, size)
    return view


def _render_card(card: Card) -> list[Json]:
    title = [] if is_blank(card.title) else [_render_header(card.title)]
    return [*title, *_render_elements(card.elements)]


def render_options(options: Sequence[Option]) -> Json:
    """The answer to a `block_suggestion`; raises LimitExceeded."""
    return {"options": [render_option(each) for each in limits.count(options, limits.OPTIONS_IN_MENU, "options found")]}


def render_errors(errors: FormErrors) -> Json:
    """The answer to a `view_submission` that leaves the modal open and marks what is wrong; raises TooLong."""
    messages = {
        field: label(text, limits.INPUT_HINT, f"error of {field}")["text"] for field, text in errors.by_input.items()
    }
    return {"response_action": "errors", "errors": messages}


def _render_elements(parts: Iterable[Element | Input]) -> list[Json]:
    blocks: list[Json] = []
    for part in parts:
        blocks += _render_part(part)
    return blocks


def _render_part(part: Element | Input) -> list[Json]:
    match part:
        case Text():
            return _render_text(part)
        case Facts():
            return _render_facts(part)
        case Image():
            return [_render_image(part)]
        case Divider():
            return [{"type": "divider"}]
        case Actions():
            return [_render_actions(part)]
        case TextInput() | Choice() | DateInput() | Toggle() | FileInput():
            return [render_input(part)]
        case _:
            assert_never(part)


def _render_header(title: str) -> Json:
    return {"type": "header", "text": label(title, limits.CARD_TITLE, "title of a card")}


def _render_text(text: Text) -> list[Json]:
    if show_nothing(text.spans):
        return []
    write = write_quote if text.quote else write_spans
    if text.muted:
        objects = split(text.spans, limits.SLACK_CONTEXT_TEXT, write)
        return [{"type": "context", "elements": [each]} for each in objects]
    return [{"type": "section", "text": each} for each in split(text.spans, limits.SLACK_SECTION_TEXT, write)]


def _render_facts(facts: Facts) -> list[Json]:
    """Label and value side by side, so that a value without markup keeps a field of its own, exactly as it is.

    A value too long for a field gets sections of its own below its label.
    """
    blocks: list[Json] = []
    fields: list[Json] = []
    for row in facts.rows:
        name = write_spans((Strong(limits.fit(row.label, limits.FACT_LABEL, "label of a fact")),))
        value = write_spans(row.value or (Plain(""),))
        too_long = limits.measure(value["text"]) > limits.SLACK_FIELD_TEXT
        if fields and (too_long or len(fields) == limits.SLACK_FIELDS):
            blocks.append({"type": "section", "fields": fields})
            fields = []
        if too_long:
            blocks += _render_long_fact(name, row.value)
        else:
            fields += [name, value]
    return [*blocks, {"type": "section", "fields": fields}] if fields else blocks


def _render_long_fact(name: Json, value: Spans) -> list[Json]:
    texts = [name, *split(value, limits.SLACK_SECTION_TEXT, write_spans)]
    return [{"type": "section", "text": each} for each in texts]


def _render_image(image: Image) -> Json:
    alt = label(image.alt, limits.IMAGE_ALT, "description of an image")["text"]
    return {"type": "image", "image_url": check_picture(image.url), "alt_text": alt}


def _render_actions(actions: Actions) -> Json:
    items = limits.count(actions.items, limits.BUTTONS_IN_ROW, f"buttons of {actions.id}", least=1)
    elements = [_render_button(item, number) for number, item in enumerate(items)]
    names = [element["action_id"] for element in elements]
    if len(names) != len(set(names)):
        raise ValueError(f"Two buttons of the row {actions.id!r} have one action: {names}")
    return {"type": "actions", "block_id": limits.fit(actions.id, limits.ID, "id of a row"), "elements": elements}


def _render_button(item: Button | Link, number: int) -> Json:
    button: Json = {"type": "button", "text": label(item.label, limits.BUTTON_LABEL, "label of a button")}
    if isinstance(item, Link):
        return {**button, "action_id": name_link(number), "url": check_url(item.url)}
    button["action_id"] = limits.fit(item.action, limits.ID, "action of a button")
    button["value"] = limits.fit(item.value, limits.BUTTON_VALUE, f"value of {item.action}")
    if item.style is not Style.PLAIN:
        button["style"] = item.style.value
    if item.confirm:
        button["confirm"] = _render_confirm(item.confirm, item.style)
    return button


def _render_confirm(confirm: Confirm, style: Style) -> Json:
    rendered: Json = {
        "title": label(confirm.title, limits.CONFIRM_TITLE, "title of a question"),
        "text": label(confirm.text, limits.CONFIRM_TEXT, "text of a question"),
        "confirm": label(confirm.yes, limits.CONFIRM_BUTTON, "yes to a question"),
        "deny": label(confirm.no, limits.CONFIRM_BUTTON, "no to a question"),
    }
    if style is Style.DANGER:
        rendered["style"] = "danger"
    return rendered


def _check_ids(blocks: Sequence[Json]) -> None:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        raise ValueError(f"Two parts have one id: {ids}")
