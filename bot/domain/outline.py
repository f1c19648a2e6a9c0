"""What is known of a delivery before any platform is asked: what would be sent, and what is doubtful about it.

Nothing is guessed: whatever is not there, or there more than once, is a doubt.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from bot.domain.certified import Way
from bot.domain.delivery import Delivery, Doubt, Kind
from bot.domain.dossier import DossierItem
from bot.domain.fields import Field
from bot.domain.people import Account, Client, Contact, Office, Role, StaffMember
from bot.domain.periods import read_period
from bot.domain.places import Conversation, Place
from bot.domain.reminders import find_working_day
from bot.domain.typed_text import MESSAGE_LENGTH, tidy
from bot.domain.workflow import (
    WorkflowTemplate,
    fill_in,
    find_mismatches,
    is_reserved,
    is_same_name,
    is_strong_enough,
)

TITLE_LENGTH: Final = 200
"""Characters: with what is put behind it, a title names a file."""
_FOLDERS: Final = {
    Kind.ANNUAL_ACCOUNTS: "Jaarrekeningen",
    Kind.FILED_ACCOUNTS: "Publicatiestukken",
    Kind.ENGAGEMENT: "Opdrachtbevestigingen",
    Kind.AUDIT_OPINION: "Controleverklaringen",
    Kind.OTHER: "Overig",
}
_RETURNS: Final = "Aangiften"
"""Where the returns of every tax lie."""


@dataclass(frozen=True, slots=True)
class Words:
    """How the delivery is spoken of, in the office's language: its period, its document, and any day."""

    period: str
    document: str
    day: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a delivery from `source` without asking a platform, on the day `today`.

    `client` is whom staff chose, else who has the client number; `conversations`, `contacts`, `confirmed` and `roles`
    are those of that client. `standard_items` is what is there of the template's. `can_be_sealed` counts in the
    certified way alone, and `fields` are where the document says that it is signed.
    """

    office: Office
    delivery: Delivery
    source: str
    today: date
    words: Words
    templates: tuple[WorkflowTemplate, ...]
    client: Client | None = None
    conversations: tuple[Conversation, ...] = ()
    contacts: tuple[Contact, ...] = ()
    confirmed: Mapping[Account, Contact] = field(default_factory=dict)
    roles: Mapping[Role, StaffMember] = field(default_factory=dict)
    standard_items: tuple[DossierItem, ...] = ()
    can_be_sealed: bool = True
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a plan as is known without asking a platform; None is what is not, and in `doubts` why."""

    doubts: tuple[Doubt, ...]
    template: WorkflowTemplate | None
    client: Client | None
    place: Place | None
    sender: StaffMember | None
    contact: Contact | None
    folder: str
    due: date | None = None
    expires: date | None = None
    title: str = ""
    message: str = ""


def choose_template(facts: Facts) -> WorkflowTemplate | Doubt | None:
    """The one template for the delivery, or the one that staff chose; None where that depends on an unknown client."""
    delivery, chosen = facts.delivery, facts.delivery.choices.template
    if chosen is not None:
        return next((each for each in facts.templates if is_same_name(each.name, chosen)), Doubt.NO_TEMPLATE)
    fitting = [
        each for each in facts.templates if not find_mismatches(each.match, delivery.kind, facts.source, facts.client)
    ]
    if not fitting:
        return Doubt.NO_TEMPLATE
    if facts.client is None and any(each.match.names_clients for each in fitting):
        return None
    return fitting[0] if len(fitting) == 1 else Doubt.SEVERAL_TEMPLATES


def choose_place(facts: Facts) -> Place | Doubt | None:
    """The one conversation of the client, or the one of them that staff chose; None without a client."""
    if facts.client is None:
        return None
    chosen, places = facts.delivery.choices.place, [each.place for each in facts.conversations]
    if chosen is not None:
        return chosen.conversation if chosen.conversation in places else Doubt.NO_CONVERSATION
    if not places:
        return Doubt.NO_CONVERSATION
    return places[0] if len(places) == 1 else Doubt.SEVERAL_CONVERSATIONS


def outline(facts: Facts) -> Outline:
    """What would be sent, as far as that is known without asking a platform who takes part."""
    template, place, contact = choose_template(facts), choose_place(facts), _choose_contact(facts)
    known = Outline(
        doubts=(),
        template=template if isinstance(template, WorkflowTemplate) else None,
        client=facts.client,
        place=place if isinstance(place, Place) else None,
        sender=facts.roles.get(template.sender) if isinstance(template, WorkflowTemplate) else None,
        contact=contact if isinstance(contact, Contact) else None,
        folder=_name_folder(facts.delivery),
    )
    if is_reserved(facts.delivery.kind):
        return replace(known, doubts=(Doubt.QUALIFIED_ONLY,))
    chosen = {each for each in (template, place, contact) if isinstance(each, Doubt)}
    known = replace(known, doubts=sort(chosen | _find_doubts(facts, known)))
    return write(facts, known, known.sender.name if known.sender else "")


def list_accounts(facts: Facts, known: Outline) -> set[Account]:
    """The accounts that staff confirmed to be the contact, on the platform of the conversation."""
    return {
        account
        for account, contact in facts.confirmed.items()
        if known.contact and known.place and contact.id == known.contact.id and account.platform is known.place.platform
    }


def write(facts: Facts, known: Outline, sender: str) -> Outline:
    """With due date, expiry, title and message as the template has them, in the name of this sender."""
    template, words = known.template, facts.words
    if template is None:
        return known
    due, expires = _find_days(template, facts.today)
    values = {
        "client": facts.client.name if facts.client else "",
        "period": words.period,
        "document": words.document,
        "due": words.day(due) if due else "",
        "sender": sender,
    }
    title = _cut(" ".join(tidy(fill_in(template.title, values)).split()), TITLE_LENGTH)
    message = _cut(tidy(fill_in(template.message, values | {"document": title})), MESSAGE_LENGTH.stop - 1)
    return replace(known, due=due, expires=expires, title=title, message=message)


def _find_days(template: WorkflowTemplate, today: date) -> tuple[date | None, date | None]:
    """The due date, which is a working day, and the last day on which it can be answered: never an earlier one."""
    due = expires = None
    if template.days_until_due is not None:
        due = find_working_day(today + timedelta(days=template.days_until_due))
    if template.days_until_expiry is not None:
        expires = max(today + timedelta(days=template.days_until_expiry), due or today)
    return due, expires


def sort(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Each once, in the order of `Doubt`."""
    return tuple(each for each in Doubt if each in set(doubts))


def _choose_contact(facts: Facts) -> Contact | Doubt | None:
    if facts.client is None:
        return None
    chosen = facts.delivery.choices.contact
    wanted = (each for each in facts.contacts if (each.preferred if chosen is None else each.id == chosen))
    return next(wanted, Doubt.NO_PREFERRED_CONTACT)


def _find_doubts(facts: Facts, known: Outline) -> set[Doubt]:
    """What else is doubtful about what was chosen."""
    delivery, template = facts.delivery, known.template
    found = {
        Doubt.UNKNOWN_CLIENT: facts.client is None,
        # Whoever chose the client has looked at what it disagrees about.
        Doubt.DISAGREES: Doubt.DISAGREES in delivery.doubts and delivery.choices.client is None,
        Doubt.CONTACT_NOT_THERE: bool(known.contact and known.place and not list_accounts(facts, known)),
    }
    if template:
        found |= {
            Doubt.TOO_WEAK: not is_strong_enough(template.way, delivery.kind),
            Doubt.NO_SENDER: facts.client is not None and known.sender is None and delivery.choices.sender is None,
            Doubt.CANNOT_BE_SEALED: template.way is Way.CERTIFIED and not facts.can_be_sealed,
            Doubt.NO_STANDARD_DOCUMENT: tuple(each.id for each in facts.standard_items) != template.standard_items,
        }
    return {doubt for doubt, applies in found.items() if applies}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _name_folder(delivery: Delivery) -> str:
    folder, period = _FOLDERS.get(delivery.kind, _RETURNS), read_period(delivery.period)
    return f"{folder}/{period.year}" if period else folder
