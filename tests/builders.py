"""Facts with sensible defaults for tests; every one can be replaced by name.

The defaults fit together: the contact belongs to the client, the client to the office, the document to the item.
"""

# ruff: noqa: ANN401 - any field of a fact can be replaced, whatever its type

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.domain.certified import Way
from bot.domain.delegation import Delegation, DelegationId
from bot.domain.delivery import Delivery, DeliveryId, Kind, SourceId
from bot.domain.dossier import Content, Document, DossierItem, ItemId, Version
from bot.domain.envelope import Answer, Decision, Envelope, EnvelopeId, Party, Signer
from bot.domain.evidence import Receipt
from bot.domain.links import SIGNING_HOURS, SigningLink, fingerprint
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import (
    Account,
    Client,
    ClientId,
    Contact,
    ContactId,
    Office,
    OfficeId,
    Person,
    Platform,
    Role,
    StaffId,
    StaffMember,
    Standing,
)
from bot.domain.places import Conversation, MessageRef, Place
from bot.domain.workflow import Match, WorkflowTemplate

OFFICE = OfficeId("office-1")
CLIENT = ClientId("client-1")
CONTACT = ContactId("contact-1")
ITEM = ItemId("item-1")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday; tests count from here with `at`."""


def at(minutes: float = 0) -> datetime:
    """So many minutes after `NOON`."""
    return NOON + timedelta(minutes=minutes)


def an_account(user: str = "U0CLIENT", tenant: str = "T0CLIENT", platform: Platform = Platform.SLACK) -> Account:
    """An account, by default the client's own, in a workspace of their own."""
    return Account(platform, tenant, user)


def a_staff_account(user: str = "U0STAFF") -> Account:
    """An account in the office's own workspace."""
    return an_account(user, tenant="T0OFFICE")


def a_party(name: str = "Sanne de Vries", account: Account | None = None) -> Party:
    """Someone who acted, by default a staff member."""
    return Party(account or a_staff_account(), name)


def a_person(name: str = "Karim Haddad", **changes: Any) -> Person:
    """What the platform tells about the client's contact."""
    person = Person(an_account(), name, Standing.EXTERNAL, email="karim@haddad.example", locale="nl-NL")
    return replace(person, **changes)


def a_place(channel: str = "C0CLIENT", thread: str | None = None, tenant: str = "T0OFFICE") -> Place:
    """A channel of the office's workspace."""
    return Place(Platform.SLACK, tenant, channel, thread)


def a_message(id_: str = "1772452800.000100", place: Place | None = None) -> MessageRef:
    """A card that was delivered."""
    return MessageRef(place or a_place(), id_, link=f"https://office.slack.example/p{id_}")


def an_office(**changes: Any) -> Office:
    """An office without further wishes."""
    return replace(Office(OFFICE, "Van Dijk Accountants"), **changes)


def a_client(**changes: Any) -> Client:
    """A client of that office."""
    return replace(Client(CLIENT, OFFICE, "1001", "Haddad Bouw B.V."), **changes)


def a_contact(**changes: Any) -> Contact:
    """The preferred contact of that client."""
    contact = Contact(CONTACT, CLIENT, "Karim Haddad", email="karim@haddad.example", preferred=True)
    return replace(contact, **changes)


def a_staff_member(**changes: Any) -> StaffMember:
    """Someone who works at that office."""
    return replace(StaffMember(StaffId("staff-1"), OFFICE, "Sanne de Vries", "sanne@vandijk.example"), **changes)


def a_conversation(**changes: Any) -> Conversation:
    """The channel as linked to that client."""
    return replace(Conversation(OFFICE, a_place(), CLIENT, a_staff_account(), NOON), **changes)


def a_content(content: bytes = b"%PDF-1.7 Aangifte") -> Content:
    """The content that these bytes are."""
    return Content(sha256(content).hexdigest(), len(content))


def a_version(number: int = 1, **changes: Any) -> Version:
    """A version of a PDF of three pages."""
    version = Version(number, a_content(), "application/pdf", pages=3, added_at=NOON, added_by="Sanne de Vries")
    return replace(version, **changes)


def an_item(id_: str = ITEM, **changes: Any) -> DossierItem:
    """A tax return in that client's dossier."""
    item = DossierItem(ItemId(id_), CLIENT, "Aangiften/2025", "Aangifte IB 2025.pdf", a_version())
    return replace(item, **changes)


def a_document(item: DossierItem | None = None, **changes: Any) -> Document:
    """A dossier item as it goes into an envelope."""
    of = item or an_item()
    version = of.version
    document = Document(
        of.id,
        version.number,
        of.name,
        version.media_type,
        version.content.size,
        version.pages,
        version.content.sha256,
    )
    return replace(document, **changes)


def a_signer(account: Account | None = None, **changes: Any) -> Signer:
    """The client's contact, who has not answered yet."""
    return replace(Signer(account or an_account(), "Karim Haddad", CONTACT), **changes)


def an_envelope(id_: str = "envelope-1", **changes: Any) -> Envelope:
    """An open envelope with one document and one signer; its `request_key` follows from its id."""
    envelope = Envelope(
        EnvelopeId(id_),
        OFFICE,
        CLIENT,
        a_place(),
        a_party(),
        (a_document(),),
        (a_signer(),),
        sent_at=NOON,
        request_key=f"request-of-{id_}",
    )
    return replace(envelope, **changes)


def a_delegation(id_: str = "delegation-1", **changes: Any) -> Delegation:
    """The signer's request that Mila, a guest, answers in their place; its `request_key` follows from its id."""
    mila = a_party("Mila Haddad", an_account("U0MILA", tenant="T0OFFICE"))
    delegation = Delegation(
        DelegationId(id_),
        a_party("Karim Haddad", an_account()),
        mila,
        "Mila doet de cijfers.",
        asked_at=at(5),
        request_key=f"request-of-{id_}",
    )
    return replace(delegation, **changes)


def an_approval(**changes: Any) -> Decision:
    """An approval given in Utrecht."""
    return replace(Decision(Answer.APPROVED, at(30), place="Utrecht", consent="1/nl"), **changes)


def a_rejection(reason: str = "Het bedrag op pagina 2 klopt niet.", **changes: Any) -> Decision:
    """A rejection with its reason."""
    return replace(Decision(Answer.REJECTED, at(30), reason=reason), **changes)


def a_log_line(happening: Happening = Happening.SENT, **changes: Any) -> LogLine:
    """A line about that envelope."""
    line = LogLine(OFFICE, happening, a_party(), NOON, CLIENT, EnvelopeId("envelope-1"), {"channel": "#haddad"})
    return replace(line, **changes)


def a_receipt(**changes: Any) -> Receipt:
    """What the evidence answers to the first line of that office."""
    return replace(Receipt(f"paraaf.example/evidence/{OFFICE}", 0, "ab" * 32), **changes)


def a_signing_link(secret: str = "secret", **changes: Any) -> SigningLink:
    """A link for the client's contact, to an envelope with that document."""
    link = SigningLink(
        sha256(secret.encode()).hexdigest(),
        OFFICE,
        EnvelopeId("envelope-1"),
        a_party("Karim Haddad", an_account()),
        as_staff=False,
        documents=fingerprint([a_document()]),
        expires_at=at(60 * SIGNING_HOURS),
    )
    return replace(link, **changes)


def an_outgoing(errand: Errand = Errand.SHOW_CARD, **changes: Any) -> Outgoing:
    """The errand to show that envelope's card."""
    return replace(Outgoing(OFFICE, a_place(), errand, "envelope-1"), **changes)


def a_template(**changes: Any) -> WorkflowTemplate:
    """What that office does with tax returns that are delivered."""
    template = WorkflowTemplate(
        OFFICE,
        "Aangifte IB",
        Match(frozenset({Kind.INCOME_TAX})),
        "Beste relatie, hierbij {document} voor {client}. Graag akkoord voor {due}. {sender}",
        "Aangifte inkomstenbelasting {period}",
        Role.TAX,
        Way.APPROVAL,
        days_until_due=14,
    )
    return replace(template, **changes)


def a_delivery(**changes: Any) -> Delivery:
    """A tax return of that client, as a source package delivers it."""
    delivery = Delivery(
        DeliveryId("delivery-1"),
        OFFICE,
        SourceId("source-1"),
        "key-1",
        Kind.INCOME_TAX,
        "1001",
        "2025",
        "IB_1001_2025.pdf",
        a_content(),
        "application/pdf",
        3,
        NOON,
    )
    return replace(delivery, **changes)
