"""What Paraaf shows, as attachments and as answers to requests that wait for one.

Shapes: Microsoft's "Universal Actions for Adaptive Cards", "Dialogs in bots", "Dynamic search in Adaptive Cards".
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from yarl import URL

from adapters.teams.seals import Seal
from adapters.teams.shapes import write_shape
from bot.conversation import Value
from bot.domain.errors import Refusal
from bot.domain.links import IN_DIALOG
from bot.texts import Texts
from bot.use_cases.draft import read_draft
from bot.views.envelope_card import SHOW
from bot.views.envelope_words import flatten
from bot.views.task_list import SHOW_TASKS
from cards.adaptive_card import Wording, render_card, render_form
from cards.model import Actions, Anchor, Button, Card, Form, FormErrors, Option, Text

ADAPTIVE: Final = "application/vnd.microsoft.card.adaptive"
WORDS: Final = "application/vnd.microsoft.activity.message"
FOUND: Final = "application/vnd.microsoft.search.searchResponse"
NAME: Final = "Paraaf"
MOST_FOUND: Final = 15
"""Teams shows no more results of a search."""

Body = Mapping[str, Any]
"""The body of an answer."""

_LONGEST_WORDS: Final = 400
"""Characters that fit into the bar in which a client shows words; more gets a card."""
_NOTHING_WRONG: Final = FormErrors(MappingProxyType({}))
_NOTHING_TYPED: Final[Mapping[str, Value]] = MappingProxyType({})


def attach(content: Body) -> Body:
    """A card as an attachment."""
    return {"contentType": ADAPTIVE, "content": content}


def answer_with_card(content: Body) -> Body:
    """The card takes the place of the one that was pressed on, for this person."""
    return {"statusCode": 200, "type": ADAPTIVE, "value": content}


def answer_with_words(words: str) -> Body:
    """The words appear at the card that was pressed on, for this person."""
    return {"statusCode": 200, "type": WORDS, "value": words}


def answer_in_dialog(title: str, content: Body) -> Body:
    """The card is what the dialog shows."""
    return {"task": {"type": "continue", "value": {"title": title, "height": "medium", "card": attach(content)}}}


def answer_with_page(title: str, address: str) -> Body:
    """The page at this address, of a domain in the manifest, is what the dialog shows; elsewhere a browser does."""
    page = str(URL(address).with_query(IN_DIALOG))
    value = {"title": title, "height": "large", "width": "large", "url": page, "fallbackUrl": address}
    return {"task": {"type": "continue", "value": value}}


def answer_dialog_with_words(words: str) -> Body:
    """The dialog shows the words and can only be closed."""
    return {"task": {"type": "message", "value": words}}


def answer_search(options: Sequence[Option]) -> Body:
    """The options appear below the field."""
    results = [
        {"title": f"{option.label} · {option.hint}" if option.hint else option.label, "value": option.value}
        for option in options[:MOST_FOUND]
    ]
    return {"statusCode": 200, "type": FOUND, "value": {"results": results}}


def write_words(card: Card) -> str | None:
    """The card in plain words; None when that would lose something, or be too long to read at a glance."""
    texts = [element for element in card.elements if isinstance(element, Text)]
    if len(texts) != len(card.elements) or any(isinstance(span, Anchor) for text in texts for span in text.spans):
        return None
    lines = [card.title, *(flatten(text.spans) for text in texts)]
    words = "\n".join(line for line in lines if line) or card.summary
    return words if len(words) <= _LONGEST_WORDS else None


def with_way_back(card: Card, back: str, texts: Texts) -> Card:
    """The card with a button that shows the viewer's view again."""
    return replace(card, elements=(*card.elements, Actions((make_way_back(back, texts),), id="back")), personal=None)


def make_way_back(back: str, texts: Texts) -> Button:
    """The button that shows a viewer's view again."""
    action, value = read_way_back(back)
    return Button(action, texts.say("Back"), value)


def read_way_back(back: str) -> tuple[str, str]:
    """Action and value of the press that shows a viewer's view again; see `Asked.back`."""
    action, _, value = back.partition(" ")
    return (action, value) if action == SHOW_TASKS else (SHOW, back)


def show_plain(card: Card, texts: Texts) -> Body:
    """A card that no client asks for again by itself."""
    return render_card(card, lang=texts.language)


def show_in_dialog(card: Card, texts: Texts) -> Body:
    """A card in a dialog, in which nothing but `Action.Submit` is sent."""
    content: Body = _send_presses(show_plain(card, texts))
    return content


def _send_presses(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON value
    if isinstance(part, list):
        return [_send_presses(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") == "Action.Execute":
        return {"type": "Action.Submit", **{name: part[name] for name in ("title", "style", "data")}}
    return {name: _send_presses(each) for name, each in part.items()}


def name_dialog(title: str) -> str:
    """The title of a dialog."""
    return title or NAME


class FormRenderer:
    """Renders forms so that they come back with what it takes to show them again."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def render(  # noqa: PLR0913 - each is a choice of its own
        self,
        form: Form,
        texts: Texts,
        *,
        is_inline: bool,
        back: str = "",
        nonce: str = "",
        errors: FormErrors = _NOTHING_WRONG,
        typed: Mapping[str, Value] = _NOTHING_TYPED,
        channel: str = "",
    ) -> Body:
        """The card of a form, in a dialog or `is_inline` in a message, where `back` gives a way out of it.

        `nonce` is that of the rendering that this one replaces. `channel` is the conversation in which it is shown.
        Raises `LimitExceeded`.
        """
        wording = Wording(
            lang=texts.language,
            missing=texts.say("Fill this in."),
            uploads=texts.say("Bring files on your own upload page; then find them here by name."),
            upload_page=texts.say("Open the upload page"),
        )
        carried = {"shape": write_shape(form, self._seal)} if form.submit else {}
        content = render_form(
            form,
            wording,
            errors=errors,
            typed=typed,
            nonce=nonce or uuid4().hex,
            carried=carried | ({"back": back} if back else {}),
            inline=is_inline,
            back=make_way_back(back, texts) if is_inline and back else None,
        )
        _aim_searches(content, form.context, channel)
        return content


def _aim_searches(content: Body, context: str, channel: str) -> None:
    """Let searches tell which conversation a form is about, where that is not the one in which it is shown."""
    try:
        about = read_draft(context).place.channel
    except Refusal:
        return
    if about == channel:
        return
    for block in content["body"]:
        if query := block.get("choices.data"):
            query["dataset"] = f"{query['dataset']}#{about}"
