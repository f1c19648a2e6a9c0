"""What is said to whose turn it is to sign."""

from datetime import datetime

from bot.domain.envelope import Envelope, Signer
from bot.texts import Texts
from bot.views.envelope_card import Viewer, show_envelope
from bot.views.envelope_words import flatten
from cards.model import Anchor, Card, Mention, Plain, Span, Strong, Text


def invite(envelope: Envelope, signer: Signer, texts: Texts, now: datetime) -> Card:
    """The card to answer on, for this signer alone, with the way to the conversation that it is about."""
    card = show_envelope(envelope, texts, now, Viewer(signer.account, is_staff=False))
    words = texts.say("It is your turn to sign.")
    lead = lead_back(words, envelope, texts)
    return Card(card.title, (lead, *card.elements), f"{words} {card.title}", card.personal)


def lead_back(words: str, envelope: Envelope, texts: Texts) -> Text:
    """Words above a card, with the way to the conversation that it is about."""
    lead: tuple[Span, ...] = (Strong(words),)
    if envelope.card and envelope.card.link:
        lead += (Plain(" "), Anchor(texts.say("Open the conversation"), envelope.card.link))
    return Text(lead)


def note_turn(envelope: Envelope, signer: Signer, texts: Texts) -> Card:
    """What stands in the thread where the signer's own chat cannot be reached; mentions them."""
    link = envelope.card.link if envelope.card else None
    lead = (Mention(signer.account.user, signer.name), Plain(" — "), Strong(texts.say("It is your turn to sign.")))
    way = (Plain(" "), Anchor(texts.say("Open the request"), link)) if link else ()
    return Card("", (Text((*lead, *way)),), flatten(lead))
