"""What becomes of a delivery, as a pure function of what is known: a request that can be sent, or what staff must say.

facts ──> outline ── and who takes part now ──> plan, or doubts
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.certified import Way
from bot.domain.delivery import Doubt
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Party, Signer
from bot.domain.fields import Field
from bot.domain.outline import Facts, Outline, list_accounts, outline, sort, write
from bot.domain.people import Account, Cadence, Client, Person, Standing
from bot.domain.places import Place
from bot.domain.signature import Drawing
from bot.domain.workflow import WorkflowTemplate


@dataclass(frozen=True, slots=True)
class Presence:
    """Who takes part in the conversation now; `staff` are those of them whom the office counts as such."""

    people: tuple[Person, ...]
    staff: frozenset[Account]


@dataclass(frozen=True, slots=True)
class Plan:
    """A request that can be sent as it stands.

    The delivered document is filed in `folder` as `title`, without the end of its name; `standard_items` go along
    behind it. `expires` is the last day on which it can be answered. `cadence` None is the office's own.
    """

    template: WorkflowTemplate
    client: Client
    place: Place
    sender: Party
    signers: tuple[Signer, ...]
    folder: str
    title: str
    message: str
    due: date | None
    expires: date | None
    way: Way
    drawing: Drawing
    remind: bool
    cadence: Cadence | None
    standard_items: tuple[DossierItem, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why staff are asked, in the order of `Doubt` and at least one, with what is known all the same."""

    doubts: tuple[Doubt, ...]
    outline: Outline


def plan(facts: Facts, presence: Presence | None) -> Plan | Doubts:
    """The request that a delivery becomes, or every reason why staff are asked.

    `presence` is that of the conversation which `choose_place` gives, None where there is none.
    """
    known = outline(facts)
    template, client, place = known.template, known.client, known.place
    if presence is None or template is None or client is None or place is None:
        return Doubts(known.doubts, known)
    sender = _find_sender(facts.delivery.choices.sender, known, presence)
    signer = _find_signer(facts, known, presence, sender)
    absent = {Doubt.NO_SENDER} if sender is None else set[Doubt]()
    if signer is None and known.contact:
        absent.add(Doubt.CONTACT_NOT_THERE)
    doubts = sort(absent | set(known.doubts))
    if doubts or sender is None or signer is None:
        return Doubts(doubts, known)
    written = write(facts, known, sender.name)
    return Plan(
        template=template,
        client=client,
        place=place,
        sender=sender,
        signers=(signer,),
        folder=written.folder,
        title=written.title,
        message=written.message,
        due=written.due,
        expires=written.expires,
        way=template.way,
        # What is sealed bears the signatures, whatever anybody wishes for approvals.
        drawing=Drawing.REQUIRED if template.way is Way.CERTIFIED else template.drawing or facts.office.drawing,
        remind=template.reminders,
        cadence=template.cadence,
        standard_items=facts.standard_items,
        fields=facts.fields,
    )


def _find_sender(chosen: Account | None, known: Outline, presence: Presence) -> Party | None:
    """Who was chosen, else who holds the role, if that is one of the staff who take part."""
    found = [each for each in presence.people if each.account in presence.staff and is_sender(each, chosen, known)]
    return Party(found[0].account, found[0].name) if len(found) == 1 else None


def is_sender(person: Person, chosen: Account | None, known: Outline) -> bool:
    """Whether the request would be sent in the name of this person, if they are staff."""
    if chosen is not None:
        return person.account == chosen
    return known.sender is not None and (person.email or "").casefold() == known.sender.email.casefold()


def _find_signer(facts: Facts, known: Outline, presence: Presence, sender: Party | None) -> Signer | None:
    """The contact, if exactly one account of theirs takes part and may be asked."""
    accounts = list_accounts(facts, known)
    if sender and not facts.office.sender_may_sign:
        accounts.discard(sender.account)
    found = [
        each
        for each in presence.people
        if each.account in accounts and each.active and each.standing is not Standing.BOT
    ]
    if known.contact is None or len(found) != 1:
        return None
    return Signer(found[0].account, found[0].name, known.contact.id)
