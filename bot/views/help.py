"""What Paraaf can do, told to who asks."""

from bot.domain.people import Platform
from bot.texts import Texts
from bot.views.commands import HELP, INTAKE, LINK, LOG, TASKS, name_entry, spell
from cards.model import Card, Plain, Strong, Text


def show_help(texts: Texts, platform: Platform, because: str = "") -> Card:
    """The commands and the way through, for staff and clients alike; `because` says why it is shown unasked."""
    rows = (
        (spell(platform), texts.say("have a document signed in this conversation")),
        (spell(platform, TASKS), texts.say("show what you have to do, and what waits for others")),
        (spell(platform, LINK), texts.say("link this conversation to a client")),
        (spell(platform, LOG), texts.say("show who did what when, in this client's dossier")),
        (spell(platform, INTAKE), texts.say("ask here about deliveries that need a choice; staff only")),
        (spell(platform, HELP), texts.say("show this")),
    )
    commands = tuple(Text((Strong(command), Plain(f" — {meaning}"))) for command, meaning in rows)
    return Card(
        texts.say("Signing with Paraaf"),
        (
            *((Text((Plain(because),)),) if because else ()),
            *commands,
            Text((Plain(texts.say("A file in a message: choose “{entry}” in its menu.", entry=name_entry(platform))),)),
            Text(
                (Plain(texts.say("The signer presses Approve or Reject on the card. A rejection needs a reason.")),),
                muted=True,
            ),
        ),
        texts.say("Signing with Paraaf"),
    )


def show_words(words: str) -> Card:
    """One sentence for one person."""
    return Card("", (Text((Plain(words),)),), words)
