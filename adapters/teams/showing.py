"""What the core answers, as the answer to a request that Teams waits with.

| where           | Open                  | Tell                         | FormErrors     | Done                  |
|-----------------|-----------------------|------------------------------|----------------|-----------------------|
| a card's button | the form in its place | words, or a card with "Back" | the form again | the viewer's own view |
| a dialog        | the form              | a card that can be closed    | the form again | it closes             |

`Show` is the viewer's own view wherever it comes; a form in a card has no `refresh`, or the client would wipe out what
is being typed.
"""

from collections.abc import Awaitable, Callable
from typing import Final, assert_never

from adapters.teams.messenger import TeamsMessenger
from adapters.teams.reading import Asked, Surface
from adapters.teams.rendering import (
    NAME,
    Body,
    FormRenderer,
    answer_dialog_with_words,
    answer_in_dialog,
    answer_search,
    answer_with_card,
    answer_with_words,
    read_way_back,
    show_in_dialog,
    show_plain,
    with_way_back,
    write_words,
)
from bot.conversation import Answer, Done, Found, Open, Press, Show, Submission, Tell
from bot.domain.places import Place
from bot.texts import Texts, texts_for
from bot.views.envelope_card import SHOW
from bot.views.help import show_words
from cards.model import Card, Form, FormErrors, Input

Ask = Callable[[Press], Awaitable[Answer]]

_SEPARATOR: Final = " "


def choose_texts(asked: Asked) -> Texts:
    """The words for who asks."""
    return texts_for(asked.interaction.actor.locale)


class Showing:
    """Answers as bodies. `ask` asks the core for a viewer's view."""

    def __init__(self, messenger: TeamsMessenger, forms: FormRenderer, ask: Ask) -> None:
        self._messenger = messenger
        self._forms = forms
        self._ask = ask

    async def show(self, answer: Answer, asked: Asked) -> Body | None:
        """The body of the answer, None for an empty one. Raises a `PlatformError` or `LimitExceeded`."""
        match asked.surface:
            case Surface.CARD:
                return await self._show_in_card(answer, asked)
            case Surface.DIALOG:
                return self._show_in_dialog(answer, asked)
            case Surface.LIST:
                return answer_search(answer.options if isinstance(answer, Found) else ())
            case Surface.CHAT:
                return None
            case _:
                assert_never(asked.surface)

    def show_late(self, asked: Asked) -> Body | None:
        """The body for an answer that is not there yet: it can be asked for again, which does nothing twice."""
        texts = choose_texts(asked)
        words = texts.say("This takes longer than usual. Please try again in a moment; nothing is done twice.")
        if asked.sent and (field := next((part.id for part in asked.sent.form.body if isinstance(part, Input)), None)):
            content = self._render_again(FormErrors({field: words}), asked)
            if content is not None and asked.surface is Surface.CARD:
                return answer_with_card(content)
            if content is not None and asked.surface is Surface.DIALOG:
                return answer_in_dialog(asked.sent.form.title, content)
        match asked.surface:
            case Surface.CARD:
                return answer_with_words(words)
            case Surface.DIALOG:
                return answer_dialog_with_words(words)
            case Surface.LIST:
                return answer_search(())
            case Surface.CHAT:
                return None
            case _:
                assert_never(asked.surface)

    async def _show_in_card(self, answer: Answer, asked: Asked) -> Body:
        texts = choose_texts(asked)
        match answer:
            case Done():
                return await self._show_view_again(asked)
            case Show(card):
                return answer_with_card(await self._messenger.render_view(_where(asked), card, texts))
            case Tell(card):
                return self._tell_in_card(card, asked)
            case Open(form):
                return answer_with_card(self._render(form, asked))
            case FormErrors():
                content = self._render_again(answer, asked)
                return answer_with_card(content) if content else answer_with_words(_join(answer))
            case Found():
                raise TypeError("Options are no answer to a press.")
            case _:
                assert_never(answer)

    async def _show_view_again(self, asked: Asked) -> Body:
        texts = choose_texts(asked)
        actor = asked.interaction.actor
        if asked.back and not _asks_view(asked):
            answer = await self._ask(Press(actor, _where(asked), *read_way_back(asked.back)))
            if not isinstance(answer, Done):
                return await self._show_in_card(answer, asked)
        return answer_with_card(show_plain(show_words(texts.say("Done.")), texts))

    def _tell_in_card(self, card: Card, asked: Asked) -> Body:
        texts = choose_texts(asked)
        words = write_words(card)
        # Below a form that was sent, words would leave the form standing there.
        if words and not isinstance(asked.interaction, Submission):
            return answer_with_words(words)
        shown = with_way_back(card, asked.back, texts) if asked.back else card
        return answer_with_card(show_plain(shown, texts))

    def _show_in_dialog(self, answer: Answer, asked: Asked) -> Body | None:
        texts = choose_texts(asked)
        match answer:
            case Done():
                return None if asked.closes else answer_dialog_with_words(texts.say("Done."))
            case Tell(card) | Show(card):
                return answer_in_dialog(card.title or NAME, show_in_dialog(card, texts))
            case Open(form):
                return answer_in_dialog(form.title, self._render(form, asked))
            case FormErrors():
                content = self._render_again(answer, asked)
                if content is None or asked.sent is None:
                    return answer_dialog_with_words(_join(answer))
                return answer_in_dialog(asked.sent.form.title, content)
            case Found():
                raise TypeError("Options are no answer in a dialog.")
            case _:
                assert_never(answer)

    def _render(self, form: Form, asked: Asked) -> Body:
        return self._forms.render(
            form,
            choose_texts(asked),
            is_inline=asked.surface is Surface.CARD,
            back=asked.back if asked.surface is Surface.CARD else "",
            channel=_where(asked).channel,
        )

    def _render_again(self, errors: FormErrors, asked: Asked) -> Body | None:
        """The form that was sent with what was typed; None where it did not come back as we made it."""
        if asked.sent is None or not isinstance(asked.interaction, Submission):
            return None
        return self._forms.render(
            asked.sent.form,
            choose_texts(asked),
            is_inline=asked.surface is Surface.CARD,
            back=asked.back if asked.surface is Surface.CARD else "",
            nonce=asked.sent.nonce,
            errors=errors,
            typed=asked.interaction.values,
            channel=_where(asked).channel,
        )


def _where(asked: Asked) -> Place:
    place = asked.interaction.actor.place
    if place is None:
        raise TypeError("An actor in Teams is somewhere.")
    return place


def _asks_view(asked: Asked) -> bool:
    return isinstance(asked.interaction, Press) and asked.interaction.action == SHOW


def _join(errors: FormErrors) -> str:
    return _SEPARATOR.join(errors.by_input.values())
