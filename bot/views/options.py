"""What dialogs offer to choose: documents, clients, people."""

from bot.domain.agreements import looks_like_agreement
from bot.domain.dossier import DossierItem
from bot.domain.people import Client, Contact, Person, Standing
from bot.texts import OFFICE_ZONE, Texts
from cards.limits import OPTION_LABEL
from cards.model import Option
from cards.text import shorten


def offer_document(item: DossierItem, texts: Texts) -> Option:
    """A dossier item to tick."""
    day = texts.day(item.version.added_at.astimezone(OFFICE_ZONE).date())
    folder = (item.folder,) if item.folder else ()
    # Before the folder, which may be too long to be shown whole.
    recommended = (texts.say("certificate recommended"),) if looks_like_agreement(item.name) else ()
    return Option(item.id, fit(item.name), fit(" · ".join((*recommended, *folder, day))))


def offer_client(client: Client) -> Option:
    """A client to choose."""
    return Option(client.id, fit(f"{client.number} · {client.name}"))


def offer_signer(person: Person, contact: Contact | None, texts: Texts) -> Option:
    """A participant to choose as signer, with what is known of them."""
    known = []
    if contact:
        known.append(texts.say("preferred contact") if contact.preferred else texts.say("contact"))
    if person.standing is Standing.GUEST:
        known.append(texts.say("guest"))
    if person.standing is Standing.EXTERNAL:
        known.append(texts.say("other organisation"))
    suffix = f" · {', '.join(known)}" if known else ""
    name = shorten(person.name, OPTION_LABEL - len(suffix) - 2)
    return Option(person.account.user, name + suffix)


def fit(label: str) -> str:
    """A label as long as an option's may be."""
    return shorten(label, OPTION_LABEL)


def offer_contact(contact: Contact, texts: Texts) -> Option:
    """A contact to choose."""
    email = f" · {contact.email}" if contact.email else ""
    preferred = " · " + texts.say("preferred contact") if contact.preferred else ""
    return Option(contact.id, fit(f"{contact.name}{email}{preferred}"))
