"""What the core needs from outside, as small Protocols.

Every implementation of one passes the same suite in `tests/contracts`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from bot.conversation import Actor, FileRef
from bot.domain.certified import Sealed, SealLevel
from bot.domain.delegation import Delegation, DelegationId
from bot.domain.delivery import Choices, Delivery, DeliveryId, SourceId, SourcePackage
from bot.domain.dossier import Content, DossierItem, ItemId, Version
from bot.domain.envelope import Envelope, EnvelopeId, Party, Signer
from bot.domain.evidence import EvidenceFact, Lag, OwedLine, Receipt
from bot.domain.links import SigningLink, UploadPage
from bot.domain.log import LogFilter, LoggedSignature, LogLine, LogLink, LogPosition, LogScope, Subject
from bot.domain.outgoing import Backlog, Claimed, Listed, Outgoing, OutgoingId
from bot.domain.people import (
    Account,
    Client,
    ClientId,
    Confirmation,
    Contact,
    ContactId,
    Office,
    OfficeId,
    Person,
    Platform,
    Role,
    StaffMember,
)
from bot.domain.places import Conversation, MessageRef, Place, Reference
from bot.domain.placing import FieldTemplate, PageShape, Placement, PlacingLink
from bot.domain.rates import Limit
from bot.domain.reminders import Reminder
from bot.domain.sbr import ClientNumber
from bot.domain.sealing import Inspection, SealedPdf, SealOrder
from bot.domain.signature import Signature
from bot.domain.tasks import TaskScope, Turn
from bot.domain.webhooks import ClaimedCall, ListedCall, Reply, Webhook, WebhookCall
from bot.domain.workflow import WorkflowTemplate
from cards.model import Card


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that was taken from a platform; `name` as its owner named it."""

    name: str
    content: bytes


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time now, in UTC."""


class Messenger(Protocol):
    """Delivers to one platform. What fails raises a `PlatformError` of `bot.domain.errors`, and nothing else."""

    takes_uploads: bool
    """Whether a form of this platform can ask for files; else people bring them to a page."""
    posts_files: bool
    """Whether a file can be put into a conversation; else people open it from a card."""
    finds_messages: bool
    """Whether `find` can find anything; else what is sent again says of itself that it may stand there twice."""

    makes_conversations: bool
    """Whether Paraaf can make conversations and invite to them; else people do that."""

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        """Post a card; `key` marks the message so that `find` knows it again."""

    async def find(self, to: Place, key: str) -> MessageRef | None:
        """The message that was posted with this key, if the platform still has it among the recent ones."""

    async def update(self, message: MessageRef, card: Card) -> None:
        """Replace the card of a message that was posted before."""

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        """Show a card to one person: in the conversation if they take part in it, else in a direct message."""

    async def open_chat(self, near: Place, account: Account) -> Place:
        """The person's own chat with Paraaf, which is made where there is none; the office is that of `near`.

        Raises `Undeliverable` for whom the platform lets Paraaf not reach.
        """

    async def make_conversation(self, near: Place, name: str) -> Place:
        """A private conversation of this name at the office of `near`, spelled and numbered as the platform demands.

        One that Paraaf made under this name before is that one, so give each purpose a name of its own. Raises
        `Undeliverable` where the platform does not let Paraaf.
        """

    async def invite(self, to: Place, accounts: Sequence[Account]) -> Mapping[Account, str]:
        """Invite people to a conversation; those who could not be, each with the reason. Who is there already is fine.

        Raises `Undeliverable` where nobody can be invited.
        """

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        """Put a file in a thread, once for a key as far as can be told; only where the platform `posts_files`."""

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        """A file with its name and bytes, at most `limit` of them.

        Raises `FilesNotTaken` (gone, too large, empty, or held by a host that is not the platform's own) as well.
        """


class Directory(Protocol):
    """Tells who is who on one platform, asked live.

    Every call raises a `PlatformError` when the platform does not answer in time.
    """

    async def person(self, actor: Actor) -> Person:
        """What the platform tells about who did something."""

    async def find_by_email(self, near: Place, email: str) -> Person | None:
        """The active full member of the office's own workspace or tenant with this confirmed address.

        None where there is nobody, and where the platform does not tell.
        """

    async def participants(self, place: Place) -> tuple[Person, ...]:
        """Everybody who takes part in the conversation now, guests, people of other organisations and bots included."""

    async def takes_part(self, place: Place, account: Account) -> bool:
        """Whether this account takes part in the conversation now."""

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:
        """Whether this account is in the platform's user group now."""


class Blobs(Protocol):
    """Keeps bytes under their SHA-256, and never changes what it keeps."""

    async def put(self, content: bytes) -> Content:
        """Keep bytes; the same bytes twice are kept once. They are durable when this returns."""

    async def put_file(self, file: BinaryIO) -> Content:
        """Keep all the bytes of an open file, which is read in pieces; as `put`."""

    def read(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in pieces, checked against the hash: raises `KeyError` when missing, `ValueError` when damaged."""


class PageCounter(Protocol):
    """Looks into documents without trusting them."""

    async def count_pages(self, content: bytes | BinaryIO) -> int | None:
        """The number of pages of a PDF; None for anything else, and for a PDF that is broken, locked or hostile.

        A file that lies on disk is not read into the memory of this process.
        """


class LayoutReader(Protocol):
    """Looks at the pages of documents without trusting them."""

    async def read_pages(self, content: bytes) -> tuple[PageShape, ...]:
        """The pages of a PDF; none for anything else, and for a PDF that is broken, locked or hostile."""


class Sealer(Protocol):
    """Looks into PDFs that are to be sealed, and makes and seals them, with limits on what that may take."""

    @property
    def level(self) -> SealLevel:
        """The highest that its settings can reach."""

    async def inspect(self, sha256: str) -> Inspection:
        """What is known of a document that is kept; quick where it was asked before.

        Raises `CannotBeSealed`, `SealingUnavailable`, `StoreUnavailable`.
        """

    async def seal(self, order: SealOrder) -> SealedPdf:
        """The sealed PDF, kept when this returns: at the level that is wanted, or the highest below that can be had.

        Raises `CannotBeSealed`, `SealingUnavailable` when trying again may help, `StoreUnavailable`.
        """


class SourceCaller(Protocol):
    """Calls source packages at their addresses, which are not trusted."""

    async def call(self, webhook: Webhook, event_id: str, body: bytes) -> Reply:
        """Post a JSON body, signed with the secret of this webhook. Raises `CallFailed` where no answer came."""


class Geography(Protocol):
    """Knows where networks are."""

    def locate(self, network: str) -> str | None:
        """The place where a network address is used, as well as that is known; None where it is not."""


class Evidence(Protocol):
    """The logs that prove what was decided, one for each office; nobody changes or deletes anything through this."""

    async def record(self, fact: EvidenceFact) -> Receipt:
        """Append at least once, found once: durable when it returns, and the same receipt however often it is asked.

        Raises `EvidenceUnavailable` when it cannot now, `EvidenceRefused` when the log says something else already.
        """

    async def prove(self, office: OfficeId, index: int) -> bytes:
        """The file that proves an entry under the newest checkpoint: `tlog-proof@v1`.

        Raises `EvidenceUnavailable`, and `KeyError` where there is no such entry.
        """


class DuplicateGuard(Protocol):
    """Remembers for a while which requests were taken in. What it forgets costs work, never correctness."""

    async def first(self, key: str, keep: timedelta) -> bool:
        """Whether this key was not seen within `keep`; it is remembered from now on."""

    async def forget(self, key: str) -> None:
        """Let the same request in again, since taking it in failed."""


class Pace(Protocol):
    """Keeps what goes to the platforms within their rates, for all replicas together. It never fails."""

    async def ask(self, limits: Sequence[Limit], *, patient: bool = False) -> timedelta:
        """Zero where a call may go now, which then counts for all these limits; else how long to wait, and none counts.

        Who asks again after that wait may be told to wait once more, when others came first. The patient are told
        times one after the other, however many they are, and never stand in the way of the others.
        """

    async def hold(self, limit: Limit, wait: timedelta) -> None:
        """Let no call that counts for this limit go before that time is over, since the platform said so."""


class Offices(Protocol):
    """The offices of this deployment."""

    async def get(self, office: OfficeId) -> Office:
        """An office by id. Raises `KeyError`."""

    async def by_tenant(self, platform: Platform, tenant: str) -> Office | None:
        """The office that this workspace or tenant was mapped to."""

    async def all(self) -> tuple[Office, ...]:
        """Every office, by name."""

    async def save(self, office: Office) -> None:
        """Add an office, or replace what is known of it."""

    async def map_tenant(self, office: OfficeId, platform: Platform, tenant: str) -> None:
        """Map a workspace or tenant to an office, in place of any mapping it had."""

    async def tenants(self, office: OfficeId) -> tuple[tuple[Platform, str], ...]:
        """The workspaces and tenants that are mapped to an office, in order."""

    async def intake(self, office: OfficeId) -> Place | None:
        """The conversation in which staff are asked about deliveries, if the office has one."""

    async def set_intake(self, office: OfficeId, place: Place) -> None:
        """Let staff be asked in this conversation from now on."""


class People(Protocol):
    """The clients of an office, their contacts, and the staff with their roles."""

    async def client(self, office: OfficeId, client: ClientId) -> Client | None:
        """A client of this office by id."""

    async def client_by_number(self, office: OfficeId, number: str) -> Client | None:
        """A client of this office by client number."""

    async def find_clients(self, office: OfficeId, text: str, limit: int) -> tuple[Client, ...]:
        """Clients whose name or number contains `text`, ignoring case, by name; an empty text finds all."""

    async def count_clients(self, office: OfficeId) -> int:
        """How many clients the office has."""

    async def save_client(self, client: Client) -> None:
        """Add a client, or replace its number, name and group."""

    async def contacts(self, client: ClientId) -> tuple[Contact, ...]:
        """The contacts of a client, the preferred one first, then by name."""

    async def contact_of(self, client: ClientId, account: Account) -> Contact | None:
        """The contact that staff confirmed this account to be."""

    async def confirmed_accounts(self, client: ClientId) -> dict[Account, Contact]:
        """Every account that staff confirmed to be a contact of this client."""

    async def confirmations(self, client: ClientId) -> dict[Account, Confirmation]:
        """As `confirmed_accounts`, with who confirmed each and when."""

    async def save_contact(self, contact: Contact) -> None:
        """Add a contact or replace it; when it is preferred, no other contact of the client stays so."""

    async def confirm(self, account: Account, contact: ContactId, by: Account, at: datetime) -> None:
        """Record that staff confirmed this account to be this contact; a second confirmation replaces the first."""

    async def staff_by_email(self, office: OfficeId, email: str) -> StaffMember | None:
        """A staff member by e-mail address, ignoring case."""

    async def save_staff(self, member: StaffMember) -> None:
        """Add a staff member, or replace name and e-mail address."""

    async def roles(self, client: ClientId) -> dict[Role, StaffMember]:
        """Who holds which role for a client."""

    async def assign(self, client: ClientId, role: Role, staff: StaffMember) -> None:
        """Let a staff member hold a role for a client, in place of whoever held it."""


class Dossiers(Protocol):
    """The documents in the clients' dossiers."""

    async def recent(self, client: ClientId, limit: int) -> tuple[DossierItem, ...]:
        """The items whose newest version was added last, newest first.

        Proofs, which lie beside documents, are left out here, by `find` and by `count`.
        """

    async def find(self, client: ClientId, text: str, limit: int) -> tuple[DossierItem, ...]:
        """Items whose name contains `text`, ignoring case, newest first; stays quick with 10,000 items."""

    async def count(self, client: ClientId) -> int:
        """How many items the dossier has."""

    async def items(self, client: ClientId, ids: Sequence[ItemId]) -> tuple[DossierItem, ...]:
        """The items of this client among `ids`, in the order asked; an id that is not this client's is left out."""

    async def by_name(self, client: ClientId, folder: str, name: str) -> DossierItem | None:
        """The item with this name in this folder."""

    async def add(self, item: DossierItem) -> None:
        """Add an item with its first version."""

    async def add_version(self, item: ItemId, version: Version) -> None:
        """Add the next version of an item. Raises `Conflict` when that number was taken meanwhile."""


class Conversations(Protocol):
    """Which conversation belongs to which client."""

    async def at(self, place: Place) -> Conversation | None:
        """The link of the conversation that this place is in."""

    async def of_client(self, client: ClientId) -> tuple[Conversation, ...]:
        """Every conversation that is linked to this client, always in the same order."""

    async def link_new(self, conversation: Conversation) -> bool:
        """Link a conversation that has no link; False, and nothing changed, where it has one."""

    async def link(self, conversation: Conversation) -> None:
        """Link a conversation to a client, in place of any link it had."""


class Envelopes(Protocol):
    """The envelopes, with compare-and-swap on their revision."""

    async def add(self, envelope: Envelope) -> None:
        """Add a new envelope. Raises `Conflict` when its `request_key` was used before."""

    async def get(self, office: OfficeId, envelope: EnvelopeId) -> Envelope | None:
        """An envelope of this office, with `superseded_by` and `supersedes` pointing at the delivered cards."""

    async def at_tenant(self, platform: Platform, tenant: str, envelope: EnvelopeId) -> Envelope | None:
        """As `get`, for the office that this workspace or tenant was mapped to."""

    async def several(self, office: OfficeId, envelopes: Sequence[EnvelopeId]) -> tuple[Envelope, ...]:
        """The envelopes of this office among `envelopes`, in the order asked."""

    async def by_request(self, office: OfficeId, request_key: str) -> Envelope | None:
        """The envelope that this submission made."""

    async def by_delegation(self, office: OfficeId, delegation: DelegationId) -> Envelope | None:
        """The envelope of this office whose signer made this request to pass it on."""

    async def save(self, envelope: Envelope) -> Envelope:
        """Save the state, answers and pointer of an envelope as the revision after the one it was read as.

        Raises `Conflict` when that is no longer the newest revision. The card, the delegations and who the signers
        are is not saved here.
        """

    async def replace_signer(self, envelope: EnvelopeId, old: Account, new: Signer) -> None:
        """Let `new` have the place of `old`, who has not answered; `save` the envelope in the same transaction.

        Raises `Conflict` when `old` answered or was replaced.
        """

    async def card_posted(self, envelope: EnvelopeId, card: MessageRef) -> None:
        """Record where the envelope's card was posted; leaves the revision as it is."""

    async def proved(self, envelope: Envelope, receipt: Receipt) -> None:
        """Keep the entry that proves the state an envelope is in, unless it got into another; leaves the revision."""

    async def sealed(self, envelope: EnvelopeId, sealed: Sealed) -> bool:
        """Keep the sealed PDF that came of an envelope; False where it has one. Leaves the revision."""

    async def claim_expired(self, now: datetime, limit: int) -> tuple[Envelope, ...]:
        """Up to `limit` open envelopes whose expiry passed, the earliest first, for this transaction alone.

        Until it ends nobody else gets them here, and others' changes of them wait. On PostgreSQL what somebody is
        changing is left out.
        """

    async def expired_since(self, now: datetime) -> datetime | None:
        """The earliest expiry of an open envelope that passed."""

    async def last_place(self, account: Account) -> str | None:
        """The place this account gave with its latest approval."""


class Delegations(Protocol):
    """The requests of signers to pass their task on, which are read along with their envelopes."""

    async def add(self, envelope: Envelope, delegation: Delegation) -> None:
        """Add a request. Raises `Conflict` when that signer has an open one, or its `request_key` was used before."""

    async def close(self, delegation: Delegation) -> None:
        """Save how a request was answered or taken back. Raises `Conflict` unless it is open."""

    async def posted(self, delegation: DelegationId, message: MessageRef) -> None:
        """Record where staff were asked."""


class Tasks(Protocol):
    """Which envelopes are in whose lists, by the rule and in the order of `bot.domain.tasks`.

    Both stay quick with a million envelopes, and look no further than `bot.domain.tasks.REACH`.
    """

    async def count(self, scope: TaskScope) -> Mapping[Turn, int]:
        """How many envelopes are in each list."""

    async def find(self, scope: TaskScope, turn: Turn, start: int, limit: int) -> tuple[EnvelopeId, ...]:
        """Up to `limit` envelopes of one list, after the first `start`."""


class Log(Protocol):
    """The transaction log that people read; lines are added, never changed."""

    async def add(self, lines: Iterable[LogLine]) -> None:
        """Add lines in this order."""

    async def of_envelope(self, office: OfficeId, envelope: EnvelopeId) -> tuple[LogLine, ...]:
        """The lines about an envelope, oldest first."""

    async def find(
        self, office: OfficeId, scope: LogScope, wanted: LogFilter, before: LogPosition | None, limit: int
    ) -> tuple[LogLine, ...]:
        """At most `limit` lines of `scope` that are `wanted`, newest first, from the one after `before` on.

        Stays quick with 1,000,000 lines, however far back `before` is.
        """

    async def people(self, office: OfficeId, client: ClientId, limit: int) -> tuple[Party, ...]:
        """Who did something in a client's dossier, under their newest names, who was active last first."""

    async def subjects(self, office: OfficeId, envelopes: Iterable[EnvelopeId]) -> Mapping[EnvelopeId, Subject]:
        """What lines about these envelopes are about; those of another office are left out."""


class LogLinks(Protocol):
    """Personal links to the pages of logs; only a hash of each secret is kept."""

    async def add(self, link: LogLink) -> None:
        """Keep a link, and forget those that expired a month before this one will."""

    async def get(self, secret_hash: str) -> LogLink | None:
        """The link whose secret has this hash."""


class Links(Protocol):
    """Personal links to the signing page; only a hash of each secret is kept."""

    async def add(self, link: SigningLink) -> None:
        """Keep a link, and forget those that expired a month before this one will."""

    async def get(self, secret_hash: str) -> SigningLink | None:
        """The link whose secret has this hash."""

    async def use_up(self, secret_hash: str, at: datetime) -> bool:
        """Record that the link was used; False when it was before."""

    async def save_shown(self, link: SigningLink, shown: Mapping[int, frozenset[int]]) -> None:
        """Record the pages that were shown, in place of those of `link`. Raises `Conflict` when these changed since."""


class Signatures(Protocol):
    """What people drew or typed when they approved: readable only with the key of this deployment."""

    async def add(self, envelope: Envelope, signer: Account, signature: Signature) -> None:
        """Keep the signature of this signer. Raises `Conflict` when there is one."""

    async def get(self, envelope: Envelope, signer: Account) -> Signature | None:
        """The signature of this signer.

        Raises `ValueError` when what is kept is not what was put there, or the key of this person is gone.
        """

    async def of_envelopes(
        self, office: OfficeId, envelopes: Iterable[EnvelopeId]
    ) -> Mapping[tuple[EnvelopeId, Account], LoggedSignature]:
        """Every signature in these envelopes, by who gave it; those of another office are left out."""

    async def list_envelopes(self, office: OfficeId, signer: Account) -> tuple[EnvelopeId, ...]:
        """The envelopes of this office with a signature of this person that can still be read."""

    async def forget(self, office: OfficeId, person: Account) -> None:
        """Make every signature of this person at this office unreadable for ever; may be repeated."""


class OwedEvidence(Protocol):
    """The lines of the log that the evidence has still to record; `Log.add` owes one for every line of an envelope."""

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[OwedLine, ...]:
        """Lease up to `limit` lines that are due, in the order in which they were written.

        None of an office of which any line is leased or postponed, so that nothing overtakes anything; those that were
        refused hold up no others.
        """

    async def recorded(self, owed: OwedLine, receipt: Receipt, at: datetime) -> bool:
        """Keep a line's receipt, after which it is owed no more; False when that was done before."""

    async def postpone(self, owed: Sequence[OwedLine], due: datetime) -> None:
        """Try these lines again at `due`. Counts only while the lease is held."""

    async def refuse(self, owed: OwedLine, due: datetime) -> None:
        """As `postpone`, for a line that the evidence does not take: it stays owed, and in sight."""

    async def count_of(self, office: OfficeId, person: Account) -> int:
        """How many owed lines of this office are by this person, or about passing a task on from or to them."""

    async def lag(self) -> Lag:
        """What is owed."""


class Reminders(Protocol):
    """When which signer of which envelope is reminded. Both claiming and planning stay quick with 1,000,000 of them.

    Nothing has to be stopped: whoever claims a reminder asks the envelope whether that signer is still awaited.
    """

    async def start(self, envelope: Envelope, signer: Account, since: datetime, due: datetime) -> None:
        """Begin a schedule that counts from `since`, in place of any that this signer had, whose first is at `due`."""

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[Reminder, ...]:
        """Lease up to `limit` that are due, the oldest first, and whatever else is due to the same people."""

    async def plan(self, row: Reminder, due: datetime | None, *, escalated: bool) -> bool:
        """Let the next one be at `due`, None for never; False for who lost the lease, which changes nothing."""

    async def backlog(self, now: datetime) -> Backlog:
        """What is due now, as far as it is not done; quick with any number of rows."""

    async def stop(self, row: Reminder) -> None:
        """Forget a schedule whose signer is not awaited any more, unless the lease was lost."""

    async def snooze(self, envelope: Envelope, signer: Account, now: datetime, due: datetime) -> None:
        """Let the next one be at `due`, as the signer asked, in place of what was planned."""

    async def ask(self, envelope: Envelope, signer: Account, now: datetime) -> datetime | None:
        """Note that staff remind this signer now; else when they did last, if that is less than `ONCE_PER` ago."""


class Outbox(Protocol):
    """What must reach a platform, delivered in order per conversation."""

    async def put(self, outgoing: Outgoing, now: datetime) -> None:
        """Ask for a delivery, after everything asked for in the same conversation before."""

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[Claimed, ...]:
        """Lease up to `limit` due rows, only the oldest undelivered one of each conversation.

        A row whose lease ended without a report is claimed again, as `unclear`. One that is not unclear and shows the
        newest state of something stands for all that wait behind it to show the same: those go.
        """

    async def done(self, *rows: Claimed) -> None:
        """Report deliveries; the rows go. No report counts once the lease was given to another."""

    async def put_back(self, *rows: tuple[Claimed, datetime]) -> None:
        """Let rows wait until then for their platform's rate: nothing was tried, and they keep their place in line."""

    async def release(self, rows: Sequence[Claimed]) -> None:
        """Give back what was leased and not begun: whoever claims next may have it at once, as clear as it was."""

    async def postpone(self, row: Claimed, due: datetime, why: str, *, unclear: bool) -> None:
        """Report a failure that is worth another try at `due`."""

    async def bury(self, row: Claimed, why: str) -> bool:
        """Report a failure for good; the row is kept for people to look at, and the next one in line may go.

        False for who lost the lease, whose report counts no more.
        """

    async def depth(self) -> int:
        """How many rows wait for delivery."""

    async def backlog(self, now: datetime) -> Backlog:
        """What waits for delivery; quick with any number of rows."""

    async def list_rows(self, office: OfficeId | None, *, buried_only: bool, limit: int) -> tuple[Listed, ...]:
        """What was buried and then, unless `buried_only`, what waits; of one office or all, the oldest first."""

    async def retry(self, rows: Sequence[OutgoingId], now: datetime) -> tuple[Listed, ...]:
        """Put those of these rows that were buried back in line: due at once, with the patience of a new row.

        Each takes the place it had, before what waits in its conversation. While another row of that conversation is
        being delivered it waits for the end of that lease. The key stays, so that what is unclear is looked up.
        """

    async def drop(self, rows: Sequence[OutgoingId]) -> tuple[Listed, ...]:
        """Forget those of these rows that were buried, and tell which; what waits is never dropped."""


class PlacedFields(Protocol):
    """Where staff placed fields on documents, and what they remembered of it; of no other office."""

    async def get(self, office: OfficeId, item: ItemId, version: int) -> Placement | None:
        """The fields on this version of an item, as they were saved last."""

    async def save(self, placement: Placement) -> None:
        """Save fields as the revision after the one that was read. Raises `Conflict` when that is not the newest."""

    async def templates(self, office: OfficeId) -> tuple[FieldTemplate, ...]:
        """The templates of this office, by name."""

    async def save_template(self, template: FieldTemplate) -> None:
        """Add a template, or replace the one of that name, ignoring case."""

    async def forget_template(self, office: OfficeId, name: str) -> bool:
        """Remove a template; False where there is none of that name."""


class PlacingLinks(Protocol):
    """Personal links to the page for placing fields; only a hash of each secret is kept."""

    async def add(self, link: PlacingLink) -> None:
        """Keep a link, and forget those that expired a month before this one will."""

    async def get(self, secret_hash: str) -> PlacingLink | None:
        """The link whose secret has this hash."""


class WorkflowTemplates(Protocol):
    """What an office does with the documents that source packages deliver."""

    async def of_office(self, office: OfficeId) -> tuple[WorkflowTemplate, ...]:
        """The templates of this office, by name."""

    async def save(self, template: WorkflowTemplate) -> None:
        """Add a template, or replace the one of that name, ignoring case."""

    async def forget(self, office: OfficeId, name: str) -> bool:
        """Remove a template; False where there is none of that name."""


class References(Protocol):
    """How the conversations of a platform are reached unasked, where it takes more than their id."""

    async def get(self, place: Place) -> Reference | None:
        """What is known of the conversation that this place is in."""

    async def of_tenant(self, platform: Platform, tenant: str) -> Reference | None:
        """The newest of any conversation in this tenant, whose service reaches its people as well."""

    async def save(self, reference: Reference, now: datetime) -> None:
        """Keep what the platform told last."""


class UploadPages(Protocol):
    """Personal one-time links to upload pages; only a hash of each secret is kept."""

    async def add(self, page: UploadPage) -> None:
        """Keep a link, and forget those that expired a month before this one will."""

    async def get(self, secret_hash: str) -> UploadPage | None:
        """The link whose secret has this hash."""

    async def use_up(self, secret_hash: str) -> bool:
        """Take the link away; False when somebody else did so first."""


class Sources(Protocol):
    """The source packages that deliver to offices."""

    async def get(self, source: SourceId) -> SourcePackage | None:
        """A source by id, of whatever office."""

    async def of_office(self, office: OfficeId) -> tuple[SourcePackage, ...]:
        """The sources of this office by name, those that were revoked among them."""

    async def active(self) -> tuple[SourcePackage, ...]:
        """The sources of every office from which something is taken."""

    async def add(self, source: SourcePackage) -> None:
        """Add a source. Raises `Conflict` when the office has one of that name, ignoring case."""

    async def save(self, source: SourcePackage) -> None:
        """Replace the hash of its token, and its pattern."""


class Deliveries(Protocol):
    """What source packages delivered, with compare-and-swap on its revision."""

    async def add(self, delivery: Delivery) -> bool:
        """Add a delivery; False, and nothing is added, when this source used its key before."""

    async def by_key(self, source: SourceId, key: str) -> Delivery | None:
        """What this source delivered under this key."""

    async def get(self, office: OfficeId, delivery: DeliveryId) -> Delivery | None:
        """A delivery of this office."""

    async def of_envelope(self, office: OfficeId, envelope: EnvelopeId) -> Delivery | None:
        """The delivery that this envelope came of."""

    async def claim_received(self, now: datetime, lease: timedelta, limit: int) -> tuple[Delivery, ...]:
        """Lease up to `limit` deliveries that nobody looked at yet, oldest first, each to one caller alone.

        One that was neither saved nor postponed is claimed again when its lease ends.
        """

    async def postpone(self, delivery: Delivery, due: datetime) -> None:
        """Let a delivery that was claimed wait until `due`, unless it was saved meanwhile."""

    async def waiting(self, office: OfficeId) -> tuple[Delivery, ...]:
        """The deliveries of this office that wait for staff, oldest first."""

    async def refused_since(self, office: OfficeId, source: SourceId, since: datetime) -> tuple[Delivery, ...]:
        """What staff rejected of this source's deliveries at or after `since`, in that order."""

    async def posted(self, delivery: DeliveryId, card: MessageRef) -> None:
        """Record where staff were asked about a delivery; leaves the revision as it is."""

    async def keep_rule(self, delivery: Delivery, chosen: Choices) -> None:
        """Let what was chosen hold for the next ones of this source, kind and client number as well.

        What an earlier rule said of something else stays.
        """

    async def rule(self, delivery: Delivery) -> Choices:
        """What staff wished to hold for all of this source, kind and client number; empty where they did not."""

    async def save(self, delivery: Delivery) -> Delivery:
        """Save how it stands, all but its card, as the revision after the one it was read as, and end its lease.

        Raises `Conflict` when that is no longer the newest revision.
        """

    def hash_number(self, office: OfficeId, number: ClientNumber) -> str:
        """What is kept of a client's number: an HMAC under a key of this office alone."""

    async def sent_number(self, office: OfficeId, client_number: str, field: str) -> str | None:
        """The hash under `field` in the `extra` of the newest delivery that was sent for this client number."""


class Webhooks(Protocol):
    """Where the source packages of offices are called."""

    async def get(self, office: OfficeId, source: SourceId) -> Webhook | None:
        """Where a source of this office is called, or was until it was removed."""

    async def of_office(self, office: OfficeId) -> tuple[Webhook, ...]:
        """Those of this office, in the order of their sources' ids."""

    async def save(self, webhook: Webhook) -> None:
        """Add a webhook, or replace what is known of it."""

    async def closed_since(self, office: OfficeId, source: SourceId, since: datetime) -> tuple[EnvelopeId, ...]:
        """The envelopes of this source's deliveries, and their corrected versions, that ended at or after `since`.

        In the order in which they ended: were sealed, where they are.
        """


class WebhookCalls(Protocol):
    """What source packages are still to be told."""

    async def put(self, call: WebhookCall, now: datetime) -> None:
        """Add a call, due at once, in place of one of the same event that waits or was buried."""

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[ClaimedCall, ...]:
        """Lease up to `limit` due calls to active webhooks, only the oldest unmade one of each source."""

    async def done(self, row: ClaimedCall) -> None:
        """Report that it was made; the row goes. No report counts once the lease was given to another."""

    async def postpone(self, row: ClaimedCall, due: datetime, why: str) -> None:
        """Report a failure that is worth another try at `due`."""

    async def bury(self, row: ClaimedCall, why: str) -> bool:
        """Report a failure for good, as `Outbox.bury`."""

    async def drop_waiting(self, office: OfficeId, source: SourceId) -> int:
        """Forget what waits for this source, since it is called no more; how many that were."""

    async def depth(self) -> int:
        """How many calls wait."""

    async def list_calls(self, office: OfficeId | None, *, buried_only: bool, limit: int) -> tuple[ListedCall, ...]:
        """As `Outbox.list_rows`."""


class Waits(Protocol):
    """All that waits until some time, whatever for."""

    async def shorten(self, until: datetime) -> None:
        """Let no lease and no wait for another try end later than `until`; reminders keep the days planned for them."""


class Transaction(Protocol):
    """One database transaction, and everything that can be read or changed in it."""

    offices: Offices
    people: People
    dossiers: Dossiers
    conversations: Conversations
    envelopes: Envelopes
    delegations: Delegations
    tasks: Tasks
    log: Log
    log_links: LogLinks
    links: Links
    upload_pages: UploadPages
    placed_fields: PlacedFields
    placing_links: PlacingLinks
    workflow_templates: WorkflowTemplates
    references: References
    sources: Sources
    deliveries: Deliveries
    signatures: Signatures
    owed_evidence: OwedEvidence
    reminders: Reminders
    outbox: Outbox
    webhooks: Webhooks
    webhook_calls: WebhookCalls
    waits: Waits


class Store(Protocol):
    """The database."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction that may write: committed at the end of the block, undone when the block raises."""

    async def share(self, work: Callable[[Transaction], Awaitable[object]]) -> None:
        """Do something small that writes, and return when it is committed, in a transaction that others may share.

        For what comes many times a second: those that come together cost one commit. Raises what `work` raises; one
        that fails spoils none of the others. It may be called twice, of which one counts.
        """

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction that only reads."""

    def single_query(self) -> AbstractAsyncContextManager[Transaction]:
        """Read by one query, without the round trips of a transaction around it; a second query sees a later state."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the use cases need from outside.

    `public_url` is where browsers reach the pages, without a slash at its end. Without `geography` no place is derived
    from a network address. Without `evidence` nothing is recorded there, as in commands that decide nothing.
    Without `layouts` no fields can be placed. Without `sealer` the certified way of signing is not offered. Without
    `pace` deliveries go as fast as they can.
    """

    store: Store
    blobs: Blobs
    pages: PageCounter
    clock: Clock
    messengers: Mapping[Platform, Messenger]
    directories: Mapping[Platform, Directory]
    public_url: str
    geography: Geography | None = None
    evidence: Evidence | None = None
    layouts: LayoutReader | None = None
    sealer: Sealer | None = None
    pace: Pace | None = None
