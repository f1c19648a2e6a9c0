"""What the adapter itself has to say, while or after something took long."""

from dataclasses import dataclass

from bot.texts import Texts
from bot.views.forms import loading_form
from cards.limits import FORM_TITLE, measure
from cards.model import Card, Form, FormErrors, Plain, Text

NAME = "Paraaf"


@dataclass(frozen=True, slots=True)
class Screens:
    """`loading` stands in for a dialog that is not ready yet, `finished` for one that asks nothing any more.

    `expired` tells that a dialog could not be opened in time.
    """

    loading: Form
    finished: Form
    expired: Card


def make_screens(texts: Texts) -> Screens:
    """The screens in one language: the office's, as who reads them is asked of Slack, which is what takes long."""
    loading = loading_form(texts)
    done = Form("finished", NAME, (_say(texts.say("Done.")),), loading.close)
    expired = texts.say("That took too long, so the window could not be opened. Please press again.")
    return Screens(loading, done, Card("", (_say(expired),), expired))


def show_card(card: Card, close: str) -> Form:
    """A card as a dialog that can only be closed."""
    title = card.title if card.title and measure(card.title) <= FORM_TITLE else NAME
    return Form("told", title, card.elements or (_say(card.summary),), close)


def show_errors(errors: FormErrors, close: str) -> Form:
    """What is wrong with a form, where it can't be shown at the fields any more."""
    return Form("told", NAME, tuple(_say(words) for words in errors.by_input.values()), close)


def _say(words: str) -> Text:
    return Text((Plain(words),))
