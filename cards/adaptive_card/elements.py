"""Elements of a card: texts, facts, pictures, buttons."""

from collections.abc import Callable, Iterable
from typing import TypeVar, assert_never

from cards import limits
from cards.adaptive_card.text import Json, find_mentions, tame, write_lines
from cards.addresses import check_picture, check_url
from cards.model import (
    Actions,
    Button,
    Confirm,
    Divider,
    Element,
    Fact,
    Facts,
    Image,
    Link,
    Personal,
    Plain,
    Strong,
    Style,
    Text,
)
from cards.text import join_lines

_STYLES = {Style.PLAIN: "default", Style.PRIMARY: "positive", Style.DANGER: "destructive"}


Part = TypeVar("Part")


def render_body(parts: Iterable[Part], render: Callable[[Part], list[Json]]) -> list[Json]:
    """The items that `render` makes of `parts`; a divider among them becomes a line above what follows it."""
    body: list[Json] = []
    parted = False
    for part in parts:
        items = render(part)
        if parted and items:
            items[0] |= {"separator": True, "spacing": "Medium"}
            parted = False
        parted = parted or isinstance(part, Divider)
        body += items
    return body


def render_element(element: Element, personal: Personal | None = None) -> list[Json]:
    """The items that show an element; none for a divider and a text that shows nothing.

    `personal` is how the card around it is asked for again. Raises LimitExceeded.
    """
    match element:
        case Text():
            return _render_text(element)
        case Facts(rows):
            return [_render_fact(row) for row in rows]
        case Image(url, alt):
            # On paper in dark clients as well: a drawn signature is dark, and has no background of its own.
            shown = {"url": check_picture(url), "altText": tame(alt), "size": "Auto", "backgroundColor": "#FFFFFF"}
            return [{"type": "Image", **shown}]
        case Divider():
            return []
        case Actions(items):
            limits.count(items, limits.BUTTONS_IN_ROW, f"buttons of {element.id}", least=1)
            return [{"type": "ActionSet", "actions": [_render_action(item, personal) for item in items]}]
        case _:
            assert_never(element)


def mentions_in(elements: Iterable[Element]) -> list[Json]:
    """The entities for every mention in `elements`, each person once."""
    found: list[Json] = []
    for element in elements:
        match element:
            case Text(spans):
                found += find_mentions(spans)
            case Facts(rows):
                found += [entity for row in rows for entity in find_mentions(row.value)]
            case Image() | Divider() | Actions():
                pass
            case _:
                assert_never(element)
    return [entity for number, entity in enumerate(found) if entity not in found[:number]]


def render_title(title: str) -> Json:
    """The heading of a card. A run, not a `TextBlock` with the style of a heading: names in it must stay literal."""
    look = {"size": "Large", "weight": "Bolder"}
    (block,) = write_lines((Plain(limits.fit(join_lines(title), limits.CARD_TITLE, "title of a card")),), look=look)
    return block


def _render_text(text: Text) -> list[Json]:
    lines = write_lines(text.spans, muted=text.muted)
    if not text.quote or not lines:
        return lines
    return [{"type": "Container", "style": "emphasis", "items": lines}]


def _render_fact(fact: Fact) -> Json:
    """A row of two columns: a `FactSet` would read its values as Markdown."""
    value = write_lines(fact.value) or write_lines((Plain("\N{EN DASH}"),))
    label = write_lines((Strong(join_lines(limits.fit(fact.label, limits.FACT_LABEL, "label of a fact"))),))
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": 1, "items": label},
            {"type": "Column", "width": 2, "items": value},
        ],
    }


def _render_action(item: Button | Link, personal: Personal | None) -> Json:
    if isinstance(item, Link):
        return render_link(item)
    if item.confirm:
        return _render_question(item, item.confirm, personal)
    return render_press(item, personal=personal)


def render_link(link: Link) -> Json:
    """The button that opens an address. Raises LimitExceeded, and ValueError for what is no http address."""
    return {"type": "Action.OpenUrl", "title": _render_label(link.label), "url": check_url(link.url)}


def render_press(button: Button, label: str = "", personal: Personal | None = None, **how: str) -> Json:
    """The button, under another `label` if there is one, and pressed as `how` says. Raises LimitExceeded.

    Of a card that is asked for again by another value than the button's own, the button tells how.
    """
    pressed: Json = {"title": label or _render_label(button.label), "style": _STYLES[button.style], **how}
    data = write_press(button.action, button.value)
    if personal and personal.value != button.value:
        data["back"] = f"{personal.action} {personal.value}"
    # Clients that know no Action.Execute send the same data, and get a dialog, in which any answer can be shown.
    in_dialog = {"type": "Action.Submit", **pressed, "data": {**data, "msteams": {"type": "task/fetch"}}}
    if button.opens_page:
        return in_dialog  # an Action.Execute is answered with a card, in which no page can be shown
    return {"type": "Action.Execute", "verb": button.action, **pressed, "data": data, "fallback": in_dialog}


def write_press(action: str, value: str) -> Json:
    """What comes back of a press. Raises TooLong."""
    limits.fit(action, limits.ID, "action of a button")
    return {"action": action, "value": limits.fit(value, limits.BUTTON_VALUE, f"value of {action}")}


def _render_label(label: str) -> str:
    return tame(limits.fit(label, limits.BUTTON_LABEL, "label of a button"))


def _render_question(button: Button, confirm: Confirm, personal: Personal | None) -> Json:
    """The button unfolds the question; pressing it again folds it, which is the answer no."""
    question = [*write_lines((Strong(confirm.title),)), *write_lines((Plain(confirm.text),))]
    yes = tame(limits.fit(confirm.yes, limits.CONFIRM_BUTTON, "yes to a question"))
    card = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": question,
        "actions": [render_press(button, yes, personal)],
    }
    return {
        "type": "Action.ShowCard",
        "title": _render_label(button.label),
        "style": _STYLES[button.style],
        "card": card,
    }
