"""What people drew or typed when they approved, sealed with a key for each person."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Row, and_, bindparam, delete, select

from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.log import LoggedSignature, Unreadable
from bot.domain.people import Account, OfficeId
from bot.domain.signature import DrawnSignature, Signature, TypedSignature
from storage.sql.rows import read_account, write_account
from storage.sql.session import Session
from storage.sql.tables import envelope_signers, personal_keys, signatures
from storage.vault import Vault

_KEY = select(personal_keys.c.wrapped).where(
    personal_keys.c.office_id == bindparam("office_id"),
    personal_keys.c.platform == bindparam("platform"),
    personal_keys.c.tenant == bindparam("tenant"),
    personal_keys.c.user_id == bindparam("user_id"),
)
_SEALED = select(signatures.c.sealed).where(
    signatures.c.envelope_id == bindparam("envelope_id"),
    signatures.c.office_id == bindparam("office_id"),
    signatures.c.platform == bindparam("platform"),
    signatures.c.tenant == bindparam("tenant"),
    signatures.c.user_id == bindparam("user_id"),
)
_HAS_KEY = and_(
    *(personal_keys.c[name] == signatures.c[name] for name in ("office_id", "platform", "tenant", "user_id"))
)
_OF_ENVELOPES = (
    select(signatures, envelope_signers.c.position, personal_keys.c.wrapped)
    .join(envelope_signers)
    .outerjoin(personal_keys, _HAS_KEY)
    .where(signatures.c.office_id == bindparam("office_id"))
    .where(signatures.c.envelope_id.in_(bindparam("envelopes", expanding=True)))
)
_OF_PERSON = (
    select(signatures.c.envelope_id)
    .join(personal_keys, _HAS_KEY)
    .where(
        signatures.c.office_id == bindparam("office_id"),
        signatures.c.platform == bindparam("platform"),
        signatures.c.tenant == bindparam("tenant"),
        signatures.c.user_id == bindparam("user_id"),
    )
    .order_by(signatures.c.envelope_id)
)
_FORGET = delete(personal_keys).where(
    personal_keys.c.office_id == bindparam("office_id"),
    personal_keys.c.platform == bindparam("platform"),
    personal_keys.c.tenant == bindparam("tenant"),
    personal_keys.c.user_id == bindparam("user_id"),
)


class SqlSignatures:
    """Keeps `bot.ports.Signatures`; without a vault it can only be there."""

    def __init__(self, session: Session, vault: Vault | None) -> None:
        self._session = session
        self._vault = vault

    async def add(self, envelope: Envelope, signer: Account, signature: Signature) -> None:
        await self._session.flush()
        vault, owner = self._open_vault(), _name_owner(envelope.office, signer)
        wrapped = await self._find_key(envelope.office, signer) or await self._make_key(envelope.office, signer)
        sealed = vault.seal(wrapped, owner, _write(signature), "signature", envelope.id)
        values = {"envelope_id": envelope.id, "office_id": envelope.office, **write_account(signer), "sealed": sealed}
        if not await self._session.add(signatures, values):
            raise Conflict(f"envelope {envelope.id} has a signature of this signer")

    async def get(self, envelope: Envelope, signer: Account) -> Signature | None:
        values = {"envelope_id": envelope.id, "office_id": envelope.office, **write_account(signer)}
        row = await self._session.one(_SEALED, values)
        if row is None:
            return None
        wrapped = await self._find_key(envelope.office, signer)
        if wrapped is None:
            raise ValueError("the key of this person is gone, and so is what they signed with")
        owner = _name_owner(envelope.office, signer)
        return _read(self._open_vault().open(wrapped, owner, row.sealed, "signature", envelope.id))

    async def of_envelopes(
        self, office: OfficeId, envelopes: Iterable[EnvelopeId]
    ) -> Mapping[tuple[EnvelopeId, Account], LoggedSignature]:
        asked = sorted(set(envelopes))
        rows = await self._session.all(_OF_ENVELOPES, {"office_id": office, "envelopes": asked}) if asked else ()
        # Hundreds of them keep a thread busy for a while, and nobody else.
        opened = await asyncio.to_thread(lambda: [self._open(office, row) for row in rows])
        return {
            (EnvelopeId(row.envelope_id), read_account(row)): LoggedSignature(row.position + 1, content)
            for row, content in zip(rows, opened, strict=True)
        }

    def _open(self, office: OfficeId, row: Row[Any]) -> bytes | TypedSignature | Unreadable:
        if row.wrapped is None:
            return Unreadable.ERASED
        owner = _name_owner(office, read_account(row))
        try:
            content = self._open_vault().open(row.wrapped, owner, row.sealed, "signature", row.envelope_id)
        except ValueError:
            return Unreadable.DAMAGED
        signature = _read(content)
        return signature.png if isinstance(signature, DrawnSignature) else signature

    async def list_envelopes(self, office: OfficeId, signer: Account) -> tuple[EnvelopeId, ...]:
        await self._session.flush()
        rows = await self._session.all(_OF_PERSON, {"office_id": office, **write_account(signer)})
        return tuple(EnvelopeId(row.envelope_id) for row in rows)

    async def forget(self, office: OfficeId, person: Account) -> None:
        await self._session.flush()
        await self._session.run(_FORGET, {"office_id": office, **write_account(person)})

    async def _find_key(self, office: OfficeId, person: Account) -> bytes | None:
        row = await self._session.one(_KEY, {"office_id": office, **write_account(person)})
        return None if row is None else bytes(row.wrapped)

    async def _make_key(self, office: OfficeId, person: Account) -> bytes:
        vault = self._open_vault()
        wrapped = vault.make_key(*_name_owner(office, person))
        values = {"office_id": office, **write_account(person), "master": vault.name, "wrapped": wrapped}
        if await self._session.add(personal_keys, values):
            return wrapped
        raise Conflict("this person signed something else at the same moment")

    def _open_vault(self) -> Vault:
        if self._vault is None:
            raise RuntimeError("this store was opened without the key of personal data")
        return self._vault


def _name_owner(office: OfficeId, person: Account) -> tuple[str, ...]:
    return (office, person.platform.value, person.tenant, person.user)


def _write(signature: Signature) -> bytes:
    match signature:
        case DrawnSignature(png, strokes):
            return orjson.dumps({"png": b64encode(png).decode(), "strokes": strokes})
        case TypedSignature(name):
            return orjson.dumps({"name": name})


def _read(content: bytes) -> Signature:
    kept: dict[str, Any] = orjson.loads(content)
    if "name" in kept:
        return TypedSignature(kept["name"])
    strokes = tuple(tuple(tuple(point) for point in stroke) for stroke in kept["strokes"])
    return DrawnSignature(b64decode(kept["png"]), strokes)
