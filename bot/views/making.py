"""What is said about making a conversation for a client."""

from collections.abc import Sequence
from typing import assert_never

from bot.domain.making import Absence
from bot.domain.people import Client, Platform
from bot.texts import Texts
from bot.views.commands import HELP, LINK, spell
from cards.model import Card, Plain, Strong, Text


def show_whose(client: Client, texts: Texts, platform: Platform) -> Card:
    """The first card in a conversation: whose it is, and what it is for."""
    title = texts.say("Conversation with {client}", client=f"{client.number} · {client.name}")
    words = texts.say("Here the office sends documents to sign, and here you answer or ask about them.")
    more = texts.say("Type {command} to see what Paraaf can do.", command=spell(platform, HELP))
    return Card(title, (Text((Plain(words),)), Text((Plain(more),), muted=True)), title)


def show_how(client: Client, texts: Texts, platform: Platform) -> Card:
    """How staff make a conversation themselves, step by step, where Paraaf cannot."""
    label = f"{client.number} · {client.name}"
    command = spell(platform, LINK)
    steps = (
        texts.say("Make a group chat with the client, or a channel to which the client has access."),
        texts.say("Add the app Paraaf to it: in a channel to its team, in a chat under “Apps”."),
        texts.say("Type {command} there.", command=command),
        texts.say("Choose {client} and confirm.", client=label),
        texts.say("Come back here, and press “Look again” on this card."),
    )
    title = texts.say("Make a conversation with {client}", client=label)
    lead = texts.say("Paraaf cannot make conversations in Teams. This is how you do it:")
    rows = tuple(Text((Strong(f"{number}. "), Plain(step))) for number, step in enumerate(steps, 1))
    return Card(title, (Text((Plain(lead),)), *rows), title)


def say_made(client: Client, missing: Sequence[tuple[str, str]], texts: Texts) -> Card:
    """That it is there, and who could not be invited, each with the reason in words or in the platform's own."""
    label = f"{client.number} · {client.name}"
    lead = texts.say("There is a conversation with {client} now, and you are in it.", client=label)
    rows = tuple(Text((Plain(f"• {name}: {why}"),)) for name, why in missing)
    more = (Text((Plain(texts.say("These people are not in it yet; invite them there:")),)), *rows) if rows else ()
    return Card("", (Text((Plain(lead),)), *more), lead)


def say_absence(absence: Absence, reason: str, texts: Texts) -> str:
    """Why somebody could not be invited."""
    match absence:
        case Absence.UNKNOWN:
            return texts.say("it is not known which account is theirs")
        case Absence.ELSEWHERE:
            return texts.say("of another organisation, which Paraaf cannot invite")
        case Absence.REFUSED:
            return texts.say("the platform says: {reason}", reason=reason)
        case _:
            assert_never(absence)
