"""Somebody's tasks as a card: three lists to choose from, one page of one of them, and what can be done there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.domain.envelope import Envelope
from bot.domain.people import Account, ClientId
from bot.domain.tasks import REACH, TaskList, Turn
from bot.texts import Texts
from bot.views.envelope_card import Viewer, describe_status, offer_buttons
from bot.views.envelope_words import describe_documents, show_validity
from cards.model import Actions, Anchor, Button, Card, Divider, Element, Personal, Plain, Span, Strong, Style, Text
from cards.text import shorten

SHOW_TASKS: Final = "tasks"
"""Asks for a page of a list; the value is a `Spot`."""
_TURNS: Final = {turn: f"tasks_{turn}" for turn in Turn}
_EARLIER, _LATER = "tasks_earlier", "tasks_later"
TASK_ACTIONS: Final = frozenset({SHOW_TASKS, *_TURNS.values(), _EARLIER, _LATER})
"""The same, by buttons that stand beside each other and so must differ."""

_HEADLINE: Final = 80
_STATUS: Final = 80
_DETAILS: Final = 80
"""Characters of a document's name, of the state and of the rest: a page must fit into one message of a platform."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A page of a list; `channel` is the conversation whose list it is, empty for everything of one's own."""

    turn: Turn = Turn.MINE
    page: int = 0
    channel: str = ""


def write_spot(spot: Spot) -> str:
    """The spot as the value of a button."""
    return f"{spot.turn} {spot.page} {spot.channel}".rstrip()


def read_spot(value: str) -> Spot:
    """The spot that a button asks for; the first page of one's own tasks for what is no spot."""
    turn, _, rest = value.partition(" ")
    page, _, channel = rest.partition(" ")
    try:
        return Spot(Turn(turn), int(page), channel)
    except ValueError:
        return Spot()


def show_tasks(tasks: TaskList, account: Account, channel: str, texts: Texts, now: datetime) -> Card:
    """The page as `account` sees it, of the conversation `channel` or of everything."""
    title = texts.say("Tasks in this conversation") if channel else texts.say("Tasks")
    elements: list[Element] = [_show_turns(tasks, channel, texts)]
    for envelope in tasks.envelopes:
        elements += _show_task(envelope, tasks, account, texts, now)
    if not tasks.envelopes:
        elements.append(Text((Plain(say_nothing(tasks.turn, texts)),)))
    elements += _show_pages(tasks, channel, texts)
    summary = f"{title}: {name_turn(tasks.turn, texts)} ({_count(tasks, tasks.turn)})"
    spot = Spot(tasks.turn, tasks.page, channel)
    return Card(title, tuple(elements), summary, Personal(SHOW_TASKS, write_spot(spot), (account.user,)))


def _show_turns(tasks: TaskList, channel: str, texts: Texts) -> Actions:
    buttons = [
        Button(
            action,
            f"{name_turn(turn, texts)} ({_count(tasks, turn)})",
            write_spot(Spot(turn, 0, channel)),
            Style.PRIMARY if turn is tasks.turn else Style.PLAIN,
        )
        for turn, action in _TURNS.items()
    ]
    return Actions(tuple(buttons), id="turns")


def _show_task(
    envelope: Envelope, tasks: TaskList, account: Account, texts: Texts, now: datetime
) -> tuple[Element, ...]:
    # Who sees a task without being its signer sent it, or is staff who see everything of a conversation.
    viewer = Viewer(account, is_staff=envelope.signer(account) is None)
    buttons = offer_buttons(envelope, texts, viewer)
    headline = shorten(describe_documents(envelope.documents, texts), _HEADLINE)
    link = envelope.card.link if envelope.card else None
    lead: Span = Anchor(headline, link) if link else Strong(headline)
    status = Strong(shorten(describe_status(envelope, texts, now, viewer), _STATUS))
    details = Plain(" · " + shorten(" · ".join(_describe(envelope, tasks.clients, texts)), _DETAILS))
    row = (Actions(buttons, id=f"task-{envelope.id}"),) if buttons else ()
    return (Divider(), Text((lead, Plain("\n"), status, details)), *row)


def _describe(envelope: Envelope, clients: Mapping[ClientId, str], texts: Texts) -> list[str]:
    due = [texts.say("due {day}", day=texts.day(envelope.due))] if envelope.due and envelope.closing is None else []
    valid = [show_validity(envelope, texts)] if envelope.expires_at and envelope.closing is None else []
    client = [clients[envelope.client]] if envelope.client in clients else []
    return [*due, *valid, *client, texts.say("from {name}", name=envelope.sender.name)]


def _show_pages(tasks: TaskList, channel: str, texts: Texts) -> tuple[Element, ...]:
    if tasks.pages == 1:
        return ()
    offered = (
        (_EARLIER, texts.say("Previous"), tasks.page - 1),
        (_LATER, texts.say("Next"), tasks.page + 1),
    )
    buttons = tuple(
        Button(action, label, write_spot(Spot(tasks.turn, page, channel)))
        for action, label, page in offered
        if 0 <= page < tasks.pages
    )
    words = texts.say("Page {page} of {pages}", page=tasks.page + 1, pages=tasks.pages)
    return (Divider(), Text((Plain(words),), muted=True), Actions(buttons, id="pages"))


def _count(tasks: TaskList, turn: Turn) -> str:
    number = tasks.counts[turn]
    return f"{number}+" if number >= REACH else str(number)


def name_turn(turn: Turn, texts: Texts) -> str:
    """What a list is called."""
    match turn:
        case Turn.MINE:
            return texts.say("To do")
        case Turn.OTHERS:
            return texts.say("Waiting for others")
        case Turn.DONE:
            return texts.say("Finished")
        case _:
            assert_never(turn)


def say_nothing(turn: Turn, texts: Texts) -> str:
    """What stands in place of a list that is empty."""
    match turn:
        case Turn.MINE:
            return texts.say("Nothing waits for you.")
        case Turn.OTHERS:
            return texts.say("Nothing waits for others.")
        case Turn.DONE:
            return texts.say("Nothing is finished yet.")
        case _:
            assert_never(turn)
