"""Answers to messages, which reach people as messages that they alone see."""

from typing import assert_never

import structlog

from adapters.teams.messenger import TeamsMessenger, Whisper
from adapters.teams.reading import COMMAND, Asked, write_again
from adapters.teams.rendering import FormRenderer, show_plain
from adapters.teams.showing import choose_texts
from bot.conversation import Answer, Command, Done, Found, Open, Press, Show, Tell
from bot.domain.errors import PlatformError
from bot.domain.places import Place
from bot.views.help import show_words
from cards.limits import BUTTON_LABEL
from cards.model import Actions, Button, Card, Form, FormErrors, Plain, Style, Text
from cards.text import shorten

_log = structlog.get_logger(__name__)


class Whisperer:
    """Shows answers in private."""

    def __init__(self, messenger: TeamsMessenger, forms: FormRenderer) -> None:
        self._messenger = messenger
        self._forms = forms

    async def whisper(self, answer: Answer, asked: Asked) -> None:
        """Show an answer to who wrote a message. What can't be delivered is in the log, without its words."""
        if (whisper := self._write(answer, asked)) is None:
            return
        actor = asked.interaction.actor
        if actor.place is None:
            raise TypeError("An actor in Teams is somewhere.")
        try:
            await self._messenger.whisper_content(actor.place, actor.account, whisper)
        except PlatformError as refusal:
            reason = getattr(refusal, "reason", "")
            _log.error("teams_private_answer_lost", kind=type(refusal).__name__, reason=reason)

    def _write(self, answer: Answer, asked: Asked) -> Whisper | None:
        match answer:
            case Done() | Show():
                return None
            case Tell(card):
                return self._write_card(card, asked)
            case Open(form):
                return self._write_form(form, asked)
            case FormErrors(by_input):
                return self._write_card(show_words(" ".join(by_input.values())), asked)
            case Found():
                raise TypeError("Only a lookup has options.")
            case _:
                assert_never(answer)

    def _write_card(self, card: Card, asked: Asked) -> Whisper:
        return Whisper(show_plain(card, choose_texts(asked)), card.summary)

    def _write_form(self, form: Form, asked: Asked) -> Whisper:
        """The form itself where nobody else reads along, else a button that asks for it.

        Not every Teams keeps a private message private, and a form holds the names of documents.
        """
        button = _make_starter(form, asked)
        if not asked.is_personal and button:
            text = Text((Plain(choose_texts(asked).say("Press to go on; only you see what opens.")),))
            return self._write_card(Card("", (text, Actions((button,))), form.title), asked)
        channel = _channel(asked.interaction.actor.place)
        content = self._forms.render(form, choose_texts(asked), is_inline=True, channel=channel)
        return Whisper(content, form.title)


def _make_starter(form: Form, asked: Asked) -> Button | None:
    label = shorten(form.title, BUTTON_LABEL)
    match asked.interaction:
        case Command() as command:
            return Button(COMMAND, label, write_again(command), Style.PRIMARY)
        case Press(_, _, action, value):
            return Button(action, label, value, Style.PRIMARY)
        case _:
            return None


def _channel(place: Place | None) -> str:
    return place.channel if place else ""
