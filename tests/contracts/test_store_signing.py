"""Signing links and signatures: what every store promises of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.log import LoggedSignature
from bot.domain.people import OfficeId
from bot.domain.signature import DrawnSignature, TypedSignature
from bot.ports import Store
from tests import builders as a
from tests.pictures import make_png

DRAWN = DrawnSignature(make_png(), (((1.5, 2.0, 0.0, 0.5), (3.0, 4.0)), ((5.0, 6.0, 20.0),)))
TYPED = TypedSignature("Karim “Kareem” Haddad")
HASH = a.a_signing_link().secret_hash


@pytest.fixture
async def envelope(office_store: Store) -> Envelope:
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    return a.an_envelope()


async def add(store: Store, *links: str) -> None:
    async with store.transaction() as tx:
        for secret in links:
            await tx.links.add(a.a_signing_link(secret))


async def test_a_link_is_found_by_the_hash_of_its_secret(office_store: Store, envelope: Envelope) -> None:
    await add(office_store, "secret", "other")
    async with office_store.reading() as tx:
        assert await tx.links.get(HASH) == a.a_signing_link()
        assert await tx.links.get("0" * 64) is None


async def test_a_link_says_whether_it_was_made_for_staff(office_store: Store, envelope: Envelope) -> None:
    link = a.a_signing_link(viewer=a.a_party(), as_staff=True)
    async with office_store.transaction() as tx:
        await tx.links.add(link)
        assert await tx.links.get(HASH) == link


async def test_a_link_is_used_up_once_also_by_two_at_once(office_store: Store, envelope: Envelope) -> None:
    await add(office_store, "secret", "other")

    async def use(minute: int) -> bool:
        async with office_store.transaction() as tx:
            return await tx.links.use_up(HASH, a.at(minute))

    assert sorted(await asyncio.gather(use(1), use(1))) == [False, True]
    assert not await use(2)
    async with office_store.reading() as tx:
        assert await tx.links.get(HASH) == a.a_signing_link(used_at=a.at(1))
        assert await tx.links.get(a.a_signing_link("other").secret_hash) == a.a_signing_link("other")


async def test_the_pages_that_were_shown_are_kept_once(office_store: Store, envelope: Envelope) -> None:
    await add(office_store, "secret")
    link, shown = a.a_signing_link(), {2: frozenset({1}), 1: frozenset({1, 2, 3, 9})}
    async with office_store.transaction() as tx:
        await tx.links.save_shown(link, shown)
    async with office_store.reading() as tx:
        assert await tx.links.get(HASH) == replace(link, shown=shown)
    with pytest.raises(Conflict):
        async with office_store.transaction() as tx:
            await tx.links.save_shown(link, {1: frozenset({7})})
    async with office_store.transaction() as tx:
        await tx.links.save_shown(replace(link, shown=shown), {1: frozenset({7})})


async def test_links_are_forgotten_a_month_after_they_expired(office_store: Store, envelope: Envelope) -> None:
    await add(office_store, "secret")
    expires = a.a_signing_link().expires_at
    for later, is_kept in ((timedelta(days=30), True), (timedelta(days=30, seconds=1), False)):
        async with office_store.transaction() as tx:
            await tx.links.add(a.a_signing_link(str(later), expires_at=expires + later))
        async with office_store.reading() as tx:
            assert (await tx.links.get(HASH) is not None) is is_kept


@pytest.mark.parametrize("signature", [DRAWN, TYPED], ids=["drawn", "typed"])
async def test_a_signature_is_kept_as_it_was_given(
    office_store: Store, envelope: Envelope, signature: DrawnSignature | TypedSignature
) -> None:
    async with office_store.transaction() as tx:
        assert await tx.signatures.get(envelope, a.an_account()) is None
        await tx.signatures.add(envelope, a.an_account(), signature)
    async with office_store.reading() as tx:
        assert await tx.signatures.get(envelope, a.an_account()) == signature
        assert await tx.signatures.get(envelope, a.a_staff_account()) is None
        assert await tx.signatures.get(replace(envelope, office=OfficeId("office-2")), a.an_account()) is None


async def test_the_signatures_of_several_envelopes_are_found_at_once(office_store: Store, envelope: Envelope) -> None:
    mila = a.an_account("U0MILA")
    second = a.an_envelope("envelope-2", signers=(a.a_signer(), a.a_signer(mila)))
    async with office_store.transaction() as tx:
        await tx.envelopes.add(second)
        await tx.envelopes.add(a.an_envelope("envelope-3"))
    async with office_store.transaction() as tx:
        await tx.signatures.add(envelope, a.an_account(), DRAWN)
        await tx.signatures.add(second, mila, TYPED)
    everyone = [envelope.id, second.id, EnvelopeId("envelope-3"), EnvelopeId("none")]
    async with office_store.reading() as tx:
        found = {
            (envelope.id, a.an_account()): LoggedSignature(1, DRAWN.png),
            (second.id, mila): LoggedSignature(2, TYPED),
        }
        assert await tx.signatures.of_envelopes(a.OFFICE, everyone) == found
        assert set(await tx.signatures.of_envelopes(a.OFFICE, [second.id])) == {(second.id, mila)}
        assert await tx.signatures.of_envelopes(a.OFFICE, []) == {}
        assert await tx.signatures.of_envelopes(OfficeId("office-2"), everyone) == {}


async def test_a_signature_is_never_replaced(office_store: Store, envelope: Envelope) -> None:
    async with office_store.transaction() as tx:
        await tx.signatures.add(envelope, a.an_account(), DRAWN)
    with pytest.raises(Conflict):
        async with office_store.transaction() as tx:
            await tx.signatures.add(envelope, a.an_account(), TYPED)
    async with office_store.reading() as tx:
        assert await tx.signatures.get(envelope, a.an_account()) == DRAWN


async def test_a_person_may_sign_two_envelopes_at_once(office_store: Store, envelope: Envelope) -> None:
    second = a.an_envelope("envelope-2")
    async with office_store.transaction() as tx:
        await tx.envelopes.add(second)

    async def sign(which: Envelope) -> None:
        while True:
            try:
                async with office_store.transaction() as tx:
                    return await tx.signatures.add(which, a.an_account(), DRAWN)
            except Conflict:
                continue

    await asyncio.gather(sign(envelope), sign(second))
    async with office_store.reading() as tx:
        assert [await tx.signatures.get(each, a.an_account()) for each in (envelope, second)] == [DRAWN, DRAWN]


async def test_a_signature_in_a_new_envelope_of_the_same_transaction(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.signatures.add(a.an_envelope(), a.an_account(), DRAWN)
    async with office_store.reading() as tx:
        assert await tx.signatures.get(a.an_envelope(), a.an_account()) == DRAWN


async def test_link_signature_and_answer_are_recorded_together_or_not_at_all(
    office_store: Store, envelope: Envelope
) -> None:
    await add(office_store, "secret")
    answered = envelope.answer(a.an_account(), a.an_approval(derived_place="Gent, Belgium"))

    async def record(decided_on: int) -> None:
        async with office_store.transaction() as tx:
            assert await tx.links.use_up(HASH, a.at(30))
            await tx.signatures.add(envelope, a.an_account(), DRAWN)
            await tx.log.add([a.a_log_line()])
            await tx.envelopes.save(replace(answered, revision=decided_on))

    with pytest.raises(Conflict):
        await record(decided_on=7)
    async with office_store.reading() as tx:
        assert await tx.links.get(HASH) == a.a_signing_link()
        assert await tx.signatures.get(envelope, a.an_account()) is None
        assert await tx.envelopes.get(a.OFFICE, envelope.id) == envelope
    await record(decided_on=0)
    async with office_store.reading() as tx:
        assert await tx.links.get(HASH) == a.a_signing_link(used_at=a.at(30))
        assert await tx.signatures.get(envelope, a.an_account()) == DRAWN
        found = await tx.envelopes.get(a.OFFICE, envelope.id)
        assert found == replace(answered, revision=1)


async def test_what_a_person_signed_with_can_be_forgotten(office_store: Store, envelope: Envelope) -> None:
    other = a.an_account("U0OTHER")
    async with office_store.transaction() as tx:
        await tx.signatures.add(envelope, a.an_account(), DRAWN)
    async with office_store.reading() as tx:
        assert await tx.signatures.list_envelopes(a.OFFICE, a.an_account()) == (envelope.id,)
        assert await tx.signatures.list_envelopes(OfficeId("office-2"), a.an_account()) == ()
        assert await tx.signatures.list_envelopes(a.OFFICE, other) == ()
    async with office_store.transaction() as tx:
        await tx.signatures.forget(a.OFFICE, other)
        await tx.signatures.forget(OfficeId("office-2"), a.an_account())
    async with office_store.reading() as tx:
        assert await tx.signatures.get(envelope, a.an_account()) == DRAWN
    for _ in range(2):
        async with office_store.transaction() as tx:
            await tx.signatures.forget(a.OFFICE, a.an_account())
    async with office_store.reading() as tx:
        assert await tx.signatures.list_envelopes(a.OFFICE, a.an_account()) == ()
        with pytest.raises(ValueError, match="gone"):
            await tx.signatures.get(envelope, a.an_account())
