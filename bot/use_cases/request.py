"""A request that passed every check: its documents are fixed, and its card is put on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.dossier import DossierItem, freeze
from bot.domain.envelope import Envelope, EnvelopeId, Party, Pointer, Signer
from bot.domain.errors import UnknownEnvelope
from bot.domain.expiry import find_end, find_last_day
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Account, Cadence, Client, ClientId, Office
from bot.domain.signature import Drawing
from bot.ports import Ports, Transaction
from bot.use_cases.certify import require_one_pdf, require_signers
from bot.use_cases.draft import Draft, write_draft
from bot.use_cases.ids import new_id
from bot.use_cases.notify_turn import notify_turns
from bot.use_cases.place_fields import fields_for
from bot.use_cases.schedule import start_reminders
from bot.use_cases.tell_source import tell_source
from bot.views import forms


@dataclass(frozen=True, slots=True)
class Request:
    """A draft with its signers, in order; only its documents may still have to be taken from the platform.

    `period_end` is the last day that annual accounts are about, where a source package told the period. `drawing` and
    `cadence` are those of a workflow template, None for the office's own.
    """

    office: Office
    client: Client
    draft: Draft
    sender: Party
    signers: tuple[Signer, ...]
    period_end: date | None = None
    drawing: Drawing | None = None
    cadence: Cadence | None = None

    def await_files(self) -> Outgoing:
        """The errand that takes the files and sends the envelope after it; see `bot.use_cases.take_files`."""
        facts = {
            "draft": write_draft(self.draft),
            "client": self.client.id,
            "sender": write_party(self.sender),
            "signers": [
                write_party(Party(each.account, each.name)) | {"contact": each.contact} for each in self.signers
            ],
        }
        return Outgoing(self.office.id, self.draft.place.conversation, Errand.TAKE_FILES, facts=facts)


def write_party(party: Party) -> dict[str, str]:
    """A party as the facts of an errand hold it."""
    account: Account = party.account
    return {"platform": account.platform, "tenant": account.tenant, "user": account.user, "name": party.name}


async def read_items(tx: Transaction, client: ClientId, draft: Draft) -> tuple[DossierItem, ...]:
    """The items of this client that the draft names. Raises `InvalidInput` when one is not there any more."""
    items = await tx.dossiers.items(client, draft.items)
    if len(items) != len(draft.items):
        raise InvalidInput({forms.RECENT: Fault(Problem.UNKNOWN)})
    return items


async def place_request(
    tx: Transaction,
    ports: Ports,
    request: Request,
    items: tuple[DossierItem, ...],
    found: tuple[Field, ...] = (),
    along: tuple[DossierItem, ...] = (),
) -> EnvelopeId:
    """Add the envelope, put its card on its way, and supersede the envelope that it corrects.

    `along` are sent with it, and are not sealed where `items` are. `found` are the fields that the document itself
    has, to which come those that staff placed on it. The same request twice makes one envelope. Raises
    `UnknownEnvelope`, `InvalidInput` for documents that cannot be signed in this way by these signers and for an expiry
    that passed, and what `Envelope.supersede` raises.
    """
    if known := await tx.envelopes.by_request(request.office.id, request.draft.key):
        return known.id
    if request.draft.way is Way.CERTIFIED and not ports.sealer:
        raise UnknownEnvelope  # no dialog of ours led there
    fields = await _find_fields(tx, request, items, found)
    now, draft = ports.clock.now(), request.draft
    old = await tx.envelopes.get(request.office.id, draft.supersedes) if draft.supersedes else None
    if draft.supersedes and (old is None or old.client != request.client.id):
        raise UnknownEnvelope
    expires_at = find_end(draft.expires) if draft.expires else None
    if expires_at and expires_at <= now:  # the day ended while files were taken, or between two dialogs
        raise InvalidInput({forms.EXPIRES: Fault(Problem.IN_THE_PAST)})
    envelope = Envelope(
        id=EnvelopeId(new_id()),
        office=request.office.id,
        client=request.client.id,
        conversation=draft.place.conversation,
        sender=request.sender,
        documents=tuple(map(freeze, (*items, *along))),
        signers=request.signers,
        sent_at=now,
        request_key=draft.key,
        message=draft.message,
        due=draft.due,
        remind=draft.remind,
        supersedes=Pointer(old.id) if old else None,
        # What is sealed bears the signatures, whatever the office wishes for approvals.
        drawing=Drawing.REQUIRED if draft.way is Way.CERTIFIED else request.drawing or request.office.drawing,
        way=draft.way,
        in_order=draft.in_order,
        fields=fields,
        asks=draft.asks,
        period_end=request.period_end,
        cadence=request.cadence,
        expires_at=expires_at,
    )
    await tx.envelopes.add(envelope)
    await start_reminders(tx, now, envelope, office=request.office)
    await tx.log.add([_log_sending(envelope)])
    card = Outgoing(request.office.id, envelope.conversation, Errand.SHOW_CARD, envelope.id)
    for errand in (card, *notify_turns(envelope)):
        await tx.outbox.put(errand, now)
    if old:
        await _supersede(tx, ports, old, envelope)
    return envelope.id


async def _find_fields(
    tx: Transaction, request: Request, items: Sequence[DossierItem], found: tuple[Field, ...]
) -> tuple[Field, ...]:
    if request.draft.way is Way.APPROVAL:
        return ()
    require_one_pdf(item.version.media_type for item in items)
    fields = (*found, *await fields_for(tx, request.office.id, items[0].id, items[0].version.number))
    require_signers(fields, len(request.signers))
    return fields


def _log_sending(envelope: Envelope) -> LogLine:
    facts = {
        "documents": " ".join(document.sha256 for document in envelope.documents),
        "signer": ", ".join(signer.name for signer in envelope.signers),
    }
    if envelope.way is Way.CERTIFIED:
        facts |= {"way": envelope.way, "order": "in order" if envelope.in_order else "in parallel"}
    if envelope.asks is Asks.ADOPT:
        facts["asks"] = envelope.asks
    if envelope.expires_at:
        facts["expires_on"] = find_last_day(envelope.expires_at).isoformat()
    by, at = envelope.sender, envelope.sent_at
    return LogLine(envelope.office, Happening.SENT, by, at, envelope.client, envelope.id, facts)


async def _supersede(tx: Transaction, ports: Ports, old: Envelope, new: Envelope) -> None:
    now = ports.clock.now()
    superseded = await tx.envelopes.save(old.supersede(new.id, new.sender, now))
    line = LogLine(old.office, Happening.SUPERSEDED, new.sender, now, old.client, old.id, {"successor": new.id})
    await tx.log.add([line])
    # After the new card in the same conversation, so that both messages can point at it.
    for errand in (Errand.SHOW_CARD, Errand.NOTE_SUCCESSOR):
        await tx.outbox.put(Outgoing(old.office, superseded.conversation, errand, old.id), now)
    await tell_source(tx, superseded, now)
