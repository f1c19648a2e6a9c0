"""Requests to pass a task on: what every store promises of them."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain import delegation as rules
from bot.domain.delegation import Delegation, DelegationId, DelegationState
from bot.domain.envelope import Closing, Envelope, EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.people import ContactId, OfficeId
from bot.ports import Store, Transaction
from tests import builders as a

ENVELOPE, ID = EnvelopeId("envelope-1"), DelegationId("delegation-1")
MILA = ContactId("mila")


async def add(store: Store, *delegations: Delegation, envelope: Envelope | None = None) -> Envelope:
    """The envelope with these requests, added and saved one by one."""
    added = envelope or a.an_envelope()
    async with store.transaction() as tx:
        await tx.envelopes.add(added)
    for delegation in delegations:
        async with store.transaction() as tx:
            added = await tx.envelopes.save(rules.ask(await get(tx), delegation))
            await tx.delegations.add(added, delegation)
    return added


async def get(tx: Transaction, id_: EnvelopeId = ENVELOPE) -> Envelope:
    found = await tx.envelopes.get(a.OFFICE, id_)
    assert found is not None
    return found


async def read(store: Store) -> Envelope:
    async with store.reading() as tx:
        return await get(tx)


async def test_a_request_is_read_along_with_its_envelope(office_store: Store) -> None:
    delegation = a.a_delegation(note="Één 🙂 \"'<script>")
    asked = await add(office_store, delegation)
    assert asked.delegations == (delegation,)
    assert await read(office_store) == asked
    async with office_store.single_query() as tx:
        assert await tx.envelopes.by_delegation(a.OFFICE, ID) == asked


async def test_another_office_finds_nothing_by_it(office_store: Store) -> None:
    await add(office_store, a.a_delegation())
    other = OfficeId("office-2")
    async with office_store.transaction() as tx:
        await tx.offices.save(a.an_office(id=other))
        assert await tx.envelopes.by_delegation(other, ID) is None
        assert await tx.envelopes.by_delegation(a.OFFICE, DelegationId("unknown")) is None


async def test_a_request_cannot_leave_the_office_of_its_envelope(office_store: Store) -> None:
    envelope = await add(office_store)
    other = OfficeId("office-2")
    async with office_store.transaction() as tx:
        await tx.offices.save(a.an_office(id=other))
    with pytest.raises(IntegrityError):
        async with office_store.transaction() as tx:
            await tx.delegations.add(replace(envelope, office=other), a.a_delegation())


async def test_a_signer_has_one_open_request(office_store: Store) -> None:
    envelope = await add(office_store, a.a_delegation())
    async with office_store.transaction() as tx:
        with pytest.raises(Conflict):
            await tx.delegations.add(envelope, a.a_delegation("second"))
        closing = Closing(a.a_party(), a.at(7))
        await tx.delegations.close(replace(a.a_delegation(), state=DelegationState.REFUSED, closing=closing))
        await tx.delegations.add(envelope, a.a_delegation("second"))
    assert [each.id for each in (await read(office_store)).delegations] == ["delegation-1", "second"]


async def test_the_same_submission_makes_one_request(office_store: Store) -> None:
    envelope = await add(office_store, a.a_delegation())
    closing = Closing(a.a_party(), a.at(7))
    async with office_store.transaction() as tx:
        await tx.delegations.close(replace(a.a_delegation(), state=DelegationState.TAKEN_BACK, closing=closing))
        with pytest.raises(Conflict):
            await tx.delegations.add(envelope, a.a_delegation("again", request_key=a.a_delegation().request_key))


async def test_a_request_is_closed_once(office_store: Store) -> None:
    await add(office_store, a.a_delegation())
    refused = replace(
        a.a_delegation(), state=DelegationState.REFUSED, closing=Closing(a.a_party(), a.at(7)), reason="Alleen u 🙂"
    )
    async with office_store.transaction() as tx:
        await tx.delegations.close(refused)
        with pytest.raises(Conflict):
            await tx.delegations.close(replace(refused, state=DelegationState.TAKEN_BACK))
    assert (await read(office_store)).delegations == (refused,)


async def test_where_staff_were_asked_is_kept(office_store: Store) -> None:
    await add(office_store, a.a_delegation())
    for message in (
        a.a_message(place=a.a_place(thread="1.5")),
        replace(a.a_message("2.2"), link=None, may_be_twice=True),
    ):
        async with office_store.transaction() as tx:
            await tx.delegations.posted(ID, message)
        assert (await read(office_store)).delegations[0].message == message


async def test_the_new_signer_has_the_place_of_the_old_one(office_store: Store) -> None:
    await add_contact(office_store)
    others = tuple(a.a_signer(a.an_account(f"U{number}"), name=f"U{number}") for number in range(3))
    envelope = a.an_envelope(signers=(others[0], a.a_signer(), *others[1:]))
    envelope = await add(office_store, a.a_delegation(), envelope=envelope)
    async with office_store.transaction() as tx:
        allowed = await allow(tx, envelope)
    assert [signer.name for signer in allowed.signers] == ["U0", "Mila Haddad", "U1", "U2"]
    assert await read(office_store) == allowed

    async with office_store.transaction() as tx:
        answered = await tx.envelopes.save(allowed.answer(a.a_delegation().taker.account, a.an_approval()))
    assert await read(office_store) == answered


async def test_who_answered_is_replaced_by_nobody(office_store: Store) -> None:
    await add_contact(office_store)
    await add(office_store)
    async with office_store.transaction() as tx:
        answered = await tx.envelopes.save((await get(tx)).answer(a.an_account(), a.an_approval()))
    new = a.a_signer(a.an_account("U0MILA"), name="Mila", contact=MILA)
    with pytest.raises(Conflict):
        async with office_store.transaction() as tx:
            await tx.envelopes.replace_signer(ENVELOPE, a.an_account(), new)
    assert await read(office_store) == answered


async def test_of_an_answer_and_a_permission_at_once_one_is_saved(office_store: Store) -> None:
    await add_contact(office_store)
    envelope = await add(office_store, a.a_delegation())

    async def answer() -> None:
        async with office_store.transaction() as tx:
            await tx.envelopes.save(envelope.answer(a.an_account(), a.an_approval()))

    async def permit() -> None:
        async with office_store.transaction() as tx:
            await allow(tx, envelope)

    outcomes = await asyncio.gather(answer(), permit(), permit(), answer(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 3
    saved = await read(office_store)
    assert (saved.signers[0].decision is None) == (saved.delegations[0].state is DelegationState.ALLOWED)
    assert (saved.signers[0].name == "Mila Haddad") == (saved.delegations[0].state is DelegationState.ALLOWED)


async def add_contact(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.people.save_contact(a.a_contact(id=MILA, name="Mila Haddad", email=None, preferred=False))


async def allow(tx: Transaction, envelope: Envelope) -> Envelope:
    """As `bot.use_cases.answer_delegation` does it."""
    allowed = rules.allow(envelope, ID, MILA, a.a_party("Bas"), a.at(9))
    saved = await tx.envelopes.save(allowed)
    await tx.envelopes.replace_signer(ENVELOPE, a.an_account(), rules.make_signer(a.a_delegation(), MILA))
    await tx.delegations.close(rules.find_delegation(saved, ID))
    return saved
