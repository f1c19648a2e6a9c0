"""Envelopes, with compare-and-swap on their revision.

An envelope is read in one round trip: its documents, signers and delegations come along as JSON, and the addresses of
the cards of the envelopes before and after it by a join.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Table, bindparam, func, select, update

from bot.domain.certified import Sealed
from bot.domain.delegation import DelegationId
from bot.domain.envelope import (
    Answer,
    Envelope,
    EnvelopeId,
    Signer,
)
from bot.domain.errors import Conflict
from bot.domain.evidence import Receipt
from bot.domain.people import Account, OfficeId, Platform
from bot.domain.places import MessageRef
from storage.sql.batches import Values
from storage.sql.delegations import COLUMNS
from storage.sql.envelope_rows import (
    DOCUMENT,
    SIGNER,
    read_envelope,
    write_card,
    write_decision,
    write_document,
    write_envelope,
    write_evidence,
    write_sealed,
    write_signer,
    write_state,
)
from storage.sql.expired_envelopes import EXPIRED, EXPIRED_POSTGRESQL, EXPIRED_SINCE
from storage.sql.rows import write_account
from storage.sql.session import Session
from storage.sql.tables import delegations, envelope_documents, envelope_signers, envelopes, office_tenants
from storage.sql.types import JsonRows, as_utc


def _gather(table: Table, names: tuple[str, ...]) -> ScalarSelect[Any]:
    rows = select(JsonRows(*(table.c[name] for name in names)))
    return rows.where(table.c.envelope_id == envelopes.c.id).correlate(envelopes).scalar_subquery()


_before, _after = envelopes.alias("before"), envelopes.alias("after")
_ALL = (
    select(
        envelopes,
        _before.c.card_link.label("before_link"),
        _after.c.card_link.label("after_link"),
        _gather(envelope_documents, DOCUMENT).label("documents"),
        _gather(envelope_signers, SIGNER).label("signers"),
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
    .values({name: bindparam(name) for name in ("derived_place", "texts", "adopted_on")})
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
_CARD = ("card_platform", "card_tenant", "card_channel", "card_thread", "card_id", "card_link", "card_twice")
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
_SEALED = (
    update(envelopes)
    .where(envelopes.c.id == bindparam("envelope"), envelopes.c.sealed_at.is_(None))
    .values({name: bindparam(name) for name in ("sealed_document", "sealed_level", "sealed_at", "sealed_shortfall")})
    .returning(envelopes.c.id)
)
_THESE = _ALL.where(envelopes.c.id.in_(bindparam("envelopes", expanding=True))).order_by(
    envelopes.c.expires_at, envelopes.c.id
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
        if not await self._session.add(envelopes, write_envelope(envelope)):
            raise Conflict(f"an envelope was made of request {envelope.request_key} before")
        for position, document in enumerate(envelope.documents):
            self._session.add_later(envelope_documents, write_document(envelope.id, position, document))
        for position, signer in enumerate(envelope.signers):
            self._session.add_later(envelope_signers, write_signer(envelope.id, position, signer))

    async def get(self, office: OfficeId, envelope: EnvelopeId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_ID, {"office": office, "envelope": envelope})
        return None if row is None else read_envelope(row)

    async def at_tenant(self, platform: Platform, tenant: str, envelope: EnvelopeId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_AT_TENANT, {"platform": platform, "tenant": tenant, "envelope": envelope})
        return None if row is None else read_envelope(row)

    async def several(self, office: OfficeId, envelopes: Sequence[EnvelopeId]) -> tuple[Envelope, ...]:
        await self._session.flush()
        rows = await self._session.all(_SEVERAL, {"office": office, "envelopes": list(envelopes)})
        found = {row.id: row for row in rows}
        return tuple(read_envelope(found[id_]) for id_ in envelopes if id_ in found)

    async def by_request(self, office: OfficeId, request_key: str) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_REQUEST, {"office": office, "request": request_key})
        return None if row is None else read_envelope(row)

    async def by_delegation(self, office: OfficeId, delegation: DelegationId) -> Envelope | None:
        await self._session.flush()
        row = await self._session.one(_BY_DELEGATION, {"office": office, "delegation": delegation})
        return None if row is None else read_envelope(row)

    async def save(self, envelope: Envelope) -> Envelope:
        saved = replace(envelope, revision=envelope.revision + 1)
        values = {"envelope": envelope.id, "read_as": envelope.revision, **write_state(saved)}
        answers = [
            {"at_position": position, **write_decision(signer.decision)}
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
        await self._session.run(_CARD_POSTED, {"envelope": envelope, **write_card(card)})

    async def proved(self, envelope: Envelope, receipt: Receipt) -> None:
        told = write_evidence(receipt, follows=False)
        await self._session.run(_PROVED, {"envelope": envelope.id, "proved_state": envelope.state, **told})

    async def sealed(self, envelope: EnvelopeId, sealed: Sealed) -> bool:
        values = {"envelope": envelope, **write_sealed(sealed)}
        return await self._session.one(_SEALED, values) is not None

    async def claim_expired(self, now: datetime, limit: int) -> tuple[Envelope, ...]:
        await self._session.flush()
        query = EXPIRED_POSTGRESQL if self._session.is_postgresql else EXPIRED
        found = [row.id for row in await self._session.all(query, {"now": now, "limit": limit})]
        rows = await self._session.all(_THESE, {"envelopes": found}) if found else ()
        return tuple(map(read_envelope, rows))

    async def expired_since(self, now: datetime) -> datetime | None:
        await self._session.flush()
        row = (await self._session.run(EXPIRED_SINCE, {"now": now})).one()
        return row[0] and as_utc(row[0])

    async def last_place(self, account: Account) -> str | None:
        await self._session.flush()
        row = await self._session.one(_LAST_PLACE, write_account(account))
        return None if row is None else row.place
