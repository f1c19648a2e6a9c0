"""How envelopes, their documents and their signers lie in columns."""

from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Row

from bot.domain.accounts import Asks
from bot.domain.certified import Sealed, SealLevel, Way
from bot.domain.dossier import Document, ItemId
from bot.domain.envelope import Answer, Closing, Decision, Envelope, EnvelopeId, EnvelopeState, Pointer, Signer
from bot.domain.evidence import Receipt
from bot.domain.fields import Field, FieldKind
from bot.domain.people import Account, Cadence, ClientId, ContactId, OfficeId, Platform
from bot.domain.places import MessageRef
from bot.domain.signature import Drawing
from storage.sql.batches import Values
from storage.sql.delegations import read_delegation
from storage.sql.rows import read_party, read_place, write_account, write_party, write_place
from storage.sql.types import read_time, to_json

DOCUMENT = ("position", "item_id", "version", "name", "media_type", "size", "pages", "sha256")
SIGNER = (
    *("position", "platform", "tenant", "user_id", "name", "contact_id"),
    *("answer", "answered_at", "place", "reason", "consent", "derived_place", "texts", "adopted_on"),
)
"""The columns that come along, in this order."""


def write_envelope(envelope: Envelope) -> dict[str, Any]:
    """The columns of an envelope without its documents and signers."""
    return {
        "id": envelope.id,
        "office_id": envelope.office,
        "client_id": envelope.client,
        **write_place(envelope.conversation),
        **write_party(envelope.sender, "sender_"),
        "sent_at": envelope.sent_at,
        "request_key": envelope.request_key,
        "message": envelope.message,
        "due": envelope.due,
        "remind": envelope.remind,
        "supersedes_id": envelope.supersedes.envelope if envelope.supersedes else None,
        "drawing": envelope.drawing,
        "way": envelope.way,
        "in_order": envelope.in_order,
        "asks": envelope.asks,
        "period_end": envelope.period_end,
        "fields": [write_field(field) for field in envelope.fields] or None,
        "cadence": asdict(envelope.cadence) if envelope.cadence else None,
        "expires_at": envelope.expires_at,
        **write_sealed(envelope.sealed),
        **write_state(envelope),
        **(write_card(envelope.card) if envelope.card else {}),
    }


def write_state(envelope: Envelope) -> dict[str, Any]:
    """The columns that change."""
    closing = envelope.closing
    closed_by = ("closed_by_platform", "closed_by_tenant", "closed_by_user_id", "closed_by_name")
    return {
        "state": envelope.state,
        "closed_at": closing.at if closing else None,
        **(write_party(closing.by, "closed_by_") if closing else dict.fromkeys(closed_by)),
        "superseded_by_id": envelope.superseded_by.envelope if envelope.superseded_by else None,
        "revision": envelope.revision,
        **write_evidence(envelope.evidence, follows=envelope.evidence_follows),
    }


def write_evidence(receipt: Receipt | None, *, follows: bool) -> dict[str, Any]:
    """The columns of the entry that proves the final state."""
    return {
        "evidence_follows": follows,
        "evidence_origin": receipt.origin if receipt else None,
        "evidence_index": receipt.index if receipt else None,
        "evidence_hash": receipt.entry_hash if receipt else None,
    }


def write_sealed(sealed: Sealed | None) -> dict[str, Any]:
    """The columns of the sealed PDF."""
    return {
        "sealed_document": asdict(sealed.document) if sealed else None,
        "sealed_level": sealed.level if sealed else None,
        "sealed_at": sealed.at if sealed else None,
        "sealed_shortfall": sealed.shortfall if sealed else None,
    }


def write_card(card: MessageRef) -> dict[str, Any]:
    """The columns of where the card was posted."""
    told = {"card_id": card.id, "card_link": card.link, "card_twice": card.may_be_twice}
    return {**write_place(card.place, "card_"), **told}


def write_document(envelope: EnvelopeId, position: int, document: Document) -> Values:
    """The row of a document."""
    return {
        "envelope_id": envelope,
        "position": position,
        "item_id": document.item,
        "version": document.version,
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "pages": document.pages,
        "sha256": document.sha256,
    }


def write_signer(envelope: EnvelopeId, position: int, signer: Signer) -> Values:
    """The row of a signer."""
    return {
        "envelope_id": envelope,
        "position": position,
        **write_account(signer.account),
        "name": signer.name,
        "contact_id": signer.contact,
        **write_decision(signer.decision),
    }


def write_decision(decision: Decision | None) -> dict[str, Any]:
    """The columns of an answer, all None before there is one."""
    return {
        "answer": decision.answer if decision else None,
        "answered_at": decision.at if decision else None,
        "place": decision.place if decision else None,
        "reason": decision.reason if decision else None,
        "consent": decision.consent if decision else None,
        "derived_place": decision.derived_place if decision else None,
        "adopted_on": decision.adopted_on if decision else None,
        "texts": to_json(decision.texts) if decision and decision.texts else None,
    }


def read_envelope(row: Row[Any]) -> Envelope:
    """An envelope from its row, in which `DOCUMENT`, `SIGNER` and its delegations are lists in JSON."""
    return Envelope(
        id=EnvelopeId(row.id),
        office=OfficeId(row.office_id),
        client=ClientId(row.client_id),
        conversation=read_place(row),
        sender=read_party(row, "sender_"),
        documents=tuple(map(_read_document, sorted(row.documents or ()))),
        signers=tuple(map(_read_signer, sorted(row.signers or ()))),
        sent_at=row.sent_at,
        request_key=row.request_key,
        message=row.message,
        due=row.due,
        remind=row.remind,
        state=EnvelopeState(row.state),
        closing=None if row.closed_at is None else Closing(read_party(row, "closed_by_"), row.closed_at),
        supersedes=_read_pointer(row.supersedes_id, row.before_link),
        superseded_by=_read_pointer(row.superseded_by_id, row.after_link),
        delegations=tuple(map(read_delegation, sorted(row.delegations or ()))),
        card=None if row.card_id is None else _read_card(row),
        revision=row.revision,
        drawing=Drawing(row.drawing),
        evidence=read_receipt(row),
        evidence_follows=row.evidence_follows,
        way=Way(row.way),
        in_order=row.in_order,
        fields=tuple(map(read_field, row.fields or ())),
        sealed=_read_sealed(row),
        asks=Asks(row.asks),
        period_end=row.period_end,
        cadence=Cadence(**row.cadence) if row.cadence else None,
        expires_at=row.expires_at,
    )


def _read_card(row: Row[Any]) -> MessageRef:
    return MessageRef(read_place(row, "card_"), row.card_id, row.card_link, row.card_twice)


def write_field(field: Field) -> dict[str, Any]:
    """A field as it lies in JSON."""
    return {"kind": field.kind, "signer": field.signer, "page": field.page, "box": field.box, "label": field.label}


def read_field(written: dict[str, Any]) -> Field:
    """The field that `write_field` wrote."""
    left, bottom, width, height = written["box"]
    box = (left, bottom, width, height)
    return Field(FieldKind(written["kind"]), written["signer"], written["page"], box, written["label"])


def _read_sealed(row: Row[Any]) -> Sealed | None:
    if row.sealed_at is None:
        return None
    document = Document(**row.sealed_document)
    return Sealed(document, SealLevel(row.sealed_level), row.sealed_at, row.sealed_shortfall or "")


def read_receipt(row: Row[Any]) -> Receipt | None:
    """The entry that proves the final state of the envelope in a row."""
    if row.evidence_origin is None:
        return None
    return Receipt(row.evidence_origin, row.evidence_index, row.evidence_hash)


def _read_pointer(envelope: str | None, link: str | None) -> Pointer | None:
    return None if envelope is None else Pointer(EnvelopeId(envelope), link)


def _read_document(columns: list[Any]) -> Document:
    _, item, version, name, media_type, size, pages, sha256 = columns
    return Document(ItemId(item), version, name, media_type, size, pages, sha256)


def _read_signer(columns: list[Any]) -> Signer:
    _, platform, tenant, user, name, contact, *answer = columns
    return Signer(Account(Platform(platform), tenant, user), name, ContactId(contact), _read_decision(*answer))


def _read_decision(answer: str | None, answered_at: str, *told: Any) -> Decision | None:  # noqa: ANN401 - columns
    if answer is None:
        return None
    place, reason, consent, derived_place, texts, adopted_on = told
    filled = tuple(orjson.loads(texts)) if texts else ()
    day = date.fromisoformat(adopted_on) if adopted_on else None
    return Decision(Answer(answer), read_time(answered_at), place, reason, consent, derived_place, filled, day)
