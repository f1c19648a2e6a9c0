"""Which requests are past their expiry: what every store promises."""

import asyncio

from bot.domain.envelope import EnvelopeId
from bot.domain.expiry import expire
from bot.ports import Store
from tests import builders as a


async def add(store: Store, **expiries: float | None) -> None:
    """Envelopes by name that expire after so many minutes, None for never."""
    async with store.transaction() as tx:
        for name, minutes in expiries.items():
            expires_at = None if minutes is None else a.at(minutes)
            await tx.envelopes.add(a.an_envelope(name, request_key=name, expires_at=expires_at))


async def claim_and_expire(store: Store, minutes: float, limit: int = 100) -> list[EnvelopeId]:
    async with store.transaction() as tx:
        claimed = await tx.envelopes.claim_expired(a.at(minutes), limit)
        for envelope in claimed:
            await tx.envelopes.save(expire(envelope)[0])
    return [envelope.id for envelope in claimed]


async def test_what_is_past_its_expiry_is_found_earliest_first(office_store: Store) -> None:
    await add(office_store, c=30, a=20, never=None, b=20, later=31)
    async with office_store.reading() as tx:
        assert await tx.envelopes.expired_since(a.at(19)) is None
        assert await tx.envelopes.expired_since(a.at(30)) == a.at(20)
    assert await claim_and_expire(office_store, 19) == []
    assert await claim_and_expire(office_store, 30, limit=2) == ["a", "b"]
    assert await claim_and_expire(office_store, 30) == ["c"]
    async with office_store.reading() as tx:
        assert await tx.envelopes.expired_since(a.at(30)) is None


async def test_they_are_read_whole(office_store: Store) -> None:
    await add(office_store, a=20)
    async with office_store.transaction() as tx:
        (claimed,) = await tx.envelopes.claim_expired(a.at(20), 1)
        assert claimed == await tx.envelopes.get(a.OFFICE, EnvelopeId("a"))


async def test_what_ended_is_left_alone(office_store: Store) -> None:
    await add(office_store, a=20, b=20)
    async with office_store.transaction() as tx:
        found = await tx.envelopes.get(a.OFFICE, EnvelopeId("a"))
        assert found
        await tx.envelopes.save(found.withdraw(a.a_party(), a.at(1)))
    assert await claim_and_expire(office_store, 20) == ["b"]


async def test_nobody_gets_what_another_expires(office_store: Store) -> None:
    names = [f"e{number:02}" for number in range(12)]
    await add(office_store, **dict.fromkeys(names, 20))
    claims = await asyncio.gather(*(claim_and_expire(office_store, 20, limit=5) for _ in range(4)))
    claims.append(await claim_and_expire(office_store, 20))
    assert sorted(id_ for ids in claims for id_ in ids) == names


async def test_what_is_not_saved_is_found_again(office_store: Store) -> None:
    await add(office_store, a=20)
    for _ in range(2):
        async with office_store.transaction() as tx:
            assert len(await tx.envelopes.claim_expired(a.at(20), 9)) == 1
