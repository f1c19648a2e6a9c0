"""What is said about making a conversation for a client."""

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
        texts.say("Come back here, and choose that conversation on this card."),
    )
    title = texts.say("Make a conversation with {client}", client=label)
    lead = texts.say("Paraaf cannot make conversations in Teams. This is how you do it:")
    rows = tuple(Text((Strong(f"{number}. "), Plain(step))) for number, step in enumerate(steps, 1))
    return Card(title, (Text((Plain(lead),)), *rows), title)
