"""Envelopes, with compare-and-swap on their revision.

An envelope is read in one round trip: its documents, signers and delegations come along as JSON, and the addresses of
the cards of the envelopes before and after it by a join.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, ScalarSelect, Table, bindparam, func, select, update

from bot.domain.delegation import DelegationId
from bot.domain.dossier import ItemId
from bot.domain.envelope import (
    Answer,
    Closing,
    Decision,
    Document,
    Envelope,
    EnvelopeId,
    EnvelopeState,
    Pointer,
    Signer,
)
from bot.domain.errors import Conflict
from bot.domain.evidence import Receipt
from bot.domain.people import Account, ClientId, ContactId, OfficeId, Platform
from bot.domain.places import MessageRef
from bot.domain.signature import Drawing
from storage.sql.batches import Values
from storage.sql.delegations import COLUMNS, read_delegation
from storage.sql.rows import read_party, read_place, write_account, write_party, write_place
from storage.sql.session import Session
from storage.sql.tables import delegations, envelope_documents, envelope_signers, envelopes, office_tenants
from storage.sql.types import JsonRows, read_time

_DOCUMENT = ("position", "item_id", "version", "name", "media_type", "size", "pages", "sha256")
_SIGNER = (
    *("position", "platform", "tenant", "user_id", "name", "contact_id"),
    *("answer", "answered_at", "place", "reason", "consent", "derived_place"),
)


def _gather(table: Table, names: tuple[str, ...]) -> ScalarSelect[Any]:
    rows = select(JsonRows(*(table.c[name] for name in names)))
    return rows.where(table.c.envelope_id == envelopes.c.id).correlate(envelopes).scalar_subquery()


_before, _after = envelopes.alias("before"), envelopes.alias("after")
_ALL = (
    select(
        envelopes,
        _before.c.card_link.label("before_link"),
        _after.c.card_link.label("after_link"),
        _gather(envelope_documents, _DOCUMENT).label("documents"),
        _gather(envelope_signers, _SIGNER).label("signers"),
        _gather(delegations, COLUMNS).label("delegations"),
    )
    .outerjoin(_before, _before.c.id == envelopes.c.supersedes_id)
    .outerjoin(_after, _after.c.id == envelopes.c.superseded_by_id)
)
_AT_TENANT = _ALL.join(office_tenants, office_tenants.c.office_id == envelopes.c.office_id).where(
    office_tenants.c.platform == bindparam("platform"),
    office_tenants.c.tenant == bindparam("tenant"),
    envelopes.c.id == bindparam("envelope"),
)
_OF_OFFICE = _ALL.where(envelopes.c.office_id == bindparam("office"))
_BY_ID = _OF_OFFICE.where(envelopes.c.id == bindparam("envelope"))
_SEVERAL = _OF_OFFICE.where(envelopes.c.id.in_(bindparam("envelopes", expanding=True)))
_BY_REQUEST = _OF_OFFICE.where(envelopes.c.request_key == bindparam("request"))
_BY_DELEGATION = _OF_OFFICE.where(
    envelopes.c.id
    == select(delegations.c.envelope_id).where(delegations.c.id == bindparam("delegation")).scalar_subquery()
)
_SAVE = (
    update(envelopes)
    .where(envelopes.c.id == bindparam("envelope"), envelopes.c.revision == bindparam("read_as"))
    .values({name: bindparam(name) for name in ("state", "closed_at", "superseded_by_id", "revision")})
    .values({name: bindparam(name) for name in ("closed_by_platform", "closed_by_tenant")})
    .values({name: bindparam(name) for name in ("closed_by_user_id", "closed_by_name")})
    .values({name: bindparam(name) for name in ("evidence_follows", "evidence_origin")})
    .values({name: bindparam(name) for name in ("evidence_index", "evidence_hash")})
)
# An answer is final: what was answered before is left alone, so only new answers are written.
_ANSWER = (
    update(envelope_signers)
    .where(
        envelope_signers.c.envelope_id == bindparam("envelope"),
        envelope_signers.c.position == bindparam("at_position"),
        envelope_signers.c.answer.is_(None),
    )
    .values({name: bindparam(name) for name in ("answer", "answered_at", "place", "reason", "consent")})
    .values(derived_place=bindparam("derived_place"))
)
_saved = _SAVE.returning(envelopes.c.id).cte("saved")
_answered = _ANSWER.where(envelope_signers.c.envelope_id.in_(select(_saved.c.id))).cte("answered")
# Both in one round trip, which only PostgreSQL can; the answer is written only where the envelope was.
_SAVE_WITH_ANSWER = select(func.count()).select_from(_saved).add_cte(_answered)
_REPLACE_SIGNER = (
    update(envelope_signers)
    .where(
        envelope_signers.c.envelope_id == bindparam("envelope"),
        envelope_signers.c.platform == bindparam("old_platform"),
        envelope_signers.c.tenant == bindparam("old_tenant"),
        envelope_signers.c.user_id == bindparam("old_user_id"),
        envelope_signers.c.answer.is_(None),
    )
    .values({name: bindparam(name) for name in ("platform", "tenant", "user_id", "name", "contact_id")})
)
_CARD = ("card_platform", "card_tenant", "card_channel", "card_thread", "card_id", "card_link")
_CARD_POSTED = (
    update(envelopes).where(envelopes.c.id == bindparam("envelope")).values({name: bindparam(name) for name in _CARD})
)
# Whoever brought the envelope into another state since then owes the entry that proves that one.
_PROVED = (
    update(envelopes)
    .where(
        envelopes.c.id == bindparam("envelope"),
        envelopes.c.state == bindparam("proved_state"),
        envelopes.c.evidence_follows,
    )
    .values({name: bindparam(name) for name in ("evidence_follows", "evidence_origin")})
    .values({name: bindparam(name) for name in ("evidence_index", "evidence_hash")})
)
_LAST_PLACE = (
    select(envelope_signers.c.place)
    .where(
        envelope_signers.c.platform == bindparam("platform"),
        envelope_signers.c.tenant == bindparam("tenant"),
        envelope_signers.c.user_id == bindparam("user_id"),
        # Written out, not bound, so that the database sees that the partial index fits.
        envelope_signers.c.answer == bindparam(None, Answer.APPROVED.value, literal_execute=True),
    )
    .order_by(envelope_signers.c.answered_at.desc())
    .limit(1)
)


class SqlEnvelopes:
    """Keeps `bot.ports.Envelopes`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, envelope: Envelope) -> None:
        if not await self._session.add(envelopes, _write(envelope)):
            raise Conflict(f"an envelope was made of request {envelope.request_key} before")
        for position, document in enumerate(envelope.documents):
            self._session.add_later(envelope_documents, _write_document(envelope.id, position, document))
        for position, signer in enumerate(envelope.signers):
            self._session.add_later(envelope_signers, _write_signer(envelope.id, position, signer))

    async def get(self, office: OfficeId, envelope: EnvelopeId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_ID, {"office": office, "envelope": envelope})
        return None if row is None else _read(row)

    async def at_tenant(self, platform: Platform, tenant: str, envelope: EnvelopeId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_AT_TENANT, {"platform": platform, "tenant": tenant, "envelope": envelope})
        return None if row is None else _read(row)

    async def several(self, office: OfficeId, envelopes: Sequence[EnvelopeId]) -> tuple[Envelope, ...]:
        await self._session.flush()
        rows = await self._session.all(_SEVERAL, {"office": office, "envelopes": list(envelopes)})
        found = {row.id: row for row in rows}
        return tuple(_read(found[id_]) for id_ in envelopes if id_ in found)

    async def by_request(self, office: OfficeId, request_key: str) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_REQUEST, {"office": office, "request": request_key})
        return None if row is None else _read(row)

    async def by_delegation(self, office: OfficeId, delegation: DelegationId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_DELEGATION, {"office": office, "delegation": delegation})
        return None if row is None else _read(row)

    async def save(self, envelope: Envelope) -> Envelope:
        # Whatever was proved was another state than this one.
        follows = envelope.closing is not None
        saved = replace(envelope, revision=envelope.revision + 1, evidence=None, evidence_follows=follows)
        values = {"envelope": envelope.id, "read_as": envelope.revision, **_write_state(saved)}
        answers = [
            {"at_position": position, **_write_decision(signer.decision)}
            for position, signer in enumerate(envelope.signers)
            if signer.decision is not None
        ]
        if not await self._change(values, answers):
            raise Conflict(f"envelope {envelope.id} is past revision {envelope.revision}")
        return saved

    async def _change(self, values: Values, answers: Sequence[Values]) -> bool:
        # A signer who is added in the same statement would not be seen by it.
        if self._session.is_postgresql and len(answers) == 1 and not self._session.adds_later(envelope_signers):
            return await self._session.number_with_flush(_SAVE_WITH_ANSWER, {**values, **answers[0]}) == 1
        await self._session.flush()
        if not await self._session.change(_SAVE, values):
            return False
        if answers:
            await self._session.run(_ANSWER, [{"envelope": values["envelope"], **each} for each in answers])
        return True

    async def replace_signer(self, envelope: EnvelopeId, old: Account, new: Signer) -> None:
        await self._session.flush()
        told = {**write_account(new.account), "name": new.name, "contact_id": new.contact}
        values = {"envelope": envelope, **write_account(old, "old_"), **told}
        if not await self._session.change(_REPLACE_SIGNER, values):
            raise Conflict(f"this signer of envelope {envelope} answered or was replaced")

    async def card_posted(self, envelope: EnvelopeId, card: MessageRef) -> None:
        await self._session.run(_CARD_POSTED, {"envelope": envelope, **_write_card(card)})

    async def proved(self, envelope: Envelope, receipt: Receipt) -> None:
        told = _write_evidence(receipt, follows=False)
        await self._session.run(_PROVED, {"envelope": envelope.id, "proved_state": envelope.state, **told})

    async def last_place(self, account: Account) -> str | None:
        await self._session.flush()
        row = await self._session.one(_LAST_PLACE, write_account(account))
        return None if row is None else row.place


def _write(envelope: Envelope) -> dict[str, Any]:
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
        **_write_state(envelope),
        **(_write_card(envelope.card) if envelope.card else {}),
    }


def _write_state(envelope: Envelope) -> dict[str, Any]:
    closing = envelope.closing
    closed_by = ("closed_by_platform", "closed_by_tenant", "closed_by_user_id", "closed_by_name")
    return {
        "state": envelope.state,
        "closed_at": closing.at if closing else None,
        **(write_party(closing.by, "closed_by_") if closing else dict.fromkeys(closed_by)),
        "superseded_by_id": envelope.superseded_by.envelope if envelope.superseded_by else None,
        "revision": envelope.revision,
        **_write_evidence(envelope.evidence, follows=envelope.evidence_follows),
    }


def _write_evidence(receipt: Receipt | None, *, follows: bool) -> dict[str, Any]:
    return {
        "evidence_follows": follows,
        "evidence_origin": receipt.origin if receipt else None,
        "evidence_index": receipt.index if receipt else None,
        "evidence_hash": receipt.entry_hash if receipt else None,
    }


def _write_card(card: MessageRef) -> dict[str, Any]:
    return {**write_place(card.place, "card_"), "card_id": card.id, "card_link": card.link}


def _write_document(envelope: EnvelopeId, position: int, document: Document) -> Values:
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


def _write_signer(envelope: EnvelopeId, position: int, signer: Signer) -> Values:
    return {
        "envelope_id": envelope,
        "position": position,
        **write_account(signer.account),
        "name": signer.name,
        "contact_id": signer.contact,
        **_write_decision(signer.decision),
    }


def _write_decision(decision: Decision | None) -> dict[str, Any]:
    return {
        "answer": decision.answer if decision else None,
        "answered_at": decision.at if decision else None,
        "place": decision.place if decision else None,
        "reason": decision.reason if decision else None,
        "consent": decision.consent if decision else None,
        "derived_place": decision.derived_place if decision else None,
    }


def _read(row: Row[Any]) -> Envelope:
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
        card=None if row.card_id is None else MessageRef(read_place(row, "card_"), row.card_id, row.card_link),
        revision=row.revision,
        drawing=Drawing(row.drawing),
        evidence=_read_receipt(row),
        evidence_follows=row.evidence_follows,
    )


def _read_receipt(row: Row[Any]) -> Receipt | None:
    if row.evidence_origin is None:
        return None
    return Receipt(row.evidence_origin, row.evidence_index, row.evidence_hash)


def _read_pointer(envelope: str | None, link: str | None) -> Pointer | None:
    return None if envelope is None else Pointer(EnvelopeId(envelope), link)


def _read_document(columns: list[Any]) -> Document:
    _, item, version, name, media_type, size, pages, sha256 = columns
    return Document(ItemId(item), version, name, media_type, size, pages, sha256)


def _read_signer(columns: list[Any]) -> Signer:
    _, platform, tenant, user, name, contact, answer, answered_at, *told = columns
    decision = None if answer is None else Decision(Answer(answer), read_time(answered_at), *told)
    return Signer(Account(Platform(platform), tenant, user), name, ContactId(contact), decision)
