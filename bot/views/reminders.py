"""What is said to whom an answer is still awaited from, and to who awaits it in vain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.domain.envelope import Envelope, Party, Signer
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_card import LOG, REMIND, VIEW, Viewer, show_envelope
from bot.views.envelope_words import describe_documents, flatten, show_late
from bot.views.turns import lead_back
from cards.model import Actions, Anchor, Button, Card, Divider, Element, Link, Mention, Plain, Span, Strong, Text
from cards.text import shorten

SNOOZE: Final = "snooze"
"""Asks to be reminded again on the next working day; the value is the envelope's id."""
SHOW_REMINDER: Final = "show_reminder"
"""Asks for the viewer's own view of a reminder, by the same value."""
LISTED: Final = 7
"""Requests that one message lists: with the longest names they fit into one of every platform."""
_HEADLINE: Final = 80


def remind(envelope: Envelope, signer: Signer, texts: Texts, now: datetime) -> Card:
    """The card to answer on, for this signer alone, which can also be postponed by a day."""
    card = show_envelope(envelope, texts, now, Viewer(signer.account, is_staff=False))
    words = _say_reminder(texts)
    snooze = Button(SNOOZE, texts.say("Remind me tomorrow"), envelope.id)
    personal = replace(card.personal, action=SHOW_REMINDER) if card.personal else None
    elements = (lead_back(words, envelope, texts), *card.elements, Actions((snooze,), id="snooze"))
    return Card(card.title, elements, f"{words} {card.title}", personal)


def list_reminders(envelopes: Sequence[Envelope], texts: Texts, now: datetime) -> Card:
    """One message for several requests that await the same signer: each with a button to its card."""
    words = texts.count("{number} request waits for you.", "{number} requests wait for you.", len(envelopes))
    elements: list[Element] = [Text((Strong(words),))]
    for envelope in envelopes[:LISTED]:
        elements += _list_one(envelope, texts, now)
    if more := len(envelopes) - LISTED:
        rest = texts.count("And {number} more: see your tasks.", "And {number} more: see your tasks.", more)
        elements += [Divider(), Text((Plain(rest),), muted=True)] if more > 0 else []
    return Card(texts.say("Reminder"), tuple(elements), words)


def note_reminder(envelope: Envelope, signer: Signer, addressee: Signer | Party, texts: Texts) -> Card:
    """What stands in the thread where somebody's own chat cannot be reached, and mentions them.

    The signer is reminded; anybody else is told that this did not help.
    """
    is_signer = addressee.account == signer.account
    words = _say_reminder(texts) if is_signer else _say_in_vain(signer, texts)
    link = envelope.card.link if envelope.card else None
    way: tuple[Span, ...] = (Plain(" "), Anchor(texts.say("Open the request"), link)) if link else ()
    lead = (Mention(addressee.account.user, addressee.name), Plain(" — "), Strong(words), *way)
    return Card("", (Text(lead),), flatten(lead))


def tell_escalation(envelope: Envelope, signer: Signer, absent: str, texts: Texts) -> Card:
    """What the sender and the relatiebeheerder are told instead of one more reminder.

    `absent` is the relatiebeheerder who could not be told, if there is one.
    """
    words = _say_in_vain(signer, texts)
    headline = shorten(describe_documents(envelope.documents, texts), _HEADLINE)
    elements: list[Element] = [
        lead_back(words, envelope, texts),
        Text((Plain("📄 "), Strong(headline))),
        Text((Plain(texts.say("Paraaf reminds them no more by itself.")),), muted=True),
    ]
    if absent:
        missing = texts.say(
            "{name}, relatiebeheerder, takes no part in the conversation and was not told.", name=absent
        )
        elements.append(Text((Plain(missing),), muted=True))
    buttons = (
        Button(VIEW, texts.say("View"), envelope.id, opens_page=True),
        Button(REMIND, texts.say("Remind now"), envelope.id),
        Button(LOG, texts.say("Transaction log"), envelope.id),
    )
    return Card(headline, (*elements, Actions(buttons)), f"{words} {headline}")


def say_reminded(names: Sequence[str], texts: Texts) -> str:
    """The answer to who reminded at once."""
    return texts.say("A reminder is on its way to {names}.", names=", ".join(names))


def say_snoozed(at: datetime, texts: Texts) -> str:
    """The answer to who postponed a reminder."""
    return texts.say("You get the next reminder on {day}.", day=texts.day(at.astimezone(OFFICE_ZONE).date()))


def _say_reminder(texts: Texts) -> str:
    return texts.say("Reminder: this waits for you.")


def _say_in_vain(signer: Signer, texts: Texts) -> str:
    return texts.say("{name} has not answered, in spite of reminders.", name=signer.name)


def _list_one(envelope: Envelope, texts: Texts, now: datetime) -> tuple[Element, ...]:
    name = shorten(describe_documents(envelope.documents, texts), _HEADLINE)
    due = texts.say("due {day}", day=texts.day(envelope.due)) if envelope.due else ""
    sender = texts.say("from {name}", name=shorten(envelope.sender.name, _HEADLINE))
    details = Plain("\n" + " · ".join(each for each in (due, sender) if each))
    link = envelope.card.link if envelope.card else None
    headline: Span = Anchor(name, link) if link else Strong(name)
    way = (Link(texts.say("Open the request"), link),) if link else ()
    view = Button(VIEW, texts.say("View"), envelope.id, opens_page=True)
    snooze = Button(SNOOZE, texts.say("Remind me tomorrow"), envelope.id)
    row = Actions((*way, view, snooze), id=f"reminder-{envelope.id}")
    return (Divider(), Text((headline, details, *show_late(envelope, texts, now))), row)
